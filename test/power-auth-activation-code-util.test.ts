import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PowerAuthActivationCodeUtil as Util, PowerAuthErrorCode } from '../src/index.ts';
import { generateActivationCode } from '../src/testing/activation-code.ts';
import { error } from './helpers/error.ts';
import { seed } from './helpers/seed.ts';
import { NO_NUMBERS, NO_STRINGS, ODD_TEXTS } from './helpers/wrong-values.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Codes of the documentation of the protocol and its SDKs. */
const KNOWN = ['VVVVV-VVVVV-VVVVV-VTFVA', 'MMMMM-MMMMM-MMMMM-MUTOA', 'AAAAA-AAAAA-AAAAA-AAAAA'];
const [CODE = ''] = KNOWN;

/** Codes that the embedded server makes, which shares no code with what is tested. */
const code = fc.constant(undefined).map(generateActivationCode);

const NO_CODES = [
  'VVVVV-VVVVV-VVVVV-VTFV',
  'VVVVV-VVVVV-VVVVV-VTFVAA',
  'VVVVV-VVVVV-VVVVV-VTFVB', // a bit of the padding is set
  'VVVVVVVVVVVVVVVVVTFVA',
  'VVVVV VVVVV VVVVV VTFVA',
  'vvvvv-vvvvv-vvvvv-vtfva',
  'VVVVV-VVVVV-VVVVV-VTFV1',
  ' VVVVV-VVVVV-VVVVV-VTFVA',
  'VVVVV-VVVVV-VVVVV-VTFVA\n',
  'VVVVV-VVVVV-VVVVV-VTFV=',
  'ＶVVVV-VVVVV-VVVVV-VTFVA',
  ...ODD_TEXTS,
];

describe('validateActivationCode and validateRecoveryCode', () => {
  test('take codes as they are printed', async () => {
    for (const known of KNOWN) {
      expect(await Util.validateActivationCode(known), known).toBe(true);
      expect(await Util.validateRecoveryCode(known), known).toBe(true);
      expect(await Util.validateRecoveryCode(`R:${known}`), known).toBe(true);
    }
  });

  test('find each wrong character and each swap of neighbours', async () => {
    await fc.assert(
      fc.asyncProperty(code, fc.nat(22), fc.nat(31), async (good, at, letter) => {
        expect(await Util.validateActivationCode(good)).toBe(true);
        const [character = '', next = ''] = [good[at], good[at + 1]];
        const other = ALPHABET[letter] ?? '';
        const typo = good.slice(0, at) + other + good.slice(at + 1);
        expect(await Util.validateActivationCode(typo), typo).toBe(other === character);
        const swapped = good.slice(0, at) + next + character + good.slice(at + 2);
        expect(await Util.validateActivationCode(swapped), swapped).toBe(swapped === good);
      }),
      { seed, numRuns: 500 },
    );
  });

  test.each(NO_CODES)('refuse %j', async (text) => {
    expect(await Util.validateActivationCode(text)).toBe(false);
    expect(await Util.validateRecoveryCode(text)).toBe(false);
    expect(await Util.validateRecoveryCode(`R:${text}`)).toBe(false);
  });

  test('differ in the prefix, and take no signature', async () => {
    expect(await Util.validateActivationCode(`R:${CODE}`)).toBe(false);
    expect(await Util.validateActivationCode(`${CODE}#AAAA`)).toBe(false);
    for (const text of [`${CODE}#AAAA`, `R:R:${CODE}`, `r:${CODE}`, ` R:${CODE}`, `R: ${CODE}`, 'R:', 'R']) {
      expect(await Util.validateRecoveryCode(text), text).toBe(false);
    }
  });
});

describe('parseActivationCode', () => {
  test('splits a scanned code at #', async () => {
    expect(await Util.parseActivationCode(CODE)).toEqual({ activationCode: CODE });
    for (const signature of ['AAAA', 'AAA=', 'AA==', 'Zm9v/+==', 'ABC=']) {
      expect(await Util.parseActivationCode(`${CODE}#${signature}`)).toEqual({
        activationCode: CODE,
        activationSignature: signature,
      });
    }
  });

  test.each([
    '#',
    '#AAAA',
    `${CODE}#`,
    `${CODE}##AAAA`,
    `${CODE}#AAAA#`,
    `${CODE}#AAA`,
    `${CODE}#A===`,
    `${CODE}#====`,
    `${CODE}#AA-_`,
    `${CODE}# AAAA`,
    `${CODE}#AAAA=`,
    `R:${CODE}`,
    ...NO_CODES,
  ])('refuses %j', async (text) => {
    await expect(Util.parseActivationCode(text)).rejects.toMatchObject(
      error(PowerAuthErrorCode.INVALID_ACTIVATION_CODE, /^activationCode: expected .* got something else$/),
    );
  });
});

describe('parseRecoveryCode', () => {
  test('takes the prefix off', async () => {
    expect(await Util.parseRecoveryCode(CODE)).toEqual({ activationCode: CODE });
    expect(await Util.parseRecoveryCode(`R:${CODE}`)).toEqual({ activationCode: CODE });
  });

  test.each(['R:', `R:R:${CODE}`, `r:${CODE}`, `${CODE}#AAAA`, `R:${CODE}#AAAA`, ...NO_CODES])(
    'refuses %j',
    async (text) => {
      await expect(Util.parseRecoveryCode(text)).rejects.toMatchObject(
        error(PowerAuthErrorCode.INVALID_RECOVERY_CODE, /^recoveryCode: expected .* got something else$/),
      );
    },
  );
});

test('validateRecoveryPuk takes 10 digits and nothing else', async () => {
  for (const puk of ['0000000000', '0123456789', '9999999999']) {
    expect(await Util.validateRecoveryPuk(puk), puk).toBe(true);
  }
  const others = [
    '012345678',
    '01234567890',
    '012345678A',
    '01234 5678',
    '0123456789\n',
    '-123456789',
    '1e00000000',
  ];
  const arabic = '\u0660'.repeat(10);
  for (const puk of [...others, arabic, ...ODD_TEXTS]) {
    expect(await Util.validateRecoveryPuk(puk), puk.slice(0, 20)).toBe(false);
  }
});

describe('typed characters', () => {
  /** What a code point becomes, or undefined. */
  const corrected = (point: number) => {
    const typed = point < 128 && point >= 0 && Number.isInteger(point) ? String.fromCharCode(point) : '';
    if (/^[A-Z2-7]$/.test(typed)) return point;
    if (/^[a-z]$/.test(typed)) return point - 32;
    return { 0: 79, 1: 73 }[typed];
  };
  const odd = [
    -1,
    0.5,
    65.5,
    NaN,
    Infinity,
    -Infinity,
    0x131,
    0x17f,
    0x212a,
    0xff21,
    0xd83d,
    0x1d400,
    0x110000,
    2 ** 53,
  ];

  test('are corrected where it is plain what was meant', async () => {
    for (const point of [...Array(0x250).keys(), ...odd]) {
      const expected = corrected(point);
      expect(await Util.validateTypedCharacter(point), String(point)).toBe(expected === point);
      const call = Util.correctTypedCharacter(point);
      if (expected === undefined) {
        await expect(call, String(point)).rejects.toMatchObject(
          error(PowerAuthErrorCode.INVALID_CHARACTER, /^character: expected/),
        );
      } else expect(await call, String(point)).toBe(expected);
    }
  });

  test('make any code that was typed in small letters a good one', async () => {
    await fc.assert(
      fc.asyncProperty(code, async (good) => {
        const typed = good.toLowerCase().replaceAll('o', '0').replaceAll('i', '1');
        const characters = typed.split('').map(async (character) => {
          if (character === '-') return character;
          return String.fromCodePoint(await Util.correctTypedCharacter(character.codePointAt(0) ?? 0));
        });
        expect((await Promise.all(characters)).join('')).toBe(good);
      }),
      { seed, numRuns: 100 },
    );
  });
});

describe('wrong types', () => {
  const wrong = (field: string) =>
    error(PowerAuthErrorCode.WRONG_PARAMETER, new RegExp(`^${field}: expected`));

  test.each(NO_STRINGS)('%s is no code and no PUK', async (_, value) => {
    const text = value as string;
    await expect(Util.parseActivationCode(text)).rejects.toMatchObject(wrong('activationCode'));
    await expect(Util.validateActivationCode(text)).rejects.toMatchObject(wrong('activationCode'));
    await expect(Util.parseRecoveryCode(text)).rejects.toMatchObject(wrong('recoveryCode'));
    await expect(Util.validateRecoveryCode(text)).rejects.toMatchObject(wrong('recoveryCode'));
    await expect(Util.validateRecoveryPuk(text)).rejects.toMatchObject(wrong('puk'));
  });

  test.each(NO_NUMBERS)('%s is no code point', async (_, value) => {
    await expect(Util.validateTypedCharacter(value as number)).rejects.toMatchObject(wrong('character'));
    await expect(Util.correctTypedCharacter(value as number)).rejects.toMatchObject(wrong('character'));
  });
});
