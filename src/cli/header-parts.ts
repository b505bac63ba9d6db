/**
 * Headers taken apart, for people.
 *
 * @module
 */

/** What the parts of PowerAuth's headers are. */
const MEANINGS: Readonly<Record<string, string>> = {
  version: 'of the protocol',
  token_id: 'names the token on the server',
  token_digest: 'HMAC-SHA-256(token secret, nonce & timestamp & version), Base64',
  nonce: 'random, for this header only, Base64',
  timestamp: "the server's time",
  pa_version: 'of the protocol',
  pa_activation_id: 'names the activation on the server',
  pa_application_key: 'names the application',
  pa_nonce: 'random, for this signature only, Base64',
  pa_signature_type: 'the factors',
  pa_signature: 'one part for each factor, over method, uriId, nonce and body, Base64',
  application_key: 'names the application',
  activation_id: 'names the activation on the server',
};

/** A header taken apart, line by line. */
export function headerParts({ key, value }: { readonly key: string; readonly value: string }): string[] {
  const parts = [...value.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, name = '', content = '']) => [name, content] as const,
  );
  const width = Math.max(0, ...parts.map(([name]) => name.length));
  return [
    key,
    ...parts.map(([name, content]) => {
      const meaning = name === 'timestamp' ? timeOf(content) : (MEANINGS[name] ?? '');
      return `  ${name.padEnd(width)}  ${content}${meaning === '' ? '' : `  (${meaning})`}`;
    }),
  ];
}

function timeOf(ms: string): string {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? '' : `${MEANINGS['timestamp'] ?? ''}: ${date.toISOString()}`;
}
