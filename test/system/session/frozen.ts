/**
 * What becomes of a signed request whose process is frozen for so long that another one takes over the lock: tests for any
 * driver that processes can share.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { RecordKeys } from '../../../src/session/record-keys.ts';
import { signedStatuses } from '../fleet/fleet.ts';
import { buildChild, Child } from '../../helpers/child.ts';
import { activate, PASSWORD, requestsTo, testClient, testServer } from '../../helpers/client.ts';
import { forgingProxy } from '../../helpers/forging-proxy.ts';
import type { SharedStore } from '../../helpers/storage.ts';
import type { FreezeAt, FrozenOutcome } from './frozen-child.ts';

const VALIDATE = '/pa/v3/signature/validate';
const CANCELED: FrozenOutcome = { code: 'OPERATION_CANCELED', fetches: 0 };

/** Takes the tickets of a lock away, as somebody does who has waited until the holder counted as frozen. */
export type BreakLock = (place: string, lockName: string) => Promise<void>;

/** Registers the tests; `create` makes a new store, gone after the test. */
export function testFrozen(create: () => Promise<SharedStore>, breakLock: BreakLock): void {
  describe('a process that is frozen while it holds the lock for signed requests', () => {
    let script: string;
    beforeAll(async () => {
      script = await buildChild(new URL('./frozen-child.ts', import.meta.url));
    });

    async function freezing() {
      const store = await create();
      const server = await testServer();
      const proxy = await forgingProxy(server);
      const instanceId = 'frozen';
      const lockName = new RecordKeys(instanceId).requests;
      const sealingKey = randomBytes(32);
      const storage = store.open();
      const powerAuth = await testClient(server, { instanceId, storage, sealingKey });
      await activate(server, powerAuth);
      const { configuration } = proxy;
      const setup = {
        instanceId,
        place: store.place,
        sealingKey: sealingKey.toString('hex'),
        configuration,
      };
      const child = new Child(script, JSON.stringify(setup));
      expect(await child.receive()).toBe('configured');
      const validate = (at: FreezeAt, password = PASSWORD): void => child.send({ validate: password, at });
      /** Another client takes over, and moves the counter on. */
      const takeOver = async (): Promise<void> => {
        await breakLock(store.place, lockName);
        await powerAuth.validatePassword(PASSWORD);
      };
      /** The child goes on; resolves with how its call ended. */
      const wakeUp = async (): Promise<FrozenOutcome> => {
        child.signal('SIGCONT');
        return (await child.receive()) as FrozenOutcome;
      };
      return { server, proxy, storage, lockName, child, validate, takeOver, wakeUp };
    }

    test('sends nothing that it signed before', async () => {
      const { server, storage, lockName, child, validate, takeOver, wakeUp } = await freezing();
      validate('counter');
      expect(await child.receive()).toBe('frozen');
      await takeOver();
      const sent = requestsTo(server, VALIDATE);
      expect(await wakeUp(), 'with the lock free').toEqual(CANCELED);
      validate('counter');
      expect(await child.receive()).toBe('frozen');
      await takeOver();
      await storage.lock(lockName, async () => {
        expect(await wakeUp(), "with the lock somebody else's").toEqual(CANCELED);
      });
      expect(requestsTo(server, VALIDATE)).toBe(sent + 1);
      expect(signedStatuses(server), 'nothing was refused').toEqual(new Set([200]));
      validate('never');
      expect(await child.receive()).toEqual({ fetches: 1 });
    });

    test('does not take the refusal of what it sent for that of its password', async () => {
      const { server, proxy, storage, child, validate, takeOver, wakeUp } = await freezing();
      for (const isRefusedMeanwhile of [true, false]) {
        let pass = (): void => undefined;
        const arrived = new Promise<void>((arrive) => {
          proxy.gates.set(VALIDATE, () => {
            arrive();
            return new Promise<void>((resolve) => (pass = resolve));
          });
        });
        validate('message');
        await arrived;
        child.send('freeze');
        expect(await child.receive()).toBe('frozen');
        await takeOver();
        if (isRefusedMeanwhile) {
          pass();
          await expect.poll(() => server.requests.at(-1)).toMatchObject({ path: VALIDATE, status: 401 });
        } else {
          setImmediate(pass);
        }
        expect(await wakeUp()).toEqual({ code: 'OPERATION_CANCELED', fetches: 1 });
      }
      proxy.gates.clear();
      validate('never');
      expect(await child.receive(), 'the password').toEqual({ fetches: 1 });
      validate('never', 'another');
      // A storage on servers may have lost counter values: the client asks for the status too.
      const fetches = storage.needsSealingKey === true ? 2 : 1;
      expect(await child.receive(), 'a wrong one').toEqual({ code: 'AUTHENTICATION_ERROR', fetches });
    });
  });
}
