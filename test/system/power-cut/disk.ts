/**
 * What a disk may hold after a power cut.
 *
 * Nothing is promised but by a synchronisation that has ended: it covers what had ended before it began, of one file its
 * bytes and length, of one folder its names. Anything else that was begun may be there or not, each sector by itself.
 *
 * @module
 */

import { dirname } from 'node:path';
import type { DiskAction, Recorded } from './recording.ts';

/** What of all that may be missing is there. */
export interface Fate {
  /** Whether a sector of a write, a truncation or a name is there; `age` counts back from the last one of its file. */
  readonly has: (what: 'sector' | 'truncation' | 'name', path: string, age: number) => boolean;
  /** Size of a sector in bytes. */
  readonly sector: number;
  /** What lies where a file has grown, but its new bytes are missing. */
  readonly filling: (length: number) => Uint8Array;
}

/** Contents by path; a folder is undefined. */
export type DiskImage = ReadonlyMap<string, Buffer | undefined>;

type Write = DiskAction & { kind: 'write' };

interface FileChange {
  readonly action: (Write & { at: number }) | (DiskAction & { kind: 'truncate' });
  readonly end: number;
  isDurable: boolean;
}

const endOf = ({ at, data }: { at: number; data: Buffer }): number => at + data.length;

/** A file, whatever its names. */
interface File {
  readonly initial: Buffer;
  readonly changes: FileChange[];
  /** Its length for the running system. */
  length: number;
}

type Entry = File | 'folder' | undefined;

/** What a name has stood for; the last one is what the running system sees. */
interface Name {
  readonly entries: { readonly entry: Entry; readonly end: number }[];
  /** The entry that is on the disk. */
  durable: number;
}

/** A disk that begins with `initial`, and on which the recorded things are done up to a step. */
export class Disk {
  readonly #names = new Map<string, Name>();

  constructor(initial: DiskImage, recorded: readonly Recorded[], until: number) {
    for (const [path, content] of initial) {
      const entry = content && { initial: content, changes: [], length: content.length };
      this.#names.set(path, { entries: [{ entry: entry ?? 'folder', end: -1 }], durable: 0 });
    }
    const steps = recorded.flatMap((one) => [
      { step: one.start, one, isEnd: false },
      { step: one.end, one, isEnd: true },
    ]);
    for (const { step, one, isEnd } of steps.sort((a, b) => a.step - b.step)) {
      if (step >= until) break;
      if (isEnd) this.#end(one);
      else this.#start(one);
    }
  }

  /** What is found after a cut. */
  after(fate: Fate): DiskImage {
    const image = new Map<string, Buffer | undefined>();
    for (const [path, name] of [...this.#names].sort(([a], [b]) => a.length - b.length)) {
      const entry = entryAfter(name, path, fate);
      const isReachable = !this.#names.has(dirname(path)) || image.has(dirname(path));
      if (entry === undefined || !isReachable) continue;
      image.set(path, entry === 'folder' ? undefined : contentAfter(entry, path, fate));
    }
    return image;
  }

  #entry(path: string): Entry {
    return this.#names.get(path)?.entries.at(-1)?.entry;
  }

  #file(path: string): File | undefined {
    const entry = this.#entry(path);
    return entry === 'folder' ? undefined : entry;
  }

  #start({ action, end }: Recorded): void {
    if (action.kind !== 'write' && action.kind !== 'truncate') return;
    const file = this.#file(action.path);
    // Its name has gone, and with it all that is written to it.
    if (file === undefined) return;
    const change =
      action.kind === 'truncate' ? action : { ...action, at: action.at === 'end' ? file.length : action.at };
    file.changes.push({ action: change, end, isDurable: false });
    file.length = change.kind === 'truncate' ? change.size : Math.max(file.length, endOf(change));
  }

  #end({ action, start, end }: Recorded): void {
    const { path } = action;
    const name = (entry: Entry): void => {
      const known = this.#names.get(path) ?? { entries: [{ entry: undefined, end: -1 }], durable: 0 };
      known.entries.push({ entry, end });
      this.#names.set(path, known);
    };
    if (action.kind === 'create' && this.#entry(path) === undefined) {
      name({ initial: Buffer.alloc(0), changes: [], length: 0 });
    }
    if (action.kind === 'mkdir') name('folder');
    if (action.kind === 'link') name(this.#entry(action.from));
    if (action.kind === 'unlink') name(undefined);
    if (action.kind === 'sync') {
      for (const change of this.#file(path)?.changes ?? []) if (change.end < start) change.isDurable = true;
      for (const [other, { entries }] of this.#names) {
        if (dirname(other) !== path) continue;
        const durable = entries.findLastIndex((entry) => entry.end < start);
        const known = this.#names.get(other);
        if (known !== undefined) known.durable = Math.max(known.durable, durable);
      }
    }
  }
}

function entryAfter({ entries, durable }: Name, path: string, fate: Fate): Entry {
  for (let at = entries.length - 1; at > durable; at--) {
    if (fate.has('name', path, entries.length - 1 - at)) return entries[at]?.entry;
  }
  return entries[durable]?.entry;
}

function contentAfter({ initial, changes }: File, path: string, fate: Fate): Buffer {
  const ends = changes.map(({ action }) => (action.kind === 'write' ? endOf(action) : action.size));
  const content = Buffer.alloc(Math.max(initial.length, ...ends));
  initial.copy(content);
  let { length } = initial;
  const resize = (next: number): void => {
    if (next > length) content.set(fate.filling(next - length), length);
    length = next;
  };
  for (const [index, { action, isDurable }] of changes.entries()) {
    const age = changes.length - 1 - index;
    if (action.kind === 'truncate') {
      if (isDurable || fate.has('truncation', path, age)) resize(action.size);
      continue;
    }
    const { at, data } = action;
    for (let start = at, next = at; start < endOf(action); start = next) {
      next = Math.min((Math.floor(start / fate.sector) + 1) * fate.sector, endOf(action));
      if (!isDurable && !fate.has('sector', path, age)) continue;
      if (length < start) resize(start);
      data.copy(content, start, start - at, next - at);
      length = Math.max(length, next);
    }
  }
  return content.subarray(0, length);
}
