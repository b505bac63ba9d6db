/**
 * Everything that is measured in Node.
 *
 * @module
 */
import { newActivation } from '../lib/activation.mjs';
import { newToken } from '../lib/instances.mjs';
import { machine } from '../lib/machine.mjs';
import { today } from '../lib/today.mjs';
import { measureEventLoop } from './event-loop.mjs';
import { measureHeaders } from './headers.mjs';
import { measureInstances } from './instances.mjs';
import { measureOperations } from './operations.mjs';
import { measureScale } from './scale.mjs';
import { measureMemory, measureSizes } from './sizes.mjs';
import { measureStartUp } from './start-up.mjs';
import { measureWorkers } from './workers.mjs';

/**
 * How long it may take.
 *
 * @typedef {object} Effort
 * @property {number} rounds in which each contestant is timed once
 * @property {number} seconds for one contestant in a round
 * @property {number} scale how many tokens are many
 * @property {number} starts of processes
 * @property {number} loopSeconds for which event-loop delay is watched
 * @property {number[]} instances numbers of them, from few to many
 * @property {{ rounds: number, warmUp: number }} operations rounds that count, and rounds before them
 * @property {number} serverTokens instances whose token comes from the server
 * @property {{ customers: number, seconds: number }} gateway for how many, and how long each load lasts
 */

const newSetting = async ({ scale }) => ({ token: newToken(), activation: await newActivation(), scale });

/**
 * What a run measures in bytes: the same on every machine, or nearly.
 *
 * @param {Effort} effort
 */
export async function measureBytes(effort) {
  const setting = await newSetting(effort);
  return { memory: await measureMemory(setting), sizes: await measureSizes() };
}

const place = () => ({
  date: today(),
  runtime: `Node ${process.versions.node} (V8 ${process.versions.v8}, OpenSSL ${process.versions.openssl})`,
  machine: machine(),
});

/**
 * What many instances cost.
 *
 * @param {Effort} effort
 */
export async function measureMany(effort) {
  return { ...place(), ...(await measureInstances(await newSetting(effort), effort)) };
}

/**
 * What whole operations cost.
 *
 * @param {Effort} effort
 */
export async function measureWhole(effort) {
  return { ...place(), effort: effort.operations, ...(await measureOperations(effort)) };
}

/** @param {Effort} effort */
export async function measureAll(effort) {
  const setting = await newSetting(effort);
  return {
    ...place(),
    effort,
    ...(await measureHeaders(setting, effort)),
    scale: await measureScale(setting, effort),
    memory: await measureMemory(setting),
    sizes: await measureSizes(),
    startUp: await measureStartUp(setting, effort),
    workers: await measureWorkers(setting, effort),
    eventLoop: await measureEventLoop(setting, effort),
  };
}
