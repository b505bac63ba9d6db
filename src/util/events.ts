/**
 * What an instance does, for observers.
 *
 * @module
 */

/**
 * Something that the SDK has done. Plain, frozen objects without secrets, passwords or values of headers. Making a header
 * of a token is no event.
 *
 * @example
 * ```ts
 * const observer = (event: PowerAuthEvent) => {
 *   if (event.type === 'request') console.log(event.path, event.status, event.duration);
 * };
 * ```
 */
export type PowerAuthEvent = {
  /** The instance, if it is one's own: instances with equal settings share a server and its time. */
  readonly instanceId?: string;
} & (
  | {
      /** A request to the server has ended. */
      readonly type: 'request';
      /** Path after `baseEndpointUrl`. */
      readonly path: string;
      /** HTTP status, unless there was no answer. */
      readonly status?: number;
      /** How long it took, ms. */
      readonly duration: number;
      /** Code of the error, if it failed. */
      readonly errorCode?: string;
    }
  | {
      /** A token was made by the server, read from the storage, replaced, removed, or dropped from memory. */
      readonly type: 'token';
      /** What happened to it. */
      readonly action: 'created' | 'loaded' | 'renewed' | 'removed' | 'evicted';
      /** The name that the application chose. */
      readonly tokenName: string;
    }
  | {
      /** The server has told its time. */
      readonly type: 'time';
      /** The server's time minus the wall clock, ms. */
      readonly offset: number;
      /** How long it took to ask, ms. */
      readonly roundTrip: number;
    }
  | {
      /** A lock of the storage was obtained, or lost to another process. */
      readonly type: 'lock';
      /** Whether it was obtained or lost. */
      readonly action: 'obtained' | 'lost';
      /** How long it was waited for, ms. */
      readonly waited: number;
    }
  | {
      /** An operation of the storage has ended. */
      readonly type: 'storage';
      /** The method of the storage. */
      readonly operation: 'get' | 'set' | 'delete' | 'update';
      /** How long it took, ms. */
      readonly duration: number;
      /** Code of the error, if it failed. */
      readonly errorCode?: string;
    }
  | {
      /** An instance was configured. */
      readonly type: 'engine';
      /** The engine that makes its headers. */
      readonly engine: string;
    }
  | {
      /** The state of the activation was fetched. */
      readonly type: 'activation';
      /** The state, a `PowerAuthActivationState`. */
      readonly state: string;
      /** By how much the counter was behind the server's: the record was restored from a backup, or used elsewhere. */
      readonly localCounterBehind?: number;
    }
);

/**
 * One of the kinds of events.
 *
 * @example
 * ```ts
 * const type: PowerAuthEventType = 'request'; // the channel is powerauth-wasm:request
 * ```
 */
export type PowerAuthEventType = PowerAuthEvent['type'];

/**
 * What `powerAuth.statistics()` returns. Counts are those of all instances with the same settings, in this thread, since
 * the first of them was configured.
 *
 * @example
 * ```ts
 * const statistics: PowerAuthStatistics | undefined = powerAuth.statistics();
 * show(statistics?.failedRequests);
 * ```
 */
export interface PowerAuthStatistics {
  /** Requests to the server, other than those for its time. */
  readonly requests: number;
  /** Those that failed. */
  readonly failedRequests: number;
  /** Tokens that the server made. */
  readonly tokensCreated: number;
  /** Tokens that were read from the storage. */
  readonly tokensLoaded: number;
  /** Tokens that replaced refused ones. */
  readonly tokensRenewed: number;
  /** Tokens that were removed. */
  readonly tokensRemoved: number;
  /** Tokens that were dropped from memory because too many were in it. */
  readonly tokensEvicted: number;
  /** Locks of the storage that were obtained. */
  readonly locksObtained: number;
  /** Locks that another process took while they were held. */
  readonly locksLost: number;
  /** Operations of the storage. */
  readonly storageOperations: number;
  /** Those that failed. */
  readonly failedStorageOperations: number;
  /** Tokens in memory, of all instances of this thread. */
  readonly cachedTokens: number;
  /** The engine that makes the headers. */
  readonly engine: string;
  /** The round trip of the last question for the server's time, ms; undefined before the first one. */
  readonly timeRoundTrip?: number;
}
