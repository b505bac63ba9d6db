/**
 * Headers of one access token, which is requested and renewed as necessary.
 *
 * @module
 */

import { PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthAuthorizationHttpHeader } from '../model/power-auth-authorization-http-header.ts';
import type { PowerAuth } from '../power-auth.ts';
import { SERVER_TIME } from '../util/server-time.ts';
import type { PowerAuthFetchOptions } from './types.ts';

/** A header was refused because of its time if that was off by more than this, in ms. `Date` counts in seconds. */
const OFF = 15_000;
/** A time that was asked for longer ago than this is asked for again when a header is refused, in ms. */
const OLD = 60_000;
/** Paths are remembered that refuse even new tokens; so many, and so long, in ms. */
const [MAX_HOPELESS, HOPELESS_FOR] = [100, 60_000];
/** How often a token is requested that others remove at the same time. */
const MAX_REQUESTS = 3;

const ID = /\btoken_id="([^"]*)"/;
const TIMESTAMP = /\btimestamp="(\d+)"/;

/** A header of the token. */
export interface TokenHeader extends PowerAuthAuthorizationHttpHeader {
  /** When it was made, on the monotonic clock, in ms. */
  readonly madeAt: number;
}

/** An error of this package, also if it comes from another copy of it. */
const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | null)?.code;

/** The token of one `powerAuthFetch`. */
export class FetchToken {
  readonly #powerAuth: PowerAuth;
  readonly #name: string;
  readonly #authentication: () => PowerAuthAuthentication | Promise<PowerAuthAuthentication>;
  /** Requests for a token, and renewals by the refused token, in progress. */
  readonly #inProgress = new Map<string, Promise<unknown>>();
  /** Paths that refused a token as soon as it was made: the token, and when. */
  readonly #hopeless = new Map<string, { readonly id: string; readonly at: number }>();

  constructor(powerAuth: PowerAuth, { name, authentication }: NonNullable<PowerAuthFetchOptions['token']>) {
    this.#powerAuth = powerAuth;
    this.#name = name;
    this.#authentication = authentication;
  }

  /** A header for one request. The token is requested if there is none. */
  async header(): Promise<TokenHeader> {
    const { tokenStore } = this.#powerAuth;
    for (let attempt = 1; ; attempt++) {
      try {
        return { ...(await tokenStore.generateHeaderForToken(this.#name)), madeAt: performance.now() };
      } catch (error) {
        const isMissing = codeOf(error) === PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE;
        if (!isMissing || attempt > MAX_REQUESTS) throw error;
      }
      await this.#once('', async () =>
        tokenStore.requestAccessToken(this.#name, await this.#authentication()),
      );
    }
  }

  /**
   * Deals with the cause of a 401: the time, or else the token.
   *
   * @param header that was refused
   * @param path that refused it
   * @returns whether another header may be accepted
   */
  async recover(header: TokenHeader, response: Response, path: string): Promise<boolean> {
    if (await this.#correctTime(header, response)) return true;
    const refused = ID.exec(header.value)?.[1] ?? '';
    const hopeless = this.#hopelessAt(path);
    // Another token may have come in the meantime. But none is made: two such paths would replace each other's.
    if (hopeless !== undefined) {
      const present = await this.#presentId();
      return present !== undefined && present !== refused && present !== hopeless;
    }
    try {
      await this.#once(refused, () => this.#renew(refused));
      return true;
    } catch (error) {
      // The server refuses the activation itself: then the answer that the caller waits for says it all.
      if (codeOf(error) === PowerAuthErrorCode.AUTHENTICATION_ERROR) return false;
      throw error;
    }
  }

  /** Call this with the status of the last try. */
  settle(header: TokenHeader, status: number, path: string, isSecond: boolean): void {
    if (status !== 401) this.#hopeless.delete(path);
    else if (isSecond) {
      this.#hopeless.delete(path);
      this.#hopeless.set(path, { id: ID.exec(header.value)?.[1] ?? '', at: performance.now() });
      const [oldest] = this.#hopeless.keys();
      if (this.#hopeless.size > MAX_HOPELESS && oldest !== undefined) this.#hopeless.delete(oldest);
    }
  }

  /** The token that the path has just refused when it was new, if it has: it may want more factors. */
  #hopelessAt(path: string): string | undefined {
    const known = this.#hopeless.get(path);
    return known !== undefined && performance.now() - known.at < HOPELESS_FOR ? known.id : undefined;
  }

  async #presentId(): Promise<string | undefined> {
    const token = await this.#powerAuth.tokenStore.getLocalToken(this.#name).catch(() => undefined);
    return token?.tokenIdentifier;
  }

  async #renew(refused: string): Promise<void> {
    const { tokenStore } = this.#powerAuth;
    const present = await this.#presentId();
    // Somebody else was faster.
    if (present !== undefined && present !== refused) return;
    await tokenStore.renewAccessToken(this.#name, { refused, authentication: await this.#authentication() });
  }

  /** Asks for the time if the header's may have been wrong. Returns whether it was. */
  async #correctTime(header: TokenHeader, { headers }: Response): Promise<boolean> {
    const time = this.#powerAuth[SERVER_TIME];
    if (time === undefined) return false;
    // Another call may have corrected it since.
    if (this.#hadWrongTime(header)) return true;
    const answered = Date.parse(headers.get('date') ?? '');
    // Browsers show no Date of another origin, unless that exposes it.
    const isOff = Math.abs(answered - time.now) > OFF;
    if (!isOff && time.age < OLD) return false;
    await this.#once('time', () => time.synchronize());
    return this.#hadWrongTime(header);
  }

  /** Whether the header says another time than it should, as far as the time is known now. */
  #hadWrongTime({ value, madeAt }: TokenHeader): boolean {
    const now = this.#powerAuth[SERVER_TIME]?.now ?? NaN;
    const expected = now - (performance.now() - madeAt);
    return Math.abs(Number(TIMESTAMP.exec(value)?.[1]) - expected) > OFF;
  }

  /** Does work that calls at the same time share. */
  #once(key: string, work: () => Promise<unknown>): Promise<unknown> {
    let promise = this.#inProgress.get(key);
    if (promise === undefined) {
      promise = work().finally(() => void this.#inProgress.delete(key));
      this.#inProgress.set(key, promise);
    }
    return promise;
  }
}
