/** What a run in Node has measured: the content of bench/results/node.json. */
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

export interface Results {
  readonly date: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly extensions: readonly string[];
    readonly system: string;
    readonly node: string;
  };
  readonly effort: { readonly rounds: number; readonly scale: number };
  readonly headers: readonly HeaderResult[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly scale: readonly (Spread & { readonly id: string })[];
  /** Bytes for one cached token. */
  readonly memory: { readonly wasm: number; readonly live: number; readonly resident: number };
  /** Bytes. */
  readonly sizes: Readonly<Record<'wasm-simd' | 'wasm-scalar' | 'tokenStore' | 'sdk', number>>;
  /** ms */
  readonly startUp: Readonly<Record<'bare' | 'header', Spread>>;
  /** Headers per second. */
  readonly workers: { readonly one: number; readonly two: number };
  /** ms */
  readonly eventLoop: readonly { readonly id: string; readonly p99: number }[];
}
