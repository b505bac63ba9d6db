/**
 * What the test server's methods, its admin API, and the configuration file of `powerauth-wasm serve` accept.
 *
 * @module
 */

import { PowerAuthErrorCode } from '../errors.ts';
import * as s from '../util/schema.ts';
import { check } from '../util/validate.ts';
import { isActivationCode } from './activation-code.ts';
import { fromBase64, isPrivateKey } from './crypto.ts';
import { ANY_FACTORS } from './signature.ts';
import { MAX_TIME_SPAN } from './state.ts';

/** @throws WRONG_PARAMETER that says field, what was expected and what came */
export const checked = <T>(schema: s.Schema<T>, value: unknown, field: string): T =>
  check(schema, value, field, PowerAuthErrorCode.WRONG_PARAMETER);

const isWhole = (value: number): boolean => Number.isSafeInteger(value);

const whole = (least: number, most = Infinity, unit = ''): s.Schema<number> => {
  const expected = `a whole number from ${least} ${most === Infinity ? 'on' : `to ${most}`}${unit}`;
  return s.refine(s.number(expected), (it) => isWhole(it) && it >= least && it <= most, expected);
};

const milliseconds = (least: number, most?: number): s.Schema<number> => whole(least, most, ', in ms');
/** The longest that a timer can wait. */
const MAX_DELAY = 2 ** 31 - 1;
export const nonEmpty = s.text(/./s, 'a non-empty string');
const flag = s.optional(s.boolean());
const signatureTypes = s.optional(s.array(s.oneOf(ANY_FACTORS), 'an array of types of signatures'));

const code = 'an activation code, AAAAA-BBBBB-CCCCC-DDDDD, with its checksum and without a signature';

/** A new activation. */
export const newActivation = s.exactObject({
  userId: s.optional(nonEmpty),
  activationCode: s.optional(s.refine(s.string(code), isActivationCode, code)),
  otp: s.optional(nonEmpty),
  maxFailCount: s.optional(whole(1)),
  validity: s.optional(milliseconds(0, MAX_TIME_SPAN)),
});

const status = 'a status from 200 to 599';

/** A fault. */
export const fault = s.refine(
  s.exactObject({
    path: s.optional(s.text(/^\//, 'a path that begins with /')),
    count: s.optional(whole(0)),
    delay: s.optional(milliseconds(0, MAX_DELAY)),
    dropRequest: flag,
    dropReply: flag,
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
  confirmed: flag,
});

const last = 'a whole number from 1';

/** Which of the requests received are wanted. */
export const requestQuery = s.exactObject({
  last: s.optional(s.map(s.text(/^[1-9]\d{0,8}$/, last), Number)),
});

const span = `a number of ms from -${MAX_TIME_SPAN} to ${MAX_TIME_SPAN}`;

export const clockOffset = s.refine(s.number(span), (it) => Math.abs(it) <= MAX_TIME_SPAN, span);

export const clock = s.exactObject({ offset: milliseconds(-MAX_TIME_SPAN, MAX_TIME_SPAN) });

const base64 = (length: number): s.Schema<string> => {
  const expected = `Base64 of ${length} bytes`;
  return s.refine(
    s.string(expected),
    (text) => fromBase64(text, length)?.toString('base64') === text,
    expected,
  );
};

const privateKey = s.refine(
  base64(32),
  (text) => isPrivateKey(Buffer.from(text, 'base64')),
  'a private key of P-256',
);

export const keys = s.exactObject({
  applicationKey: base64(16),
  applicationSecret: base64(16),
  masterServerPrivateKey: privateKey,
});

const credentials = s.exactObject(
  { username: s.text(/^[^:]+$/, 'a non-empty string without a colon'), password: s.string() },
  'true, false, or an object with username and password',
);

/** Who may call the methods for back-ends. */
export const backEnd: s.Schema<boolean | s.Output<typeof credentials>> = (value, at) =>
  typeof value === 'boolean' ? value : credentials(value, at);

const origin = 'an origin such as http://localhost:5173, or *';

/** Of pages inside of an app or an extension, such as `capacitor://localhost`, which `URL` doesn't know. */
const ORIGIN_OF_APP = /^(?!https?:|file:)[a-z][a-z\d+.-]*:\/\/[a-z\d][a-z\d.-]*(?::\d{1,5})?$/;

/** Whether it is an origin, as browsers write it, or `*`. */
export const isAllowedOrigin = (text: string): boolean =>
  text === '*' || (URL.canParse(text) && new URL(text).origin === text) || ORIGIN_OF_APP.test(text);

/** Whose pages may call the server. */
const allowOrigin = s.refine(s.string(origin), isAllowedOrigin, origin);

const callback = s.custom<(...args: never[]) => unknown>((it) => typeof it === 'function', 'a function');

const route = s.exactObject({
  path: s.text(/^\/[^?#]*$/, 'a path from its first /, without a query'),
  method: s.optional(nonEmpty),
  by: s.oneOf(['token', 'signature']),
  uriId: s.optional(s.string()),
  signatureTypes,
  answer: callback,
});

const oauth2Provider = s.exactObject({
  providerId: nonEmpty,
  issuerUri: nonEmpty,
  clientId: nonEmpty,
  clientSecret: s.string(),
  redirectUri: nonEmpty,
  clientAuthenticationMethod: s.optional(s.oneOf(['client_secret_basic', 'client_secret_post'])),
  pkceEnabled: flag,
  signatureAlgorithm: s.optional(s.oneOf(['RS256', 'ES256'])),
});

const ms = 'a number of ms from 0 on';
const period = s.refine(s.number(ms), (it) => it >= 0, ms);

/** The options of a server. */
export const serverOptions = s.exactObject({
  like: s.optional(s.oneOf(['1.9', '2.2'])),
  minSupportedProtocolVersion: s.optional(s.oneOf([3, 4])),
  removesByPossession: flag,
  oauth2Providers: s.optional(s.array(oauth2Provider)),
  keys: s.optional(keys),
  state: s.optional(nonEmpty),
  routes: s.optional(s.array(route)),
  host: s.optional(nonEmpty),
  port: s.optional(whole(0, 65_535)),
  tls: s.optional(s.exactObject({ cert: nonEmpty, key: nonEmpty })),
  allowOrigin: s.optional(allowOrigin),
  backEnd: s.optional(backEnd),
  activationRecovery: flag,
  biometryUnlocksVault: flag,
  tokenWindow: s.optional(s.exactObject({ back: period, ahead: period })),
  userOfAttributes: s.optional(callback),
  userInfo: s.optional(callback),
});
