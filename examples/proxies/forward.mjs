/**
 * What both proxies do with a request: send it to the bank, authenticated, and pass the answer on.
 *
 * @module
 */

/** What a caller may decide; everything else, such as cookies and credentials, stays here. */
const PASSED_ON = ['accept', 'accept-language', 'content-type'];
/** What the bank's answer says about its body. */
const PASSED_BACK = ['cache-control', 'content-type'];

/**
 * @param {import('powerauth-wasm/fetch').PowerAuthFetch} bank
 * @param {string} base the bank's origin
 * @param {{ method: string, path: string, headers: Record<string, unknown>, body?: Uint8Array<ArrayBuffer> | undefined, signal: AbortSignal }} request
 * @returns {Promise<{ status: number, headers: [string, string][], body: Uint8Array }>}
 */
export async function forward(bank, base, { method, path, headers, body, signal }) {
  const url = new URL(base);
  const { pathname, search } = new URL(path, 'http://proxy.invalid');
  url.pathname = pathname;
  url.search = search;
  const passed = PASSED_ON.flatMap((name) =>
    typeof headers[name] === 'string' ? [[name, headers[name]]] : [],
  );
  const hasBody = method !== 'GET' && method !== 'HEAD' && body !== undefined && body.length > 0;
  const response = await bank(url, {
    method,
    headers: Object.fromEntries(passed),
    ...(hasBody && { body }),
    signal,
  });
  const back = PASSED_BACK.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [/** @type {[string, string]} */ ([name, value])];
  });
  return { status: response.status, headers: back, body: new Uint8Array(await response.arrayBuffer()) };
}
