/**
 * Power cuts, as far as they can be told from what the programs ask of the system: what is done to the disk is recorded,
 * and the files are made as they may be after a cut at any step, see disk.ts. Then the store is opened.
 *
 *     CUTS=1000 SEED=7 npm run test:crash
 *
 * @module
 */

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { contentOf } from '../crash/content.ts';
import { faultsOf, type Found } from '../crash/expected.ts';
import type { Mark } from '../crash/marks.ts';
import { buildChild } from '../../helpers/child.ts';
import { describeWith } from '../../helpers/programs.ts';
import { randomFrom } from '../../helpers/random.ts';
import { describeWithSqlite } from '../../helpers/sqlite.ts';
import { Disk, type DiskImage, type Fate } from './disk.ts';
import { canTrace, record, type Recorded } from './recording.ts';

const CUTS = Number(process.env['CUTS'] ?? 20);
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));

const isLog = (path: string): boolean => path.endsWith('-wal');

/** What may become of everything that is not promised; each is tried at each cut. */
function fatesOf(random: () => number): Record<string, Fate['has']> {
  return {
    'nothing of it': () => false,
    'all of it': () => true,
    'the last of it': (_what, _path, age) => age === 0,
    'all but the last': (_what, _path, age) => age > 0,
    'the log alone': (what, path) => what === 'name' || isLog(path),
    'all but the log': (what, path) => what === 'name' || !isLog(path),
    'all but names': (what) => what !== 'name',
    'names alone': (what) => what === 'name',
    'half of it': () => random() < 0.5,
    'most of it': () => random() < 0.95,
    'a little of it': () => random() < 0.05,
  };
}

function fateOf(has: Fate['has'] = () => false, random: () => number): Fate {
  return {
    has,
    sector: random() < 0.5 ? 512 : 4096,
    filling: (length) =>
      random() < 0.5 ? new Uint8Array(length) : Uint8Array.from({ length }, () => 256 * random()),
  };
}

/** A folder for files that come and go, in memory where there is such a place. */
async function quickFolder(): Promise<string> {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'powerauth-wasm-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Puts files in place of a folder. */
async function replace(root: string, image: DiskImage): Promise<void> {
  await rm(root, { recursive: true, force: true });
  for (const [path, content] of image) {
    if (content === undefined) await mkdir(path, { recursive: true, mode: 0o700 });
    else await writeFile(path, content, { mode: 0o600 });
  }
}

/** The marks, each with the step at which it was made. */
export function marksOf(recorded: readonly Recorded[], path: string): (Mark & { step: number })[] {
  return recorded.flatMap(({ action, start }) =>
    action.kind === 'write' && action.path === path
      ? [{ ...(JSON.parse(action.data.toString()) as Mark), step: start }]
      : [],
  );
}

/** Where it is worked, and what on. */
interface Place {
  readonly root: string;
  /** Two folders deep, so that new folders must be durable, too. */
  readonly folder: string;
  readonly marks: string;
}

const placeIn = (root: string): Place => ({
  root,
  folder: join(root, 'deep', 'store'),
  marks: join(root, 'marks'),
});

/** A recording, the disk at its beginning and what the store held then. */
interface Session {
  readonly place: Place;
  readonly initial: DiskImage;
  readonly before: Found;
  readonly recorded: readonly Recorded[];
}

/** Cuts the power `cuts` times at steps of a recording. */
async function cutPower(session: Session, cuts: number, random: () => number): Promise<void> {
  const { place, initial, before, recorded } = session;
  const marks = marksOf(recorded, place.marks);
  // Each phase has worked.
  expect(marks.filter(({ kind }) => kind === 'acknowledged').length).toBeGreaterThan(50);
  const fates = Object.entries(fatesOf(random));
  const steps = recorded.flatMap(({ start, end }) => [start + 1, end + 1]);
  for (let cut = 0; cut < cuts; cut++) {
    // Spread evenly over the recording, so that few cuts meet all of its parts, too.
    const step = steps[Math.floor(((cut + random()) / cuts) * steps.length)] ?? 0;
    const [title, has] = fates[Math.floor(random() * fates.length)] ?? ['nothing of it'];
    const image = new Disk(initial, recorded, step).after(fateOf(has, random));
    await replace(place.root, image);
    const when = `a cut at step ${step} that left ${title} (cut ${cut} of ${cuts}, seed ${SEED})`;
    try {
      const found = await contentOf(place.folder);
      expect(
        faultsOf(
          found,
          before,
          marks.filter((mark) => mark.step < step),
        ),
      ).toEqual([]);
    } catch (cause) {
      throw new Error(`after ${when}`, { cause });
    }
  }
}

describeWith('strace', 'power cuts', () => {
  describeWithSqlite('of a SQLite store', () => {
    let script: string;
    beforeAll(async () => {
      script = await buildChild(new URL('./power-cut-child.ts', import.meta.url));
    });

    /** Runs phases one after another, those of one list together; what they write begins with `who`. */
    async function sessionOf(
      place: Place,
      { initial, before }: Pick<Session, 'initial' | 'before'>,
      who: string,
      phases: readonly (readonly string[])[],
    ): Promise<Session> {
      await replace(place.root, initial);
      const lines = phases.flatMap((together, i) => [
        ...together.map((phase, j) =>
          [process.execPath, script, phase, place.folder, place.marks, `${who}${i}${j} &`].join(' '),
        ),
        'wait',
      ]);
      const output = join(await quickFolder(), 'trace');
      const recorded = record(place.root, output, ['sh', '-c', lines.join('\n')]);
      return { place, initial, before, recorded };
    }

    test(
      `lose nothing that was acknowledged (${2 * CUTS} cuts, seed ${SEED})`,
      async ({ skip }) => {
        if (!canTrace()) return skip('tracing a process is not permitted here');
        const random = randomFrom(SEED);
        const place = placeIn(await quickFolder());
        const empty = { initial: new Map([[place.root, undefined]]), before: new Map() };
        const phases = [['first', 'first'], ['killed', 'killed'], ['checkpoints'], ['checkpoints', 'killed']];
        const session = await sessionOf(place, empty, 'a', phases);
        await cutPower(session, CUTS, random);

        // Once more, on a disk that has been through a cut.
        const { recorded } = session;
        const step = recorded[Math.floor((0.3 + 0.7 * random()) * recorded.length)]?.end ?? 0;
        const initial = new Disk(session.initial, recorded, step).after(
          fateOf(fatesOf(random)['half of it'], random),
        );
        await replace(place.root, initial);
        const before = await contentOf(place.folder);
        const again = await sessionOf(place, { initial, before }, 'b', [
          ['killed', 'checkpoints'],
          ['killed'],
        ]);
        await cutPower(again, CUTS, random);
      },
      60_000 + CUTS * 300,
    );
  });
});
