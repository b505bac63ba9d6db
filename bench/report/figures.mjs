/**
 * Numbers as people read them: with two or three digits that mean something.
 *
 * @module
 */

/** Digits in groups of three; small numbers have a digit behind the point. @param {number} value */
export function number(value) {
  if (value !== 0 && Math.abs(value) < 9.95) return value.toFixed(1);
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
}

/** A ratio. @param {number} ratio */
export function times(ratio) {
  const decimals = ratio < 2.995 ? 2 : ratio < 9.95 ? 1 : 0;
  return `${ratio.toFixed(decimals)}×`;
}

/** A rate: no more digits than were measured. @param {number} perSecond */
export const rate = (perSecond) => number(Number(perSecond.toPrecision(3)));
