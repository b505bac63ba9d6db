/**
 * Requests for tokens that calls at the same time share.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';

interface Shared<T> {
  readonly promise: Promise<T>;
  readonly signatureType: string;
}

/** Requests in progress, by a key of the caller's choice. */
export class SharedRequests<T> {
  readonly #inProgress = new Map<string, Shared<T>>();

  /**
   * Does the work, or returns the result of the same work that is in progress.
   *
   * @param type factors of the token, as a signature type
   * @throws WRONG_PARAMETER if that work is for other factors
   */
  async share(key: string, type: string, work: () => Promise<T>): Promise<T> {
    const present = this.#inProgress.get(key);
    if (present !== undefined) {
      if (present.signatureType !== type) throw otherFactors(present.signatureType, type);
      return present.promise;
    }
    const promise = work().finally(() => void this.#inProgress.delete(key));
    this.#inProgress.set(key, { promise, signatureType: type });
    return promise;
  }

  /** How many are in progress. */
  get size(): number {
    return this.#inProgress.size;
  }
}

/** Returns the token. @throws WRONG_PARAMETER if it has other factors than the caller asked for */
export function sameFactors<T extends { readonly signatureType: string }>(token: T, type: string): T {
  if (token.signatureType !== type) throw otherFactors(token.signatureType, type);
  return token;
}

/** The error for a token that has, or will have, other factors than the caller asked for. */
function otherFactors(present: string, asked: string): Error {
  return failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `authentication: the token of this name has the factors ${present}, asked for was ${asked}; remove it first, or use another name`,
  );
}
