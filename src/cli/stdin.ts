/**
 * Stdin, from which a command reads its secrets line by line, and then data.
 *
 * @module
 */

import type { Readable } from 'node:stream';
import { unlessInterrupted, usage } from './failures.ts';
import type { Io } from './io.ts';

const NEWLINE = 10;

/** Whether an option that names a file means stdin. */
export const isStdin = (file: unknown): boolean =>
  typeof file === 'string' && /^(?:-|\/dev\/stdin|\/(?:dev|proc\/self)\/fd\/0)$/.test(file);

/** Stdin of one command. */
export class Stdin {
  readonly #stream: Readable;
  readonly #signal: AbortSignal;
  #chunks: AsyncIterator<Buffer> | undefined;
  #rest: Buffer = Buffer.alloc(0);

  constructor({ stdin, signal }: Pick<Io, 'stdin' | 'signal'>) {
    this.#stream = stdin;
    this.#signal = signal;
  }

  /**
   * The next line, without its end.
   *
   * @throws WRONG_PARAMETER if there is none; Interrupted
   */
  async line(what: string): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE);
      if (end >= 0) return this.#take(end + 1);
      if (await this.#more()) continue;
      if (this.#rest.length === 0) throw usage(`stdin: expected ${what} in a line of its own, got the end`);
      return this.#take(this.#rest.length);
    }
  }

  /**
   * Everything that is left.
   *
   * @throws Interrupted
   */
  async rest(): Promise<Buffer> {
    while (await this.#more());
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }

  #take(length: number): string {
    const line = this.#rest.toString('utf8', 0, length);
    this.#rest = this.#rest.subarray(length);
    return line;
  }

  async #more(): Promise<boolean> {
    // Kept open: what comes after the line may be wanted next.
    this.#chunks ??= this.#stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
    const next = await unlessInterrupted(this.#chunks.next(), this.#signal);
    if (next.done === true) return false;
    this.#rest = Buffer.concat([this.#rest, Buffer.from(next.value)]);
    return true;
  }
}
