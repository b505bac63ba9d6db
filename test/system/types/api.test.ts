/**
 * Our public types against the list of the React Native SDK's: name by name, parameter by parameter, default by default.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  PinTestIssue,
  PowerAuthActivationState,
  PowerAuthBiometryStatus,
  PowerAuthBiometryType,
  PowerAuthErrorCode,
  PowerAuthKeychainProtection,
} from '../../../src/index.ts';
import { sourceImports } from '../../helpers/source-imports.mjs';
import { root } from '../package/support.ts';
import { describeApi } from './describe-api.ts';
import { ABSENT, ADDITIONS, CHANGED, NEWER_CHANGED, READ_ONLY } from './differences.ts';

const linesOf = (file: string): string[] =>
  readFileSync(join(root, 'test/system/types', file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
const listed = linesOf('peer-api.txt');
const newer = linesOf('newer-api.txt');
const isOneOf = (patterns: readonly RegExp[]) => (line: string) =>
  patterns.some((pattern) => pattern.test(line));

describe('the public types', () => {
  const sources = Object.entries(sourceImports('default')).map(([name, file]): [string, string[]] => [
    name,
    [file],
  ]);
  const ours = describeApi(join(root, 'src/index.ts'), Object.fromEntries(sources));

  test('are the listed ones, with the differences that are listed as well', () => {
    const replaced = new Set(CHANGED.flatMap(({ peer }) => peer));
    const kept = listed.filter((line) => !replaced.has(line) && !isOneOf(ABSENT)(line));
    const newerReplaced = new Set(NEWER_CHANGED.flatMap(({ peer }) => peer));
    const newerKept = newer
      .filter((line) => !newerReplaced.has(line))
      .map((line) =>
        READ_ONLY.test(line)
          ? `readonly ${line}`.replace('Record<string, any>', 'Readonly<Record<string, unknown>>')
          : line,
      );
    const changed = [...CHANGED, ...NEWER_CHANGED].flatMap(({ ours: lines }) => lines);
    const expected = [...kept, ...newerKept, ...changed, ...ADDITIONS];
    expect(ours.toSorted()).toEqual(expected.toSorted());
  });

  test('differ in nothing that is not there: each difference is one', () => {
    for (const { peer } of CHANGED) for (const line of peer) expect(listed).toContain(line);
    for (const pattern of ABSENT) expect(listed.filter(isOneOf([pattern])), String(pattern)).not.toEqual([]);
    for (const { peer } of NEWER_CHANGED) for (const line of peer) expect(newer).toContain(line);
    for (const line of newer) expect(listed).not.toContain(line);
    for (const line of ADDITIONS) expect([...listed, ...newer]).not.toContain(line);
  });

  test('are read as they are: a parameter more, one less, another type, name or default is seen', async () => {
    const variants = {
      Same: 'call(destroyOnUse = true): void {}',
      None: 'call(): void {}',
      OtherDefault: 'call(destroyOnUse = false): void {}',
      NoDefault: 'call(destroyOnUse?: boolean): void {}',
      Needed: 'call(destroyOnUse: boolean): void {}',
      OtherType: 'call(destroyOnUse = 1): void {}',
      OtherName: 'call(other = true): void {}',
      OtherResult: 'call(destroyOnUse = true): number { return 1; }',
      More: 'call(destroyOnUse = true, more = 1): void {}',
      Static: 'static call(destroyOnUse = true): void {}',
      Private: 'private call(destroyOnUse = true): void {}',
      Hidden: '/** @internal */ call(destroyOnUse = true): void {}',
    };
    const folder = await mkdtemp(join(tmpdir(), 'powerauth-wasm-types-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const classes = Object.entries(variants).map(([name, member]) => `export class ${name} {\n${member}\n}`);
    await writeFile(join(folder, 'variants.ts'), classes.join('\n'));
    const declared = 'export declare class Declared { call(destroyOnUse?: boolean /* = true */): void; }';
    await writeFile(join(folder, 'declared.d.ts'), declared);
    const line = (name: string) => `${name}.call(destroyOnUse?: boolean = true): void`;
    const read = describeApi(join(folder, 'variants.ts'));
    const found = Object.keys(variants).filter((name) => read.includes(line(name)));
    expect(found).toEqual(['Same']);
    expect(describeApi(join(folder, 'declared.d.ts'))).toContain(line('Declared'));
  });
});

test('enum-like names are values, and types of the same name', () => {
  const code: PowerAuthErrorCode = PowerAuthErrorCode.WRONG_PARAMETER;
  const state: PowerAuthActivationState = PowerAuthActivationState.ACTIVE;
  const protection: PowerAuthKeychainProtection = PowerAuthKeychainProtection.SOFTWARE;
  const type: PowerAuthBiometryType = PowerAuthBiometryType.FACE;
  const status: PowerAuthBiometryStatus = PowerAuthBiometryStatus.OK;
  const issue: PinTestIssue = PinTestIssue.NOT_UNIQUE;
  expect([code, state, protection, type, status, issue]).toEqual([
    'WRONG_PARAMETER',
    'ACTIVE',
    'SOFTWARE',
    'FACE',
    'OK',
    'NOT_UNIQUE',
  ]);
  // @ts-expect-error -- no other text is one of them
  const other: PowerAuthErrorCode = 'ANOTHER';
  expect(Object.values(PowerAuthErrorCode)).not.toContain(other);
});
