/**
 * Uses a token that is in the storage.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthAuthorizationHttpHeader } from '../model/power-auth-authorization-http-header.ts';
import { TOKEN_HEADER } from '../protocol/token.ts';
import type { CachedToken } from '../session/cached-token.ts';
import type { Session } from '../session/session.ts';
import { assertText } from '../util/validate.ts';

/** The error for a name without a local token. */
export function tokenNotAvailable(): Error {
  return failure(
    PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE,
    'tokenName: there is no local token of this name; get one with requestAccessToken',
  );
}

/** Uses the token in its key slot, with the time synchronised, before anything else can happen to the token. */
export async function withToken<T>(
  session: Session,
  tokenName: string,
  use: (token: CachedToken) => T,
): Promise<T> {
  assertText(tokenName, 'tokenName');
  for (;;) {
    const token = await session.tokens.find(tokenName);
    if (token === undefined) throw tokenNotAvailable();
    await session.synchronized();
    session.throwIfClosed();
    session.catchUp();
    // It may have been removed while the time was being synchronised: then look again.
    if (token.end === undefined) return use(token);
  }
}

/** A header for one request. */
export function tokenHeader(session: Session, tokenName: string): Promise<PowerAuthAuthorizationHttpHeader> {
  return withToken(session, tokenName, (token) => ({ key: TOKEN_HEADER, value: token.header() }));
}
