import { expect, test } from 'vitest';
import { Listeners } from '../../../src/storage/driver/listeners.ts';

const microtasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('calls each listener, later, once for each time it was added', async () => {
  const listeners = new Listeners<string>();
  const heard: string[] = [];
  const listener = (value: string): void => void heard.push(value);
  listeners.add(listener);
  listeners.add(listener);
  listeners.tell('a');
  expect(heard).toEqual([]);
  await microtasks();
  expect(heard).toEqual(['a', 'a']);
  expect(listeners.size).toBe(2);
});

test('does not call a listener that was removed after the value was told', async () => {
  const listeners = new Listeners<string>();
  const heard: string[] = [];
  const remove = listeners.add((value) => void heard.push(`first ${value}`));
  listeners.add((value) => void heard.push(`second ${value}`));
  listeners.tell('a');
  remove();
  remove();
  await microtasks();
  expect(heard).toEqual(['second a']);
  listeners.tell('b');
  listeners.clear();
  await microtasks();
  expect(heard).toEqual(['second a']);
  expect(listeners.size).toBe(0);
});
