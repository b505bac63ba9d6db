/**
 * Checks and creates a store before it is used.
 *
 * @module
 */

import { codeOf, Unusable } from './failure.ts';
import {
  grants,
  LAYOUT_VERSION,
  migration,
  migrationForAdministrators,
  type PostgresLayout,
} from './layout.ts';
import type { Run } from './statements.ts';

/** Missing tables and schemas. */
const MISSING = /^(?:42P01|3F000)$/;

/** No privilege to create, or to read. */
const FORBIDDEN = '42501';

/**
 * Creates the store's tables if they are missing, upgrades older ones, and checks that this role may use them.
 *
 * @throws Unusable if the store can't be used; the message contains the SQL that helps
 */
export async function openStore(run: Run, layout: PostgresLayout): Promise<void> {
  let version = await versionOf(run, layout);
  if (version < LAYOUT_VERSION) {
    await migrate(run, layout, version);
    version = await versionOf(run, layout);
  }
  if (version !== LAYOUT_VERSION) {
    throw new Unusable(
      `the store is of version ${version}, which is newer than this package knows (${LAYOUT_VERSION}); update powerauth-wasm`,
    );
  }
  await assertRights(run, layout);
}

/** 0 if there is no store. */
async function versionOf(run: Run, { version }: PostgresLayout): Promise<number> {
  try {
    const [row] = await run({ text: `SELECT max(version) FROM ${version}`, values: [] });
    return Number(row?.[0] ?? 0);
  } catch (error) {
    if (MISSING.test(codeOf(error))) return 0;
    if (codeOf(error) === FORBIDDEN) throw new Unusable(await missingRights(run, error));
    throw error;
  }
}

async function missingRights(run: Run, error: unknown): Promise<string> {
  const role = await roleOf(run);
  return `${(error as Error).message}; have an administrator grant role ${role} the privileges listed in docs/storage.md`;
}

/** The name of the current role, quoted. */
async function roleOf(run: Run): Promise<string> {
  const [row] = await run({ text: 'SELECT quote_ident(current_user)', values: [] });
  return String(row?.[0]);
}

async function migrate(run: Run, layout: PostgresLayout, from: number): Promise<void> {
  const { schema, version } = layout;
  // One string of several statements is one transaction. Several processes may start at once: each waits here, and all
  // but the first find nothing to do.
  const text = `DO $migration$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('powerauth-wasm'));
  IF to_regclass('${version}') IS NOT NULL THEN
    IF (SELECT max(version) FROM ${version}) > ${from} THEN RETURN; END IF;
  END IF;
  IF to_regnamespace('${schema}') IS NULL THEN CREATE SCHEMA ${schema}; END IF;
${migration(layout, from)}
END $migration$`;
  try {
    await run({ text, values: [] });
  } catch (error) {
    if (codeOf(error) !== FORBIDDEN) throw error;
    const sql = migrationForAdministrators(layout, from, await roleOf(run));
    throw new Unusable(
      `this role may not create the store's tables; have an administrator run this in the same database:\n${sql}\n`,
    );
  }
}

async function assertRights(run: Run, layout: PostgresLayout): Promise<void> {
  const { records, locks } = layout;
  const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
  const [row = []] = await run({
    text: `SELECT ${rights.map((_, i) => `has_table_privilege($1, $${i + 3}) AND has_table_privilege($2, $${i + 3})`).join(', ')}`,
    values: [records, locks, ...rights],
  });
  const missing = rights.filter((_, i) => row[i] !== 't');
  if (missing.length === 0) return;
  const role = await roleOf(run);
  throw new Unusable(
    `this role lacks ${missing.join(', ')}; have an administrator run this in the same database:\n${grants(layout, role)}\n`,
  );
}
