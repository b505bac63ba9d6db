import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPossiblyDate } from '../../src/pin-strength/dates.ts';
import { digitsOf, PINS_OF_FOUR } from '../helpers/digits.ts';
import { seed } from '../helpers/seed.ts';

const isDate = (pin: string): boolean => isPossiblyDate(digitsOf(pin));

test.each([
  ...['0304', '3101', '0131', '2902', '1900', '2099', '2512', '1225'],
  ...['150990', '091590', '900915', '290200', '121990', '199012', '311299'],
  ...['16021998', '02161998', '19980216', '29022000', '28022001', '12312000'],
])('%s can be read as a date', (pin) => {
  expect(isDate(pin)).toBe(true);
});

test.each([
  ...['1313', '0028', '1287', '3002', '3102', '3104', '3106', '0000', '0100', '1899', '2100', '25120'],
  ...['151590', '001297', '290233', '310490', '131990', '189912'],
  ...['41121987', '29022001', '29021900', '31041998', '01012100', '1602199'],
])('%s can be read as no date', (pin) => {
  expect(isDate(pin)).toBe(false);
});

test('only PINs of 4, 6 and 8 digits are dates', () => {
  const lengths = Array.from({ length: 13 }, (_, length) => length).filter((length) =>
    isDate('01'.repeat(7).slice(0, length)),
  );
  expect(lengths).toEqual([4, 6]);
  expect(isDate('01012001')).toBe(true);
});

test('finds every day of two centuries, and no day that there was not', () => {
  const two = (number: number) => String(number).padStart(2, '0');
  const date = fc.record({
    year: fc.integer({ min: 1900, max: 2099 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 }),
  });
  fc.assert(
    fc.property(date, ({ year, month, day }) => {
      const [yyyy, yy, mm, dd] = [String(year), two(year % 100), two(month), two(day)];
      // The calendar of the runtime decides what a date is.
      const there = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
      const inALeapYear = new Date(Date.UTC(2000, month - 1, day)).getUTCDate() === day;
      expect(isDate(dd + mm) || !inALeapYear).toBe(true);
      for (const pin of [
        dd + mm + yyyy,
        mm + dd + yyyy,
        yyyy + mm + dd,
        dd + mm + yy,
        mm + dd + yy,
        yy + mm + dd,
      ]) {
        if (there) expect(isDate(pin), pin).toBe(true);
      }
      // In no other order can a day above 12 or a year be read.
      if (!there) expect(isDate(dd + mm + yyyy)).toBe(false);
    }),
    { seed, numRuns: 1000 },
  );
});

test('of all PINs of 4 digits, the days of a year and the years of two centuries are dates', () => {
  // 366 days in two orders, those up to the 12th of a month common to both; 200 years, 24 of them days.
  expect(PINS_OF_FOUR.filter(isDate)).toHaveLength(2 * 366 - 12 * 12 + 200 - [1900, 2000].length * 12);
});
