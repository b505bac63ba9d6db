import { expect, test } from 'vitest';
import { postgresFailure } from '../../../src/storage/postgres/failure.ts';

test.each([
  ['ECONNREFUSED', 'nobody listens there; start PostgreSQL, or correct the address'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', "pass the issuer's: new Pool({ connectionString, ssl: { ca } }) as pool"],
  ['25006', 'a read-only standby'],
  // Members of Object.prototype are no remedies.
  ['toString', 'of the system; check the server'],
])('the code %s says what to do', (code, remedy) => {
  const { message } = postgresFailure(
    'write',
    'bank:5432',
    Object.assign(new Error('of the system'), { code }),
  );
  expect(message).toContain('Cannot write postgres storage at bank:5432: ');
  expect(message).toContain(remedy);
});
