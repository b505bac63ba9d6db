/**
 * Identifies the process or thread that something belongs to, so that others on the same machine can tell when it is
 * gone.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process or thread, in a form by which others can find it. */
export interface ProcessMark {
  /** The process id, or on Linux the thread id. It is only valid in its `place`. */
  readonly pid: number;
  /** The boot and process namespace, or the host, that `pid` belongs to. */
  readonly place: string;
}

let own: ProcessMark | undefined;

/** The mark of this thread. */
export function ownMark(): ProcessMark {
  own ??= { pid: findId(), place: findPlace() };
  return own;
}

function findPlace(): string {
  // Only Linux gives processes of one host different ids.
  if (process.platform !== 'linux') return hostname();
  try {
    // Two containers may share a folder and have different processes with the same id.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // If /proc is hidden, nobody can tell whose ids these are. A unique place makes sure that nobody looks for its
    // processes.
    return randomUUID();
  }
}

/** The id of this thread, because a thread may end before its process; if it isn't available, the id of the process. */
function findId(): number {
  try {
    // The last one is the id in the innermost namespace, which is this thread's own.
    const id = Number(/^NSpid:.*?(\d+)$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1]);
    // Linux accepts the id of a thread here, too; a system that only looks like Linux may not.
    if (Number.isSafeInteger(id)) {
      process.kill(id, 0);
      return id;
    }
  } catch {
    // This isn't Linux, or there is no /proc.
  }
  return process.pid;
}

/** False if the process or thread is certainly gone. */
export function mayBeAlive(mark: ProcessMark): boolean {
  if (mark.place !== ownMark().place) return true;
  try {
    process.kill(mark.pid, 0);
    return true;
  } catch (error) {
    // "Not permitted" means that it exists.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
