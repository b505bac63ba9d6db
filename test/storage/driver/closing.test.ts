import { expect, test } from 'vitest';
import { Closing } from '../../../src/storage/driver/closing.ts';

const REASON = new Error('closed');

test('is open until it is closed, and then for good, with the first reason', () => {
  const closing = new Closing();
  expect(closing.isClosed).toBe(false);
  closing.throwIfClosed();
  closing.close(REASON);
  closing.close(new Error('again'));
  expect(closing.isClosed).toBe(true);
  expect(() => closing.throwIfClosed()).toThrow(REASON);
});

test('tells everybody once, in order; who comes later, at once', () => {
  const closing = new Closing();
  const told: unknown[] = [];
  const first = (reason: Error) => told.push(['first', reason]);
  closing.onClose(first);
  closing.onClose(first);
  closing.onClose((reason) => told.push(['second', reason]));
  expect(told).toEqual([]);
  closing.close(REASON);
  closing.close(REASON);
  expect(told).toEqual([
    ['first', REASON],
    ['first', REASON],
    ['second', REASON],
  ]);
  closing.onClose((reason) => told.push(['late', reason]))();
  expect(told).toHaveLength(4);
  expect(told[3]).toEqual(['late', REASON]);
});

test('whoever cancels is not told, though the same function was given twice', () => {
  const closing = new Closing();
  let times = 0;
  const callback = () => {
    times++;
  };
  const cancel = closing.onClose(callback);
  closing.onClose(callback);
  cancel();
  cancel();
  closing.close(REASON);
  expect(times).toBe(1);
});

test('is closed for those who are told, and one that cancels another in the meantime spares it', () => {
  const closing = new Closing();
  const told: string[] = [];
  closing.onClose(() => {
    told.push(`closed: ${closing.isClosed}`);
    cancel();
  });
  const cancel = closing.onClose(() => told.push('cancelled'));
  closing.close(REASON);
  expect(told).toEqual(['closed: true']);
});
