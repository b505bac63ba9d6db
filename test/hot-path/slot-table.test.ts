import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { SlotTable, UNOWNED } from '../../src/hot-path/slot-table.ts';
import type { KeySlot } from '../../src/hot-path/types.ts';
import { error } from '../helpers/error.ts';

const KIND = 'hmac-sha256';
const gone = expect.objectContaining(error(PowerAuthErrorCode.LOCAL_TOKEN_NOT_AVAILABLE)) as Error;

test('numbers follow each other, and those that were freed come first', () => {
  const table = new SlotTable();
  const slots = [1, 2, 3].map(() => table.take(UNOWNED, KIND));
  expect(slots).toEqual([0, 1, 2]);
  table.free(1 as KeySlot);
  expect(table.size).toBe(2);
  expect([table.take(UNOWNED, KIND), table.take(UNOWNED, KIND)]).toEqual([1, 3]);
  expect(table.size).toBe(4);
});

test('a slot is its owner’s, as long as it is in use', () => {
  const table = new SlotTable();
  const [owner, other] = [{}, {}];
  const slot = table.take(owner, KIND);
  table.assertIsOf(slot, owner);
  expect([table.isOf(slot, owner), table.isOf(slot, other), table.isOf(slot, UNOWNED)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(() => table.assertIsOf(slot, other)).toThrow(gone);
  table.free(slot);
  expect(() => table.assertIsOf(slot, owner)).toThrow(gone);
  // Used again, by somebody else.
  expect(table.take(other, KIND)).toBe(slot);
  expect(() => table.assertIsOf(slot, owner)).toThrow(gone);
  table.assertIsOf(slot, other);
});

test('a slot that there never was is nobody’s', () => {
  const table = new SlotTable();
  for (const slot of [0, 5, -1, 0.5, NaN] as KeySlot[]) {
    expect(() => table.assertIsOf(slot, UNOWNED)).toThrow(gone);
    expect(table.kindOf(slot)).toBe(undefined);
  }
});

test('the kind of a slot is known while it is in use, for more slots than fit at first', () => {
  const table = new SlotTable();
  const slots = Array.from({ length: 1000 }, () => table.take(UNOWNED, KIND));
  for (const slot of slots) expect(table.kindOf(slot)).toBe(KIND);
  table.free(slots[999] ?? slots[0] ?? (0 as KeySlot));
  expect(table.kindOf(999 as KeySlot)).toBe(undefined);
  expect(table.kindOf(998 as KeySlot)).toBe(KIND);
});
