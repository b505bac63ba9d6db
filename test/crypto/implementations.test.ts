import { describe, test } from 'vitest';
import * as node from '../../src/crypto/node.ts';
import type { PlatformCrypto } from '../../src/crypto/types.ts';
import * as web from '../../src/crypto/web.ts';
import { cryptoChecks, WYCHEPROOF, type WycheproofFiles } from '../conformance/crypto.ts';
import { vectors } from '../helpers/vectors.ts';

const files = Object.fromEntries(
  WYCHEPROOF.map((name) => [name, vectors(`wycheproof/${name}_test.json`)]),
) as WycheproofFiles;

const implementations: Record<string, PlatformCrypto> = { 'node:crypto': node, WebCrypto: web };

describe.each(Object.entries(implementations))('%s', (_, implementation) => {
  test.each(cryptoChecks(implementation, files).map(({ title, run }) => [title, run] as const))(
    '%s',
    (_title, run) => run(),
  );
});
