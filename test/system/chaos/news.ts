/** What the chaos run and its clients tell each other. */

import type { ClientSetup } from '../fleet/client-setup.ts';
import type { Place } from './place.ts';

/** A token of an instance. */
export interface TokenName {
  readonly instanceId: string;
  readonly name: string;
}

/** A link of the chain that is written under a lock: each one is made from the one before. */
export interface Link {
  readonly number: number;
  readonly id: string;
}

/** What a client is told at first. */
export interface ClientTask {
  /** Its tokens' names begin with it. */
  readonly id: string;
  readonly seed: number;
  readonly place: Place;
  /** In hex. */
  readonly sealingKey: string;
  readonly instanceIds: readonly string[];
  readonly configuration: ClientSetup['configuration'];
}

/** What it is told later. */
export type Order =
  | ({ readonly order: 'use' } & TokenName)
  /** Does one of everything; the tokens that are gone must be gone here, too. */
  | { readonly order: 'prove'; readonly gone: readonly TokenName[] };

/** What it tells. */
export type News =
  | { readonly news: 'begun' | 'proved' }
  | { readonly news: 'signed' | 'status' | 'header' }
  | ({ readonly news: 'got' | 'removing' | 'removed' } & TokenName)
  /** The chain as it was read, and as it was written. */
  | ({ readonly news: 'read' | 'wrote' } & Link)
  | { readonly news: 'failed'; readonly what: string; readonly code: string; readonly message: string }
  /** What must never happen. */
  | { readonly news: 'wrong'; readonly what: string };

/** The instances that all clients use. */
export const INSTANCES = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

export const CHAIN = 'chaos/chain';
export const CHAIN_LOCK = 'chaos/lock';

export const encodeLink = (link: Link): Uint8Array => Buffer.from(JSON.stringify(link));

export const decodeLink = (bytes: Uint8Array | undefined): Link =>
  bytes === undefined ? { number: 0, id: 'none' } : (JSON.parse(Buffer.from(bytes).toString()) as Link);
