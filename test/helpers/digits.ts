import fc from 'fast-check';

/** The digits of a PIN as `src/pin-strength/` takes them: numbers, not characters. */
export const digitsOf = (pin: string): Uint8Array => Uint8Array.from(pin, Number);

/** Any digit. */
export const digit = fc.nat(9);

/** PINs of 4 to 12 digits. */
export const anyPin = fc
  .array(digit, { minLength: 4, maxLength: 12, size: 'max' })
  .map((digits) => digits.join(''));

/** All PINs of 4 digits. */
export const PINS_OF_FOUR = Array.from({ length: 10_000 }, (_, i) => String(i).padStart(4, '0'));
