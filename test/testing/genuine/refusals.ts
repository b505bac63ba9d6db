/**
 * Refusals of a genuine server, row by row, each with the repository and class that say so (PowerAuth Server and RESTful
 * integration 1.9.0). Which factors each endpoint takes is in `factor-lists.test.ts`.
 *
 * @module
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startPowerAuthTestServer, type PowerAuthTestServer } from '../../../src/testing/index.ts';
import { authenticationOf, GenuineClient, withField, type Refusal } from './client.ts';

export const SIGNED = '/api/protected/signature';
export const OFFLINE = { uriId: '/operation/authorize/offline', data: 'A1*A100EUR' };
export const INTEGRATION = 'powerauth-restful-integration';
export const SERVER = 'powerauth-server';
export const HEADERS = 'powerauth-crypto: PowerAuthSignatureHttpHeaderValidator';
export const FILTER = `${INTEGRATION}: PowerAuthRequestFilterBase`;
export const CANONICAL = 'powerauth-crypto: PowerAuthRequestCanonizationUtils';
export const TOKENS = `${SERVER}: TokenBehavior`;
export const REPLAY = `${SERVER}: DefaultReplayVerificationService`;

export const OK: Refusal = { status: 200 };
export const NO_SIGNATURE: Refusal = { status: 401, message: 'POWER_AUTH_SIGNATURE_INVALID' };
export const NO_TOKEN: Refusal = { status: 401, message: 'POWER_AUTH_TOKEN_INVALID' };
export const NO_REQUEST: Refusal = { status: 401, message: 'POWER_AUTH_REQUEST_INVALID' };
export const TOKEN_ERROR: Refusal = { status: 401, message: 'POWER_AUTH_TOKEN_ERROR' };
export const NO_ACTIVATION: Refusal = { status: 400, message: 'POWER_AUTH_ACTIVATION_INVALID' };

/** One attempt that is refused. */
export interface Row {
  readonly what: string;
  readonly source: string;
  readonly attempt: (client: GenuineClient) => Promise<Refusal>;
  readonly refusal: Refusal;
  /** Attempts that it costs. Default 0. */
  readonly costs?: number;
}

/** A server, and a client with the token `T`. */
interface Stage {
  readonly server: PowerAuthTestServer;
  readonly client: GenuineClient;
}

/**
 * Sets a stage for the tests of a file.
 *
 * @param use takes it, before the first test
 * @returns a function that makes a test of each row
 */
export function setStage(use: (stage: Stage) => void): (rows: readonly Row[]) => void {
  let server: PowerAuthTestServer;
  let client: GenuineClient;
  beforeAll(async () => {
    server = await startPowerAuthTestServer();
    client = await GenuineClient.activated(server);
    const { tokenStore } = client.powerAuth;
    await tokenStore.requestAccessToken('T', authenticationOf('possession_knowledge'));
    use({ server, client });
  });
  afterEach(() => {
    server.clockOffset = 0;
  });
  afterAll(async () => {
    await client.powerAuth.deconfigure();
    await server.close();
  });
  return (rows) =>
    test.each(rows.map((row) => [row.what, row.source, row] as const))(
      '%s (%s)',
      async (_, __, { attempt, refusal, costs = 0 }) => {
        expect(await attempt(client)).toEqual(refusal);
        expect(server.activation(client.activationId)?.failCount).toBe(costs);
        // Makes good what the row cost, and brings the server's counter up to the client's.
        server.clockOffset = 0;
        expect(await client.sendSigned('possession_biometry', '/pa/v3/signature/validate')).toEqual(OK);
      },
    );
}

/** Signs with biometry and sends a changed header. */
export const changed = (change: (header: string) => string) => (it: GenuineClient) =>
  it.sendSigned('possession_biometry', SIGNED, 'body', change);
export const field = (name: string, value: string) => changed((header) => withField(header, name, value));
