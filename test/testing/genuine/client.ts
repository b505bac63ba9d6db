/**
 * One activated client and what a test needs to send requests that no client would send.
 */
import { randomBytes } from 'node:crypto';
import { softwareBiometry } from '../../../src/biometry/software.ts';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthError,
} from '../../../src/index.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';
import type { PowerAuthTestServer, PowerAuthTestSignatureType } from '../../../src/testing/index.ts';

const PASSWORD = 'correct horse';
const PROMPT = { promptMessage: 'test' };

/** How a server refused: HTTP status, and PowerAuth's message where there is one. */
export interface Refusal {
  readonly status: number;
  readonly message?: string;
}

/* eslint-disable @typescript-eslint/no-deprecated -- the deprecated form alone makes three factors */
function threeFactors(): PowerAuthAuthentication {
  const three = new PowerAuthAuthentication();
  three.userPassword = PASSWORD;
  three.useBiometry = true;
  three.biometryMessage = PROMPT.promptMessage;
  return three;
}
/* eslint-enable @typescript-eslint/no-deprecated */

/** An authentication whose signatures are of this type; a new one for each use. */
export function authenticationOf(type: PowerAuthTestSignatureType): PowerAuthAuthentication {
  if (type === 'possession') return PowerAuthAuthentication.possession();
  if (type === 'possession_knowledge') return PowerAuthAuthentication.password(PASSWORD);
  if (type === 'possession_biometry') return PowerAuthAuthentication.biometry(PROMPT);
  return threeFactors();
}

export const WRONG_PASSWORD = PowerAuthAuthentication.password('wrong password');

/** The header with another value of a field. */
export const withField = (header: string, field: string, value: string): string =>
  header.replace(new RegExp(`\\b${field}="[^"]*"`), `${field}="${value}"`);

/** The header without a field. */
export const withoutField = (header: string, field: string): string =>
  header.replace(new RegExp(`\\b${field}="[^"]*"(, )?`), '').replace(/, $/, '');

/** Sends a request as it is. */
export async function send(
  server: PowerAuthTestServer,
  path: string,
  init: RequestInit = {},
): Promise<Refusal> {
  const response = await fetch(server.baseUrl + path, { method: 'POST', ...init });
  const text = await response.text();
  const { responseObject } = JSON.parse(text) as { responseObject?: { message?: string } };
  return { status: response.status, ...(responseObject?.message && { message: responseObject.message }) };
}

/** What a method of the client says of the server's refusal; `{status: 200}` for none. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
    return { status: 200 };
  } catch (error) {
    if (!(error instanceof PowerAuthError) || error.errorData === undefined) throw error;
    const { httpStatusCode: status = 0, serverResponseMessage: message } = error.errorData as {
      httpStatusCode?: number;
      serverResponseMessage?: string;
    };
    return { status, ...(message !== undefined && { message }) };
  }
}

/** A client with all factors, activated. */
export class GenuineClient {
  readonly server: PowerAuthTestServer;
  readonly powerAuth: PowerAuth;
  activationId = '';

  private constructor(server: PowerAuthTestServer) {
    this.server = server;
    this.powerAuth = new PowerAuth(`genuine-${randomBytes(8).toString('hex')}`);
  }

  /** Configured only. */
  static async configured(server: PowerAuthTestServer): Promise<GenuineClient> {
    const client = new GenuineClient(server);
    await client.powerAuth.configure(
      server.configuration,
      { enableUnsecureTraffic: true },
      { provider: softwareBiometry({ key: randomBytes(32) }) },
      { ...QUICK_PASSWORDS, storage: memoryStorage(), sealingKey: randomBytes(32) },
    );
    return client;
  }

  static async activated(server: PowerAuthTestServer, maxFailCount = 200): Promise<GenuineClient> {
    const client = await GenuineClient.configured(server);
    await client.exchangeKeys(maxFailCount);
    server.commitActivation(client.activationId);
    return client;
  }

  /** Up to the commit that the server has to make. */
  async exchangeKeys(maxFailCount = 5): Promise<void> {
    const { activationId, activationCode } = this.server.createActivation({ maxFailCount });
    this.activationId = activationId;
    await this.powerAuth.createActivation(
      PowerAuthActivation.createWithActivationCode(activationCode, 'test'),
    );
    const commit = PowerAuthAuthentication.commitWithPasswordAndBiometry(PASSWORD, PROMPT);
    await this.powerAuth.commitActivation(commit);
  }

  /** The value of a signature header. */
  async sign(type: PowerAuthTestSignatureType, uriId: string, body = ''): Promise<string> {
    const { value } = await this.powerAuth.requestSignature(authenticationOf(type), 'POST', uriId, body);
    if (!value.includes(`pa_signature_type="${type}"`)) throw new Error(`This is no signature of ${type}`);
    return value;
  }

  /** Signs and sends a request to `/pa/v3/…`, or to a path that is its own uriId. */
  async sendSigned(
    type: PowerAuthTestSignatureType,
    path: string,
    body = '',
    change: (header: string) => string = (header) => header,
  ): Promise<Refusal> {
    const header = await this.sign(type, path.replace('/pa/v3/', '/pa/'), body);
    return this.sendHeader(change(header), path, body);
  }

  async sendHeader(value: string, path = '/api/protected/signature', body = ''): Promise<Refusal> {
    const headers = { 'X-PowerAuth-Authorization': value, 'Content-Type': 'application/json' };
    return send(this.server, path, { headers, body });
  }

  /** Signs a GET request with these parameters and sends it with this query. */
  async sendGet(params: object, query: string): Promise<Refusal> {
    const path = '/api/protected/signature';
    const authentication = authenticationOf('possession_biometry');
    const { key, value } = await this.powerAuth.requestGetSignature(authentication, path, params);
    return send(this.server, `${path}?${query}`, { method: 'GET', headers: { [key]: value } });
  }

  /** A token's header, after `change`. */
  async sendToken(
    name: string,
    change: (header: string) => string = (header) => header,
    path = '/api/protected/token',
  ): Promise<Refusal> {
    const { value } = await this.powerAuth.tokenStore.generateHeaderForToken(name);
    return this.sendTokenHeader(change(value), path);
  }

  async sendTokenHeader(value: string, path = '/api/protected/token'): Promise<Refusal> {
    return send(this.server, path, { headers: { 'X-PowerAuth-Token': value } });
  }
}
