import { expect, test } from 'vitest';
import { inspectError } from '../../src/util/inspect-error.ts';
import { throwing } from '../helpers/wrong-values.ts';

const TITLE = 'PowerAuthError CODE: message';
const describe = (below: unknown): string => (below instanceof Error ? below.message : typeof below);
const stackOf = (frames: number): string =>
  ['Error: x', ...Array.from({ length: frames }, (_, i) => `    at f${i} (file:${i})`)].join('\n');

function errorWith(message: string, cause?: unknown): Error {
  const made = new Error(message, cause === undefined ? {} : { cause });
  made.stack = stackOf(5);
  return made;
}

test('a stack that begins with the title is shown whole, another one below the title', () => {
  const stack = `${TITLE}\n    at f (file)`;
  expect(inspectError({ stack }, TITLE, describe)).toBe(stack);
  expect(inspectError({ stack: stackOf(1) }, TITLE, describe)).toBe(`${TITLE}\n${stackOf(1)}`);
});

test.each([[undefined], ['']])('with the stack %j the title stands alone', (stack) => {
  expect(inspectError({ stack }, TITLE, describe)).toBe(TITLE);
});

test('what a server sent is on a line of its own, the first 500 characters', () => {
  const short = inspectError({ errorData: { httpStatusCode: 400 } }, TITLE, describe);
  expect(short).toBe(`${TITLE}\n  errorData: {"httpStatusCode":400}`);
  expect(inspectError({ errorData: 'x'.repeat(498) }, TITLE, describe)).toMatch(/"x{498}"$/);
  expect(inspectError({ errorData: 'x'.repeat(499) }, TITLE, describe)).toMatch(/"x{499}…$/);
});

test('of an error below, its description and the first three frames', () => {
  expect(inspectError({ cause: errorWith('below') }, TITLE, describe).split('\n')).toEqual([
    TITLE,
    '  [cause]: below',
    '      at f0 (file:0)',
    '      at f1 (file:1)',
    '      at f2 (file:2)',
  ]);
});

test('of a chain, five errors, in order; so a circle ends too', () => {
  let cause = errorWith('7');
  for (const message of ['6', '5', '4', '3', '2', '1']) cause = errorWith(message, cause);
  const causes = (text: string) => [...text.matchAll(/\[cause\]: (.+)/g)].map(([, message]) => message);
  expect(causes(inspectError({ cause }, TITLE, describe))).toEqual(['1', '2', '3', '4', '5']);
  const circle = errorWith('round');
  circle.cause = circle;
  expect(causes(inspectError({ cause: circle }, TITLE, describe))).toEqual(Array(5).fill('round'));
});

test.each<readonly [string, unknown, number]>([
  ['null', null, 0],
  ['undefined', undefined, 0],
  ['text', 'text', 1],
  ['an object with a stack that is none', { stack: 5 }, 1],
  ['an object that throws when it is looked at', throwing({}), 1],
])('%s below is no trouble', (_, cause, lines) => {
  const text = inspectError({ cause }, TITLE, () => 'below');
  expect(text.split('\n')).toEqual([TITLE, ...Array<string>(lines).fill('  [cause]: below')]);
});
