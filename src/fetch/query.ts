/**
 * The query of a signed GET request.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';

/** Percent signs that begin no byte. */
const MALFORMED = /%(?![0-9A-Fa-f]{2})/;

/**
 * The pairs that a genuine server finds in a query: it decodes everything twice, and skips names without `=`. For most
 * queries these are the pairs of the specification; docs/signing.md says for which they aren't.
 *
 * @param query with its `?`, or empty
 * @throws WRONG_PARAMETER for one that such a server answers with status 500
 */
export function signedPairs(query: string): URLSearchParams {
  const once = decode(query.replace(/^\?/, ''));
  const pairs = once.split('&').filter((pair) => pair.includes('='));
  if (pairs.some((pair) => MALFORMED.test(pair))) throw unreadable();
  return new URLSearchParams(pairs.join('&'));
}

/** Decodes form-encoded text as a whole; bytes that are no UTF-8 become U+FFFD, as they do there. */
function decode(query: string): string {
  if (MALFORMED.test(query)) throw unreadable();
  return new URLSearchParams(`query=${query.replaceAll('&', '%26')}`).get('query') ?? '';
}

function unreadable(): Error {
  return failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    'url: expected a query that a server can decode twice, got one with a % that begins no byte then; send such a value in the body of a POST request, or in Base64url',
  );
}
