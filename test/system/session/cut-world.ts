/** What the methods that are cut act on: a store, a server, and a client of both. */

import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  type PowerAuthDecryptor,
  type PowerAuthPasswordChangeData,
  type PowerAuthStorage,
} from '../../../src/index.ts';
import { readActivation } from '../../../src/session/activation-record.ts';
import { RecordKeys } from '../../../src/session/record-keys.ts';
import { decodeTokenRecord } from '../../../src/session/token-record.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { PROMPT, testBiometry } from '../../helpers/biometry.ts';
import { SEALING_KEY } from '../../helpers/client.ts';
import { Moments } from '../../helpers/moments.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';

export const POSSESSION = PowerAuthAuthentication.possession();
export const TOKEN = 'MyToken';
/** One with two factors. */
export const STRONG_TOKEN = 'MyStrongToken';

/** The store that calls are made on. */
export interface Place {
  /** Opens it once more, as another process does. */
  readonly open: () => PowerAuthStorage;
  /** Has the instance open it by itself, through this function. */
  readonly openOwn?: (open: () => PowerAuthStorage) => void;
}

/** What is stored, but for the counter: values of it may be skipped. */
export interface State {
  readonly activation:
    | { readonly keys: string; readonly id: string; readonly salt: string; readonly biometry: string }
    | undefined;
  /** Identifiers of the activation's tokens. */
  readonly tokens: readonly string[];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A store, a server, and a client of both. */
export class World {
  readonly moments = new Moments();
  readonly powerAuth: PowerAuth;
  readonly server: PowerAuthTestServer;
  readonly #place: Place;
  readonly #user = testBiometry();
  readonly #keys: RecordKeys;
  /** The records of the activation that was seen last, and whether it was gone since. */
  #kept: readonly (readonly [key: string, value: Uint8Array])[] = [];
  #keptId = '';
  #isGone = false;
  password = 'the first one';
  /** The activation that waits for its commit. */
  pendingId = '';
  decryptor: PowerAuthDecryptor | undefined;
  change: PowerAuthPasswordChangeData | undefined;
  /** The token that is renewed, and how many tokens the server had before. */
  refused = '';
  tokensBefore = 0;
  storage: PowerAuthStorage | undefined;

  constructor(server: PowerAuthTestServer, place: Place, instanceId: string) {
    this.server = server;
    this.#place = place;
    this.powerAuth = new PowerAuth(instanceId);
    this.#keys = new RecordKeys(instanceId);
  }

  get knowledge(): PowerAuthAuthentication {
    return PowerAuthAuthentication.password(this.password);
  }

  configure(): Promise<boolean> {
    const { open, openOwn } = this.#place;
    this.storage = openOwn === undefined ? this.moments.storage(open()) : undefined;
    openOwn?.(() => this.moments.storage(open()));
    return this.powerAuth.configure(
      this.server.configuration,
      { enableUnsecureTraffic: true, fetch: this.moments.fetch },
      { provider: this.moments.provider(this.#user.provider) },
      { ...QUICK_PASSWORDS, sealingKey: SEALING_KEY, ...(this.storage && { storage: this.storage }) },
    );
  }

  async create(): Promise<void> {
    const { activationId, activationCode } = this.server.createActivation();
    this.pendingId = activationId;
    await this.powerAuth.createActivation(
      PowerAuthActivation.createWithActivationCode(activationCode, 'test'),
    );
  }

  /** A new activation, with a biometry factor and a token; or the one that is there, made whole. */
  async activation(): Promise<void> {
    const { powerAuth, server } = this;
    const id = await powerAuth.getActivationIdentifier();
    if (id === undefined || server.activation(id)?.state !== 'ACTIVE') {
      await powerAuth.removeActivationLocal();
      await this.create();
      await powerAuth.commitActivation(
        PowerAuthAuthentication.commitWithPasswordAndBiometry(this.password, PROMPT),
      );
      server.commitActivation(this.pendingId);
    }
    if (!(await powerAuth.hasBiometryFactor())) await powerAuth.addBiometryFactor(this.password, PROMPT);
    await powerAuth.tokenStore.requestAccessToken(TOKEN, POSSESSION);
  }

  /** Puts an activation back that was removed here alone: quicker than a new one. */
  async putBack(): Promise<void> {
    if (!this.#isGone || this.server.activation(this.#keptId)?.state !== 'ACTIVE') return;
    const opened = this.#place.open();
    for (const [key, value] of this.#kept) await opened.set(key, value);
    await opened.close();
  }

  async #keep(opened: PowerAuthStorage, id: string | undefined): Promise<void> {
    this.#isGone = id === undefined;
    if (id === undefined) return;
    const kept: [string, Uint8Array][] = [];
    for await (const key of opened.list(this.#keys.instance)) {
      const value = await opened.get(key);
      if (value !== undefined) kept.push([key, value]);
    }
    [this.#kept, this.#keptId] = [kept, id];
  }

  async state(): Promise<State> {
    const opened = this.#place.open();
    try {
      const storage = sealedStorage(opened, SEALING_KEY);
      const keys = this.#keys;
      const { record } = readActivation(await storage.get(keys.activation), keys.instanceId);
      const tokens: string[] = [];
      for await (const key of storage.list(keys.tokens)) {
        const token = decodeTokenRecord((await storage.get(key)) ?? new Uint8Array());
        if (token.activationId === record?.activationId) tokens.push(token.tokenIdentifier);
      }
      await this.#keep(opened, record?.activationId);
      return {
        activation: record && {
          id: record.activationId,
          keys: [record.possessionKey, record.transportKey, record.wrappedDevicePrivateKey].map(hex).join(),
          salt: hex(record.knowledge.salt),
          biometry: record.biometry === undefined ? '' : hex(record.biometry.descriptor),
        },
        tokens: tokens.sort(),
      };
    } finally {
      await opened.close();
    }
  }
}
