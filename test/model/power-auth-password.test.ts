import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PowerAuth, PowerAuthErrorCode, PowerAuthPassword, type CharacterType } from '../../src/index.ts';
import { usePassword } from '../../src/model/power-auth-password.ts';
import { activated, PASSWORD, testClient, testServer } from '../helpers/client.ts';
import { error } from '../helpers/error.ts';
import { seed } from '../helpers/seed.ts';
import { NO_BOOLEANS, NO_FUNCTIONS, NO_INSTANCES, NO_NUMBERS, NO_STRINGS } from '../helpers/wrong-values.ts';

const wrong = (field: string) => error(PowerAuthErrorCode.WRONG_PARAMETER, new RegExp(`^${field}: expected`));
const USED_UP = error(PowerAuthErrorCode.INVALID_NATIVE_OBJECT);
const MINUTES = 60_000;

/** A password with these characters that is not used up. */
async function passwordOf(
  text: string,
  destroyOnUse = false,
  ...others: [onAutomaticCleanup?: () => void, powerAuthInstanceId?: string, autoreleaseTime?: number]
): Promise<PowerAuthPassword> {
  const password = new PowerAuthPassword(destroyOnUse, ...others);
  for (const character of text) await password.addCharacter(character);
  return password;
}

/** What a signature would be made with. */
const textOf = (password: PowerAuthPassword): Promise<string> =>
  usePassword(password, async (bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes));

describe('characters', () => {
  test('are code points, of strings or as numbers', async () => {
    const password = new PowerAuthPassword(false);
    expect(await password.isEmpty()).toBe(true);
    expect(await password.addCharacter('1')).toBe(1);
    expect(await password.addCharacter(0x32)).toBe(2);
    expect(await password.addCharacter('\u{1F511} and what follows')).toBe(3);
    expect(await password.addCharacter(0x10ffff)).toBe(4);
    expect(await password.insertCharacter('é', 0)).toBe(5);
    expect(await password.insertCharacter(0, 5)).toBe(6);
    expect(await textOf(password)).toBe('é12\u{1F511}\u{10FFFF}\0');
    expect(await password.removeCharacterAt(3)).toBe(5);
    expect(await password.removeLastCharacter()).toBe(4);
    expect(await textOf(password)).toBe('é12\u{10FFFF}');
    expect(await password.length()).toBe(4);
    await password.clear();
    expect(await password.length()).toBe(0);
    expect(await password.removeLastCharacter()).toBe(0);
  });

  test('do what those of an array do', async () => {
    const character = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }), fc.nat(0xd7ff));
    const step = fc.oneof(
      fc.record({ call: fc.constant('insert' as const), character, at: fc.nat(200) }),
      fc.record({ call: fc.constant('remove' as const), at: fc.nat(200) }),
      fc.record({ call: fc.constantFrom('last' as const, 'clear' as const) }),
    );
    const many = fc.array(step, { minLength: 1, maxLength: 120, size: 'max' });
    await fc.assert(
      fc.asyncProperty(many, async (steps) => {
        const password = new PowerAuthPassword(false);
        const model: string[] = [];
        for (const taken of steps) {
          if (taken.call === 'insert') {
            const at = Math.min(taken.at, model.length);
            const [first = ''] = typeof taken.character === 'string' ? taken.character : [];
            const point = typeof taken.character === 'number' ? String.fromCodePoint(taken.character) : first;
            model.splice(at, 0, point);
            expect(await password.insertCharacter(taken.character, at)).toBe(model.length);
          } else if (taken.call === 'remove' && taken.at < model.length) {
            model.splice(taken.at, 1);
            expect(await password.removeCharacterAt(taken.at)).toBe(model.length);
          } else if (taken.call === 'last') {
            model.pop();
            expect(await password.removeLastCharacter()).toBe(model.length);
          } else if (taken.call === 'clear' && model.length % 7 === 6) {
            model.length = 0;
            await password.clear();
          }
        }
        expect(await textOf(password)).toBe(model.join(''));
        expect(await password.isEqualTo(await passwordOf(model.join('')))).toBe(true);
        expect(await password.isEqualTo(await passwordOf(`${model.join('')}x`))).toBe(false);
      }),
      { seed, numRuns: 60 },
    );
  });

  test('are compared, not their objects', async () => {
    const password = await passwordOf('1234');
    expect(await password.isEqualTo(password)).toBe(true);
    expect(await password.isEqualTo(await passwordOf('1234', true))).toBe(true);
    for (const other of ['1235', '0234', '123', '12345', '']) {
      expect(await password.isEqualTo(await passwordOf(other)), other).toBe(false);
      expect(await (await passwordOf(other)).isEqualTo(password), other).toBe(false);
    }
  });
});

describe('wrong values', () => {
  const notCharacters: unknown[] = [
    ...NO_STRINGS.filter(([, value]) => typeof value !== 'number').map(([, value]) => value),
    ...['', '\uD83D', '\uDE00', '\uD83Dx', -1, 0.5, NaN, Infinity, 0xd800, 0xdfff, 0x110000, 2 ** 53],
  ];

  test('are no characters', async () => {
    const password = await passwordOf('1234');
    for (const value of notCharacters) {
      await expect(password.addCharacter(value as CharacterType)).rejects.toMatchObject(wrong('character'));
      await expect(password.insertCharacter(value as CharacterType, 0)).rejects.toMatchObject(
        wrong('character'),
      );
    }
    expect(await textOf(password)).toBe('1234');
  });

  test('are no positions', async () => {
    const password = await passwordOf('1234');
    for (const at of [...NO_NUMBERS.map(([, value]) => value), -1, 5, 0.5, NaN, Infinity, 2 ** 32, 2 ** 53]) {
      await expect(password.insertCharacter('x', at as number)).rejects.toMatchObject(wrong('at'));
      await expect(password.removeCharacterAt(at as number)).rejects.toMatchObject(wrong('position'));
    }
    await expect(password.removeCharacterAt(4)).rejects.toMatchObject(wrong('position'));
    await expect(new PowerAuthPassword().removeCharacterAt(0)).rejects.toMatchObject(wrong('position'));
    expect(await textOf(password)).toBe('1234');
  });

  test('are no passwords', async () => {
    const password = await passwordOf('1234');
    const forged: unknown = Object.create(PowerAuthPassword.prototype);
    for (const value of [...NO_INSTANCES.map(([, value]) => value), '1234', forged]) {
      await expect(password.isEqualTo(value as PowerAuthPassword)).rejects.toMatchObject(wrong('password'));
    }
  });

  test('make no object', () => {
    const make = (...args: unknown[]) => {
      return () => new PowerAuthPassword(...(args as ConstructorParameters<typeof PowerAuthPassword>));
    };
    for (const [name, value] of NO_BOOLEANS.slice(1)) {
      expect(make(value), name).toThrow(expect.objectContaining(wrong('destroyOnUse')));
    }
    for (const [name, value] of NO_FUNCTIONS.slice(1)) {
      expect(make(true, value), name).toThrow(expect.objectContaining(wrong('onAutomaticCleanup')));
    }
    for (const [name, value] of NO_STRINGS.slice(1)) {
      expect(make(true, undefined, value), name).toThrow(
        expect.objectContaining(wrong('powerAuthInstanceId')),
      );
    }
    const times = [...NO_NUMBERS.slice(1).map(([, value]) => value), -1, NaN, Infinity, 2 ** 31];
    for (const value of times) {
      expect(make(true, undefined, undefined, value)).toThrow(
        expect.objectContaining(wrong('autoreleaseTime')),
      );
    }
  });
});

describe('the end of a password', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('comes with its use, and the app is told by the next call', async () => {
    const told = vi.fn();
    const password = await passwordOf('1234', true, told);
    expect(await textOf(password)).toBe('1234');
    await expect(textOf(password)).rejects.toMatchObject(USED_UP);
    expect(told).not.toHaveBeenCalled();
    expect(await password.isEmpty()).toBe(true);
    expect(told).toHaveBeenCalledOnce();
    await password.addCharacter('5');
    expect(await textOf(password)).toBe('5');
    expect(told).toHaveBeenCalledOnce();
  });

  test('comes with 5 minutes of disuse', async () => {
    const told = vi.fn();
    const password = await passwordOf('1234', false, told);
    await vi.advanceTimersByTimeAsync(5 * MINUTES - 1);
    expect(await textOf(password)).toBe('1234');
    await vi.advanceTimersByTimeAsync(5 * MINUTES - 1);
    expect(await password.length()).toBe(4);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(5 * MINUTES);
    await expect(textOf(password)).rejects.toMatchObject(USED_UP);
    expect(await password.addCharacter('x')).toBe(1);
    expect(told).toHaveBeenCalledOnce();
  });

  test('comes after the time that was asked for', async () => {
    const told = vi.fn();
    const password = await passwordOf('1234', false, told, undefined, 100);
    const other = await passwordOf('12', false, undefined, undefined, 2 ** 31 - 1);
    await vi.advanceTimersByTimeAsync(60);
    expect(await password.isEqualTo(other), 'both are touched').toBe(false);
    await vi.advanceTimersByTimeAsync(99);
    expect(await password.isEmpty()).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(await password.isEmpty()).toBe(true);
    expect(told).toHaveBeenCalledOnce();
    expect(await other.length()).toBe(2);
  });

  test('that the app asked for is not told', async () => {
    const told = vi.fn();
    const password = await passwordOf('1234', false, told);
    await password.release();
    await password.release();
    expect(vi.getTimerCount()).toBe(0);
    expect(await textOf(password), 'as new').toBe('');
    expect(await password.addCharacter('x')).toBe(1);
    expect(told).not.toHaveBeenCalled();
  });

  test('is told by the call that finds it, whatever the app does then', async () => {
    const told = () => {
      throw new Error('of the app');
    };
    const password = await passwordOf('1234', true, told);
    await textOf(password);
    await expect(password.length()).rejects.toMatchObject({
      ...error(PowerAuthErrorCode.UNKNOWN_ERROR, /onAutomaticCleanup/),
      cause: new Error('of the app'),
    });
    expect(await password.length()).toBe(0);
  });

  test('leaves no code point and no byte behind', async () => {
    const made: Uint32Array[] = [];
    class Watched extends Uint32Array {
      constructor(...args: unknown[]) {
        super(...(args as [ArrayBuffer, number, number]));
        made.push(this);
      }
    }
    vi.stubGlobal('Uint32Array', Watched);
    try {
      const grown = await passwordOf('1'.repeat(70));
      const used = await passwordOf('1234', true);
      const left = await passwordOf('1234');
      let seen = new Uint8Array();
      await usePassword(used, async (bytes) => {
        seen = bytes;
        expect([...bytes]).toEqual([0x31, 0x32, 0x33, 0x34]);
      });
      expect([...seen]).toEqual([0, 0, 0, 0]);
      expect(made.filter((points) => points.some((point) => point !== 0))).not.toEqual([]);
      await grown.release();
      await vi.advanceTimersByTimeAsync(5 * MINUTES);
      expect(await left.isEmpty()).toBe(true);
      expect(made.length).toBeGreaterThan(4);
      expect(made.filter((points) => points.some((point) => point !== 0))).toEqual([]);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

test('a password shows nothing of itself', async () => {
  const password = await passwordOf('0x5ec2e7');
  for (const shown of [JSON.stringify(password), inspect(password, { depth: 9, showHidden: true })]) {
    expect(shown).not.toMatch(/5ec2e7|53|101/);
  }
});

describe('a password of an instance', () => {
  test('works while the instance is configured', async () => {
    const server = await testServer();
    const told = vi.fn();
    const powerAuth = new PowerAuth('owner-1');
    const password = powerAuth.createPassword(false, told);
    for (const call of [
      () => password.addCharacter('1'),
      () => password.length(),
      () => password.isEmpty(),
      () => password.clear(),
      () => password.removeLastCharacter(),
      () => password.insertCharacter('1', 0),
      () => password.removeCharacterAt(0),
      () => password.isEqualTo(new PowerAuthPassword()),
      () => new PowerAuthPassword().isEqualTo(password),
      () => textOf(password),
    ]) {
      await expect(call()).rejects.toMatchObject(error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED));
    }
    await password.release();

    await testClient(server, { instanceId: 'owner-1' });
    const independent = await passwordOf('1234');
    await password.addCharacter('1');
    await powerAuth.deconfigure();
    expect(told).not.toHaveBeenCalled();
    await expect(textOf(password)).rejects.toMatchObject(USED_UP);
    await expect(password.isEmpty()).rejects.toMatchObject(error(PowerAuthErrorCode.INSTANCE_NOT_CONFIGURED));
    expect(told).toHaveBeenCalledOnce();
    expect(await textOf(independent)).toBe('1234');

    await testClient(server, { instanceId: 'owner-1' });
    expect(await password.isEmpty()).toBe(true);
    expect(told).toHaveBeenCalledOnce();
  });

  test('is used up by its first use in a call', async () => {
    const { powerAuth } = await activated();
    const password = powerAuth.createPassword();
    for (const character of PASSWORD) await password.addCharacter(character);
    await powerAuth.validatePassword(password);
    await expect(powerAuth.validatePassword(password)).rejects.toMatchObject(USED_UP);
    const kept = powerAuth.createPassword(false);
    for (const character of PASSWORD) await kept.addCharacter(character);
    await powerAuth.validatePassword(kept);
    await powerAuth.validatePassword(kept);
    await kept.release();
    await expect(powerAuth.validatePassword(kept)).rejects.toMatchObject(
      error(PowerAuthErrorCode.SIGNATURE_ERROR),
    );
  });
});
