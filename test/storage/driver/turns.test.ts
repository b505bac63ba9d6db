import { expect, test } from 'vitest';
import { Closing } from '../../../src/storage/driver/closing.ts';
import { Turns } from '../../../src/storage/driver/turns.ts';

const open = new Closing();
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one at a time under a name, in the order of asking; others are not held up', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const take = async (name: string, who: string): Promise<() => void> => {
    const end = await turns.take(name, open);
    order.push(who);
    return end;
  };
  const first = await take('a', 'first');
  const second = take('a', 'second');
  const third = take('a', 'third');
  (await take('b', 'other'))();
  await settle();
  expect(order).toEqual(['first', 'other']);
  first();
  first();
  const endSecond = await second;
  first();
  await settle();
  expect(order).toEqual(['first', 'other', 'second']);
  endSecond();
  (await third)();
  (await take('a', 'again'))();
  expect(order).toEqual(['first', 'other', 'second', 'third', 'again']);
});

test('who gives up waiting leaves the queue to the others', async () => {
  const turns = new Turns();
  const closing = new Closing();
  const end = await turns.take('a', open);
  const givingUp = [turns.take('a', closing), turns.take('a', closing)];
  const staying = turns.take('a', open);
  const reason = new Error('closed');
  closing.close(reason);
  for (const promise of givingUp) await expect(promise).rejects.toBe(reason);
  await expect(turns.take('a', closing)).rejects.toBe(reason);
  end();
  (await staying)();
});

test('who gets the turn in the moment of closing passes it on', async () => {
  const turns = new Turns();
  const closing = new Closing();
  const end = await turns.take('a', closing);
  closing.onClose(end);
  const closed = turns.take('a', closing);
  const staying = turns.take('a', open);
  const reason = new Error('closed');
  closing.close(reason);
  await expect(closed).rejects.toBe(reason);
  (await staying)();
});
