/**
 * A lock's record in LMDB: the tickets of those who want it, in the order they came. The first one holds the lock.
 *
 * @module
 */

import * as v from 'valibot';
import type { Ticket } from './holder-watch.ts';
import { object } from '../util/schema.ts';

const Tickets = v.array(object({ id: v.string(), pid: v.number(), place: v.string(), beat: v.number() }));

/** The bytes of a lock's record. */
export function encodeTickets(tickets: readonly Ticket[]): Buffer {
  return Buffer.from(JSON.stringify(tickets));
}

/** The tickets of a lock's record; one that is missing or unreadable has none, and the lock is free. */
export function decodeTickets(bytes: Uint8Array | undefined): Ticket[] {
  if (bytes === undefined) return [];
  try {
    return v.parse(Tickets, JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    return [];
  }
}
