// `npm run test:crash:browser`: the deaths of crash.test.ts, many times.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/system/browser/crash.test.ts'],
  { stdio: 'inherit', env: { ...process.env, SLOW: '1' } },
);
process.exitCode = status ?? 1;
