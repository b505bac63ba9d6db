import { sha256 } from '@noble/hashes/sha2.js';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { nextCounter } from '../../../src/protocol/counter.ts';
import { PowerAuthTestFaults } from '../../../src/testing/faults.ts';
import { createHttpServer } from '../../../src/testing/http.ts';
import { ender } from '../../../src/testing/connections.ts';
import { PowerAuthTestServer } from '../../../src/testing/server.ts';
import { ServerState } from '../../../src/testing/state.ts';
import { buildChild, Child } from '../../helpers/child.ts';
import { formsOf, scanMemory } from '../../helpers/process-memory.ts';
import { RULES } from '../../helpers/rules.ts';
import type { Task } from './client-child.ts';
import { share } from './share.ts';

const TOKENS = ['a', 'b', 'c', 'd', 'e'];

type Needles = Record<string, Buffer[]>;

/**
 * The test server, and all that it knows. It runs in this process, so that the one that is looked at gets secrets by the
 * protocol alone.
 */
async function knowingServer(): Promise<{ server: PowerAuthTestServer; state: ServerState }> {
  const state = new ServerState({
    // Without recovery codes and PUKs, which are strings that the application is given.
    ...RULES,
    userInfo: (userId) => ({ sub: userId, jti: randomUUID() }),
  });
  const faults = new PowerAuthTestFaults();
  const http = createHttpServer(state, faults, []);
  const close = ender(http);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(close);
  const { port } = http.address() as AddressInfo;
  return { state, server: new PowerAuthTestServer(state, `http://127.0.0.1:${port}`, [], faults, close) };
}

/** ASCII that is found nowhere by chance. */
const randomPassword = (): Buffer => Buffer.from(randomBytes(15).toString('base64url'));

/** As bytes, as a string, and as the code points that a PowerAuthPassword holds. */
function passwordForms(password: Buffer): Buffer[] {
  const points = Buffer.from(Uint32Array.from(password).buffer);
  return [...formsOf(password), points, Buffer.from(password.toString(), 'utf16le')];
}

/** The values that the counter has had. */
function counterForms(first: Buffer, count: number): Buffer[] {
  const values = [{ ctrData: Uint8Array.from(first), ctrByte: 0 }];
  for (let last = values[0]; last !== undefined && values.length < count; last = values.at(-1))
    values.push(nextCounter(last) as { ctrData: Uint8Array<ArrayBuffer>; ctrByte: number });
  return values.flatMap(({ ctrData }) => formsOf(ctrData));
}

/** What a key makes of SHA-256 before an HMAC's message comes (RFC 2104): as good as the key, and what a key slot holds. */
function hmacStates(key: Buffer): Buffer[] {
  return [0x36, 0x5c].flatMap((mask) => {
    const pad = Buffer.alloc(64, mask);
    key.forEach((byte, i) => (pad[i] = byte ^ mask));
    // The words concern only the library.
    const words = (sha256.create().update(pad) as unknown as { get: () => number[] }).get();
    const littleEndian = Buffer.from(Uint32Array.from(words).buffer);
    return [littleEndian, Buffer.from(littleEndian).swap32()];
  });
}

test.runIf(process.platform === 'linux')('no secret stays in memory', async () => {
  const { server, state } = await knowingServer();
  const { activationId, activationCode } = server.createActivation();
  const activation = state.activation(activationId);
  if (activation === undefined) throw new Error('expected the activation');
  const firstCounter = Buffer.from(activation.ctrData);
  const [sealingKey, planted] = [randomBytes(32), randomBytes(32)];
  const [password, newPassword, typedPassword] = [randomPassword(), randomPassword(), randomPassword()];

  const child = new Child(await buildChild(new URL('./client-child.ts', import.meta.url)));
  const { pid } = child.process;
  if (pid === undefined) throw new Error('expected a child that has started');
  const task: Task = {
    configuration: server.configuration,
    activationCode,
    sealingKey: share(sealingKey),
    password: share(password),
    newPassword: share(newPassword),
    typedPassword: share(typedPassword),
    tokens: TOKENS,
    planted: share(planted),
  };
  child.send(task);
  expect(await child.receive()).toBe('committed');
  server.commitActivation(activationId);
  child.send('go on');
  expect(await child.receive()).toBe('in use');

  const { keys } = activation;
  if (keys === undefined) throw new Error('expected keys that were exchanged');
  const tokens = [...state.tokens.values()].map(({ secret }) => secret);
  expect(tokens).toHaveLength(TOKENS.length);
  // What is needed while the instance is configured, a group is in progress and a password is being typed.
  const inUse: Needles = {
    'sealing key': formsOf(sealingKey),
    'biometry key': formsOf(keys.biometry),
    'typed password': passwordForms(typedPassword),
    ...Object.fromEntries(tokens.map((secret, i) => [`key slot of token ${i}`, hmacStates(secret)])),
    'planted bytes': [planted],
    'planted hex': [Buffer.from(planted.toString('hex'))],
    'planted Base64': formsOf(planted).filter((form) =>
      planted.toString('base64').startsWith(form.toString()),
    ),
    'planted hex in UTF-16': [Buffer.from(planted.toString('hex'), 'utf16le')],
  };
  // What is needed for one call at a time.
  const never: Needles = {
    'possession key': formsOf(keys.possession),
    'knowledge key': formsOf(keys.knowledge),
    'transport key': formsOf(keys.transport),
    'vault key': formsOf(keys.vault),
    counter: counterForms(firstCounter, activation.counter + 2),
    'token secret': tokens.flatMap(formsOf),
    password: passwordForms(password),
    'new password': passwordForms(newPassword),
  };
  const found = scanMemory(pid, { ...inUse, ...never });
  expect(Object.keys(found).sort()).toEqual(Object.keys(inUse).sort());

  child.send('go on');
  expect(await child.receive()).toBe('deconfigured');
  const planting = Object.keys(inUse).filter((name) => name.startsWith('planted'));
  const secrets = Object.entries({ ...inUse, ...never }).filter(([name]) => !planting.includes(name));
  expect(scanMemory(pid, Object.fromEntries(secrets))).toEqual({});
});
