import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CodePoints } from '../../src/model/code-points.ts';
import { seed } from '../helpers/seed.ts';

/** The points of a text, in a row. */
function pointsOf(text: string): CodePoints {
  const points = new CodePoints();
  for (const character of text) points.insert(character.codePointAt(0) ?? 0, points.length);
  return points;
}
const textOf = (points: CodePoints): string => Buffer.from(points.toUtf8()).toString();

test('UTF-8 is that of the runtime, for all that has any', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      const points = pointsOf(text);
      expect(points.length).toBe(Array.from(text).length);
      expect(points.toUtf8()).toEqual(Uint8Array.from(Buffer.from(text)));
    }),
    { seed },
  );
  for (const edge of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff]) {
    expect(textOf(pointsOf(String.fromCodePoint(edge)))).toBe(String.fromCodePoint(edge));
  }
});

test('inserting and removing do what those of an array do', () => {
  const steps = fc.array(
    fc.record({ isInsert: fc.boolean(), point: fc.integer({ min: 0x20, max: 0x7e }), at: fc.nat() }),
    {
      maxLength: 200,
      size: 'max',
    },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const points = new CodePoints();
      const model: number[] = [];
      for (const { isInsert, point, at } of list) {
        if (isInsert || model.length === 0) {
          points.insert(point, at % (model.length + 1));
          model.splice(at % (model.length + 1), 0, point);
        } else {
          points.remove(at % model.length);
          model.splice(at % model.length, 1);
        }
      }
      expect(points.length).toBe(model.length);
      expect(textOf(points)).toBe(String.fromCodePoint(...model));
    }),
    { seed },
  );
});

test('content is compared, not its history', () => {
  const points = pointsOf('abcd');
  points.remove(3);
  expect(points.equals(pointsOf('abc'))).toBe(true);
  expect(pointsOf('abc').equals(points)).toBe(true);
  for (const other of ['', 'ab', 'abd', 'abcd', 'ABC', 'ab\u0463']) {
    expect(points.equals(pointsOf(other)), other).toBe(false);
  }
  // One that has grown beyond its first memory.
  expect(pointsOf('x'.repeat(100)).equals(pointsOf('x'.repeat(100)))).toBe(true);
});

test('after wiping there is nothing, and it can be used again', () => {
  const points = pointsOf('x'.repeat(100));
  points.wipe();
  expect([points.length, points.toUtf8().length]).toEqual([0, 0]);
  expect(points.equals(new CodePoints())).toBe(true);
  points.insert(0x61, 0);
  expect(textOf(points)).toBe('a');
});

test('the bytes are the caller’s, in memory of their own', () => {
  const points = pointsOf('ab');
  const bytes = points.toUtf8();
  expect(bytes.buffer.byteLength).toBe(2);
  bytes.fill(0);
  expect(textOf(points)).toBe('ab');
});
