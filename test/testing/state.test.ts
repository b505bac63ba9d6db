/** What a server remembers, and for how long. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { Records } from '../../src/testing/records.ts';
import { ServerState } from '../../src/testing/state.ts';
import { RULES } from '../helpers/rules.ts';

test('a nonce is refused the second time for as long as its header could be accepted', () => {
  const state = new ServerState(RULES);
  const use = (from: number, to: number): boolean[] =>
    Array.from({ length: to - from }, (_, i) => state.isReplay(`nonce ${from + i}`));
  use(0, 6000);
  state.clockOffset = 110_000;
  expect(new Set(use(6000, 12_000))).toEqual(new Set([false]));
  expect(new Set(use(0, 12_000))).toEqual(new Set([true]));
});

test('looks at no more activations than it takes to find the one with a code', () => {
  const state = new ServerState(RULES);
  const created = ['a', 'b', 'c'].map((code) => state.createActivation({ code }));
  let looks = 0;
  const peek = vi.spyOn(Records.prototype, 'peek').mockImplementation(function* () {
    for (const activation of created) {
      looks++;
      yield activation;
    }
  });
  onTestFinished(() => peek.mockRestore());
  const looked = (find: () => unknown): readonly [unknown, number] => {
    looks = 0;
    return [find(), looks];
  };
  expect(looked(() => state.isTaken('b'))).toEqual([true, 2]);
  expect(looked(() => state.activationOfCode('b'))).toEqual([created[1], 2]);
});

test('then it is forgotten, or a server that runs for days would need ever more memory', () => {
  const state = new ServerState(RULES);
  for (let i = 0; i < 10_000; i++) state.isReplay(`nonce ${i}`);
  state.clockOffset = 130_000;
  expect(state.isReplay('nonce 0')).toBe(true);
  state.isReplay('the one that is too many');
  expect(state.isReplay('nonce 0')).toBe(false);
  expect(state.isReplay('the one that is too many')).toBe(true);
});
