/**
 * Whether headers are what a server accepts: each digest is computed again, with node:crypto.
 *
 * @module
 */
import { createHmac } from 'node:crypto';

/** @typedef {{ readonly id: string, readonly secret: Uint8Array }} Token */

/** One field and the text after it. The vendor's own clients put the version first or last. */
const FIELD = /([a-z_]+)="([^"]*)"(?:, |$)/y;
const FIELDS = ['nonce', 'timestamp', 'token_digest', 'token_id', 'version'];
/** Clocks that stand still between headers fall behind while others load their tokens; a server is more patient, ms. */
const TOLERANCE = 600_000;

/**
 * Fields by name, or undefined unless each is there exactly once and there is nothing else.
 *
 * @param {string} header
 */
function fieldsOf(header) {
  const found = [];
  if (!header.startsWith('PowerAuth ')) return undefined;
  FIELD.lastIndex = 'PowerAuth '.length;
  while (FIELD.lastIndex < header.length) {
    const match = FIELD.exec(header);
    if (match === null) return undefined;
    found.push([match[1], match[2]]);
  }
  const names = found.map(([name]) => name).sort();
  return names.join() === FIELDS.join() ? Object.fromEntries(found) : undefined;
}

/**
 * Why a server would refuse a header of this token, or undefined.
 *
 * @type {(header: string, token: Token) => string | undefined}
 */
export function fault(header, { id, secret }) {
  const fields = fieldsOf(header);
  if (fields === undefined) return 'its text is not that of a token header';
  const { version, token_id: tokenId, token_digest: digest, nonce, timestamp } = fields;
  if (version !== '3.3') return 'it is of another version';
  if (tokenId !== id) return 'it names another token';
  const bytes = Buffer.from(nonce, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== nonce) return 'its nonce is not 16 bytes in Base64';
  const expected = createHmac('sha256', secret).update(bytes).update(`&${timestamp}&3.3`).digest('base64');
  if (digest !== expected) return 'its digest is wrong';
  if (!(Math.abs(Date.now() - Number(timestamp)) <= TOLERANCE)) return 'its time is not now';
  return undefined;
}

/**
 * Why a JSON Web Token wasn't signed with HS256 and this token's secret, or undefined.
 *
 * @type {(jwt: string, token: Pick<Token, 'secret'>) => string | undefined}
 */
export function faultOfJwt(jwt, { secret }) {
  const [header = '', payload = '', signature] = jwt.split('.');
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  if (signature !== expected) return 'its signature is wrong';
  const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString());
  return alg === 'HS256' ? undefined : 'it was signed with another algorithm';
}

/**
 * @param {string} name
 * @param {readonly string[]} headers
 * @param {Token} token
 * @param {typeof fault} [faultOf]
 * @throws {Error} unless `faultOf` finds nothing in each header, and no two are equal
 */
export function assertHeaders(name, headers, token, faultOf = fault) {
  if (headers.length === 0) throw new Error(`${name} makes no headers`);
  for (const header of headers) {
    const found = faultOf(header, token);
    if (found !== undefined) throw new Error(`${name} makes headers that no server accepts: ${found}`);
  }
  if (new Set(headers).size !== headers.length) throw new Error(`${name} makes one header twice`);
}
