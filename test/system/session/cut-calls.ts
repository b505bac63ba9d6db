/**
 * Every public method, cut at every moment: by `deconfigure`, by the end of its storage, by a storage that fails before or
 * after it has done what it was told. It rejects, and all is as before; or it resolves, and has done what it promises.
 */

import { expect, onTestFinished, test } from 'vitest';
import { PowerAuthError } from '../../../src/index.ts';
import { memoryStorage } from '../../../src/storage/memory.ts';
import { testServer } from '../../helpers/client.ts';
import { DEEP } from '../../helpers/deep.ts';
import { isOfStorage } from '../../helpers/moments.ts';
import { methodsOf, POWER_AUTH_CALLS, TOKEN_STORE_CALLS } from '../../helpers/public-calls.ts';
import { ROWS, SPECIAL, SYNCHRONOUS, SYNONYMS, TIME, toBeCommitted, type Row } from './cut-rows.ts';
import { TOKEN, World, type Place, type State } from './cut-world.ts';

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
