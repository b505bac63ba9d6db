/**
 * What the admin API and the configuration file of `powerauth-wasm serve` accept.
 *
 * @module
 */

import * as s from '../../util/schema.ts';
import { isActivationCode } from '../activation-code.ts';
import { ANY_FACTORS } from '../signature.ts';
import { MAX_TIME_SPAN } from '../state.ts';

const isWhole = (value: number): boolean => Number.isSafeInteger(value);

const whole = (least: number, most = Infinity, unit = ''): s.Schema<number> => {
  const expected = `a whole number from ${least} ${most === Infinity ? 'on' : `to ${most}`}${unit}`;
  return s.refine(s.number(expected), (it) => isWhole(it) && it >= least && it <= most, expected);
};

const milliseconds = (least: number, most?: number): s.Schema<number> => whole(least, most, ', in ms');
/** The longest that a timer can wait. */
const MAX_DELAY = 2 ** 31 - 1;
export const nonEmpty = s.text(/./s, 'a non-empty string');
const signatureTypes = s.optional(s.array(s.oneOf(ANY_FACTORS), 'an array of types of signatures'));

const code = 'an activation code, AAAAA-BBBBB-CCCCC-DDDDD, with its checksum and without a signature';

/** A new activation. */
export const newActivation = s.exactObject({
  userId: s.optional(nonEmpty),
  activationCode: s.optional(s.refine(s.string(code), isActivationCode, code)),
  otp: s.optional(nonEmpty),
  maxFailCount: s.optional(whole(1)),
  validity: s.optional(milliseconds(1, MAX_TIME_SPAN)),
});

const status = 'a status from 200 to 599';

/** A fault. */
export const fault = s.refine(
  s.exactObject({
    path: s.optional(s.text(/^\//, 'a path that begins with /')),
    count: s.optional(whole(1)),
    delay: s.optional(milliseconds(0, MAX_DELAY)),
    dropRequest: s.optional(s.boolean()),
    dropReply: s.optional(s.boolean()),
    status: s.optional(
      s.refine(s.number(status), (value) => isWhole(value) && value >= 200 && value <= 599, status),
    ),
    body: s.optional(s.string()),
  }),
  ({ delay, dropRequest, dropReply, status: code, body }) =>
    [delay, dropRequest, dropReply, code, body].some((value) => value !== undefined),
  'something that goes wrong: delay, dropRequest, dropReply, status or body',
);

export const block = s.exactObject({ expiresAt: s.optional(milliseconds(0)) });

export const nothing = s.exactObject({});

const data = { data: s.optional(s.string()), dataBase64: s.optional(s.text(/^[A-Za-z0-9+/]*=*$/, 'Base64')) };

export const tokenHeader = s.exactObject({ header: s.string(), signatureTypes });

export const signedRequest = s.exactObject({
  header: s.string(),
  method: s.text(/^[A-Z]+$/, 'an HTTP method in upper case'),
  uriId: s.string(),
  body: s.optional(s.string()),
  bodyBase64: data.dataBase64,
  query: s.optional(s.string()),
  signatureTypes,
});

export const deviceSignature = s.exactObject({
  activationId: s.string(),
  ...data,
  signature: s.string(),
  signatureFormat: s.optional(s.oneOf(['DER', 'JOSE'])),
});

export const offlineRequest = s.exactObject({
  data: s.string(),
  lines: s.optional(s.array(s.string())),
  linesAfter: s.optional(s.array(s.string())),
  activationId: s.optional(s.string()),
});

const length = 'a whole number from 4 to 8';

export const offlineSignature = s.exactObject({
  activationId: s.string(),
  uriId: s.string(),
  nonce: s.string(),
  data: s.string(),
  signature: s.string(),
  signatureType: s.optional(s.oneOf(['possession_knowledge', 'possession_biometry'])),
  componentLength: s.optional(
    s.refine(s.number(length), (value) => isWhole(value) && value >= 4 && value <= 8, length),
  ),
});

export const newRecoveryCode = s.exactObject({
  userId: s.optional(nonEmpty),
  pukCount: s.optional(whole(1, 100)),
  confirmed: s.optional(s.boolean()),
});

export const clock = s.exactObject({
  offset: milliseconds(-MAX_TIME_SPAN, MAX_TIME_SPAN),
});
