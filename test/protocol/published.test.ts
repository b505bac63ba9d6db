/** The protocol's own vectors, from wultra/powerauth-crypto; see test/vectors/README.md. */
import { describe, expect, test } from 'vitest';
import {
  parseActivationCode,
  validateActivationCode,
  verifyActivationCodeSignature,
} from '../../src/protocol/activation-code.ts';
import { activationFingerprint } from '../../src/protocol/activation.ts';
import { deriveActivationKeys } from '../../src/protocol/kdf.ts';
import {
  coordinateX,
  ecdsaSign,
  ecdsaVerify,
  importPublicKey,
  masterSecret,
} from '../../src/protocol/keys.ts';
import { computeOfflineSignature, computeSignature } from '../../src/protocol/signature.ts';
import { compareCounters, counterHash, decryptStatusBlob, statusBlobIv } from '../../src/protocol/status.ts';
import { utf8 } from '../../src/util/bytes.ts';
import { b64, keyPair, privateKey, vectors } from '../helpers/vectors.ts';

interface Vector {
  readonly input: Readonly<Record<string, string>>;
  readonly output: Readonly<Record<string, string>>;
}

function published(name: string): Vector[] {
  const content = vectors<Vector[] | { data: Vector[] }>(`published/${name}.json`);
  const list = Array.isArray(content) ? content : content.data;
  expect(list.length).toBeGreaterThan(0);
  return list;
}

const text = (record: Readonly<Record<string, string>>, field: string): string => {
  const value = record[field];
  if (value === undefined) throw new Error(`the vector has no ${field}`);
  return value;
};
const bytes = (record: Readonly<Record<string, string>>, field: string) => b64(text(record, field));

test('master secret, from either side', async () => {
  for (const { input, output } of published('compute-master-secret-key')) {
    const expected = bytes(output, 'masterSecretKey');
    const device = keyPair(privateKey(text(input, 'devicePrivateKey')));
    const server = keyPair(privateKey(text(input, 'serverPrivateKey')));
    const keyOf = (field: string) => importPublicKey(bytes(input, field));
    expect(await masterSecret(device, keyOf('serverPublicKey'))).toEqual(expected);
    expect(await masterSecret(server, keyOf('devicePublicKey'))).toEqual(expected);
    expect(device.publicKey).toEqual(keyOf('devicePublicKey'));
  }
});

test('derived keys', async () => {
  for (const { input, output } of published('compute-derived-keys')) {
    const keys = await deriveActivationKeys(bytes(input, 'masterSecretKey'));
    expect(keys).toEqual({
      possession: bytes(output, 'signaturePossessionKey'),
      knowledge: bytes(output, 'signatureKnowledgeKey'),
      biometry: bytes(output, 'signatureBiometryKey'),
      transport: bytes(output, 'transportKey'),
      vault: bytes(output, 'vaultEncryptionKey'),
    });
  }
});

/** The factor keys that a vector's signature type asks for. */
function factorKeys(input: Readonly<Record<string, string>>): Uint8Array[] {
  return text(input, 'signatureType')
    .toLowerCase()
    .split('_')
    .map((factor) => bytes(input, `signature${factor.charAt(0).toUpperCase()}${factor.slice(1)}Key`));
}

test('online signatures', () => {
  for (const { input, output } of published('signatures-v31')) {
    const signature = computeSignature(factorKeys(input), bytes(input, 'counterData'), bytes(input, 'data'));
    expect(signature).toBe(text(output, 'signature'));
  }
});

test('offline signatures', () => {
  for (const { input, output } of published('signatures-offline')) {
    const digits = Number(text(input, 'signatureComponentLength'));
    const signature = computeOfflineSignature(
      factorKeys(input),
      bytes(input, 'counterData'),
      bytes(input, 'data'),
      digits,
    );
    expect(signature).toBe(text(output, 'signature'));
  }
});

test('fingerprints', () => {
  for (const { input, output } of published('public-key-fingerprint-v3')) {
    const [devicePublicKey, serverPublicKey] = [
      bytes(input, 'devicePublicKey'),
      bytes(input, 'serverPublicKey'),
    ];
    const activationId = text(output, 'activationId');
    const fingerprint = text(output, 'fingerprint');
    expect(activationFingerprint({ devicePublicKey, activationId, serverPublicKey })).toBe(fingerprint);
    const compressed = {
      devicePublicKey: importPublicKey(devicePublicKey),
      serverPublicKey: importPublicKey(serverPublicKey),
    };
    expect(activationFingerprint({ ...compressed, activationId })).toBe(fingerprint);
    expect(coordinateX(devicePublicKey).slice(-31)).toEqual(
      bytes(output, 'devicePublicKeyCoordX').slice(-31),
    );
  }
});

test('signatures of activation codes', async () => {
  for (const { input, output } of published('verify-activation-data-signature-v3')) {
    const code = text(input, 'activationCode');
    const signature = text(output, 'activationSignature');
    const masterKey = importPublicKey(bytes(input, 'masterPublicKey'));
    expect(parseActivationCode(`${code}#${signature}`)).toEqual({
      activationCode: code,
      activationSignature: signature,
    });
    expect(validateActivationCode(code)).toBe(true);
    expect(await verifyActivationCodeSignature(code, signature, masterKey)).toBe(true);
    expect(await verifyActivationCodeSignature(code.replace(/^./, 'Z'), signature, masterKey)).toBe(false);
    const ours = await ecdsaSign(keyPair(privateKey(text(input, 'masterPrivateKey'))), utf8(code));
    expect(await ecdsaVerify(masterKey, utf8(code), ours)).toBe(true);
  }
});

describe('status', () => {
  test('IV', async () => {
    for (const { input, output } of published('activation-status-blob-iv')) {
      const iv = await statusBlobIv(
        bytes(input, 'transportKey'),
        bytes(input, 'challenge'),
        bytes(input, 'nonce'),
      );
      expect(iv).toEqual(bytes(output, 'iv'));
    }
  });

  test('content, and the distance of the counters', async () => {
    for (const { input, output } of published('activation-status-blob-data')) {
      const transportKey = bytes(input, 'transportKey');
      const blob = await decryptStatusBlob({
        transportKey,
        challenge: bytes(input, 'challenge'),
        nonce: bytes(input, 'nonce'),
        encryptedStatusBlob: bytes(input, 'encryptedStatusBlob'),
      });
      if (blob === undefined) throw new Error('the magic is not there');
      expect(blob).toEqual({
        state: Number(output['activationStatus']),
        currentVersion: Number(output['currentVersion']),
        upgradeVersion: Number(output['upgradeVersion']),
        failCount: Number(output['failedAttempts']),
        maxFailCount: Number(output['maxFailedAttempts']),
        lookAhead: Number(output['ctrLookAhead']),
        ctrByte: Number(output['ctrByte']),
        ctrDataHash: bytes(output, 'ctrDataHash'),
      });
      const distance = Number(output['counterDistance']);
      const ctrData = bytes(input, 'ctrData');
      if (distance === 0) expect(await counterHash(transportKey, ctrData)).toEqual(blob.ctrDataHash);
      const counter = { ctrData, ctrByte: (blob.ctrByte - distance + 256) % 256 };
      const comparison = await compareCounters({ counter, blob, transportKey });
      if (distance === 0) expect(comparison).toEqual({ kind: 'in-sync' });
      else if (distance > 0) expect(comparison).toMatchObject({ kind: 'local-behind', distance });
      expect(
        await decryptStatusBlob({
          transportKey,
          challenge: bytes(input, 'nonce'),
          nonce: bytes(input, 'challenge'),
          encryptedStatusBlob: bytes(input, 'encryptedStatusBlob'),
        }),
      ).toBeUndefined();
    }
  });
});
