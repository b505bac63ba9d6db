/**
 * Which process something belongs to, so that others on the same machine can tell when it is gone.
 *
 * @module
 */

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, as others may look for it. */
export interface ProcessMark {
  /** Process id, which means something only in its `place`. */
  readonly pid: number;
  /** Boot and process namespace, or host, that `pid` belongs to. */
  readonly place: string;
}

let ownPlace: string | undefined;

/** Where this process's id means this process. */
export function place(): string {
  ownPlace ??= findPlace();
  return ownPlace;
}

function findPlace(): string {
  try {
    // Two containers may share a folder, and have different processes under one id.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** False when the process is surely gone. */
export function mayBeAlive(mark: ProcessMark): boolean {
  if (mark.place !== place()) return true;
  try {
    process.kill(mark.pid, 0);
    return true;
  } catch (error) {
    // Not permitted means that there is one.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
