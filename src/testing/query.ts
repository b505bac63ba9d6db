/**
 * The query of a signed GET request, as the genuine server's filter reads it.
 *
 * @module
 */

/** Percent signs that don't begin a byte; Java's URLDecoder throws at them. */
const MALFORMED = /%(?![0-9A-Fa-f]{2})/;

/** Decodes form-encoded text; undefined if that is malformed. */
function formDecode(text: string): string | undefined {
  if (MALFORMED.test(text)) return undefined;
  const bytes = (run: string) => Buffer.from(run.replaceAll('%', ''), 'hex').toString();
  return text.replaceAll('+', ' ').replace(/(?:%[0-9A-Fa-f]{2})+/g, bytes);
}

const order = (a: string, b: string): number => Number(a > b) - Number(a < b);

/**
 * What a signature of this query must cover: the pairs sorted by name and value, encoded as a form. It is not quite
 * what the specification says. PowerAuthRequestFilterBase decodes the whole query before
 * PowerAuthRequestCanonizationUtils splits it and decodes each part, so everything is decoded twice. Names without `=`
 * are skipped.
 *
 * @param query as received, without its `?`
 * @returns undefined if the genuine filter throws, which results in status 500
 */
export function signedQuery(query: string): string | undefined {
  const decoded = formDecode(query);
  if (decoded === undefined) return undefined;
  const pairs: [string, string][] = [];
  for (const pair of decoded.split('&')) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const [name, value] = [formDecode(pair.slice(0, at)), formDecode(pair.slice(at + 1))];
    if (name === undefined || value === undefined) return undefined;
    pairs.push([name, value]);
  }
  pairs.sort(([n1, v1], [n2, v2]) => order(n1, n2) || order(v1, v2));
  return new URLSearchParams(pairs).toString();
}
