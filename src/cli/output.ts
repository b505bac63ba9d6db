/**
 * Results go to stdout, everything else to stderr.
 *
 * @module
 */

import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { describeError, oneLine } from '../errors.ts';
import { errorObject, messageOf } from './failures.ts';
import type { Io } from './io.ts';

/** How much a command says. */
export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** The output of one command. */
export class Output {
  readonly #io: Io;
  readonly #options: OutputOptions;
  #isReaderGone = false;

  constructor(io: Io, options: OutputOptions) {
    this.#io = io;
    this.#options = options;
  }

  get json(): boolean {
    return this.#options.json;
  }

  get verbose(): boolean {
    return this.#options.verbose;
  }

  /** Whether whoever read stdout has seen enough, as `head` has. Nothing more is written, and that is no failure. */
  get isReaderGone(): boolean {
    return this.#isReaderGone;
  }

  /** The result: one object with `--json`, else lines of text. */
  async result(object: object, lines: readonly string[] | string): Promise<void> {
    const text = this.json ? jsonOf({ ok: true, ...object }) : [lines].flat().join('\n');
    if (text !== '') await this.#write(`${text}\n`);
  }

  /** A part of a result that may be long, byte by byte; at a terminal without what would control it. */
  async raw(bytes: Uint8Array | string): Promise<void> {
    const { stdout } = this.#io;
    await this.#write(stdout.isTTY === true ? withoutControls(bytes) : bytes);
  }

  async #write(content: Uint8Array | string): Promise<void> {
    if (!this.#isReaderGone) this.#isReaderGone = !(await write(this.#io.stdout, content));
  }

  /** Something that helps a person and is not the result. */
  note(text: string): void {
    if (!this.#options.quiet && !this.json) this.#io.stderr.write(`${oneLine(text)}\n`);
  }

  /** Something that a person asked for with `--verbose`. */
  detail(lines: readonly string[]): void {
    if (this.verbose) this.#io.stderr.write(lines.map((line) => `${oneLine(line)}\n`).join(''));
  }

  /** A failure. */
  async failure(error: unknown, hint?: string): Promise<void> {
    if (this.json) {
      await this.#write(`${jsonOf({ ok: false, error: errorObject(error) })}\n`);
      return;
    }
    const label = styled(this.#io.stderr, 'red', 'error:');
    const lines = [`${label} ${oneLine(messageOf(error))}`, ...(hint === undefined ? [] : [hint])];
    if (this.verbose) lines.push(describeError(error), ...(error instanceof Error ? causes(error) : []));
    await write(this.#io.stderr, `${lines.join('\n')}\n`);
  }

  /** Text with a style, for stdout if it is a terminal with colours. */
  styled(style: Style, text: string): string {
    return styled(this.#io.stdout, style, text);
  }

  /** Columns of text, aligned; where they don't fit into the terminal, one block a row. */
  table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
    if (rows.length === 0) return [];
    const cells = rows.map((row) => row.map(oneLine));
    const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((row) => row[i]?.length ?? 0)));
    const width = widths.reduce((sum, each) => sum + each + 2, -2);
    const { isTTY, columns = 80 } = this.#io.stdout;
    if (isTTY === true && width > columns) {
      return cells.flatMap((row, n) => [
        ...(n === 0 ? [] : ['']),
        ...this.pairs(row.map((cell, i) => [heads[i] ?? '', cell])),
      ]);
    }
    const line = (row: readonly string[]): string =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd();
    return [this.styled('dim', line(heads)), ...cells.map(line)];
  }

  /** Names and values, the values aligned. */
  pairs(pairs: readonly (readonly [name: string, value: string])[]): string[] {
    const width = Math.max(...pairs.map(([name]) => name.length));
    return pairs
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${this.styled('dim', name.padEnd(width))}  ${oneLine(value)}`);
  }

  /** Shows progress on one line of a terminal; nothing elsewhere. */
  progress(): { readonly show: (text: string) => void; readonly end: () => void } {
    const { stderr } = this.#io;
    if (stderr.isTTY !== true || this.#options.quiet || this.json) {
      return { show: () => undefined, end: () => undefined };
    }
    let last = 0;
    let isShown = false;
    return {
      show: (text) => {
        // A terminal is slow, and so is a reader.
        if (Date.now() - last < 100) return;
        last = Date.now();
        isShown = true;
        stderr.write(`\r\u001B[K${text}`);
      },
      end: () => {
        if (isShown) stderr.write('\r\u001B[K');
      },
    };
  }
}

function styled(stream: Io['stdout'], style: Style, text: string): string {
  // It respects NO_COLOR.
  return stream.isTTY === true && stream.hasColors?.() === true
    ? // Node itself would ask stdout, which may be a pipe.
      styleText(style, text, { validateStream: false })
    : text;
}

/** JSON.stringify escapes not all of the characters that control a terminal. */
const jsonOf = (object: object): string =>
  JSON.stringify(object).replace(
    /[\u007F-\u009F]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );

/** Line breaks and tabs stay. */
const withoutControls = (content: Uint8Array | string): string =>
  Buffer.from(content)
    .toString()
    .replace(/(?!\r\n|\n|\t)\p{Cc}/gu, '\uFFFD');

/** Returns whether there is still a reader. */
async function write(stream: Writable, content: Uint8Array | string): Promise<boolean> {
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
    stream.write(content, resolve);
  });
  if (error && error.code !== 'EPIPE') throw error;
  return !error;
}

function causes({ cause }: Error): string[] {
  return cause === undefined
    ? []
    : [`cause: ${describeError(cause)}`, ...(cause instanceof Error ? causes(cause) : [])];
}
