/**
 * How `powerauth-wasm/fetch`, which shares no code with the client, asks an instance for the server's time.
 *
 * @module
 */

/** The name of the member; the same in every copy of the package. */
export const SERVER_TIME: unique symbol = /* @__PURE__ */ Symbol.for('powerauth-wasm.server-time');

/** The server's time as an instance knows it. */
export interface ServerTime {
  /** How long ago the server was asked, in ms; Infinity if it never was. */
  readonly age: number;
  /** In ms; NaN if it is not known. */
  readonly now: number;
  /** Asks the server. */
  synchronize(): Promise<void>;
}
