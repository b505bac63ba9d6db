import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, onTestFinished, test } from 'vitest';
import { object } from '../../src/util/schema.ts';

const schema = object({ name: v.string('a string') }, 'an object {name}');

test('takes what v.object takes, and drops the rest', () => {
  expect(v.parse(schema, { name: 'a', more: 1 })).toEqual({ name: 'a' });
  expect(v.safeParse(schema, 1).issues?.[0].message).toBe('an object {name}');
  expect(v.safeParse(schema, { name: 1 }).issues?.[0].message).toBe('a string');
});

test('does not ask for what is on Object.prototype', () => {
  const polluted = Object.prototype as unknown as Record<string, unknown>;
  onTestFinished(() => {
    delete polluted['extend'];
  });
  polluted['extend'] = () => undefined;
  expect(Object.keys(v.parse(schema, { name: 'a' }))).toEqual(['name']);
});

test('is what all schemas of objects are made by', () => {
  const root = join(import.meta.dirname, '../../src');
  const others = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') && /\bv\.(?:loose|strict)?object/i.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(others).toEqual([join('util', 'schema.ts')]);
});
