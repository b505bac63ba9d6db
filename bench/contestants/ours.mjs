/**
 * Our engines, and our APIs on them. Runs in browsers too.
 *
 * @module
 */
import { createEngine } from '../../dist/hot-path/index.js';
import { openInstance } from '../lib/instances.mjs';

const AT_ONCE = 64;
const common = { of: 'powerauth-wasm', kind: /** @type {const} */ ('ours') };

/** An engine without anything around it. */
async function engineWithKey(name, { id, secret }) {
  const engine = await createEngine({ engine: name });
  return { engine, slot: engine.addKey(id, secret) };
}

const engine = (name) => ({
  ...common,
  id: `engine-${name}`,
  name: `engine ${name}, one header a call`,
  create: async ({ token }) => {
    const { engine, slot } = await engineWithKey(name, token);
    return () => engine.header(slot, Date.now());
  },
});

const engineBatch = (name) => ({
  ...common,
  id: `engine-${name}-${AT_ONCE}`,
  name: `engine ${name}, ${AT_ONCE} headers a call`,
  perCall: AT_ONCE,
  create: async ({ token }) => {
    const { engine, slot } = await engineWithKey(name, token);
    return () => engine.headers(slot, Date.now(), AT_ONCE);
  },
});

const storeOf = async (name, { activation, token }) =>
  (await openInstance(activation, [['token', token]], { engine: name })).tokenStore;

const next = (name) => ({
  ...common,
  id: `next-${name}`,
  name: `headerGenerator.next(), ${name}`,
  create: async (setting) => {
    const generator = await (await storeOf(name, setting)).headerGenerator('token');
    return () => generator.next();
  },
});

const batch = (name) => ({
  ...common,
  id: `batch-${name}`,
  name: `headerGenerator.nextBatch(${AT_ONCE}), ${name}`,
  perCall: AT_ONCE,
  create: async (setting) => {
    const generator = await (await storeOf(name, setting)).headerGenerator('token');
    return () => generator.nextBatch(AT_ONCE);
  },
});

/** The same, but the headers are read, as a sender does: a browser's engine only assembles their texts then. */
const batchRead = (name) => ({
  ...common,
  id: `batch-read-${name}`,
  name: `headerGenerator.nextBatch(${AT_ONCE}), each header read, ${name}`,
  perCall: AT_ONCE,
  create: async (setting) => {
    const generator = await (await storeOf(name, setting)).headerGenerator('token');
    let read = 0;
    return () => {
      const values = generator.nextBatch(AT_ONCE);
      for (const value of values) read = (read + value.charCodeAt(value.length - 1)) & 255;
      return read < 0 ? [] : values;
    };
  },
});

const generate = (name) => ({
  ...common,
  id: `generate-${name}`,
  name: `await generateHeaderForToken(name), ${name}`,
  asynchronous: true,
  create: async (setting) => {
    const store = await storeOf(name, setting);
    return () => store.generateHeaderForToken('token');
  },
});

/** @type {import('./contestant.mjs').Contestant[]} */
export const ours = [
  engine('js'),
  engine('wasm-scalar'),
  engine('wasm-simd'),
  engineBatch('wasm-simd'),
  next('js'),
  next('wasm-scalar'),
  next('wasm-simd'),
  batch('wasm-simd'),
  batchRead('wasm-simd'),
  generate('wasm-simd'),
];
