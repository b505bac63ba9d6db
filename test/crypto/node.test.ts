import { describe, test } from 'vitest';
import * as implementation from '../../src/crypto/node.ts';
import { cryptoChecks } from '../conformance/crypto.ts';
import { wycheproofFiles } from '../helpers/wycheproof.ts';

describe('node:crypto', () => {
  test.each(cryptoChecks(implementation, wycheproofFiles()).map(({ title, run }) => [title, run] as const))(
    '%s',
    (_, run) => run(),
  );
});
