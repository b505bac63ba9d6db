/**
 * PINs that can be read as dates.
 *
 * @module
 */

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Orders of day, month and year in use, by length; a year has two digits, or four of this century or the last. */
const ORDERS: Readonly<Record<number, readonly string[]>> = {
  4: ['DDMM', 'MMDD', 'YYYY'],
  6: ['DDMMYY', 'MMDDYY', 'YYMMDD', 'MMYYYY', 'YYYYMM'],
  8: ['DDMMYYYY', 'MMDDYYYY', 'YYYYMMDD'],
};

/** Whether the digits are a date that exists. */
export function isPossiblyDate(digits: Uint8Array): boolean {
  return ORDERS[digits.length]?.some((order) => isDate(digits, order)) ?? false;
}

function isDate(digits: Uint8Array, order: string): boolean {
  const read = (letter: string): number | undefined => {
    if (!order.includes(letter)) return undefined;
    return digits.reduce((number, digit, i) => (order[i] === letter ? 10 * number + digit : number), 0);
  };
  const [year, month = 1, day = 1] = [read('Y'), read('M'), read('D')];
  if (order.includes('YYYY') && year !== undefined && (year < 1900 || year > 2099)) return false;
  if (month < 1 || month > 12 || day < 1 || day > (DAYS[month - 1] ?? 0)) return false;
  return month !== 2 || day !== 29 || year === undefined || isLeapYear(year);
}

/** For 1900 to 2099. For two digits, whether either century has such a leap year. */
function isLeapYear(year: number): boolean {
  return year % 4 === 0 && year !== 1900;
}
