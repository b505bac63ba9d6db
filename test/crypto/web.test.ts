import { describe, test } from 'vitest';
import * as implementation from '../../src/crypto/web.ts';
import { cryptoChecks } from '../conformance/crypto.ts';
import { wycheproofFiles } from '../helpers/wycheproof.ts';

describe('WebCrypto', () => {
  test.each(cryptoChecks(implementation, wycheproofFiles()).map(({ title, run }) => [title, run] as const))(
    '%s',
    (_, run) => run(),
  );
});
