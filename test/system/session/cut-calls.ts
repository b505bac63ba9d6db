/**
 * Every public method, cut at every moment: by `deconfigure`, by the end of its storage, by a storage that fails before or
 * after it has done what it was told. It rejects, and all is as before; or it resolves, and has done what it promises.
 */

import { expect, onTestFinished, test } from 'vitest';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthError,
  PowerAuthSignatureKeyId,
  type PowerAuthDecryptor,
  type PowerAuthPasswordChangeData,
  type PowerAuthStorage,
} from '../../../src/index.ts';
import { readActivation } from '../../../src/session/activation-record.ts';
import { RecordKeys } from '../../../src/session/record-keys.ts';
import { decodeTokenRecord } from '../../../src/session/token-record.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import { sealedStorage } from '../../../src/storage/sealed.ts';
import type { PowerAuthTestServer } from '../../../src/testing/index.ts';
import { PROMPT, testBiometry } from '../../helpers/biometry.ts';
import { SEALING_KEY, testServer } from '../../helpers/client.ts';
import { DEEP } from '../../helpers/deep.ts';
import { isOfStorage, Moments } from '../../helpers/moments.ts';
import { QUICK_PASSWORDS } from '../../helpers/passwords.ts';
import {
  callByName,
  methodsOf,
  POWER_AUTH_CALLS,
  PUBLIC_CALLS,
  TOKEN_STORE_CALLS,
} from '../../helpers/public-calls.ts';

const POSSESSION = PowerAuthAuthentication.possession();
const TOKEN = 'MyToken';
/** One with two factors. */
const STRONG_TOKEN = 'MyStrongToken';

/** What is stored, but for the counter: values of it may be skipped. */
interface State {
  readonly activation:
    | { readonly keys: string; readonly id: string; readonly salt: string; readonly biometry: string }
    | undefined;
  /** Identifiers of the activation's tokens. */
  readonly tokens: readonly string[];
}

/** Begins the names of the methods of the service of that name. */
const TIME = 'timeSynchronizationService.';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A store, a server, and a client of both. */
class World {
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

/** A method under test. */
interface Row {
  readonly name: string;
  /** What must be there; an activation with all that it can have unless given. */
  readonly prepare?: (world: World) => Promise<void>;
  /** What must be done in the session of the call. */
  readonly arrange?: (world: World) => Promise<void>;
  readonly call: (world: World) => Promise<unknown>;
  /** What it leaves when it resolves; the same as before unless given. */
  readonly promise?: (world: World, before: State, result: unknown) => unknown;
  /** What else is seen of it then, by a client that is configured again. */
  readonly afterwards?: (world: World) => Promise<void>;
}

const NOTHING: State = { activation: undefined, tokens: [] };
const without = ({ activation }: State): State => ({ activation, tokens: [] });
const otherSalt = ({ activation, tokens }: State) => ({
  activation: { ...activation, salt: expect.not.stringMatching(activation?.salt ?? '') as string },
  tokens,
});
const next = (world: World): string =>
  world.password === 'the first one' ? 'the other one' : 'the first one';

async function toBeCommitted(world: World): Promise<void> {
  await world.powerAuth.removeActivationLocal();
}

async function committed(world: World): Promise<void> {
  world.server.commitActivation(world.pendingId);
  await world.powerAuth.validatePassword(world.password);
}

const fresh = (biometry: boolean) => (world: World) => ({
  activation: { id: world.pendingId, biometry: expect.stringMatching(biometry ? /./ : /^$/) as string },
  tokens: [],
});

/** What is special about some of the methods. */
const SPECIAL: Readonly<Record<string, Partial<Row>>> = {
  createActivation: { prepare: toBeCommitted, call: (world) => world.create() },
  commitActivation: {
    prepare: toBeCommitted,
    arrange: (world) => world.create(),
    call: ({ powerAuth, password }) =>
      powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(password)),
    promise: fresh(false),
    afterwards: committed,
  },
  removeActivationWithAuthentication: {
    call: ({ powerAuth, knowledge }) => powerAuth.removeActivationWithAuthentication(knowledge),
    promise: () => NOTHING,
  },
  removeActivationLocal: { promise: () => NOTHING },
  changePassword: {
    call: (world) => world.powerAuth.changePassword(world.password, next(world)),
    promise: (_, before) => otherSalt(before),
    afterwards: async (world) => {
      world.password = next(world);
      await world.powerAuth.validatePassword(world.password);
    },
  },
  unsafeChangePassword: {
    call: (world) => world.powerAuth.unsafeChangePassword(world.password, next(world)),
    promise: (_, before) => otherSalt(before),
    afterwards: async (world) => {
      world.password = next(world);
      await world.powerAuth.validatePassword(world.password);
    },
  },
  beginPasswordChange: {
    call: async ({ powerAuth, password }) => (await powerAuth.beginPasswordChange(password)).release(),
  },
  finishPasswordChange: {
    arrange: async (world) => {
      world.change = await world.powerAuth.beginPasswordChange(world.password);
    },
    call: async (world) => {
      if (world.change !== undefined) await world.powerAuth.finishPasswordChange(next(world), world.change);
    },
    promise: (_, before) => otherSalt(before),
    afterwards: async (world) => {
      world.password = next(world);
      await world.powerAuth.validatePassword(world.password);
    },
  },
  validatePassword: { call: ({ powerAuth, password }) => powerAuth.validatePassword(password) },
  addBiometryFactor: {
    call: ({ powerAuth, password }) => powerAuth.addBiometryFactor(password, PROMPT),
    promise: (_, { activation, tokens }) => ({
      activation: {
        ...activation,
        biometry: expect.not.stringMatching(activation?.biometry ?? '') as string,
      },
      tokens,
    }),
    afterwards: async ({ powerAuth }) => {
      await powerAuth.requestSignature(PowerAuthAuthentication.biometry(PROMPT), 'POST', '/x', '');
    },
  },
  removeBiometryFactor: {
    promise: (_, { activation, tokens }) => ({ activation: { ...activation, biometry: '' }, tokens }),
  },
  groupedBiometricAuthentication: {
    call: ({ powerAuth }) =>
      powerAuth.groupedBiometricAuthentication(PowerAuthAuthentication.biometry(PROMPT), async (reusable) => {
        await powerAuth.requestSignature(reusable, 'POST', '/x', '');
      }),
  },
  requestAccessToken: {
    call: async ({ powerAuth }) => {
      const { tokenIdentifier } = await powerAuth.tokenStore.requestAccessToken(
        `${Math.random()}`,
        POSSESSION,
      );
      return tokenIdentifier;
    },
    promise: (_, { activation, tokens }, made) => ({ activation, tokens: [...tokens, made].sort() }),
  },
  renewAccessToken: {
    arrange: async (world) => {
      world.refused = (await world.powerAuth.tokenStore.getLocalToken(TOKEN)).tokenIdentifier;
      world.tokensBefore = world.server.tokens.length;
    },
    call: async ({ powerAuth, refused }) => {
      const renewal = { refused, authentication: POSSESSION };
      return (await powerAuth.tokenStore.renewAccessToken(TOKEN, renewal)).tokenIdentifier;
    },
    promise: (_, { activation }, made) => ({ activation, tokens: [made] }),
    afterwards: async (world) => {
      // What was interrupted is done by the next request.
      await world.powerAuth.tokenStore.requestAccessToken(TOKEN, POSSESSION);
      expect.soft(world.server.tokens.map(({ tokenId }) => tokenId)).not.toContain(world.refused);
      expect.soft(world.server.tokens.length).toBe(world.tokensBefore);
    },
  },
  removeAccessToken: {
    prepare: async (world) => {
      await world.activation();
      // One that the server knows for sure.
      await world.powerAuth.tokenStore.removeAllLocalTokens();
      await world.powerAuth.tokenStore.requestAccessToken(TOKEN, POSSESSION);
    },
    promise: (_, before) => without(before),
  },
  fetchActivationDetail: {
    prepare: async (world) => {
      await world.activation();
      await world.powerAuth.tokenStore.requestAccessToken(STRONG_TOKEN, world.knowledge);
    },
    call: ({ powerAuth }) => powerAuth.fetchActivationDetail(STRONG_TOKEN),
  },
  verifyDigitalSignature: {
    call: ({ powerAuth, server, pendingId }) => {
      const { payload } = server.createOfflinePayload({ data: 'x', activationId: pendingId });
      const at = payload.lastIndexOf('\n') + 2;
      const signed = Buffer.from(payload.slice(0, at)).toString('base64');
      return powerAuth.verifyDigitalSignature(payload.slice(at), signed, PowerAuthSignatureKeyId.SERVER_EC);
    },
  },
  removeLocalToken: { promise: (_, before) => without(before) },
  removeAllLocalTokens: { promise: (_, before) => without(before) },
};

/** Those of PowerAuth that take an authentication, with the password of this world. */
const WITH_FACTORS: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  requestSignature: ({ powerAuth, knowledge }) => powerAuth.requestSignature(knowledge, 'POST', '/x', ''),
  requestGetSignature: ({ powerAuth, knowledge }) =>
    powerAuth.requestGetSignature(knowledge, '/x', { a: '1' }),
  withSignature: ({ powerAuth, knowledge, moments }) =>
    powerAuth.withSignature(knowledge, { method: 'POST', uriId: '/x' }, () =>
      moments.around('send', () => Promise.resolve()),
    ),
  offlineSignature: ({ powerAuth, knowledge }) =>
    powerAuth.offlineSignature(knowledge, '/x', 'AAAAAAAAAAAAAAAAAAAAAA=='),
  fetchEncryptionKey: ({ powerAuth, knowledge }) => powerAuth.fetchEncryptionKey(knowledge, 1),
  signDataWithDevicePrivateKey: ({ powerAuth, knowledge }) =>
    powerAuth.signDataWithDevicePrivateKey(knowledge, 'x'),
  calculateDigitalSignature: ({ powerAuth, knowledge }) =>
    powerAuth.calculateDigitalSignature(knowledge, 'AAAA', PowerAuthSignatureKeyId.DEVICE_EC),
  signJwtWithDevicePrivateKey: ({ powerAuth, knowledge }) =>
    powerAuth.signJwtWithDevicePrivateKey(knowledge, { sub: 'x' }),
  renameActivation: ({ powerAuth, knowledge }) => powerAuth.renameActivation(knowledge, 'x'),
  activationRecoveryData: ({ powerAuth, knowledge }) => powerAuth.activationRecoveryData(knowledge),
  confirmRecoveryCode: ({ powerAuth, knowledge }) =>
    powerAuth.confirmRecoveryCode('AAAAA-AAAAA-AAAAA-AAAAA', knowledge),
};

const ENCRYPTOR: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  canEncryptRequest: ({ powerAuth }) => powerAuth.getEncryptorForActivationScope().canEncryptRequest(),
  encryptRequest: ({ powerAuth }) => powerAuth.getEncryptorForActivationScope().encryptRequest('{}'),
  release: ({ powerAuth }) => powerAuth.getEncryptorForActivationScope().release(),
};

const DECRYPTOR: Readonly<Record<string, (decryptor: PowerAuthDecryptor | undefined) => Promise<unknown>>> = {
  canDecryptResponse: async (decryptor) => decryptor?.canDecryptResponse(),
  decryptResponse: async (decryptor) =>
    decryptor?.decryptResponse({ encryptedData: 'AAAA', mac: 'AAAA', nonce: 'AAAA', timestamp: 1 }),
  release: async (decryptor) => decryptor?.release(),
};

/** Methods of PowerAuth and of header generators that return at once, so that nothing can cut them. */
const SYNCHRONOUS = {
  powerAuth: [
    'createPassword',
    'getEncryptorForApplicationScope',
    'getEncryptorForActivationScope',
    'statistics',
  ],
  generator: ['next', 'nextBatch', 'release'],
};

/** Methods that do what another one does. They have no row; {@link synonymsAreCutWithTheirMethods} compares them. */
const SYNONYMS: Readonly<Record<string, { readonly of: string; readonly call: Row['call'] }>> = {
  persistActivation: {
    of: 'commitActivation',
    call: ({ powerAuth, password }) =>
      powerAuth.persistActivation(PowerAuthAuthentication.persistWithPassword(password)),
  },
  authenticationHeaderForRequestWithBody: {
    of: 'requestSignature',
    call: ({ powerAuth, knowledge }) =>
      powerAuth.authenticationHeaderForRequestWithBody(knowledge, 'POST', '/x', ''),
  },
  authenticationHeaderForRequestWithParams: {
    of: 'requestGetSignature',
    call: ({ powerAuth, knowledge }) =>
      powerAuth.authenticationHeaderForRequestWithParams(knowledge, 'GET', '/x', { a: '1' }),
  },
  offlineAuthenticationCode: {
    of: 'offlineSignature',
    call: ({ powerAuth, knowledge }) =>
      powerAuth.offlineAuthenticationCode(knowledge, '/x', 'AAAAAAAAAAAAAAAAAAAAAA=='),
  },
  changePasswordUnsafe: {
    of: 'unsafeChangePassword',
    call: (world) => world.powerAuth.changePasswordUnsafe(world.password, next(world)),
  },
  generateAuthenticationHeader: {
    of: 'generateHeaderForToken',
    call: ({ powerAuth }) => powerAuth.tokenStore.generateAuthenticationHeader(TOKEN),
  },
  [`${TIME}synchronize`]: {
    of: `${TIME}synchronizeTime`,
    call: ({ powerAuth }) => powerAuth.timeSynchronizationService.synchronize(),
  },
};

const ROWS: readonly Row[] = [
  ...PUBLIC_CALLS.filter(([name]) => !(name in SYNONYMS)).map(([name, { parameters }, objectOf]): Row => {
    const good = parameters.map((parameter) => parameter.good);
    const plain = ({ powerAuth }: World) => callByName(objectOf(powerAuth), name, good);
    return { name, call: WITH_FACTORS[name] ?? plain, ...SPECIAL[name] };
  }),
  {
    name: 'configure',
    arrange: async ({ powerAuth }) => {
      await powerAuth.deconfigure();
    },
    call: (world) => world.configure(),
  },
  { name: 'deconfigure', call: ({ powerAuth }) => powerAuth.deconfigure() },
  { name: 'isConfigured', call: ({ powerAuth }) => powerAuth.isConfigured() },
  { name: 'currentAlgorithm', call: ({ powerAuth }) => powerAuth.currentAlgorithm },
  {
    name: 'commitActivation with biometry',
    ...SPECIAL['commitActivation'],
    call: ({ powerAuth, password }) =>
      powerAuth.commitActivation(PowerAuthAuthentication.commitWithPasswordAndBiometry(password, PROMPT)),
    promise: fresh(true),
  },
  {
    name: 'requestSignature by biometry',
    call: ({ powerAuth }) =>
      powerAuth.requestSignature(PowerAuthAuthentication.biometry(PROMPT), 'POST', '/x', ''),
  },
  {
    name: 'encryptRequest in application scope',
    call: ({ powerAuth }) => powerAuth.getEncryptorForApplicationScope().encryptRequest('{}'),
  },
  ...(
    [
      'isTimeSynchronized',
      'currentTime',
      'synchronizeTime',
      'resetTimeSynchronization',
      'localTimeAdjustment',
      'localTimeAdjustmentPrecision',
    ] as const
  ).map((name): Row => ({
    name: TIME + name,
    call: ({ powerAuth }) => powerAuth.timeSynchronizationService[name](),
  })),
  ...Object.entries(ENCRYPTOR).map(([name, call]): Row => ({ name: `encryptor.${name}`, call })),
  ...Object.entries(DECRYPTOR).map(([name, call]): Row => ({
    name: `decryptor.${name}`,
    arrange: async (world) => {
      const encryptor = world.powerAuth.getEncryptorForActivationScope();
      world.decryptor = (await encryptor.encryptRequest('{}')).decryptor;
    },
    call: ({ decryptor }) => call(decryptor),
  })),
];

const named = (...names: string[]): readonly Row[] => ROWS.filter(({ name }) => names.includes(name));

/** Methods that change what is stored: a sample, for storages on which there is no time for all of them. */
export const changing: readonly Row[] = DEEP
  ? ROWS.filter(({ promise }) => promise !== undefined)
  : named(
      'commitActivation',
      'changePassword',
      'addBiometryFactor',
      'requestAccessToken',
      'removeActivationLocal',
    );

/** The same where each call takes long. */
export const few: readonly Row[] = DEEP ? changing : named('changePassword', 'requestAccessToken');

/** A sample of all methods: the changing ones, and some that read, sign, encrypt or begin. */
export const sample: readonly Row[] = DEEP
  ? ROWS
  : [
      ...changing,
      ...named(
        'configure',
        'fetchActivationStatus',
        'requestSignature',
        'generateHeaderForToken',
        'encryptor.encryptRequest',
      ),
    ];

/** What comes in between, and at which moments it can. */
const CUTS: Readonly<
  Record<
    string,
    {
      readonly at: (moment: string) => boolean;
      readonly cut: (world: World) => Promise<unknown> | undefined;
      readonly fails?: boolean;
    }
  >
> = {
  deconfigure: { at: () => true, cut: ({ powerAuth }) => powerAuth.deconfigure() },
  'close of the storage': { at: () => true, cut: ({ storage }) => storage?.close() },
  failure: { at: isOfStorage, cut: () => undefined, fails: true },
  'failure and deconfigure': {
    at: isOfStorage,
    cut: ({ powerAuth }) => powerAuth.deconfigure(),
    fails: true,
  },
};

/** The store that calls are made on. */
export interface Place {
  /** Opens it once more, as another process does. */
  readonly open: () => PowerAuthStorage;
  /** Has the instance open it by itself, through this function. */
  readonly openOwn?: (open: () => PowerAuthStorage) => void;
}

const outcomeOf = (call: Promise<unknown>) =>
  call.then(
    (result) => ({ result, error: undefined }),
    (error: unknown) => ({ result: undefined, error }),
  );

/** A world for a row, gone after the test, and what makes it ready for one more call. */
async function worldOf(row: Row, place: Place): Promise<{ world: World; ready: () => Promise<State> }> {
  const { prepare = (made: World) => made.activation(), arrange } = row;
  const world = new World(await testServer(), place, `cut ${row.name}`);
  const { moments, powerAuth } = world;
  onTestFinished(async () => {
    moments.begin();
    await powerAuth.deconfigure();
  });
  moments.watchCrypto();

  /** Everything is there, and the session is new. */
  const ready = async (): Promise<State> => {
    moments.begin();
    await powerAuth.deconfigure();
    if (prepare !== toBeCommitted) await world.putBack();
    await world.configure();
    await prepare(world);
    await powerAuth.deconfigure();
    await world.configure();
    await arrange?.(world);
    return world.state();
  };
  return { world, ready };
}

const unchanged = (_: World, before: State): State => before;

/**
 * @param begin makes a new place, before each test
 * @param step 1 for each moment, n for each n-th; `npm run test:deep` forces each
 * @param rows the methods to cut
 */
export function cutCalls(begin: () => Promise<Place>, step = 1, rows = ROWS): void {
  const every = DEEP ? 1 : step;
  const timeout = DEEP ? 300_000 : 60_000;
  test.each(rows)('$name', { timeout }, async (row) => {
    const { prepare, call, afterwards, promise = unchanged } = row;
    const place = await begin();
    const { world, ready } = await worldOf(row, place);
    const { moments, powerAuth } = world;

    await ready();
    moments.begin();
    await outcomeOf(call(world));
    const usual = [...moments.passed];
    if (afterwards !== undefined) await afterwards(world);

    for (const [what, { at, cut, fails = false }] of Object.entries(CUTS)) {
      if (what.startsWith('close') && place.openOwn !== undefined) continue;
      for (const [i, moment] of usual.entries()) {
        // Sampled, other rows at other moments.
        if (!at(moment) || (i + row.name.length) % every !== 0) continue;
        const when = `${what} at moment ${i + 1}, ${moment}`;
        const before = await ready();
        let cutting: Promise<unknown> | undefined;
        moments.begin(i + 1, () => {
          cutting = cut(world);
          if (fails) throw new Error('the disk is broken');
        });
        const { result, error } = await outcomeOf(call(world));
        await cutting;
        await powerAuth.deconfigure();
        moments.begin();
        const after = await world.state();

        if (error === undefined) {
          expect.soft(after, `${when}: resolved`).toMatchObject(promise(world, before, result) as State);
          if (afterwards === undefined) continue;
          await world.configure();
          await expect.soft(afterwards(world), `${when}: resolved, and works`).resolves.toBeUndefined();
        } else {
          expect.soft(error, `${when}: rejected`).toBeInstanceOf(PowerAuthError);
          // What a guard of our own has stopped was a mistake all the same.
          expect.soft((error as Error).message, when).not.toMatch(/mistake in powerauth-wasm/);
          expect.soft(after, `${when}: rejected with ${(error as Error).message}`).toEqual(before);
        }
      }
    }

    // Whatever was cut, the password still counts, and no attempt was lost.
    await ready();
    if (prepare === toBeCommitted) return;
    if (!(await powerAuth.isConfigured())) await world.configure();
    await powerAuth.validatePassword(world.password);
    expect(await powerAuth.fetchActivationStatus()).toMatchObject({ state: 'ACTIVE', failCount: 0 });
  });
}

/** A synonym passes the moments of its method, leaves the same and returns a value of the same kind. */
export function synonymsAreCutWithTheirMethods(begin: () => Promise<Place>): void {
  test.each(Object.entries(SYNONYMS))('%s has the moments of its method', async (_, { of, call }) => {
    const row = ROWS.find(({ name }) => name === of);
    if (row === undefined) throw new Error(`no row for ${of}`);
    const { world, ready } = await worldOf(row, await begin());
    const { moments, powerAuth } = world;

    const outcome = async (made: Row['call']) => {
      const before = await ready();
      moments.begin();
      const result = await made(world);
      const passed = [...moments.passed];
      await powerAuth.deconfigure();
      moments.begin();
      expect(await world.state()).toMatchObject((row.promise ?? unchanged)(world, before, result) as State);
      await world.configure();
      await row.afterwards?.(world);
      return { passed, type: typeof result };
    };

    const method = await outcome(row.call);
    expect(method.passed).not.toEqual([]);
    expect(await outcome(call)).toEqual(method);
  });
}

/** Names of the promises that an object has. */
function promisesOf(object: object): string[] {
  const names: string[] = [];
  for (let type: object | null = object; type !== null; type = Object.getPrototypeOf(type) as object | null) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
      if (descriptor.get?.call(object) instanceof Promise) names.push(name);
    }
  }
  return names;
}

/** No method is forgotten. */
export function allMethodsAreCut(): void {
  test('the table has all methods', async () => {
    const world = new World(await testServer(), { open: () => memoryStorage() }, 'all methods are cut');
    const { powerAuth } = world;
    await world.configure();
    onTestFinished(async () => {
      await world.powerAuth.deconfigure();
    });
    await world.activation();
    const { timeSynchronizationService } = powerAuth;
    const encryptor = powerAuth.getEncryptorForActivationScope();
    const { decryptor } = await encryptor.encryptRequest('{}');
    const generator = await powerAuth.tokenStore.headerGenerator(TOKEN);
    expect(methodsOf(generator)).toEqual(SYNCHRONOUS.generator);
    const methods = (object: object, prefix = '') => methodsOf(object).map((name) => prefix + name);
    const all = [
      ...methods(powerAuth).filter((name) => !SYNCHRONOUS.powerAuth.includes(name)),
      ...promisesOf(powerAuth),
      ...methods(powerAuth.tokenStore),
      // TypeScript alone knows that it is private.
      ...methods(timeSynchronizationService, TIME).filter((name) => name !== `${TIME}read`),
      ...methods(encryptor, 'encryptor.'),
      ...methods(decryptor, 'decryptor.'),
    ];
    const names = [...ROWS.map(({ name }) => name), ...Object.keys(SYNONYMS)];
    expect(all.filter((name) => !names.includes(name))).toEqual([]);
    expect(Object.keys(SYNONYMS).filter((name) => !all.includes(name))).toEqual([]);
    expect(
      Object.keys(SPECIAL).filter((name) => !(name in POWER_AUTH_CALLS || name in TOKEN_STORE_CALLS)),
    ).toEqual([]);
  });
}
