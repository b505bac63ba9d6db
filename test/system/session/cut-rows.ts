/** Every public method, with what must be there before it and what it promises. */

import { expect } from 'vitest';
import {
  PowerAuthAuthentication,
  PowerAuthSignatureKeyId,
  type PowerAuthDecryptor,
} from '../../../src/index.ts';
import { PROMPT } from '../../helpers/biometry.ts';
import { callByName, PUBLIC_CALLS } from '../../helpers/public-calls.ts';
import { POSSESSION, STRONG_TOKEN, TOKEN, type State, type World } from './cut-world.ts';

/** Begins the names of the methods of the service of that name. */
export const TIME = 'timeSynchronizationService.';

/** A method under test. */
export interface Row {
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

export const NOTHING: State = { activation: undefined, tokens: [] };
const without = ({ activation }: State): State => ({ activation, tokens: [] });
const otherSalt = ({ activation, tokens }: State) => ({
  activation: { ...activation, salt: expect.not.stringMatching(activation?.salt ?? '') as string },
  tokens,
});
const next = (world: World): string =>
  world.password === 'the first one' ? 'the other one' : 'the first one';

export async function toBeCommitted(world: World): Promise<void> {
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
export const SPECIAL: Readonly<Record<string, Partial<Row>>> = {
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
export const SYNCHRONOUS = {
  powerAuth: [
    'createPassword',
    'getEncryptorForApplicationScope',
    'getEncryptorForActivationScope',
    'statistics',
  ],
  generator: ['next', 'nextBatch', 'release'],
};

/** Methods that do what another one does. They have no row; `synonymsAreCutWithTheirMethods` compares them. */
export const SYNONYMS: Readonly<Record<string, { readonly of: string; readonly call: Row['call'] }>> = {
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

export const ROWS: readonly Row[] = [
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
