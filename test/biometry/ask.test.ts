import { expect, test, vi } from 'vitest';
import { askProvider } from '../../src/biometry/ask.ts';
import { failure, PowerAuthErrorCode } from '../../src/errors.ts';
import { deferred } from '../helpers/deferred.ts';
import { error } from '../helpers/error.ts';
import { rejection } from '../helpers/storage.ts';
import { throwing } from '../helpers/wrong-values.ts';

const { BIOMETRY_CANCEL, BIOMETRY_FAILED, NETWORK_ERROR, OPERATION_CANCELED } = PowerAuthErrorCode;
const FREE = new AbortController().signal;
const never = vi.fn();

test('gives the provider the signal, and returns its answer, a promise or not', async () => {
  const question = vi.fn((signal: AbortSignal) => (signal === FREE ? 'answer' : 'another signal'));
  await expect(askProvider(question, FREE, never)).resolves.toBe('answer');
  await expect(askProvider(() => Promise.resolve(5), FREE, never)).resolves.toBe(5);
  expect(never).not.toHaveBeenCalled();
});

test('an error with a code of biometry is passed on as it is', async () => {
  const cause = failure(BIOMETRY_CANCEL, 'of the provider');
  await expect(askProvider(() => Promise.reject(cause), FREE, never)).rejects.toBe(cause);
});

test.each<readonly [string, unknown]>([
  ['an error', new Error('of the provider')],
  ['a PowerAuthError with another code', failure(NETWORK_ERROR, 'of the provider')],
  ['text', 'of the provider'],
  ['nothing', undefined],
  ['an object that throws when it is looked at', throwing({})],
])('%s that a provider throws or rejects with is a BIOMETRY_FAILED', async (_, cause) => {
  const throwsIt = () => {
    throw cause;
  };
  const rejects = async () => {
    await Promise.resolve();
    throw cause;
  };
  for (const question of [throwsIt, rejects]) {
    const shown = await rejection(askProvider<string>(question, FREE, never));
    expect(shown).toMatchObject(error(BIOMETRY_FAILED));
    expect(shown.cause === (cause ?? undefined)).toBe(true);
  }
});

test('an aborted signal asks nobody', async () => {
  const question = vi.fn(() => 'answer');
  const reason = new Error('over');
  const asked = askProvider(question, AbortSignal.abort(reason), never);
  await expect(asked).rejects.toMatchObject({ ...error(OPERATION_CANCELED), cause: reason });
  expect(question).not.toHaveBeenCalled();
});

test('waits no longer than the signal, and gives the late answer to whoever drops it', async () => {
  const ending = new AbortController();
  const answer = deferred<string>();
  const late = vi.fn();
  const call = rejection(askProvider(() => answer.promise, ending.signal, late));
  ending.abort();
  expect(await call).toMatchObject(error(OPERATION_CANCELED));
  expect(late).not.toHaveBeenCalled();
  answer.resolve('a passkey');
  await new Promise(setImmediate);
  expect(late).toHaveBeenCalledExactlyOnceWith('a passkey');
});

test('an answer that meets the abort is dropped as well', async () => {
  const ending = new AbortController();
  const late = vi.fn();
  const call = askProvider(
    async () => {
      await Promise.resolve();
      ending.abort();
      return 'a passkey';
    },
    ending.signal,
    late,
  );
  await expect(call).rejects.toMatchObject(error(OPERATION_CANCELED));
  await new Promise(setImmediate);
  expect(late).toHaveBeenCalledWith('a passkey');
});

test('a late refusal, or an answer that cannot be dropped, is nobody’s trouble', async () => {
  const ending = new AbortController();
  const answers = [deferred<string>(), deferred<string>()];
  const calls = answers.map(({ promise }) =>
    rejection(
      askProvider(
        () => promise,
        ending.signal,
        () => {
          throw new Error('cannot be dropped');
        },
      ),
    ),
  );
  ending.abort();
  for (const shown of await Promise.all(calls)) expect(shown).toMatchObject(error(OPERATION_CANCELED));
  // An unhandled rejection would fail this run.
  answers[0]?.reject(new Error('later'));
  answers[1]?.resolve('later');
  await new Promise(setImmediate);
});
