/**
 * What a test sees of the server's records.
 *
 * @module
 */

import { fingerprint, type Activation, type Token } from './model.ts';
import type { PowerAuthTestActivation, PowerAuthTestToken } from './types.ts';

export const tokenSnapshot = ({ tokenId, activationId, signatureType }: Token): PowerAuthTestToken => ({
  tokenId,
  activationId,
  signatureType,
});

/** @param all the tokens of all activations */
export function activationSnapshot(activation: Activation, all: Iterable<Token>): PowerAuthTestActivation {
  const { activationId, userId, code, state, failCount, maxFailCount, counter, name, extras } = activation;
  return {
    activationId,
    userId,
    activationCode: code,
    state,
    failCount,
    maxFailCount,
    counter,
    activationName: name,
    extras,
    activationFingerprint: fingerprint(activation),
    tokens: Array.from(all)
      .filter((token) => token.activationId === activationId)
      .map(tokenSnapshot),
  };
}
