/**
 * Reads a request's body once, so that the same bytes are signed, encrypted and sent, however often.
 *
 * @module
 */

import { concat, utf8 } from '../util/bytes.ts';

/** A body, and the content type that goes with it unless the caller has named another one. */
export interface ReadBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type?: string | undefined;
}

/** Objects of other realms and of polyfills fail `instanceof`; all of them name themselves. */
export const brandOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

const has = (value: object, method: string): boolean =>
  typeof (value as Readonly<Record<string, unknown>>)[method] === 'function';

/** Bytes that a Blob, a File, a Request or a Response of any realm returns. */
export async function bytesOf(value: {
  arrayBuffer(): Promise<ArrayBuffer>;
}): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await value.arrayBuffer());
}

/**
 * Reads a body as `fetch` takes it, of any realm. Undefined if there is none.
 *
 * @param signal cancels a stream
 * @throws TypeError for a stream of something other than bytes, and what a stream throws
 */
export async function readBody(body: unknown, signal?: AbortSignal): Promise<ReadBody | undefined> {
  if (body === undefined || body === null) return undefined;
  if (typeof body !== 'object') return textBody(body);
  if (ArrayBuffer.isView(body)) {
    return { bytes: Uint8Array.from(new Uint8Array(body.buffer, body.byteOffset, body.byteLength)) };
  }
  const brand = brandOf(body);
  if (brand === 'ArrayBuffer' || brand === 'SharedArrayBuffer') {
    return { bytes: Uint8Array.from(new Uint8Array(body as ArrayBuffer)) };
  }
  if (brand === 'URLSearchParams') {
    const type = 'application/x-www-form-urlencoded;charset=UTF-8';
    return { bytes: utf8((body as URLSearchParams).toString()), type };
  }
  if (brand === 'FormData') return formBody(body as FormData);
  if (has(body, 'getReader')) return { bytes: await readStream(body as ReadableStream<Uint8Array>, signal) };
  if (has(body, 'arrayBuffer')) {
    const blob = body as Blob;
    return { bytes: await bytesOf(blob), ...(blob.type === '' ? {} : { type: blob.type }) };
  }
  if (Symbol.asyncIterator in body) return { bytes: await collect(body as AsyncIterable<unknown>) };
  return textBody(body);
}

/** The Fetch Standard makes a string of anything else. */
const textBody = (value: unknown): ReadBody => ({
  bytes: utf8(String(value)),
  type: 'text/plain;charset=UTF-8',
});

/** In the platform's own encoding, with the boundary that goes with it. */
async function formBody(form: FormData): Promise<ReadBody> {
  const own = new FormData();
  for (const [name, value] of form.entries() as Iterable<[string, unknown]>) {
    if (typeof value === 'string') own.append(name, value);
    else {
      const file = value as File;
      own.append(name, new Blob([await bytesOf(file)], { type: file.type }), file.name);
    }
  }
  const encoded = new Response(own);
  return { bytes: await bytesOf(encoded), type: encoded.headers.get('content-type') ?? undefined };
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  // Not all engines can iterate over a stream.
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', cancel);
  try {
    return await collect({
      async *[Symbol.asyncIterator]() {
        for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
      },
    });
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

async function collect(chunks: AsyncIterable<unknown>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) {
    if (ArrayBuffer.isView(chunk)) all.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    else if (typeof chunk === 'string') all.push(utf8(chunk));
    else throw new TypeError('A stream as a body must consist of bytes');
  }
  return concat(...all);
}
