/**
 * Our own APIs under loads other than a tight loop over one token.
 *
 * @module
 */
import { openInstance } from '../lib/instances.mjs';
import { nameOf, tokens } from '../lib/tokens.mjs';

const common = { of: 'powerauth-wasm', kind: /** @type {const} */ ('ours'), manyTokens: true };

/** Tokens that a slow caller takes turns with. */
const TURNS = 1000;

/** A clock that stands still until it is advanced. */
function steppedClock() {
  const start = Date.now();
  let ms = 0;
  return { step: () => void ms++, now: () => start + ms, monotonic: () => ms };
}

/** A header in each millisecond: nothing that was made ahead can be used. */
const slow = (engine, count) => ({
  ...common,
  id: `slow-${count === 1 ? 'same' : 'different'}-${engine}`,
  name: `one header per ms, ${count === 1 ? 'one token' : 'each of another token'}, ${engine}`,
  create: async ({ token, activation }) => {
    const clock = steppedClock();
    const instance = await openInstance(activation, tokens(token, count), { engine, clock });
    const generators = [];
    for (let index = 0; index < count; index++) {
      generators.push(await instance.tokenStore.headerGenerator(nameOf(index)));
    }
    let turn = 0;
    return () => {
      clock.step();
      if (++turn === count) turn = 0;
      return generators[turn].next();
    };
  },
});

/** Each header of the next token, again and again; `all` or one. */
const roundRobin = (id, name, countOf) => ({
  ...common,
  id,
  name,
  asynchronous: true,
  create: async ({ token, activation, scale }) => {
    const count = countOf(scale);
    const { tokenStore } = await openInstance(activation, tokens(token, count));
    const names = Array.from({ length: count }, (_, index) => nameOf(index));
    for (const name of names) await tokenStore.generateHeaderForToken(name);
    let turn = 0;
    return () => {
      if (++turn === count) turn = 0;
      return tokenStore.generateHeaderForToken(names[turn]);
    };
  },
});

/** @type {import('./contestant.mjs').Contestant[]} */
export const scale = [
  slow('wasm-scalar', 1),
  slow('wasm-simd', 1),
  slow('wasm-scalar', TURNS),
  slow('wasm-simd', TURNS),
  roundRobin('one-token', 'generateHeaderForToken(name), one token', () => 1),
  roundRobin('many-tokens', 'generateHeaderForToken(name), many tokens in turn', (count) => count),
];
