import { expect } from 'vitest';
import { PowerAuthError } from '../../src/errors.ts';
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

/** Decrypted answers that are not what the protocol says are refused: the error has the status, and nothing of the answer. */
export function expectRefusedAnswers(parse: (plaintext: Uint8Array) => unknown): void {
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
}
