import { expect, test } from 'vitest';
import { Questions } from '../../src/biometry/questions.ts';
import { deferred } from '../helpers/deferred.ts';
import { rejection } from '../helpers/storage.ts';

const FREE = new AbortController().signal;
const turn = (): Promise<void> => new Promise(setImmediate);

test('asks one after another, in order, and returns each answer', async () => {
  const questions = new Questions();
  const asked: number[] = [];
  const answers = [deferred<string>(), deferred<string>(), deferred<string>()];
  const calls = answers.map(({ promise }, i) =>
    questions.ask(FREE, () => {
      asked.push(i);
      return promise;
    }),
  );
  await turn();
  expect(asked).toEqual([0]);
  answers[1]?.resolve('second');
  await turn();
  expect(asked).toEqual([0]);
  answers[0]?.resolve('first');
  expect(await calls[0]).toBe('first');
  expect(await calls[1]).toBe('second');
  await turn();
  expect(asked).toEqual([0, 1, 2]);
  answers[2]?.resolve('third');
  expect(await calls[2]).toBe('third');
});

test('goes on after a question that was refused, or that threw at once', async () => {
  const questions = new Questions();
  const reason = new Error('cancelled');
  const refused = questions.ask(FREE, () => Promise.reject(reason));
  const threw = questions.ask(FREE, () => {
    throw reason;
  });
  const last = questions.ask(FREE, () => Promise.resolve('answer'));
  await expect(refused).rejects.toBe(reason);
  await expect(threw).rejects.toBe(reason);
  await expect(last).resolves.toBe('answer');
});

test('one that is taken away before its turn is never asked, and keeps its place for nobody', async () => {
  const questions = new Questions();
  const first = deferred<string>();
  const away = new AbortController();
  const asked: string[] = [];
  const calls = [
    questions.ask(FREE, () => first.promise),
    rejection(questions.ask(away.signal, () => Promise.resolve(asked.push('away')))),
    questions.ask(FREE, () => Promise.resolve(asked.push('last'))),
  ] as const;
  const reason = new Error('deconfigured');
  away.abort(reason);
  expect(await calls[1]).toBe(reason);
  await turn();
  // The first one is still before the user.
  expect(asked).toEqual([]);
  first.resolve('answer');
  await calls[2];
  expect(asked).toEqual(['last']);
});
