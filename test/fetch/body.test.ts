import { Blob as OtherBlob } from 'node:buffer';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { FormData as OtherFormData, Request as OtherRequest } from 'undici';
import { readBody } from '../../src/fetch/body.ts';
import { readRequest } from '../../src/fetch/request.ts';

const text = async (body: unknown): Promise<[string | undefined, string | undefined]> => {
  const read = await readBody(body);
  return [read && new TextDecoder().decode(read.bytes), read?.type];
};
const bytes = new TextEncoder().encode('bytes');

test.each([
  ['nothing', undefined, undefined, undefined],
  ['null', null, undefined, undefined],
  ['text', 'täxt', 'täxt', 'text/plain;charset=UTF-8'],
  ['a number', 1, '1', 'text/plain;charset=UTF-8'],
  ['bytes', bytes, 'bytes', undefined],
  ['a buffer', bytes.buffer, 'bytes', undefined],
  ['a part of a buffer', new DataView(bytes.buffer, 1, 3), 'yte', undefined],
  ['bytes of another realm', runInNewContext('new Uint8Array([97, 98])'), 'ab', undefined],
  ['a buffer of another realm', runInNewContext('new Uint8Array([97, 98]).buffer'), 'ab', undefined],
  [
    'parameters',
    new URLSearchParams({ a: 'b c' }),
    'a=b+c',
    'application/x-www-form-urlencoded;charset=UTF-8',
  ],
  ['a Blob', new Blob(['blob'], { type: 'text/x' }), 'blob', 'text/x'],
  ['a Blob of another class', new OtherBlob(['blob']), 'blob', undefined],
  ['a stream', new Blob(['stream']).stream(), 'stream', undefined],
  ['a stream of Node', Readable.from([Buffer.from('no'), 'de']), 'node', undefined],
  ['an object', { toString: () => 'text' }, 'text', 'text/plain;charset=UTF-8'],
])('%s is read as fetch would send it', async (_, body, expected, type) => {
  expect(await text(body)).toEqual([expected, type]);
});

test.each([
  ['the platform', FormData],
  ['another realm', OtherFormData as unknown as typeof FormData],
])('a form of %s has one boundary, in its bytes and in its type', async (_, Form) => {
  const form = new Form();
  form.append('name', 'välue');
  form.append('file', new Blob(['content'], { type: 'text/x' }), 'a.txt');
  const [content = '', type = ''] = await text(form);
  const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(type)?.[1] ?? 'none';
  expect(content.split(boundary)).toHaveLength(4);
  expect(content).toMatch(/name="name"\r\n\r\nvälue/);
  expect(content).toMatch(/name="file"; filename="a\.txt"\r\nContent-Type: text\/x\r\n\r\ncontent/);
});

test('a stream of something else is refused', async () => {
  await expect(readBody(Readable.from([1]))).rejects.toThrow(/consist of bytes/);
});

test.each([
  ['the platform', Request],
  ['another realm', OtherRequest as unknown as typeof Request],
])('a Request of %s is read with its body, once; options beside it count more', async (_, Kind) => {
  const signal = new AbortController();
  const init = {
    method: 'put',
    body: 'text',
    headers: { a: 'b' },
    redirect: 'manual',
    signal: signal.signal,
  } as const;
  const request = new Kind('https://bank.example/x?y#z', init);
  const read = await readRequest(request.clone());
  expect(read).toMatchObject({ method: 'PUT', redirect: 'manual' });
  expect(read.url.href).toBe('https://bank.example/x?y#z');
  expect(new TextDecoder().decode(read.body)).toBe('text');
  expect(Object.fromEntries(read.headers)).toMatchObject({ a: 'b' });
  signal.abort();
  expect(read.signal?.aborted).toBe(true);
  const other = await readRequest(request, {
    method: 'POST',
    body: 'other',
    headers: { c: 'd' },
    signal: null,
  });
  expect([other.method, new TextDecoder().decode(other.body), other.signal]).toEqual([
    'POST',
    'other',
    undefined,
  ]);
  expect([...other.headers.keys()]).toEqual(['c', 'content-type']);
  await request.text();
  await expect(readRequest(request, { signal: null })).rejects.toThrow(TypeError);
  await expect(readRequest(request)).rejects.toMatchObject({ name: 'AbortError' });
});

test('what fetch refuses is refused before anything is signed', async () => {
  await expect(readRequest('https://bank.example/', { body: 'text' })).rejects.toThrow(/GET\/HEAD/);
  await expect(readRequest('/path')).rejects.toThrow(TypeError);
});

test('options that are not ours are passed on', async () => {
  const init = { credentials: 'include', dispatcher: 1, powerAuth: { token: false } } as RequestInit;
  expect((await readRequest('https://bank.example/', init)).rest).toEqual({
    credentials: 'include',
    dispatcher: 1,
  });
  const request = new Request('https://bank.example/', {
    credentials: 'include',
    mode: 'no-cors',
    cache: 'no-store',
  });
  // Without CORS no header could be added.
  expect((await readRequest(request)).rest).toEqual({ cache: 'no-store' });
});
