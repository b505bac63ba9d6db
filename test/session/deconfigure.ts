/** Calls that `deconfigure` overtakes, or the end of the storage. */
import { expect, onTestFinished, test } from 'vitest';
import {
  PowerAuth,
  PowerAuthActivation,
  PowerAuthAuthentication,
  PowerAuthError,
  PowerAuthErrorCode,
  type PowerAuthStorage,
} from '../../src/index.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { activate, PASSWORD, SEALING_KEY, testServer } from '../helpers/client.ts';
import { callByName, PUBLIC_CALLS } from '../helpers/public-calls.ts';
import { QUICK_PASSWORDS } from '../helpers/passwords.ts';

const POSSESSION = PowerAuthAuthentication.possession();

/** When that comes: after so many microtasks, or turns of the event loop. */
const MOMENTS = [
  ['microtasks', 0],
  ['microtasks', 4],
  ['turns', 1],
  ['turns', 5],
  ['turns', 30],
] as const;

async function pass([what, count]: (typeof MOMENTS)[number]): Promise<void> {
  for (let i = 0; i < count; i++) {
    if (what === 'microtasks') await Promise.resolve();
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What becomes of a call: `resolved`, a code, or whatever else it rejected with. */
const outcomeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'resolved',
    (e: unknown) => (e instanceof PowerAuthError ? e.code : e),
  );

interface Overtaken {
  readonly name: string;
  readonly call: (powerAuth: PowerAuth, server: PowerAuthTestServer) => Promise<unknown>;
  /** What is needed for the call; an activation and a token unless given. */
  readonly prepare?: (powerAuth: PowerAuth, server: PowerAuthTestServer) => Promise<void>;
  /** Outcomes that it has after one that was overtaken, and had done its work or half of it. */
  readonly later?: readonly PowerAuthErrorCode[];
}

async function withToken(powerAuth: PowerAuth, server: PowerAuthTestServer): Promise<void> {
  if (!(await powerAuth.hasValidActivation())) await activate(server, powerAuth);
  await powerAuth.tokenStore.requestAccessToken('MyToken', POSSESSION);
}

function create(powerAuth: PowerAuth, server: PowerAuthTestServer): Promise<unknown> {
  const { activationCode } = server.createActivation();
  return powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(activationCode, 'test'));
}

const LATER: Readonly<Record<string, readonly PowerAuthErrorCode[]>> = {
  removeActivationWithAuthentication: ['AUTHENTICATION_ERROR', 'MISSING_ACTIVATION'],
  removeAccessToken: ['INVALID_TOKEN'],
};

const CALLS: readonly Overtaken[] = [
  ...PUBLIC_CALLS.map(([name, { parameters }, objectOf]): Overtaken => {
    const good = parameters.map((parameter) => parameter.good);
    const call = (powerAuth: PowerAuth) => callByName(objectOf(powerAuth), name, good);
    return { name, call, later: LATER[name] ?? [] };
  }),
  {
    name: 'createActivation without one',
    prepare: (powerAuth) => powerAuth.removeActivationLocal(),
    call: create,
  },
  {
    name: 'commitActivation of one that waits for it',
    prepare: async (powerAuth, server) => {
      await powerAuth.removeActivationLocal();
      await create(powerAuth, server);
    },
    call: (powerAuth) => powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword(PASSWORD)),
    // What was not committed is forgotten.
    later: ['INVALID_ACTIVATION_STATE'],
  },
  {
    name: 'requestAccessToken for another one',
    call: (powerAuth) => powerAuth.tokenStore.requestAccessToken(`${Math.random()}`, POSSESSION),
  },
  {
    name: 'encryptRequest in application scope',
    call: (powerAuth) => powerAuth.getEncryptorForApplicationScope().encryptRequest('{}'),
  },
  {
    name: 'encryptRequest in activation scope',
    call: (powerAuth) => powerAuth.getEncryptorForActivationScope().encryptRequest('{}'),
  },
];

/** The storage that calls are made on. */
export interface Place {
  /** Opens it, where the instance does not do so itself. */
  readonly open?: () => PowerAuthStorage;
  /** What is faster than a call: `deconfigure`, or the application that closes its own storage. */
  readonly overtaking?: 'deconfigure' | 'close';
}

/** @param begin makes a new place, before each test */
export function overtakenCalls(begin: () => Promise<Place>): void {
  test.each(CALLS)('$name', async ({ name, call, prepare = withToken, later = [] }) => {
    const { open, overtaking = 'deconfigure' } = await begin();
    const server = await testServer();
    const powerAuth = new PowerAuth(`overtaken ${name}`);
    onTestFinished(async () => {
      await powerAuth.deconfigure();
    });
    const configure = async (): Promise<PowerAuthStorage | undefined> => {
      const storage = open?.();
      await powerAuth.configure(server.configuration, { enableUnsecureTraffic: true }, undefined, {
        ...QUICK_PASSWORDS,
        ...(storage && { storage, sealingKey: SEALING_KEY }),
      });
      return storage;
    };

    await configure();
    await prepare(powerAuth, server);
    const usual = await outcomeOf(call(powerAuth, server));
    expect(usual).not.toBe(PowerAuthErrorCode.INVALID_NATIVE_OBJECT);
    const overtaken = overtaking === 'close' ? 'INVALID_NATIVE_OBJECT' : 'OPERATION_CANCELED';
    const expected = ['resolved', overtaken, usual, ...later];
    await powerAuth.deconfigure();

    for (const isOpen of [true, false]) {
      for (const moment of MOMENTS) {
        const storage = await configure();
        // Else the storage is not open yet.
        if (isOpen) await prepare(powerAuth, server);
        const outcome = outcomeOf(call(powerAuth, server));
        await pass(moment);
        if (overtaking === 'close') await storage?.close();
        else await powerAuth.deconfigure();
        expect
          .soft(expected, `${isOpen ? 'open' : 'not open'}, ${moment.join(' ')}`)
          .toContain(await outcome);
        await powerAuth.deconfigure();
      }
    }
  });
}
