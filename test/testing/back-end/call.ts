import type { PowerAuthTestServer } from '../../../src/testing/index.ts';

/** What a method for back-ends answered. */
export interface Called {
  readonly status: number;
  readonly body: { readonly status: unknown; readonly responseObject: Record<string, unknown> };
}

/** Calls a method for back-ends, `/rest/v3/…`. */
export async function call(
  server: Pick<PowerAuthTestServer, 'baseUrl'>,
  method: string,
  requestObject: object = {},
  headers: Record<string, string> = {},
): Promise<Called> {
  const response = await fetch(`${server.baseUrl}/rest/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ requestObject }),
  });
  return { status: response.status, body: (await response.json()) as Called['body'] };
}

/** The `responseObject` of an accepted call. */
export async function result(
  ...parameters: Parameters<typeof call>
): Promise<Called['body']['responseObject']> {
  const { status, body } = await call(...parameters);
  if (status !== 200 || body.status !== 'OK') throw new Error(`${parameters[1]}: ${JSON.stringify(body)}`);
  return body.responseObject;
}

/** How a refused call ends: 400, and this code. */
export const refused = (code: string): unknown => ({
  status: 400,
  body: {
    status: 'ERROR',
    responseObject: { code, message: expectText, localizedMessage: expectText },
  },
});

const expectText = {
  asymmetricMatch: (value: unknown) => typeof value === 'string' && value !== '',
  toString: () => 'a text',
};
