/** Signed requests of the application, which take turns. */
import { expect, test, vi } from 'vitest';
import { PowerAuthAuthentication, PowerAuthErrorCode, type PowerAuth } from '../../src/index.ts';
import { lostLockError } from '../../src/storage/driver/checks.ts';
import { memoryStorage } from '../../src/storage/memory.ts';
import type { PowerAuthTestServer } from '../../src/testing/index.ts';
import { activated, PASSWORD } from '../helpers/client.ts';
import { deferred } from '../helpers/deferred.ts';
import { error } from '../helpers/error.ts';
import { rejection, storageLike } from '../helpers/storage.ts';

const PATH = '/api/protected/signature';
const POST = { method: 'POST', uriId: PATH, body: '{}' };
const knowledge = () => PowerAuthAuthentication.password(PASSWORD);

/** Sends one as an application does, and returns its status. */
async function statusOfSigned(server: PowerAuthTestServer, powerAuth: PowerAuth, body: string, ms = 0) {
  const request = { method: 'POST', uriId: PATH, body };
  return powerAuth.withSignature(knowledge(), request, async ({ key, value }, signal) => {
    // Jitter of the network.
    await new Promise((resolve) => setTimeout(resolve, ms));
    const headers = { [key]: value };
    const response = await fetch(server.baseUrl + PATH, { method: 'POST', body, headers, signal });
    return response.status;
  });
}

test('100 at once, with jitter, are accepted and cost no attempt', async () => {
  const { server, powerAuth, activationId } = await activated();
  const before = server.activation(activationId)?.counter ?? 0;
  const statuses = await Promise.all(
    Array.from({ length: 100 }, (_, i) => statusOfSigned(server, powerAuth, `{"i":${i}}`, (i * 7) % 5)),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(server.activation(activationId)).toMatchObject({ failCount: 0, counter: before + 100 });
});

test('they take turns with the requests of the package itself', async () => {
  const { server, powerAuth, activationId } = await activated();
  const calls = Array.from({ length: 10 }, (_, i) => [
    statusOfSigned(server, powerAuth, `{"i":${i}}`, 3),
    powerAuth.validatePassword(PASSWORD),
  ]);
  await Promise.all(calls.flat());
  expect(server.activation(activationId)?.failCount).toBe(0);
});

test('GET signs its query in the canonical form', async () => {
  const { server, powerAuth } = await activated();
  const request = { method: 'get', uriId: PATH, params: new URLSearchParams('b=2&a=1&a=0') };
  const status = await powerAuth.withSignature(knowledge(), request, async ({ key, value }) => {
    const response = await fetch(`${server.baseUrl}${PATH}?a=0&b=2&a=1`, { headers: { [key]: value } });
    return response.status;
  });
  expect(status).toBe(200);
});

test('a body may be made when the turn has come; bytes are copied before', async () => {
  const { server, powerAuth } = await activated();
  const turn = deferred();
  const first = powerAuth.withSignature(knowledge(), POST, () => turn.promise);
  const made = vi.fn(async () => '{"made":"late"}');
  const bytes = new TextEncoder().encode('{"early":1}');
  const late = powerAuth.withSignature(knowledge(), { ...POST, body: made }, ({ value }) =>
    server.verifySignature(value, { ...POST, body: '{"made":"late"}' }),
  );
  const early = powerAuth.withSignature(knowledge(), { ...POST, body: bytes }, ({ value }) =>
    server.verifySignature(value, { ...POST, body: '{"early":1}' }),
  );
  bytes.fill(0);
  await powerAuth.hasValidActivation();
  expect(made).not.toHaveBeenCalled();
  turn.resolve(undefined);
  await first;
  expect(await late).toBeDefined();
  expect(await early).toBeDefined();
});

test('what the application throws is passed on unchanged, and the next one goes on', async () => {
  const { server, powerAuth } = await activated();
  for (const thrown of [new TypeError('fetch failed'), 'text', undefined, { an: 'object' }]) {
    const call = powerAuth.withSignature(knowledge(), POST, () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is under test
      throw thrown;
    });
    expect(await rejection(call)).toBe(thrown);
    const body = (): string => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is under test
      throw thrown;
    };
    expect(await rejection(powerAuth.withSignature(knowledge(), { ...POST, body }, () => 1))).toBe(thrown);
  }
  await expect(
    powerAuth.withSignature(knowledge(), { ...POST, body: () => 1 as unknown as string }, () => 1),
  ).rejects.toMatchObject(error(PowerAuthErrorCode.WRONG_PARAMETER, /^request\.body/));
  expect(await statusOfSigned(server, powerAuth, '{}')).toBe(200);
});

test('an answer that does not begin in time is given up, and the next one goes on', async () => {
  const { server, powerAuth } = await activated({ client: { connectionTimeout: 0.05 } });
  let ended: AbortSignal | undefined;
  const hanging = powerAuth.withSignature(knowledge(), POST, (_, signal) => {
    ended = signal;
    return new Promise<number>(() => undefined);
  });
  const next = statusOfSigned(server, powerAuth, '{}');
  await expect(hanging).rejects.toMatchObject(
    error(PowerAuthErrorCode.NETWORK_ERROR, /within 0\.05 s.*connectionTimeout/),
  );
  expect(ended?.aborted).toBe(true);
  expect(await next).toBe(200);
});

test('a body that is not made in time, or a turn within a turn, does not stop the others', async () => {
  const { server, powerAuth } = await activated({ client: { connectionTimeout: 0.05 } });
  const late = (name: string) =>
    error(PowerAuthErrorCode.NETWORK_ERROR, new RegExp(`^${name}: .*within 0\\.05 s`));
  const body = () => new Promise<string>(() => undefined);
  const send = vi.fn();
  await expect(powerAuth.withSignature(knowledge(), { ...POST, body }, send)).rejects.toMatchObject(
    late('request\\.body'),
  );
  expect(send).not.toHaveBeenCalled();
  let inner: Promise<unknown> | undefined;
  const outer = powerAuth.withSignature(knowledge(), POST, () => {
    inner = statusOfSigned(server, powerAuth, '{}');
    return inner;
  });
  await expect(outer).rejects.toMatchObject(late('send'));
  expect(await inner).toBe(200);
});

test('the caller’s signal ends it, in its turn and before, with its reason', async () => {
  const { server, powerAuth } = await activated();
  const turn = deferred();
  const send = vi.fn((_: unknown, signal: AbortSignal) => (signal.aborted ? undefined : turn.promise));
  const [sent, waiting] = [new AbortController(), new AbortController()];
  const first = powerAuth.withSignature(knowledge(), { ...POST, signal: sent.signal }, send);
  await vi.waitFor(() => expect(send).toHaveBeenCalledOnce());
  const second = powerAuth.withSignature(knowledge(), { ...POST, signal: waiting.signal }, send);
  waiting.abort('no more');
  expect(await rejection(second)).toBe('no more');
  sent.abort();
  expect(await rejection(first)).toBe(sent.signal.reason);
  const over = powerAuth.withSignature(knowledge(), { ...POST, signal: AbortSignal.abort('over') }, send);
  expect(await rejection(over)).toBe('over');
  expect(await statusOfSigned(server, powerAuth, '{}')).toBe(200);
  expect(send).toHaveBeenCalledOnce();
});

/** A storage whose locks for signed requests are lost on demand. */
function losing() {
  const inner = memoryStorage();
  let lost: AbortController | undefined;
  let isHeld = true;
  const storage = storageLike(inner, {
    lock: (name, section) =>
      inner.lock(name, (lock) => {
        if (!name.includes('/requests')) return section(lock);
        lost = new AbortController();
        return section({ signal: lost.signal, isHeld: async () => isHeld });
      }),
  });
  return {
    storage,
    lose: () => lost?.abort(lostLockError('/requests')),
    freeze: (held: boolean) => void (isHeld = held),
  };
}

test('the loss of the turn ends it', async () => {
  const { storage, lose, freeze } = losing();
  const { powerAuth } = await activated({ storage });
  const lost = error(PowerAuthErrorCode.OPERATION_CANCELED);
  const seen: boolean[] = [];
  const call = powerAuth.withSignature(knowledge(), POST, (_, signal) => {
    signal.addEventListener('abort', () => seen.push(true));
    lose();
    return new Promise(() => undefined);
  });
  await expect(call).rejects.toMatchObject(lost);
  expect(seen).toEqual([true]);
  // Noticed by the storage alone, as by a process that was frozen: nothing is sent.
  const send = vi.fn(() => ({ status: 401 }));
  freeze(false);
  await expect(powerAuth.withSignature(knowledge(), POST, send)).rejects.toMatchObject({
    code: PowerAuthErrorCode.OPERATION_CANCELED,
  });
  expect(send).not.toHaveBeenCalled();
  freeze(true);
  // Lost while the answer was on its way: a success counts, a refusal says nothing.
  const answer = (status: number) =>
    powerAuth.withSignature(knowledge(), POST, () => {
      freeze(false);
      return { status };
    });
  expect(await answer(200)).toEqual({ status: 200 });
  freeze(true);
  await expect(answer(401)).rejects.toMatchObject({ code: PowerAuthErrorCode.OPERATION_CANCELED });
});

test('deconfigure ends it', async () => {
  const { powerAuth } = await activated();
  const begun = deferred();
  const call = powerAuth.withSignature(knowledge(), POST, () => {
    begun.resolve(undefined);
    return new Promise(() => undefined);
  });
  // Not before: passwords take different times, and this one could be the first.
  await begun.promise;
  const waiting = powerAuth.withSignature(knowledge(), POST, () => 1);
  const outcomes = Promise.allSettled([call, waiting]);
  await powerAuth.deconfigure();
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ reason: { code: PowerAuthErrorCode.OPERATION_CANCELED } });
  }
});
