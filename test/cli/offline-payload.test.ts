/** Payloads of QR codes: which line is what. */
import { expect, test } from 'vitest';
import { parseOfflinePayload } from '../../src/cli/offline-payload.ts';

const NONCE = Buffer.alloc(16, 7).toString('base64');
const payload = (...lines: string[]): string => [...lines, NONCE, '1QUJD'].join('\n');
const FULL = ['id', 'title', 'message', 'data', 'B'];

test('the vendor layout signs id, data and TOTP', () => {
  expect(parseOfflinePayload(payload(...FULL))).toEqual({
    signedText: payload(...FULL).slice(0, -4),
    serverSignature: 'QUJD',
    isPersonal: true,
    nonce: NONCE,
    data: 'id&data',
    shown: ['title', 'message', 'data'],
  });
  expect(parseOfflinePayload(payload(...FULL, '123456')).data).toBe('id&data&123456');
  expect(parseOfflinePayload(payload(...FULL, 'text')).data).toBe('id&data');
  expect(parseOfflinePayload(`${payload(...FULL).replaceAll('\n', '\r\n')}\r\n`).data).toBe('id&data');
});

test('a line alone is signed where it is the only one, or is named', () => {
  expect(parseOfflinePayload(payload('only')).data).toBe('only');
  expect(parseOfflinePayload(payload('a', 'b'), 2).data).toBe('b');
  expect(() => parseOfflinePayload(payload('a', 'b'))).toThrow(/expected 7 lines or more, got 4/);
  expect(() => parseOfflinePayload(payload('a', 'b'), 3)).toThrow(/--data-line: expected 1 to 2, got 3/);
});

test('control characters are not shown', () => {
  expect(parseOfflinePayload(payload('id', '\u001B[2Jtitle', 'm', 'd', 'B')).shown[0]).toBe(' [2Jtitle');
});

test.each(['', 'x', `a\n${NONCE}\n2QUJD`, `a\nAAAA\n1QUJD`, `a\n${NONCE}\n1`, `a\n${NONCE}\n1not Base64`])(
  '%j is refused',
  (text) => {
    expect(() => parseOfflinePayload(text)).toThrow(/--qr: expected the payload of an offline operation/);
  },
);
