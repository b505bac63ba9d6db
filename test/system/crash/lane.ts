/** A SQLite store on which processes and threads live and die, and what must be true afterwards. */

import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { requireProgram } from '../../helpers/program-files.mjs';
import type { PowerAuthStorage } from '../../../src/storage/types.ts';
import { Child, type ChildScript } from '../../helpers/child.ts';
import { testSqliteStorage } from '../../helpers/sqlite.ts';
import { temporaryFolder } from '../../helpers/storage.ts';
import type { DeathTask, Life, Work } from './death-child.ts';
import type { Death, Moment, Where } from './death-moments.ts';
import { faultsOf, type Found } from './expected.ts';
import { MarkedWriter, type Mark } from './marks.ts';

/** What a machine under load may take for what takes milliseconds, in ms. */
const AT_ONCE = 3000;
/** Until a lock is taken from a holder that is frozen, or was a thread, in ms. */
const LOCK_FREE = 10_000;

/** One death. */
export interface Round {
  readonly work: Work;
  readonly death: Death;
  /** `system` counts calls of the system that change or synchronise files; strace brings death then. */
  readonly where: Where | 'system';
  readonly at: number;
}

const linesOf = <T>(text: string): T[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

const lockOf = ({ who }: Life): string => `lock of ${who}`;

/** A store, and what is known of it. */
export class Lane {
  #folder: string;
  readonly #marks: string;
  readonly #log: string;
  readonly #random: () => number;
  readonly #script: string;
  /** Another process, where threads live and die, and stores are opened newly. */
  readonly #other: Child;
  /** One that has the store open all the time; none where all who use it have died. */
  readonly #sibling: PowerAuthStorage | undefined;
  #before: Found = new Map();
  #lives = 0;
  longest = 0;

  private constructor(folder: string, script: string, random: () => number, isShared: boolean) {
    this.#folder = folder;
    this.#marks = join(folder, '..', 'marks');
    this.#log = join(folder, '..', 'log');
    this.#random = random;
    this.#script = script;
    this.#other = new Child(script);
    this.#sibling = isShared ? testSqliteStorage(folder) : undefined;
  }

  static async create(script: string, random: () => number, isShared: boolean): Promise<Lane> {
    const lane = new Lane(join(await temporaryFolder(), 'store'), script, random, isShared);
    await lane.#sibling?.get('key');
    return lane;
  }

  /** The moments of a work, while nobody dies. */
  async momentsOf(work: Work): Promise<Moment[]> {
    await this.#ask({ end: await this.#life({ work, death: 'terminate', where: 'user', at: 0 }) });
    await this.#look();
    return linesOf<Moment>(readFileSync(this.#log, 'utf8'));
  }

  /** Lets somebody die; false when the moment didn't come. */
  async die(round: Round): Promise<boolean> {
    if (round.work === 'open' && this.#sibling === undefined && this.#random() < 0.5) {
      this.#folder = join(this.#folder, '..', `store ${++this.#lives}`);
      this.#before = new Map();
    }
    const life = await this.#life(round);
    const died = round.death === 'terminate' ? await this.#terminate(life) : await this.#end(life, round);
    await this.#goOn();
    await this.#look(lockOf(life));
    return died;
  }

  async #life({ work, death, where, at }: Round): Promise<Life> {
    await writeFile(this.#marks, '');
    await writeFile(this.#log, '');
    const moment = where === 'system' ? { where: 'user' as const, at: 0 } : { where, at };
    const plan = { ...moment, death, log: this.#log };
    return { folder: this.#folder, marks: this.#marks, who: `life ${++this.#lives}`, work, plan };
  }

  async #ask(task: DeathTask): Promise<unknown> {
    this.#other.send(task);
    return this.#other.receive();
  }

  async #terminate(life: Life): Promise<boolean> {
    const told = (await this.#ask({ end: life })) as { terminated?: number };
    if (told.terminated === undefined) return false;
    this.#took(told.terminated);
    return true;
  }

  async #end(life: Life, { death, where, at }: Round): Promise<boolean> {
    const child = new Child(where === 'system' ? killedBySystem(this.#script, at) : this.#script);
    child.send({ live: life } satisfies DeathTask);
    const gone = new Promise<number | null>((resolve) => child.process.once('exit', resolve));
    if (death === 'SIGSTOP') {
      while (!isStopped(child) && child.process.exitCode === null) await sleep(5);
      if (child.process.exitCode !== null) return false;
      await this.#whileStopped(child, life);
      await gone;
      return true;
    }
    // From the last thing that it did.
    const code = await gone;
    if (code === 0) return false;
    if (death === 'exit') expect(code).toBe(7);
    if (death === 'SIGKILL') expect(child.process.signalCode).toBe('SIGKILL');
    if (where === 'system') return true;
    const { time } = linesOf<Moment>(await readFile(this.#log, 'utf8')).at(-1) ?? {
      time: 0,
    };
    this.#took(Date.now() - time);
    return true;
  }

  async #whileStopped(child: Child, life: Life): Promise<void> {
    const last = linesOf<Moment>(await readFile(this.#log, 'utf8')).at(-1);
    const sibling = this.#sibling;
    const end = (): void => child.signal(this.#random() < 0.5 ? 'SIGCONT' : 'SIGKILL');
    if (sibling === undefined) {
      end();
      return;
    }
    if (last?.isWriting !== true) {
      await this.#goOn();
      if (last?.name !== 'section begins') {
        end();
        return;
      }
      const tenSeconds = sleep(LOCK_FREE, 'nothing within 10 s');
      const free = sibling.lock(lockOf(life), async () => 'free');
      expect(await Promise.race([free, tenSeconds])).toBe('free');
      child.signal('SIGCONT');
      expect(await child.receive()).toEqual({ code: 'OPERATION_CANCELED' });
      return;
    }
    // It has SQLite's lock: others wait, and nothing blocks their thread in the meantime.
    let isDone = false;
    const going = this.#goOn().then(() => (isDone = true));
    for (let i = 0; i < 3; i++) {
      await sleep(10);
      await sibling.get('key 1');
      expect(isDone).toBe(false);
    }
    end();
    await going;
  }

  /** Others go on: one that had the store open, and one that opens it newly. */
  async #goOn(): Promise<void> {
    if (this.#sibling === undefined) return;
    const startedAt = performance.now();
    const writer = new MarkedWriter(this.#marks, `sibling ${++this.#lives}`);
    await writer.set(this.#sibling, 'sibling');
    await writer.count(this.#sibling);
    await this.#sibling.lock('lock', async () => undefined);
    this.#took(performance.now() - startedAt);
  }

  /** Looks at everything, as somebody who opens the store newly. */
  async #look(lock = 'lock'): Promise<void> {
    const startedAt = performance.now();
    const { found } = (await this.#ask({ look: this.#folder, lock })) as { found: [string, string][] };
    this.#took(performance.now() - startedAt);
    const now: Found = new Map(found);
    expect(faultsOf(now, this.#before, linesOf<Mark>(await readFile(this.#marks, 'utf8')))).toEqual([]);
    this.#before = now;
  }

  #took(ms: number): void {
    expect(ms).toBeLessThan(AT_ONCE);
    this.longest = Math.max(this.longest, ms);
  }
}

function isStopped(child: Child): boolean {
  try {
    return readFileSync(`/proc/${child.process.pid}/stat`, 'latin1').includes(' T ');
  } catch {
    return false;
  }
}

const CALLS = 'pwrite64,ftruncate,fsync,fdatasync,unlink';

/** A process that is killed when a thread of it makes that call for the files of a store. */
function killedBySystem(script: string, at: number): ChildScript {
  const options = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${CALLS}`];
  const injection = `inject=${CALLS}:signal=SIGKILL:when=${at}`;
  return { script, under: [requireProgram('strace'), ...options, '-e', injection, '--'] };
}
