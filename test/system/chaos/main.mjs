#!/usr/bin/env node
/**
 * Lets clients and servers of a store fail in all kinds of ways at once, and checks what they promise.
 *
 *     npm run test:chaos -- postgres         three minutes
 *     npm run test:chaos -- redis 600        ten minutes
 *     SEED=7 npm run test:chaos -- postgres  the same choice of faults as before
 *
 * Machines are network namespaces where that is permitted (Linux; as root, or where users may make namespaces). With
 * `--without-namespaces` everything runs on this machine, and a relay cuts and delays.
 *
 * On Redis with replicas writes wait for them (`durability`). With `--without-durability` they don't: then what was
 * confirmed may be lost when a replica takes over, and the run says BROKEN.
 *
 * @module
 */
import { main, StepError } from '../../../tools/lib/run.mjs';
import { buildChild } from '../../helpers/bundle-child.mjs';
import { insideNetwork } from '../../helpers/network.mjs';

const SECONDS = '180';
const NO_NAMESPACES = '--without-namespaces';
const NO_WAIT = '--without-durability';
const FLAGS = [NO_NAMESPACES, NO_WAIT];
const STORES = ['postgres', 'redis', 'redis-cluster', 'redis-sentinel'];

await main(async () => {
  const has = (/** @type {string} */ flag) => process.argv.includes(flag);
  const [store = '', seconds = SECONDS] = process.argv.slice(2).filter((arg) => !FLAGS.includes(arg));
  if (!STORES.includes(store)) throw new StepError(`Expected one of ${STORES.join(', ')}, got "${store}"`);
  if (!(Number(seconds) > 0)) throw new StepError(`Expected a number of seconds, got "${seconds}"`);
  const seed = process.env.SEED ?? String(Date.now() % 2 ** 31);
  const run = await buildChild(new URL('./run.ts', import.meta.url));
  const client = await buildChild(new URL('./client.ts', import.meta.url));
  process.exitCode = await insideNetwork(
    ['--enable-source-maps', run, client, store, seconds, seed, ...(has(NO_WAIT) ? [] : ['durable'])],
    has(NO_NAMESPACES) ? { isPermitted: false } : {},
  );
});
