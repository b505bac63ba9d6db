/**
 * Which node of a cluster serves which slots.
 *
 * @module
 */

import { NotOpened, Unserved } from './failure.ts';
import { firstAnswers } from './first-answers.ts';

/** How long the other nodes may take once one has answered, in ms. */
const OTHERS_MS = 200;

/** What a node says: who serves the slots, and how much it knows. */
export interface SlotTable {
  /** Address of a node and the first and the last of its slots. */
  readonly ranges: readonly (readonly [string, number, number])[];
  /** Grows with each failover that the node has heard of. */
  readonly epoch: number;
  /** Grows whenever the node itself comes to serve slots. */
  readonly ownEpoch: number;
}

/** Reads the answers to CLUSTER SLOTS and CLUSTER INFO. `from` is the host that was asked. */
export function readSlotTable(slots: unknown, info: unknown, from: string): SlotTable {
  const ranges = (slots as [number, number, [Buffer | null, number]][]).map(
    ([first, last, [host, port]]) => [addressOf(host, port, from), first, last] as const,
  );
  const read = (name: string): number =>
    Number(new RegExp(`^cluster_${name}_epoch:(\\d+)`, 'm').exec(String(info))?.[1] ?? 0);
  return { ranges, epoch: read('current'), ownEpoch: read('my') };
}

/** A node that doesn't know its own name leaves it out: it is the one that was asked. */
function addressOf(host: Buffer | null, port: number, from: string): string {
  const name = host === null ? '' : host.toString();
  return `${name === '' || name === '?' ? from : name}:${port}`;
}

/** The owners of all slots, as far as they are known. */
export class Topology {
  readonly #owners = new Map<number, string>();
  readonly #ask: () => Promise<SlotTable>[];
  #isStale = true;
  #refreshing: Promise<void> | undefined;

  /** @param ask asks nodes, each for itself */
  constructor(ask: () => Promise<SlotTable>[]) {
    this.#ask = ask;
  }

  /**
   * The address of the node that serves a slot.
   *
   * @throws NotOpened if no node could be asked; Unserved
   */
  async owner(slot: number): Promise<string> {
    if (this.#isStale) await this.refresh();
    const owner = this.#owners.get(slot);
    if (owner !== undefined) return owner;
    // Somebody may serve it soon, and nobody tells us.
    this.#isStale = true;
    throw new Unserved();
  }

  /** The address of the node that serves a slot, as far as it is known. */
  known(slot: number): string | undefined {
    return this.#owners.get(slot);
  }

  /** A node has told who serves a slot. Others have probably moved as well. */
  moved(slot: number, address: string): void {
    this.#owners.set(slot, address);
    this.refresh().catch(() => undefined);
  }

  /** What is known must be asked again before it is used. */
  distrust(): void {
    this.#isStale = true;
  }

  /** Asks the nodes. Calls at the same time share the work. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const tables = await firstAnswers(this.#ask(), OTHERS_MS).catch((error: unknown) => {
      // Whatever happened to the question, the call that wants to know was not sent.
      throw error instanceof NotOpened ? error : new NotOpened(error, undefined);
    });
    const { ranges } = tables.reduce((best, table) => (table.epoch > best.epoch ? table : best));
    this.#owners.clear();
    for (const [address, first, last] of ranges) {
      for (let slot = first; slot <= last; slot++) this.#owners.set(slot, address);
    }
    this.#isStale = false;
  }
}
