/**
 * Access tokens on the wire (protocol 3.3, "Tokens"). The digest in their header is
 *
 * ```
 *  token_digest = Base64(HMAC-SHA-256(tokenSecret, nonce ‖ "&" ‖ timestamp ‖ "&" ‖ "3.3"))
 *  nonce 16 B, random, as bytes; timestamp in ms, as decimal digits
 * ```
 *
 * It is computed where headers are made: in WebAssembly by `headers` of assembly/index.ts (one header after another)
 * and assembly/index.simd.ts (four at once), without WebAssembly by `header` of src/hot-path/js.ts. The same test
 * checks all of them (test/conformance/hot-path.ts).
 *
 * @module
 */

import * as s from '../util/schema.ts';
import { parseSecretAnswer } from '../util/answers.ts';
import { secretField } from '../util/validate.ts';

/** Name of the header that carries a token's digest. */
export const TOKEN_HEADER = 'X-PowerAuth-Token';

const tokenSchema = /* @__PURE__ */ s.object({
  // Characters that are safe in a header, without quotes and line breaks.
  tokenId: /* @__PURE__ */ s.text(/^[A-Za-z0-9._~-]{1,63}$/, 'an identifier of 1 to 63 safe characters'),
  tokenSecret: /* @__PURE__ */ secretField(16),
});

/** A new token. The holder must wipe `tokenSecret` (16 B). */
export type TokenResponse = s.Output<typeof tokenSchema>;

/** Reads a new token from the decrypted answer, which the caller must wipe. @throws RESPONSE_ERROR */
export function parseTokenResponse(plaintext: Uint8Array): TokenResponse {
  return parseSecretAnswer(tokenSchema, plaintext, 'token answer', ['tokenSecret']);
}
