/**
 * The option that says who may call the methods for back-ends.
 *
 * @module
 */

/**
 * Who may call the methods for back-ends, `/rest/v3/…`: `true` is every program on this machine, `false` is nobody, and a
 * user name with a password (HTTP Basic) is whoever knows them, from everywhere. Pages in browsers never may.
 *
 * @example
 * ```ts
 * const backEnd: PowerAuthTestBackEnd = { username: 'bank', password: 'for tests' };
 * const server = await startPowerAuthTestServer({ backEnd });
 * ```
 */
export type PowerAuthTestBackEnd =
  | boolean
  | {
      /** Without a colon. */
      readonly username: string;
      /** Any text. */
      readonly password: string;
    };
