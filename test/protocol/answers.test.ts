/** Decrypted answers that are not what the protocol says: the error has the status, and nothing of the answer. */
import { expect, test } from 'vitest';
import { PowerAuthError } from '../../src/errors.ts';
import {
  parseActivationLayer1,
  parseActivationLayer2,
  parseConfirmRecoveryResponse,
} from '../../src/protocol/activation.ts';
import { parseTokenResponse } from '../../src/protocol/token.ts';
import { parseVaultUnlockResponse } from '../../src/protocol/vault.ts';
import { utf8 } from '../../src/util/bytes.ts';

const SECRET = 'Geheimnis';
const BODIES = [
  '',
  SECRET,
  '[]',
  '{}',
  // Each of the fields, and none as it must be.
  JSON.stringify({
    activationData: SECRET,
    activationId: `${SECRET}"`,
    serverPublicKey: SECRET,
    ctrData: SECRET,
    alreadyConfirmed: SECRET,
    tokenId: `${SECRET}"`,
    tokenSecret: SECRET,
    encryptedVaultEncryptionKey: `${SECRET}!`,
  }),
];

test.each(
  [
    parseActivationLayer1,
    parseActivationLayer2,
    parseConfirmRecoveryResponse,
    parseTokenResponse,
    parseVaultUnlockResponse,
  ].map((parse) => [parse.name, parse] as const),
)('%s', (_, parse) => {
  for (const body of BODIES) {
    let thrown: unknown;
    try {
      parse(utf8(body));
    } catch (e) {
      thrown = e;
    }
    expect(thrown, body).toBeInstanceOf(PowerAuthError);
    const refusal = thrown as PowerAuthError;
    expect(refusal.code).toBe('RESPONSE_ERROR');
    expect(refusal.errorData).toEqual({ httpStatusCode: 200 });
    expect(refusal.print() + JSON.stringify(refusal)).not.toContain(SECRET);
  }
});
