/**
 * The file in which a server keeps its state: a line that says what it is, then one for each change, in order. A line is
 * complete before the answer that depends on it is sent, so a process that dies loses nothing that anybody was told; its
 * last line may be incomplete, and is ignored. Each line ends with a checksum of itself and all changes before it, so
 * that no line that was changed, moved or lost goes unnoticed. When the file is opened, and when it has grown, it is
 * replaced by a new one without what is outdated.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { lockFile } from './lock-file.ts';

const FORMAT = 'powerauth-wasm test server';
const VERSION = 2;
/** It is replaced when it has grown by more than itself and this, in bytes. */
const MIN_GROWTH = 1 << 20;

/** A kind of record, an id, and the value; undefined if there is none any more. */
export type Entry = readonly [kind: string, id: string, value: unknown];

/** A file that is open, and that no other process uses. */
export class StateFile {
  readonly #path: string;
  readonly #unlock: () => void;
  /** The last text of each record, by kind and id. */
  readonly #texts = new Map<string, string>();
  #fd: number | undefined;
  /** The checksum of the last line. */
  #sum = '';
  #size = 0;
  #sizeWhenNew = 0;

  /**
   * Opens or creates a file; it gets mode 0600.
   *
   * @throws Error that says what is wrong with the file; it is left as it is
   */
  constructor(path: string) {
    this.#path = resolve(path);
    this.#unlock = lockFile(`${this.#path}.lock`, `the state file ${this.#path}`);
    try {
      for (const [kind, id, value] of read(this.#path)) this.#note(kind, id, value);
      this.#replace();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Everything that is there. */
  *entries(): Iterable<Entry> {
    for (const [key, text] of this.#texts) yield [...(JSON.parse(key) as [string, string]), parse(text)];
  }

  /**
   * Writes what is different from before.
   *
   * @throws what the file system throws; then nothing is written, and the same changes may be written again
   */
  write(changes: Iterable<Entry>): void {
    const lines: string[] = [];
    const undo: [key: string, text: string | undefined][] = [];
    for (const [kind, id, value] of changes) {
      const key = JSON.stringify([kind, id]);
      const before = this.#texts.get(key);
      if (this.#note(kind, id, value) === before) continue;
      undo.push([key, before]);
      lines.push(content(key, this.#texts.get(key)));
    }
    if (lines.length === 0) return;
    try {
      this.#append(lines);
    } catch (error) {
      for (const [key, text] of undo.reverse()) {
        if (text === undefined) this.#texts.delete(key);
        else this.#texts.set(key, text);
      }
      throw error;
    }
    if (this.#size > 2 * this.#sizeWhenNew + MIN_GROWTH) this.#tryToReplace();
  }

  /** Lets other processes use the file. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#unlock();
  }

  /** Remembers a value as text, which it returns. */
  #note(kind: string, id: string, value: unknown): string | undefined {
    const key = JSON.stringify([kind, id]);
    if (value === undefined) {
      this.#texts.delete(key);
      return undefined;
    }
    const text = stringify(value);
    this.#texts.set(key, text);
    return text;
  }

  /** Writes lines without their checksums, after a head that has none. */
  #append(lines: readonly string[], head = ''): void {
    if (this.#fd === undefined) throw new Error(`The state file ${this.#path} is closed`);
    let sum = this.#sum;
    const withSums = lines.map((line) => `[${line},"${(sum = checksum(sum, line))}"]\n`);
    const bytes = Buffer.from(head + withSums.join(''));
    try {
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.#fd, bytes, done, undefined, this.#size + done);
    } catch (error) {
      // Half a line is not to be followed by others.
      ftruncateSync(this.#fd, this.#size);
      throw error;
    }
    this.#sum = sum;
    this.#size += bytes.length;
  }

  /** What was written is safe without it. There may be no room for two files; it is tried again after more growth. */
  #tryToReplace(): void {
    try {
      this.#replace();
    } catch {
      this.#sizeWhenNew = this.#size;
    }
  }

  /** Puts a file without outdated lines in the place of this one, at once. */
  #replace(): void {
    const temporary = `${this.#path}.tmp`;
    rmSync(temporary, { force: true });
    const fd = openSync(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600);
    const before = [this.#fd, this.#size, this.#sum] as const;
    try {
      [this.#fd, this.#size, this.#sum] = [fd, 0, ''];
      const head = `${JSON.stringify({ format: FORMAT, version: VERSION })}\n`;
      this.#append(
        [...this.#texts].map(([key, text]) => content(key, text)),
        head,
      );
      fsyncSync(fd);
      renameSync(temporary, this.#path);
    } catch (error) {
      [this.#fd, this.#size, this.#sum] = before;
      closeSync(fd);
      rmSync(temporary, { force: true });
      throw error;
    }
    if (before[0] !== undefined) closeSync(before[0]);
    this.#sizeWhenNew = this.#size;
    syncFolder(dirname(this.#path));
  }
}

/** A line without its brackets and its checksum. */
const content = (key: string, text: string | undefined): string => `${key},${text ?? 'null'}`;

/** Of a line's content, and of all lines before it. */
const checksum = (before: string, line: string): string =>
  createHash('sha256').update(before).update(line).digest('base64url').slice(0, 11);

/** The content of a line and its checksum; undefined if it is not such a line. */
function taken(line: string): { readonly content: string; readonly sum: string } | undefined {
  const [, text, sum] = /^\[(.*),"([\w-]{11})"\]$/s.exec(line) ?? [];
  return text === undefined || sum === undefined ? undefined : { content: text, sum };
}

/** Bytes are an object with their Base64. */
function stringify(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, name, text: unknown) {
    const original = this[name];
    return Buffer.isBuffer(original) ? { base64: original.toString('base64') } : text;
  });
}

function parse(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    const isBytes = typeof value === 'object' && value !== null && 'base64' in value;
    return isBytes ? Buffer.from(String(value.base64), 'base64') : value;
  });
}

/** What a line has. */
type Written = readonly [key: readonly [kind: string, id: string], value: unknown];

/** The entries of a file; none if there is no file. */
function* read(path: string): Iterable<Entry> {
  const text = contentOf(path);
  if (text === undefined) return;
  const wrong = (what: string): Error => new Error(`state: ${path} ${what}; it was left as it is`);
  const [head = '', ...lines] = text.split('\n');
  const { format, version } = (parsed(head) ?? {}) as { format?: unknown; version?: unknown };
  if (format !== FORMAT) throw wrong('is not a state file of the test server');
  if (version !== VERSION)
    throw wrong(`has version ${String(version)}, and this release knows version ${VERSION}`);
  // After the last line break there is nothing, or a line that was never completed.
  let sum = '';
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const it = taken(line);
    sum = checksum(sum, it?.content ?? '');
    const entry = it?.sum === sum ? (parsed(`[${it.content}]`) as Written | undefined) : undefined;
    if (entry === undefined) throw wrong(`is damaged in line ${index + 2}`);
    const [[kind, id], value] = entry;
    yield [kind, id, value ?? undefined];
  }
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function contentOf(path: string): string | undefined {
  let fd: number;
  try {
    // Not blocking, because opening a pipe waits for its other end.
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW || 0) | (constants.O_NONBLOCK || 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw new Error(`state: ${path} is a link; name the file itself`);
    throw error;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error(`state: ${path} is not a file`);
    // Windows has no modes of this kind.
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)
      throw new Error(`state: others may read or write ${path}, which has keys; run chmod 600 ${path}`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** Makes a new name in a folder durable. */
function syncFolder(folder: string): void {
  // Windows has no such call.
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
