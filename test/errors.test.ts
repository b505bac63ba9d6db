import { inspect } from 'node:util';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { PowerAuthError, PowerAuthErrorCode } from '../src/index.ts';
import { testClient, testServer } from './helpers/client.ts';
import { rejection } from './helpers/storage.ts';
import { NO_INSTANCES } from './helpers/wrong-values.ts';

describe('PowerAuthError', () => {
  test('is an Error with the fields of the React Native SDK', () => {
    const below = new Error('below');
    const errorData = { httpStatusCode: 400, serverResponseCode: 'ERR_ACTIVATION', responseBody: '{}' };
    const thrown = new PowerAuthError(below, 'message', PowerAuthErrorCode.RESPONSE_ERROR, errorData);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).toBeInstanceOf(PowerAuthError);
    expect(thrown.name).toBe('PowerAuthError');
    expect(thrown.message).toBe('message');
    expect(thrown.code).toBe('RESPONSE_ERROR');
    expect(thrown.errorData).toEqual(errorData);
    expect(thrown.originalException).toBe(below);
    expect(thrown.cause).toBe(below);
    expect(thrown.stack).toContain('errors.test');
    expect(thrown.print()).toBe(
      'PowerAuthError RESPONSE_ERROR: message (400 ERR_ACTIVATION); cause: Error: below',
    );
  });

  test('takes from the error below what it is not given', () => {
    const below = new PowerAuthError(undefined, 'No connection', PowerAuthErrorCode.NETWORK_ERROR, {
      httpStatusCode: 502,
    });
    expect(new PowerAuthError(below)).toMatchObject({
      message: 'No connection',
      code: 'NETWORK_ERROR',
      errorData: { httpStatusCode: 502 },
      originalException: below,
    });
    expect(new PowerAuthError(below, 'of the app')).toMatchObject({
      message: 'of the app',
      code: 'NETWORK_ERROR',
    });
    expect(new PowerAuthError(new Error('below'))).toMatchObject({ message: 'below', code: 'UNKNOWN_ERROR' });
  });

  test('takes the same from an object, as it comes from a worker or a native module', () => {
    const errorData = { httpStatusCode: 400 };
    const sent = structuredClone({ code: 'RESPONSE_ERROR', message: 'below', errorData });
    expect(new PowerAuthError(sent)).toMatchObject(sent);
    const native = { code: 'RESPONSE_ERROR', message: 'below', userInfo: errorData };
    expect(new PowerAuthError(native)).toMatchObject(sent);
    const foreign = Object.assign(new Error('below'), { code: 'ENOENT' });
    expect(new PowerAuthError(foreign)).toMatchObject({ message: 'below', code: 'UNKNOWN_ERROR' });
    expect(new PowerAuthError({ code: 'toString', message: 5 })).toMatchObject({ message: 'UNKNOWN_ERROR' });
  });

  test('needs nothing', () => {
    for (const nothing of [undefined, null]) {
      const thrown = new PowerAuthError(nothing);
      expect(thrown).toMatchObject({ message: 'UNKNOWN_ERROR', code: 'UNKNOWN_ERROR' });
      expect(thrown.errorData).toBeUndefined();
      expect(thrown.originalException).toBeUndefined();
      expect('cause' in thrown).toBe(false);
      expect(thrown.print()).toBe('PowerAuthError UNKNOWN_ERROR: UNKNOWN_ERROR');
    }
    expect(new PowerAuthError(undefined, undefined, PowerAuthErrorCode.SIGNATURE_ERROR).message).toBe(
      'SIGNATURE_ERROR',
    );
  });

  test.each(NO_INSTANCES)('takes %s for an exception, and prints', (_, exception) => {
    const thrown = new PowerAuthError(exception, 'message', PowerAuthErrorCode.UNKNOWN_ERROR);
    expect(thrown.originalException).toBe(exception ?? undefined);
    expect(thrown.print()).toContain('PowerAuthError UNKNOWN_ERROR: message');
  });
});

test('each code is called what it is', () => {
  for (const [name, value] of Object.entries(PowerAuthErrorCode)) expect(value).toBe(name);
  expect(Object.keys(PowerAuthErrorCode)).toHaveLength(43);
});

describe('an error that crossed a thread', () => {
  const errorData = { httpStatusCode: 400, serverResponseCode: 'ERR_ACTIVATION' };
  const codes = Object.values(PowerAuthErrorCode);
  const make = (code: PowerAuthErrorCode) =>
    new PowerAuthError(new Error('below'), `${code}: a message\nof two lines`, code, errorData);

  const overPort = (value: unknown): unknown => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(value);
    const received = receiveMessageOnPort(port2) as { message: unknown };
    port1.close();
    return received.message;
  };

  test.each([
    ['structuredClone', structuredClone],
    ['postMessage', overPort],
    ['structuredClone, twice', (value: unknown) => structuredClone(structuredClone(value))],
    ['structuredClone, inside another object', (value: unknown) => structuredClone({ value }).value],
  ])('by %s is made whole again, with its code', (_, send) => {
    for (const code of codes) {
      const copy = send(make(code));
      expect(copy).not.toBeInstanceOf(PowerAuthError);
      const whole = new PowerAuthError(copy);
      expect(whole).toMatchObject({ code, message: make(code).message, originalException: copy });
      expect(whole.cause).toMatchObject({ cause: { message: 'below' } });
      expect(new PowerAuthError(send(whole)).code, 'once more').toBe(code);
    }
  });

  test('that was made whole may have another code and message', () => {
    const copy = structuredClone(make('NETWORK_ERROR'));
    expect(new PowerAuthError(copy, 'mine', 'UNKNOWN_ERROR')).toMatchObject({
      code: 'UNKNOWN_ERROR',
      message: 'mine',
    });
  });

  test('by its JSON keeps what the server said as well', () => {
    for (const send of [
      structuredClone,
      overPort,
      (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown,
    ]) {
      for (const code of codes) {
        const { message } = make(code);
        expect(new PowerAuthError(send(make(code).toJSON()))).toMatchObject({ code, message, errorData });
      }
    }
    const text = JSON.stringify({ error: new PowerAuthError(new Error('below'), 'message') });
    expect(text).toBe('{"error":{"name":"PowerAuthError","code":"UNKNOWN_ERROR","message":"message"}}');
  });

  test('that a worker throws keeps it in the event', async () => {
    const source = new URL('../dist/errors.js', import.meta.url).href;
    const worker = new Worker(
      `import(${JSON.stringify(source)}).then(({ PowerAuthError }) => {
        throw new PowerAuthError(undefined, 'of a thread', 'NETWORK_ERROR', { httpStatusCode: 502 });
      });`,
      { eval: true },
    );
    const thrown = await new Promise((resolve) => worker.once('error', resolve));
    expect(new PowerAuthError(thrown)).toMatchObject({
      code: 'NETWORK_ERROR',
      message: 'of a thread',
      errorData: { httpStatusCode: 502 },
    });
  });

  test.each([
    'PowerAuthError [NO_CODE]: x',
    'PowerAuthError [toString]: x',
    'TypeError [NETWORK_ERROR]: x',
    'Error: PowerAuthError [NETWORK_ERROR]: x',
    5,
  ])('is not what only looks like one, %s', (stack) => {
    expect(new PowerAuthError({ message: 'x', stack }).code).toBe('UNKNOWN_ERROR');
  });
});

describe('a console shows', () => {
  const occurrences = (text: string, part: string) => text.split(part).length - 1;

  test('a refused connection in few lines, and the cause once', async () => {
    const server = await testServer();
    const { configuration } = server;
    await server.close();
    const powerAuth = await testClient({ configuration });
    const refused = await rejection(powerAuth.getEncryptorForApplicationScope().encryptRequest('x'));
    expect(refused).toMatchObject({ code: 'NETWORK_ERROR', cause: { cause: { code: 'ECONNREFUSED' } } });
    for (const options of [{}, { depth: Infinity }, { showHidden: true, getters: true }, { colors: true }]) {
      const shown = inspect(refused, options);
      expect(shown).toMatch(/^PowerAuthError \[NETWORK_ERROR\]: The server could not be reached/);
      expect(shown.split('\n').length).toBeLessThan(24);
      expect(occurrences(shown, 'fetch failed')).toBe(1);
      expect(occurrences(shown, 'ECONNREFUSED')).toBe(1);
      expect(shown).toContain('client.ts');
    }
  });

  test('what the server said, and each error below, once and cut', () => {
    const deepest = Object.assign(new Error('deepest'), { stack: 5 });
    const below = new PowerAuthError(deepest, 'below', 'SIGNATURE_ERROR');
    const thrown = new PowerAuthError(below, 'message', 'RESPONSE_ERROR', {
      responseBody: '<p>\n'.repeat(9000),
    });
    const shown = inspect({ thrown });
    expect(shown).toContain('PowerAuthError [RESPONSE_ERROR]: message\n');
    expect(shown).toContain('errorData: {"responseBody":"<p>\\n');
    for (const text of ['SIGNATURE_ERROR: below', 'Error: deepest']) expect(shown).toContain(text);
    expect(shown.length).toBeLessThan(4000);
    const ring = new Error('ring');
    ring.cause = ring;
    expect(inspect(new PowerAuthError(ring)).split('\n').length).toBeLessThan(40);
  });

  test.each(NO_INSTANCES)('an error above %s', (_, exception) => {
    expect(inspect(new PowerAuthError(exception, 'message'))).toContain(
      'PowerAuthError [UNKNOWN_ERROR]: message',
    );
  });
});
