import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { giveUpAfter } from '../../src/util/patience.ts';

/** Keeps this thread from handling anything, without using the processor. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** A socket to a server in another thread, which repeats what it is sent. */
async function echo(): Promise<Socket> {
  const worker = new Worker(
    `const server = require('node:net').createServer((socket) => socket.pipe(socket));
     server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  onTestFinished(async () => {
    await worker.terminate();
  });
  const [port] = (await once(worker, 'message')) as [number];
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** What comes first. */
function answerOrEnd(socket: Socket, ms: number): Promise<string> {
  return new Promise((resolve) => {
    const end = giveUpAfter(ms, () => resolve('given up'));
    socket.once('data', (data) => {
      end();
      resolve(data.toString());
    });
  });
}

test('an answer that arrived while the thread was busy is heard', async () => {
  const socket = await echo();
  socket.write('ping');
  const first = answerOrEnd(socket, 32);
  block(200);
  expect(await first).toBe('ping');
});

test('the time of a busy thread does not count: a question asked after it is heard', async () => {
  const socket = await echo();
  const first = answerOrEnd(socket, 320);
  setImmediate(() => socket.write('late'));
  block(700);
  expect(await first).toBe('late');
});

test('there is an end to waiting, and waiting can be ended', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const started = performance.now();
  expect(await answerOrEnd(socket, 80)).toBe('given up');
  expect(performance.now() - started).toBeGreaterThan(70);
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const giveUp = vi.fn();
  giveUpAfter(1000, giveUp)();
  const end = giveUpAfter(1000, giveUp);
  vi.advanceTimersByTime(500);
  end();
  vi.advanceTimersByTime(5000);
  expect(giveUp).not.toHaveBeenCalled();
  giveUpAfter(1000, giveUp);
  vi.advanceTimersByTime(900);
  expect(giveUp).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  expect(giveUp).toHaveBeenCalledTimes(1);
});
