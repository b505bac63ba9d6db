/**
 * What a command may use of its process. Tests pass their own.
 *
 * @module
 */

import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  hasColors?(): boolean;
}

/** Input, output and environment of a command. */
export interface Io {
  readonly stdin: Readable & Terminal;
  readonly stdout: Writable & Terminal;
  readonly stderr: Writable & Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user interrupts the command. */
  readonly signal: AbortSignal;
}

/** Whether somebody is there to be asked. Questions go to stderr, so stdout may be a pipe. */
export const isInteractive = ({ stdin, stderr }: Io): boolean =>
  stdin.isTTY === true && stderr.isTTY === true;
