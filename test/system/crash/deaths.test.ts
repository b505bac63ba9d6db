/**
 * Processes and threads that die at each moment of what they do to a SQLite store: before and after each statement and each
 * call for a file. They end at once, the others go on, and what was acknowledged is there. Few by default, all of them in
 * `npm run test:crash`, or DEATHS of the environment.
 *
 * @module
 */

import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sqliteEngine } from '../../../src/storage/sqlite/engine.ts';
import { buildChild, Child } from '../../helpers/child.ts';
import { describeWith } from '../../helpers/programs.ts';
import { randomFrom } from '../../helpers/random.ts';
import { testSqliteStorage } from '../../helpers/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import { canTrace } from '../power-cut/recording.ts';
import type { DeathTask, Work } from './death-child.ts';
import type { Death } from './death-moments.ts';
import { Lane, type Round } from './lane.ts';

const DEATHS = Number(process.env['DEATHS'] ?? 15);
/** Others are killed in the middle of calls of the system. */
const SYSTEM_DEATHS = Math.ceil(DEATHS / 5);
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const WORKS: readonly Work[] = ['open', 'set', 'update', 'delete', 'lock', 'forget', 'close', 'checkpoint'];
const KINDS: readonly Death[] = ['exit', 'throw', 'SIGKILL', 'SIGSTOP', 'terminate'];
/** How long a checkpoint may hold up others, on a machine under load, in ms. */
const WAITS = 1500;

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

type NamedRound = Round & { readonly name: string };

/** One whose store others have open, one whose store nobody else uses. */
const createLanes = (script: string, random: () => number): Promise<Lane[]> =>
  Promise.all([true, false].map((isShared) => Lane.create(script, random, isShared)));

/** Goes through rounds until so many have died. */
async function letDie(lanes: readonly Lane[], rounds: NamedRound[], count: number): Promise<void> {
  let deaths = 0;
  let underWay = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      // A few moments don't come: not each store is new, and timers have moments of their own.
      while (deaths + underWay < count) {
        const round = rounds.pop();
        if (round === undefined) return;
        const { work, death, where, at, name } = round;
        underWay++;
        try {
          if (await lane.die(round)) deaths++;
        } catch (cause) {
          throw new Error(`${work}: ${death} ${name} (moment ${at} of the ${where}, seed ${SEED})`, {
            cause,
          });
        } finally {
          underWay--;
        }
      }
    }),
  );
  const longest = Math.round(Math.max(...lanes.map((lane) => lane.longest)));
  console.log(`${deaths} deaths; at most ${longest} ms for an end, or for others to go on`);
  // One lane may have ended while the last round of the other one didn't come.
  expect(deaths).toBeGreaterThanOrEqual(count - 1);
}

const hasSqlite = process.getBuiltinModule('node:sqlite') !== undefined;

describe.skipIf(!hasSqlite || process.platform !== 'linux')('deaths at each moment', () => {
  let script: string;
  beforeAll(async () => {
    script = await buildChild(new URL('./death-child.ts', import.meta.url));
  });

  test(
    `${DEATHS} deaths at moments of JavaScript (seed ${SEED})`,
    async () => {
      const random = randomFrom(SEED);
      const lanes = await createLanes(script, random);
      await letDie(lanes, shuffled(await allRounds(lanes[1]), random), DEATHS);
    },
    30_000 + DEATHS * 2000,
  );

  describeWith('strace', 'in calls of the system', () => {
    test(
      `${SYSTEM_DEATHS} deaths (seed ${SEED})`,
      async ({ skip }) => {
        if (!canTrace()) return skip('tracing a process is not permitted here');
        const random = randomFrom(SEED);
        const rounds = WORKS.flatMap((work) =>
          Array.from(
            { length: 60 },
            (_, i) => ({ work, death: 'SIGKILL', where: 'system', at: i + 1, name: 'in a call' }) as const,
          ),
        );
        await letDie(await createLanes(script, random), shuffled(rounds, random), SYSTEM_DEATHS);
      },
      30_000 + SYSTEM_DEATHS * 2000,
    );
  });

  test('a checkpoint that has to wait for a reader holds up neither the end of its process nor others', async () => {
    const folder = join(await temporaryFolder(), 'store');
    const storage = testSqliteStorage(folder);
    await storage.set('key', new Uint8Array(2));
    const reader = new (sqliteEngine().Database)(join(folder, 'powerauth.db'), { timeout: 0 });
    onTestFinished(() => void reader.close());
    reader.exec('BEGIN');
    reader.prepare('SELECT * FROM records').all();
    const child = new Child(script);
    child.send({ exitInCheckpoint: folder } satisfies DeathTask);
    expect(await child.receive()).toBe('waits');
    const startedAt = performance.now();
    await storage.set('key', new Uint8Array(3));
    await expect(child.done()).rejects.toThrow('ended with 7');
    expect(performance.now() - startedAt).toBeLessThan(WAITS);
  });
});

/** Each death at each moment of each work. */
async function allRounds(lane: Lane | undefined): Promise<NamedRound[]> {
  const rounds: NamedRound[] = [];
  for (const work of WORKS) {
    const moments = (await lane?.momentsOf(work)) ?? [];
    for (const where of ['user', 'helper'] as const) {
      const names = moments.filter((moment) => moment.where === where).map(({ name }) => name);
      for (const [index, name] of names.entries()) {
        for (const death of KINDS) rounds.push({ work, death, where, at: index + 1, name });
      }
    }
  }
  return rounds;
}
