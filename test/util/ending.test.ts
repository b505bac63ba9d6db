import { expect, test } from 'vitest';
import { PowerAuthErrorCode } from '../../src/errors.ts';
import { Ending } from '../../src/util/ending.ts';
import { deferred } from '../helpers/deferred.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';

test('calls back once at the end, in order, and at once after it', () => {
  const ending = new Ending();
  const told: string[] = [];
  ending.whenOver(() => told.push('first'));
  ending.whenOver(() => told.push('second'));
  expect([told, ending.aborted, ending.isAwaited]).toEqual([[], false, true]);
  ending.end();
  ending.end();
  expect([told, ending.aborted, ending.isAwaited]).toEqual([['first', 'second'], true, false]);
  ending.whenOver(() => told.push('late'))();
  expect(told).toEqual(['first', 'second', 'late']);
});

test('whoever takes it back is not told, and a function that was given twice is there twice', () => {
  const ending = new Ending();
  let times = 0;
  const callback = () => {
    times++;
  };
  const takeBack = ending.whenOver(callback);
  ending.whenOver(callback);
  takeBack();
  takeBack();
  expect(ending.isAwaited).toBe(true);
  ending.end();
  expect(times).toBe(1);
});

test('is awaited by nobody once all have taken it back, and by those who come after', () => {
  const ending = new Ending();
  const takeBack = ending.whenOver(() => undefined);
  takeBack();
  expect(ending.isAwaited).toBe(false);
  const another = ending.whenOver(() => undefined);
  takeBack();
  expect(ending.isAwaited).toBe(true);
  another();
  expect(ending.isAwaited).toBe(false);
});

test('is over for those who are told: what they ask for then comes at once', () => {
  const ending = new Ending();
  const told: string[] = [];
  ending.whenOver(() => {
    told.push(`over: ${ending.aborted}`);
    ending.whenOver(() => told.push('at once'));
    told.push('after');
  });
  ending.end();
  expect(told).toEqual(['over: true', 'at once', 'after']);
});

test('a promise comes to what it comes to, and waits for the end no longer', async () => {
  const ending = new Ending();
  const reason = new Error('its own');
  const results = Promise.allSettled([
    ending.unlessOver(Promise.resolve(5)),
    ending.unlessOver(Promise.reject(reason)),
  ]);
  expect(ending.isAwaited).toBe(true);
  expect(await results).toEqual([
    { status: 'fulfilled', value: 5 },
    { status: 'rejected', reason },
  ]);
  expect(ending.isAwaited).toBe(false);
  ending.end();
});

test('a promise that is out at the end is an OPERATION_CANCELED, and nobody has to look at it any more', async () => {
  const ending = new Ending();
  const work = deferred();
  const call = rejection(ending.unlessOver(work.promise));
  ending.end();
  expect(await call).toMatchObject(error(PowerAuthErrorCode.OPERATION_CANCELED, /deconfigured/));
  // An unhandled rejection would fail this run.
  work.reject(new Error('later'));
  await new Promise(setImmediate);
});

test('after the end a promise is refused at once, even one that is settled', async () => {
  const ending = new Ending();
  ending.end();
  await expect(ending.unlessOver(Promise.resolve(5))).rejects.toMatchObject(
    error(PowerAuthErrorCode.OPERATION_CANCELED),
  );
});
