/**
 * Which process, or thread, something belongs to, so that others on the same machine can tell when it is gone.
 *
 * @module
 */

import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process or thread, as others may look for it. */
export interface ProcessMark {
  /** Process id, or on Linux that of the thread. It means something only in its `place`. */
  readonly pid: number;
  /** Boot and process namespace, or host, that `pid` belongs to. */
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
    // Two containers may share a folder, and have different processes under one id.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Where /proc is hidden, nobody can tell whose ids these are. A place of its own: nobody looks for its processes.
    return randomUUID();
  }
}

/** The id of this thread, because a thread may end before its process; where it can't be had, the id of the process. */
function findId(): number {
  try {
    // The last one is the id in the innermost namespace, which is this thread's own.
    const id = Number(/^NSpid:.*?(\d+)$/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))?.[1]);
    // Linux takes the id of a thread here, too; what only looks like Linux may not.
    if (Number.isSafeInteger(id)) {
      process.kill(id, 0);
      return id;
    }
  } catch {
    // Not Linux, or no /proc.
  }
  return process.pid;
}

/** False when the process or thread is surely gone. */
export function mayBeAlive(mark: ProcessMark): boolean {
  if (mark.place !== ownMark().place) return true;
  try {
    process.kill(mark.pid, 0);
    return true;
  } catch (error) {
    // Not permitted means that there is one.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
