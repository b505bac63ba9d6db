/**
 * PINs whose digits follow a rule.
 *
 * @module
 */

/** Whether few of the digits differ: at most half of them, and at most three. */
export function isNotUnique(digits: Uint8Array): boolean {
  return new Set(digits).size <= Math.min(digits.length / 2, 3);
}

/** Whether a digit occurs three times in a row, or at least half of the digits equal the one before. */
export function isRepeating(digits: Uint8Array): boolean {
  const neighbours = steps(digits).filter((step) => step === 0).length;
  return longestRun(digits) >= 3 || neighbours >= (digits.length - 1) / 2;
}

/** Whether all or two thirds of the digits follow a rule that a few words can describe. */
export function hasPattern(digits: Uint8Array): boolean {
  const inStep = longestRun(steps(digits)) + 1;
  return (
    inStep >= Math.max(4, (2 / 3) * digits.length) ||
    isPalindrome(digits) ||
    isOneBlock(digits) ||
    isKeypadLines(digits)
  );
}

/** The steps from each digit to the next, upwards, wrapping from 9 to 0. */
function steps(digits: Uint8Array): number[] {
  return [...digits.subarray(1)].map((digit, i) => (digit - (digits[i] ?? 0) + 10) % 10);
}

/** Length of the longest run of equal numbers. */
function longestRun(numbers: ArrayLike<number>): number {
  let longest = 0;
  for (let start = 0, end = 1; end <= numbers.length; end++) {
    if (numbers[end] === numbers[start]) continue;
    longest = Math.max(longest, end - start);
    start = end;
  }
  return longest;
}

function isPalindrome(digits: Uint8Array): boolean {
  return digits.every((digit, i) => digit === digits[digits.length - 1 - i]);
}

/** 1212, 123123, 12341234: a block, repeated at least once. */
function isOneBlock(digits: Uint8Array): boolean {
  for (let size = 1; size <= digits.length / 2; size++) {
    if (digits.length % size === 0 && digits.every((digit, i) => digit === digits[i % size])) return true;
  }
  return false;
}

/** 2580, 147258, 159753: straight lines of three or four keys, one after another. */
function isKeypadLines(digits: Uint8Array): boolean {
  // ends[n]: whether the first n digits are such lines.
  const ends = [true];
  for (let end = 1; end <= digits.length; end++) {
    ends[end] = [3, 4].some(
      (size) => ends[end - size] === true && isKeypadLine(digits.subarray(end - size, end)),
    );
  }
  return ends[digits.length] === true;
}

function isKeypadLine(digits: Uint8Array): boolean {
  const moves = [...digits.subarray(1)].map((digit, i) => keypadIndex(digit) - keypadIndex(digits[i] ?? 0));
  // Neighbours in a row, in a column, or on a diagonal; an equal move stays on the line.
  return KEYPAD_MOVES.has(moves[0] ?? 0) && moves.every((move) => move === moves[0]);
}

/** Row and column of a key as one number, with rows four apart so that no line runs from one row into the next. */
function keypadIndex(digit: number): number {
  return digit === 0 ? 4 * 3 + 1 : 4 * Math.floor((digit - 1) / 3) + ((digit - 1) % 3);
}

const KEYPAD_MOVES = new Set([1, -1, 4, -4, 5, -5, 3, -3]);
