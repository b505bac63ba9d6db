import { describe, expect, test } from 'vitest';
import { root, runNode } from '../package/support.ts';

const positive = expect.toSatisfy((value: number) => value > 0) as number;

/** What a script prints, as JSON, that runs inside bench/ with a token and an activation. */
async function run(imports: string, program: string, scale = 100): Promise<unknown> {
  const script = `
    import { newActivation } from '${root}bench/lib/activation.mjs';
    import { newToken } from '${root}bench/lib/instances.mjs';
    ${imports.replaceAll('./', `${root}bench/`)}
    const setting = { token: newToken(), activation: await newActivation(), scale: ${scale} };
    ${program}`;
  return JSON.parse(await runNode(['--input-type=module', '--eval', script])) as unknown;
}

// They stand on parts of the package that it does not export, and must not be found broken when somebody measures.
test('each contestant that needs nothing installed makes headers that a server accepts', async () => {
  const names = await run(
    `import { randomBytes } from 'node:crypto';
     import { CONTESTANTS, SCALE } from './contestants/index.mjs';
     import { peersContestants } from './contestants/peers.mjs';
     import { verify } from './lib/rounds.mjs';
     import { Stopwatch } from './lib/timing.mjs';`,
    `const base64 = (bytes) => Buffer.from(bytes).toString('base64');
     const nonce = () => randomBytes(16);
     const verified = [];
     for (const contestant of [...CONTESTANTS, ...SCALE]) {
       if (peersContestants.includes(contestant)) continue;
       const stopwatch = new Stopwatch(contestant, await contestant.create({ ...setting, base64, nonce }));
       await verify(contestant, stopwatch, setting.token);
       verified.push(contestant.id);
     }
     console.log(JSON.stringify(verified));`,
  );
  expect(names).toEqual(
    expect.arrayContaining(['node-crypto', 'noble', 'engine-js', 'generate-wasm-simd', 'many-tokens']),
  );
}, 120_000);

test('memory is measured for each token', async () => {
  // So many that what a collected heap is off by between two looks, a few 100 KB, is small beside what they take.
  const measured = await run(
    `import { measureMemory } from './parts/sizes.mjs';`,
    `console.log(JSON.stringify(await measureMemory(setting)));`,
    10_000,
  );
  expect(measured).toEqual({
    wasm: positive,
    live: positive,
    resident: expect.any(Number) as number,
    instances: { count: 100, live: positive },
  });
}, 120_000);

describe('what is measured besides', () => {
  const effort = '{ rounds: 1, seconds: 0.01, starts: 1, loopSeconds: 0.1 }';
  const spread = { median: positive, lower: positive, upper: positive };

  const part = expect.objectContaining({
    session: { minified: positive, gzip: positive },
    'sentences in all of them': { minified: positive, gzip: positive },
  }) as object;

  test.each([
    ['a cold start', 'start-up.mjs', 'measureStartUp', { bare: spread, header: spread }],
    ['two workers', 'workers.mjs', 'measureWorkers', { one: positive, two: positive }],
    [
      'sizes',
      'sizes.mjs',
      'measureSizes',
      {
        'wasm-simd': positive,
        'wasm-scalar': positive,
        sdk: positive,
        tokens: positive,
        parts: { sdk: part, tokens: part },
      },
    ],
    [
      'event-loop delay',
      'event-loop.mjs',
      'measureEventLoop',
      expect.arrayContaining([
        expect.objectContaining({ id: 'nobody', perSecond: 0 }),
        expect.objectContaining({ id: 'next-wasm-simd', perSecond: positive, p99: positive }),
      ]),
    ],
  ])(
    '%s',
    async (_what, file, name, expected) => {
      const measured = await run(
        `import { ${name} } from './parts/${file}';`,
        `console.log(JSON.stringify(await ${name}(setting, ${effort})));`,
      );
      expect(measured).toEqual(expected);
    },
    120_000,
  );
});
