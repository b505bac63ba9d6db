/** What runs have measured: the content of bench/results/node.json and chromium.json. */

export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** One contestant; ns for one header. */
export interface HeaderResult extends Spread {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: 'javascript' | 'native' | 'ours';
}

/** What is known of each run. */
export interface RunResults {
  readonly date: string;
  /** Name and version. */
  readonly runtime: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly extensions: readonly string[];
    readonly system: string;
  };
  readonly effort: { readonly rounds: number };
  readonly headers: readonly HeaderResult[];
}

/** The content of bench/results/chromium.json. */
export interface BrowserResults extends RunResults {
  /** Ours in Node, in the same rounds; not in older results. */
  readonly node?: readonly HeaderResult[];
  /** Whole operations; ns. Not in older results. */
  readonly operations?: readonly (Spread & {
    readonly id: string;
    readonly name: string;
    /** Name and version. */
    readonly runtime: string;
  })[];
}

export interface Results extends RunResults {
  readonly effort: { readonly rounds: number; readonly scale: number };
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly scale: readonly (Spread & { readonly id: string })[];
  /** Bytes for one cached token. */
  readonly memory: {
    readonly wasm: number;
    readonly live: number;
    readonly resident: number;
    /** For one of many configured instances, with a cached token. */
    readonly instances: { readonly count: number; readonly live: number };
  };
  /** Bytes. */
  readonly sizes: Readonly<Record<'wasm-simd' | 'wasm-scalar' | 'sdk', number>> & {
    readonly tokens: number;
    /** Of bundles: bytes, and by how many they would shrink without them after gzip. */
    readonly parts: Readonly<
      Record<'sdk' | 'tokens', Readonly<Record<string, { readonly minified: number; readonly gzip: number }>>>
    >;
  };
  /** ms */
  readonly startUp: Readonly<Record<'bare' | 'header', Spread>>;
  /** Headers per second. */
  readonly workers: { readonly one: number; readonly two: number };
  /** ms */
  readonly eventLoop: readonly { readonly id: string; readonly p99: number }[];
}

/** So many configured instances; µs and bytes for each, unless it says otherwise. */
export interface InstancesResult {
  readonly count: number;
  readonly configure: number;
  readonly idle: number;
  readonly inUse: number;
  /** Of the process, all of them configured. */
  readonly residentIdle: number;
  /** The same with all tokens in use. */
  readonly resident: number;
  /** The same where not all were cold at once. */
  readonly residentInTurn?: number;
  /** What of both was V8's room for new objects, empty; bytes. */
  readonly newRoomIdle?: number;
  readonly newRoom?: number;
  /** The garbage collector's longest while they were configured, and while all were cold at once, ms. */
  readonly pause: number;
  /** Reads, subscriptions and requests before the first use. */
  readonly touched: number;
  readonly cold: number;
  /** Reads of the storage by each until its first header. */
  readonly reads: number;
  readonly timeRequests: number;
  /** ns */
  readonly headers: Readonly<Record<'same' | 'inOrder' | 'anyOrder', number>> & {
    /** Instances of two servers in turn; missing where there is only one. */
    readonly twoServers?: number;
  };
  /** Reaching a token store and 128 B of its own in any order, without a header, ns. */
  readonly touch: number;
  /** Finding a plain object in a `Map` in any order, and reading it, ns. */
  readonly plainMap?: number;
  readonly dispatch: number;
  readonly generalNotice: number;
  readonly deconfigure: number;
}

/** One operation of one contestant, µs of CPU. */
export interface OperationCost extends Spread {
  readonly requests: number;
  /** How many times this one ours costs, by rounds. */
  readonly ratio?: Spread;
}

/** The content of bench/results/operations.json: by the major version of Node. */
export type OperationsRuns = Readonly<Record<string, OperationsResults>>;

/** A run with one version of Node. */
export interface OperationsResults extends Omit<BrowserResults, 'headers' | 'operations'> {
  /** What a reader must know of the run; written by hand. */
  readonly note?: string;
  readonly operations: readonly {
    readonly id: string;
    readonly ours: OperationCost;
    readonly plain: OperationCost;
    readonly sealing?: OperationCost;
  }[];
  /** What they consist of, µs of CPU. Not in older results. */
  readonly parts?: readonly (Spread & { readonly id: string })[];
  /** ms; CPU only where the system tells it for a thread. */
  readonly twoFactor: readonly {
    readonly iterations: number;
    readonly gap: number;
    /** With `node:crypto`'s PBKDF2 alone. */
    readonly gapAlone: number;
    /** The most CPU of the thread between two ticks of a timer. */
    readonly turn?: number;
    readonly turnAlone?: number;
    readonly on?: number;
    readonly onAlone?: number;
    readonly off?: number;
  }[];
}

/** A gateway under load. */
export interface GatewayResult {
  readonly customers: number;
  readonly connections: number;
  readonly phases: readonly {
    readonly name: string;
    readonly perSecond: number;
    /** ms */
    readonly median: number;
    readonly p99: number;
    readonly failed: number;
    /** Parts of one core. */
    readonly gatewayCpu: number;
    readonly bankCpu: number;
  }[];
}

/** The content of bench/results/instances.json. */
export interface InstancesResults extends Omit<RunResults, 'effort' | 'headers'> {
  /** The machine's load average after the run. */
  readonly load: number;
  readonly shared: readonly InstancesResult[];
  /** Instances with a `fetch` of their own. */
  readonly own: InstancesResult;
  /** Bytes for each instance whose token came from the server. */
  readonly serverTokens: { readonly count: number; readonly bytes: number };
  readonly gateway: GatewayResult;
}

/** The content of bench/results/storages.json. */
export interface StorageResults extends Omit<BrowserResults, 'effort' | 'headers'> {
  /** The machine's load average when the run began. */
  readonly load: number;
  readonly effort: { readonly rounds: number; readonly updates: number };
  /** ms */
  readonly costs: readonly { readonly id: string; readonly p50: number; readonly p99: number }[];
}
