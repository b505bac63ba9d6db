import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import {
  activationFingerprint,
  activationLayer1,
  activationLayer2,
  parseActivationLayer1,
  parseActivationLayer2,
  parseConfirmRecoveryResponse,
} from '../../src/protocol/activation.ts';
import { coordinateX, importPublicKey } from '../../src/protocol/keys.ts';
import { utf8, utf8Decode } from '../../src/util/bytes.ts';
import { error } from '../helpers/error.ts';
import { activation, device, deviceKeys, layer1, layer2 } from '../helpers/recording.ts';
import { expectRefusedAnswers } from '../helpers/refused-answers.ts';
import { b64, bytes, published, text } from '../helpers/vectors.ts';

test('an activation with a genuine server', () => {
  expect(parseActivationLayer1(utf8(layer1.responsePlaintext)).activationData).toEqual(layer2.response);
  expect(deviceKeys.publicKey).toEqual(importPublicKey(b64(device.pub)));
  expect(activationFingerprint({ ...activation, devicePublicKey: b64(device.pub) })).toMatch(/^\d{8}$/);
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

test.each([parseActivationLayer1, parseActivationLayer2, parseConfirmRecoveryResponse])('$name', (parse) => {
  expectRefusedAnswers(parse);
});

test('layer 2 says what the device is, without what is undefined', () => {
  const devicePublicKey = new Uint8Array(33).fill(2);
  const device2 = { devicePublicKey, activationName: 'name', extras: undefined, activationOtp: undefined };
  expect(JSON.parse(utf8Decode(activationLayer2(device2)))).toEqual({
    devicePublicKey: Buffer.from(devicePublicKey).toString('base64'),
    activationName: 'name',
    platform: 'unknown',
    deviceInfo: 'powerauth-wasm',
  });
  const full = JSON.parse(
    utf8Decode(activationLayer2({ ...device2, extras: 'x', activationOtp: '1' })),
  ) as object;
  expect(full).toMatchObject({ extras: 'x', activationOtp: '1' });
});

test('layer 1 carries layer 2, and what was given', () => {
  const request = {
    type: 'CODE',
    identityAttributes: { code: 'c' },
    customAttributes: undefined,
    activationData: layer1.request,
  } as const;
  expect(JSON.parse(utf8Decode(activationLayer1(request)))).toEqual({
    type: 'CODE',
    identityAttributes: { code: 'c' },
    activationData: layer1.request,
  });
});

test('the answer of layer 1 may lack all but layer 2', () => {
  const activationData = layer2.response;
  const parse = (more: object) => parseActivationLayer1(utf8(JSON.stringify({ activationData, ...more })));
  const nothing = { customAttributes: undefined, userInfo: undefined };
  expect(parse({})).toEqual({ activationData, ...nothing });
  expect(parse({ customAttributes: null, userInfo: null })).toEqual({ activationData, ...nothing });
  expect(parse({ customAttributes: 5, userInfo: { sub: 'x' } })).toMatchObject({
    customAttributes: 5,
    userInfo: { sub: 'x' },
  });
  expect(() => parse({ userInfo: 5 })).toThrow(
    expect.objectContaining(
      error(PowerAuthErrorCode.RESPONSE_ERROR, /^activation answer\.userInfo: expected/),
    ),
  );
});

test.each([
  ['activationId', '', PowerAuthErrorCode.RESPONSE_ERROR],
  ['activationId', 'x'.repeat(65), PowerAuthErrorCode.RESPONSE_ERROR],
  ['activationId', 'a"b', PowerAuthErrorCode.RESPONSE_ERROR],
  ['ctrData', 'AAAA', PowerAuthErrorCode.RESPONSE_ERROR],
  ['activationRecovery', {}, PowerAuthErrorCode.RESPONSE_ERROR],
  ['serverPublicKey', 5, PowerAuthErrorCode.RESPONSE_ERROR],
  ['serverPublicKey', 'AAAA', PowerAuthErrorCode.ENCRYPTION_ERROR],
  ['serverPublicKey', '!', PowerAuthErrorCode.ENCRYPTION_ERROR],
] as const)('the answer of layer 2 with the %s %j is a %s-error', (field, value, code) => {
  const answer = { ...(JSON.parse(layer2.responsePlaintext) as object), [field]: value };
  expect(() => parseActivationLayer2(utf8(JSON.stringify(answer)))).toThrow(
    expect.objectContaining(
      error(code, code === 'RESPONSE_ERROR' ? new RegExp(`^activation answer\\.${field}`) : /^public key/),
    ),
  );
});

test('whether a recovery code was confirmed before', () => {
  expect(
    [true, false].map((alreadyConfirmed) =>
      parseConfirmRecoveryResponse(utf8(JSON.stringify({ alreadyConfirmed }))),
    ),
  ).toEqual([true, false]);
});
