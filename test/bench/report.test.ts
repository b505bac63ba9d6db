import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chart } from '../../bench/report/chart.mjs';
import { goals } from '../../bench/report/goals.mjs';
import { headerRows } from '../../bench/report/headers.mjs';
import {
  CHART,
  chartOf,
  manyInstances,
  section,
  storages,
  summary,
  wholeOperations,
  withSection,
} from '../../bench/report/documents.mjs';
import { instanceRows, instancesPlot, missedGoals, PLOT } from '../../bench/report/instances.mjs';
import { missedOperations, costRows, partRows, twoFactorRows } from '../../bench/report/operations.mjs';
import type {
  BrowserResults,
  HeaderResult,
  InstancesResults,
  OperationsRuns,
  Results,
  StorageResults,
} from '../../bench/report/results.ts';
import { storageRows } from '../../bench/report/storages.mjs';
import { root } from '../system/package/support.ts';

const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const results = JSON.parse(await read('bench/results/node.json')) as Results;
const many = JSON.parse(await read('bench/results/instances.json')) as InstancesResults;
const whole = JSON.parse(await read('bench/results/operations.json')) as OperationsRuns;
const costs = JSON.parse(await read('bench/results/storages.json')) as StorageResults;
const chromium = JSON.parse(await read('bench/results/chromium.json')) as BrowserResults;

describe('what the documents say', () => {
  test.each([
    ['README.md', summary(results)],
    ['docs/performance.md', section(results, chromium)],
  ])('is what the results in git say; `npm run bench -- --report` makes it so: %s', async (name, part) => {
    const text = await read(name);
    expect(withSection(text, part)).toBe(text);
    expect(await read(CHART)).toBe(chartOf(results));
  });

  test('is what they say of many instances', async () => {
    const text = await read('docs/performance.md');
    expect(withSection(text, manyInstances(many), 'instances')).toBe(text);
    expect(await read(PLOT)).toBe(instancesPlot(many));
    expect(many.shared.map(({ count }) => count)).toEqual([1, 1000, 10_000, 100_000]);
    expect(new Set(instanceRows(many).map(({ length }) => length)).size).toBe(1);
    for (const what of missedGoals(many)) expect(text.replaceAll('\n', ' ')).toContain(what);
  });

  test('is what they say of whole operations, with each version of Node', async () => {
    const text = await read('docs/performance.md');
    expect(withSection(text, wholeOperations(whole), 'operations')).toBe(text);
    expect(Object.keys(whole)).toEqual(['20', '24']);
    for (const results of Object.values(whole)) {
      for (const rows of [costRows(results), partRows(results), twoFactorRows(results)]) {
        expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
      }
      for (const what of missedOperations(results)) expect(text.replaceAll('\n', ' ')).toContain(what);
    }
  });

  test('is what they say of storages, a row for each of them', async () => {
    const text = await read('docs/storage.md');
    expect(withSection(text, storages(costs), 'storages')).toBe(text);
    expect(text.indexOf('<!-- storages:begin -->')).toBeLessThan(100);
    expect(storageRows(costs)).toHaveLength(costs.costs.length + 1);
    expect(costs.costs).toHaveLength(6);
  });

  test('is five rows in the README', () => {
    expect(summary(results).match(/^\|.*×/gm)).toHaveLength(5);
  });

  test('names each contestant and each goal', () => {
    const text = section(results, chromium);
    for (const { name } of [...results.headers, ...chromium.headers]) expect(text).toContain(`| ${name} |`);
    for (const { what, goal } of goals(results)) expect(text).toContain(`| ${what} | ${goal} |`);
  });

  test('stands between its markers', () => {
    const readme = 'before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nbehind\n';
    const written = withSection(readme, 'new');
    expect(written).toBe('before\n<!-- bench:begin -->\nnew\n<!-- bench:end -->\nbehind\n');
    expect(withSection(written, 'new')).toBe(written);
  });

  test.each([
    '',
    '<!-- bench:begin -->',
    '<!-- bench:end --><!-- bench:begin -->',
    '<!-- bench:begin -->'.repeat(2),
  ])('is not written where the markers are not: %j', (readme) => {
    expect(() => withSection(readme, 'new')).toThrow(/needs/);
  });
});

const header = (id: string, median: number, kind: HeaderResult['kind'] = 'javascript'): HeaderResult => ({
  id,
  name: `${id}'s name`,
  version: '1.0.0',
  kind,
  median,
  lower: median - 1,
  upper: median + 1,
});

test('the table has the slowest first, and ratios of medians', () => {
  expect(headerRows([header('a', 100), header('node-crypto', 200), header('b', 400)]).slice(1)).toEqual([
    ["b's name", '1.0.0', '400', '399 to 401', '0.50×'],
    ["node-crypto's name", '1.0.0', '200', '199 to 201', '1.00×'],
    ["a's name", '1.0.0', '100', '99 to 101', '2.00×'],
  ]);
});

test('in a browser WebCrypto is what others are compared with', () => {
  const rows = headerRows([header('web-crypto', 50_000), header('next-wasm-simd', 500)]);
  expect(rows.slice(1).map(([name, , , , speed]) => [name, speed])).toEqual([
    ["web-crypto's name", '1.00×'],
    ["next-wasm-simd's name", '100×'],
  ]);
});

describe('goals', () => {
  const spread = (median: number) => ({ median, lower: median, upper: median });
  /** All of them just reached. */
  const reached: Results = {
    ...results,
    machine: { ...results.machine, cores: 2 },
    headers: [
      header('node-crypto', 6000),
      header('native', 2400),
      header('sha-ni', 100),
      header('next-wasm-simd', 300),
      header('batch-wasm-simd', 200),
      header('generate-wasm-simd', 6000 / 14),
      header('next-wasm-scalar', 1000),
      header('noble', 9000),
      header('noble-midstate', 8000),
      header('next-js', 8000),
    ],
    scale: [
      { id: 'slow-same-wasm-scalar', ...spread(1000) },
      { id: 'slow-same-wasm-simd', ...spread(1200) },
      { id: 'slow-different-wasm-scalar', ...spread(1000) },
      { id: 'slow-different-wasm-simd', ...spread(1200) },
      { id: 'one-token', ...spread(400) },
      { id: 'many-tokens', ...spread(600) },
    ],
    memory: { wasm: 128.2, live: 400, resident: 500, instances: { count: 1000, live: 200_000 } },
    sizes: {
      'wasm-simd': 7999,
      'wasm-scalar': 7999,
      sdk: 62_999,
      tokens: 34_999,
      parts: { sdk: {}, tokens: {} },
    },
    startUp: { bare: spread(50), header: spread(149) },
    workers: { one: 1_000_000, two: 1_800_000 },
  };

  test('are met at their bounds', () => {
    expect(goals(reached).filter(({ met }) => !met)).toEqual([]);
    expect(goals(reached)).toHaveLength(19);
  });

  test('are all missed by a little less', () => {
    const worse = (id: string): number => (/^(?:node|native|noble|sha)/.test(id) ? 0.97 : 1.03);
    const missed: Results = {
      ...reached,
      headers: reached.headers.map((entry) => ({ ...entry, median: entry.median * worse(entry.id) })),
      scale: reached.scale.map((entry) => ({
        ...entry,
        median: entry.median * (/scalar|one/.test(entry.id) ? 0.97 : 1.03),
      })),
      memory: { wasm: 129, live: 401, resident: 500, instances: { count: 1000, live: 200_001 } },
      sizes: {
        'wasm-simd': 8000,
        'wasm-scalar': 8000,
        sdk: 63_000,
        tokens: 35_000,
        parts: { sdk: {}, tokens: {} },
      },
      startUp: { bare: spread(50), header: spread(150) },
      workers: { one: 1_000_000, two: 1_790_000 },
    };
    expect(goals(missed).filter(({ met }) => met)).toEqual([]);
  });

  test('are silent of what this machine does not have', () => {
    const headers = reached.headers.filter(
      ({ kind, id }) => kind !== 'native' && id !== 'native' && id !== 'sha-ni',
    );
    const machine = { ...reached.machine, cores: 1 };
    const what = goals({ ...reached, headers, machine }).map(({ goal }) => goal);
    expect(what).toHaveLength(16);
    expect(what.join()).not.toMatch(/native|SHA-NI|times one$/);
  });
});

describe('the chart', () => {
  const bars = [
    header('slow', 10_000),
    header('<fast> & "good"', 500, 'ours'),
    header('middle', 1000, 'native'),
  ];
  const svg = chart(bars, 'Title');

  test('has bars as long as the rates, the longest first', () => {
    const widths = [...svg.matchAll(/<rect class="(\w+)" x="336" y="\d+" width="([\d.]+)" height="15"/g)];
    expect(widths.map(([, kind]) => kind)).toEqual(['ours', 'native', 'javascript']);
    const [most = NaN, half, twentieth] = widths.map(([, , width]) => Number(width));
    expect(half).toBeCloseTo(most / 2, 0);
    expect(twentieth).toBeCloseTo(most / 20, 0);
  });

  test('says the rates, and names that are no markup', () => {
    expect(svg).toContain('>2 000 000<'.replaceAll(' ', '\u202f'));
    expect(svg).toContain('&lt;fast> &amp; &quot;good&quot;');
    expect(svg).not.toContain('<fast>');
  });

  test('has colours for dark ground too', () => {
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});
