/**
 * Signed requests of the application, one at a time.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthAuthorizationHttpHeader } from '../model/power-auth-authorization-http-header.ts';
import { readSignedRequest, type PowerAuthSignedRequest } from '../model/power-auth-signed-request.ts';
import { canonicalQuery } from '../protocol/query.ts';
import type { Session } from '../session/session.ts';
import { afterRefusal } from '../session/status-blob.ts';
import type { PowerAuthStorageLock } from '../storage/types.ts';
import { deconfigured, lostLock, throwIfLost, unlessAborted } from '../util/abort.ts';
import { utf8 } from '../util/bytes.ts';
import { giveUpAfter } from '../util/patience.ts';
import { bodyBytes, wrongParameter } from '../util/validate.ts';
import { onSession, withActivation } from './on-session.ts';

/** Sends a signed request, as the application does. */
type Send<T> = (header: PowerAuthAuthorizationHttpHeader, signal: AbortSignal) => T | Promise<T>;

export async function withSignature<T>(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  request: PowerAuthSignedRequest,
  send: Send<T>,
): Promise<T> {
  /** What the application's own functions have thrown, which is passed on unchanged. */
  const theirs: unknown[] = [];
  const own = async <R>(work: () => R | Promise<R>): Promise<R> => {
    try {
      return await work();
    } catch (error) {
      theirs.push(error);
      throw error;
    }
  };
  try {
    return await onSession(instanceId, async (session) => {
      const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
      const { method, uriId, body, params, signal } = readSignedRequest(request);
      if (typeof send !== 'function') throw wrongParameter('send', 'a function', send);
      // Read before anything is waited for: the caller may change them.
      const query = params === undefined ? undefined : utf8(canonicalQuery(params));
      const work = withActivation(session, resolved, (factors) =>
        session.signer.inTurn(factors, async (sign, lock) => {
          signal?.throwIfAborted();
          const content =
            typeof body === 'function'
              ? bodyBytes(
                  await bounded('request.body', session, lock, signal, () => own(body)),
                  'request.body',
                )
              : body;
          const { header } = await sign({ method, uriId, body: query ?? content });
          await throwIfLost(lock);
          let result: T;
          try {
            result = await bounded('send', session, lock, signal, (ended) => own(() => send(header, ended)));
          } catch (error) {
            // As some HTTP clients tell a refusal.
            if (isRefusal(error)) await afterRefusal(session);
            throw error;
          }
          if (isRefusal(result)) {
            // Others may have sent later counter values by then: a refusal says nothing about the password.
            await throwIfLost(lock);
            await afterRefusal(session);
          }
          return result;
        }),
      );
      if (signal === undefined) return work;
      return unlessAborted(work, signal).finally(() => {
        if (signal.aborted) theirs.push(signal.reason);
      });
    });
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    const isTheirs = theirs.includes(cause);
    throw isTheirs ? cause : error;
  }
}

/**
 * Waits for a function of the application while the lock is held; but no longer than the head of an answer may take.
 *
 * @param name of the function, for messages
 */
async function bounded<T>(
  name: string,
  session: Session,
  lock: PowerAuthStorageLock,
  signal: AbortSignal | undefined,
  work: (ended: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const { connectionTimeout } = session.configurations.clientConfiguration;
  const stops = [
    giveUpAfter(connectionTimeout * 1000, () => end.abort(tooLate(name, connectionTimeout))),
    session.whenClosed(() => end.abort(deconfigured())),
    whenAborted(lock.signal, () => end.abort(lostLock(lock.signal))),
    whenAborted(signal, () => end.abort(signal?.reason)),
  ];
  try {
    return await unlessAborted(work(end.signal), end.signal);
  } catch (error) {
    // What the application's function throws when it is aborted is only a consequence.
    end.signal.throwIfAborted();
    throw error;
  } finally {
    for (const stop of stops) stop();
  }
}

/** Calls back when the signal is aborted, or at once if it is. Returns a function that cancels this. */
function whenAborted(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal?.aborted === true) callback();
  signal?.addEventListener('abort', callback);
  return () => signal?.removeEventListener('abort', callback);
}

/**
 * Whether it is status 401, an answer with it, or an error with either, as `fetch` and other HTTP clients return and
 * throw them.
 */
function isRefusal(told: unknown): boolean {
  if (told === 401) return true;
  if (typeof told !== 'object' || told === null) return false;
  const { status, statusCode, response } = told as Readonly<Record<string, unknown>>;
  return status === 401 || statusCode === 401 || (told instanceof Error && isRefusal(response));
}

function tooLate(name: string, seconds: number): Error {
  return failure(
    PowerAuthErrorCode.NETWORK_ERROR,
    `${name}: its promise did not settle within ${seconds} s, so the other signed requests went on; raise connectionTimeout if answers take longer to begin, and don't wait in it for another signed request of the same activation, which waits for its end`,
  );
}
