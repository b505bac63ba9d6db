/**
 * Token headers without a promise.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from './errors.ts';
import { TOKEN_HEADER } from './protocol/token.ts';
import type { CachedToken } from './session/cached-token.ts';
import { itself, knowItself } from './util/instance.ts';
import { wrongNumber } from './util/validate.ts';

/** The owner of a token: a session. */
interface TokenHolder {
  holdToken(token: CachedToken): void;
  letGoOfToken(token: CachedToken): void;
}

/** The most headers that one call of `nextBatch` makes. */
const MAX_BATCH = 65_536;

/**
 * Makes headers of one access token, synchronously; `tokenStore.headerGenerator(name)` returns one.
 *
 * As everywhere, a header is made only while the server's time is known: for a day after the server was asked, and
 * while wall clock and monotonic clock drift apart by no more than 30 s, as they do during a sleep. The server is asked
 * again after an hour, or 2 s of drift, in the background. While the time isn't known, the methods throw
 * CANNOT_GENERATE_TOKEN and ask the server, so a loop recovers within one round trip; `generateHeaderForToken` waits
 * for the time.
 *
 * A token that is renewed, here or by another process, is replaced by the new one without a gap.
 *
 * @example
 * ```ts
 * const generator = await powerAuth.tokenStore.headerGenerator('MyToken');
 * for (const request of requests) request.headers.set(generator.key, generator.next());
 * generator.release();
 * ```
 */
export class PowerAuthTokenHeaderGenerator {
  /** Name of the header, `X-PowerAuth-Token`. */
  readonly key: string = TOKEN_HEADER;
  readonly #holder: TokenHolder;
  #token: CachedToken | undefined;

  /** @internal */
  constructor(holder: TokenHolder, token: CachedToken) {
    knowItself(this);
    this.#holder = holder;
    this.#token = token;
    holder.holdToken(token);
  }

  /**
   * Returns the value of one header, to be sent only once.
   *
   * @throws LOCAL_TOKEN_NOT_AVAILABLE after the token was removed, INSTANCE_NOT_CONFIGURED after `deconfigure`,
   *   INVALID_NATIVE_OBJECT after {@link release}, CANNOT_GENERATE_TOKEN while the server's time is not known (see the
   *   class), or if the application's own clock is wrong
   * @example
   * ```ts
   * request.headers.set(generator.key, generator.next());
   * ```
   */
  next(): string {
    return itself(this).#usable().header();
  }

  /**
   * Returns the values of `count` headers, each to be sent only once.
   *
   * @param count 0 to 65536
   * @throws WRONG_PARAMETER, and what {@link next} throws
   * @example
   * ```ts
   * const values = generator.nextBatch(64);
   * ```
   */
  nextBatch(count: number): string[] {
    const self = itself(this);
    if (!Number.isInteger(count) || count < 0 || count > MAX_BATCH) {
      throw wrongNumber('count', `an integer of 0 to ${MAX_BATCH}`, count);
    }
    return self.#usable().headers(count);
  }

  /**
   * Releases the token. Calling it again has no effect.
   *
   * @example
   * ```ts
   * generator.release();
   * ```
   */
  release(): void {
    const self = itself(this);
    if (self.#token === undefined) return;
    self.#holder.letGoOfToken(self.#token.latest);
    self.#token = undefined;
  }

  #usable(): CachedToken {
    let token = this.#token;
    if (token === undefined) {
      throw failure(PowerAuthErrorCode.INVALID_NATIVE_OBJECT, 'This header generator was released');
    }
    if (token.end === 'replaced') this.#token = token = token.latest;
    if (token.end === 'deconfigured') {
      throw failure(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED, 'This PowerAuth instance was deconfigured');
    }
    if (token.end !== undefined) {
      throw failure(
        PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE,
        'The token of this header generator was removed',
      );
    }
    return token;
  }
}
