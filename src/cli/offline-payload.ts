/**
 * The payload of a QR code for an offline operation:
 *
 * ```
 *  operation id
 *  title
 *  message
 *  operation data
 *  flags
 *  TOTP                 may be missing
 *  nonce                Base64 of 16 bytes
 *  digit and signature  0: by the master server key, 1: by the activation's; over everything before the signature
 * ```
 *
 * https://github.com/wultra/powerauth-webflow/blob/develop/docs/Off-line-Signatures-QR-Code.md
 *
 * @module
 */

import { oneLine } from '../errors.ts';
import { usage } from './failures.ts';

/** The number of lines without a TOTP. */
const LINES = 7;
const [ID, TITLE, MESSAGE, DATA] = [0, 1, 2, 3] as const;

/** A payload, taken apart. */
export interface OfflinePayload {
  /** What the server has signed. */
  readonly signedText: string;
  /** Base64. */
  readonly serverSignature: string;
  /** Whether the signature is by the server's key for this activation. */
  readonly isPersonal: boolean;
  /** Base64 of 16 bytes. */
  readonly nonce: string;
  /** What the user signs. */
  readonly data: string;
  /** What the user should see. */
  readonly shown: readonly string[];
}

/**
 * Takes a payload apart.
 *
 * @param dataLine the number of the line to sign, from 1 on. Default: operation id, data and TOTP, joined by `&`, as the
 *   vendor's clients sign them; of a payload of three lines the first one
 * @throws WRONG_PARAMETER
 */
export function parseOfflinePayload(text: string, dataLine?: number): OfflinePayload {
  const payload = text.replace(/\r\n/g, '\n').replace(/\n$/, '');
  const lines = payload.split('\n');
  const last = lines.at(-1) ?? '';
  const nonce = lines.at(-2) ?? '';
  if (!/^[01][A-Za-z0-9+/]+=*$/.test(last) || Buffer.from(nonce, 'base64').length !== 16) {
    throw usage(
      '--qr: expected the payload of an offline operation, whose last lines are nonce and signature, got something else',
    );
  }
  const serverSignature = last.slice(1);
  const common = {
    signedText: payload.slice(0, -serverSignature.length),
    serverSignature,
    isPersonal: last.startsWith('1'),
    nonce,
  };
  const content = lines.slice(0, -2);
  const shown = content.map(oneLine);
  if (dataLine !== undefined) {
    const data = content[dataLine - 1];
    if (data === undefined) throw usage(`--data-line: expected 1 to ${content.length}, got ${dataLine}`);
    return { ...common, data, shown };
  }
  const [only = ''] = content;
  if (content.length === 1) return { ...common, data: only, shown };
  if (lines.length < LINES) {
    throw usage(
      `--qr: expected ${LINES} lines or more, got ${lines.length}; if the server has a layout of its own, name the line to sign with --data-line`,
    );
  }
  const before = lines.at(-3) ?? '';
  const totp = lines.length > LINES && /^\d+$/.test(before) ? before : '';
  const data = [lines[ID], lines[DATA], totp].filter((part) => part?.trim()).join('&');
  return {
    ...common,
    data,
    shown: [lines[TITLE], lines[MESSAGE], lines[DATA]].map((line) => oneLine(line ?? '')),
  };
}
