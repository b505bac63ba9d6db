/** docs/insight.md: the recipe for OpenTelemetry, with its own SDK, and the picture of a trace. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../package/support.ts';

const example = <T>(file: string): Promise<T> =>
  import(new URL(`../../../examples/opentelemetry/${file}`, import.meta.url).href) as Promise<T>;

let spans: readonly ReadableSpan[];

beforeAll(async () => {
  const { recordTrace } = await example<{ recordTrace: () => Promise<ReadableSpan[]> }>('record.mjs');
  spans = await recordTrace();
}, 30_000);

const named = (name: string): ReadableSpan[] => spans.filter((span) => span.name === name);
const childrenOf = (parent: ReadableSpan | undefined): string[] =>
  spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent?.spanContext().spanId)
    .map(({ name }) => name);

test('what the SDK does for a call is in the spans below that call', () => {
  expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
  const [first, second] = named('GET /accounts');
  expect(childrenOf(first)).toEqual(expect.arrayContaining(['/pa/v3/token/create', 'wait for lock']));
  expect(childrenOf(first)).not.toContain('/pa/v3/token/remove');
  expect(childrenOf(second).filter((name) => name.startsWith('/pa/'))).toEqual([
    '/pa/v3/token/create',
    '/pa/v3/token/remove',
  ]);
  expect(childrenOf(second).filter((name) => name === 'send GET')).toHaveLength(2);
  expect([first, second].map((span) => span?.events.map(({ attributes }) => attributes))).toMatchObject([
    [{ 'powerauth.action': 'created', 'powerauth.tokenName': 'api' }],
    [{ 'powerauth.action': 'renewed', 'powerauth.tokenName': 'api' }],
  ]);
  expect(childrenOf(named('POST /payment')[0])).toEqual(
    expect.arrayContaining(['storage update', 'send POST']),
  );
  // The delay of the embedded server is within them.
  for (const { duration, attributes } of named('/pa/v3/token/create')) {
    expect(attributes['powerauth.status']).toBe(200);
    expect(duration[0] * 1e9 + duration[1]).toBeGreaterThan(15e6);
  }
});

test('nothing in them is a secret', () => {
  const text = JSON.stringify(spans.map(({ name, attributes, events }) => ({ name, attributes, events })));
  expect(text).toContain('powerauth.path');
  for (const secret of ['correct horse', 'PowerAuth version', 'token_digest'])
    expect(text).not.toContain(secret);
});

test('the page has the code of the example, and a picture of the same spans', async () => {
  const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');
  expect(await read('docs/insight.md')).toContain(
    `\`\`\`ts\n${await read('examples/opentelemetry/spans.ts')}\`\`\``,
  );
  const { picture } = await example<{ picture: (spans: readonly ReadableSpan[], title: string) => string }>(
    'picture.mjs',
  );
  const texts = (svg: string): string[] =>
    [...svg.matchAll(/<text x="\d+"[^>]*>([^<]*)</g)].map(([, name = '']) => name).sort();
  const drawn = texts(picture(spans, 'A trace'));
  expect(drawn).toEqual(spans.map(({ name }) => name).sort());
  expect(texts(await read('docs/trace.svg'))).toEqual(drawn);
});
