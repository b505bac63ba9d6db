/**
 * The configuration file of `serve`: keys, back-ends, users, activations and faults.
 *
 * @module
 */

import { PowerAuthError, PowerAuthErrorCode } from '../../errors.ts';
import { backEnd, fault, keys, newActivation, nonEmpty } from '../../testing/inputs.ts';
import type { PowerAuthTestServer, PowerAuthTestServerOptions } from '../../testing/index.ts';
import { standardClaims } from '../../testing/start.ts';
import * as s from '../../util/schema.ts';
import { check } from '../../util/validate.ts';
import { usage } from '../failures.ts';
import { readNamedText } from '../files.ts';

/** No two of them may have the same value there. */
const unique =
  <T>(items: s.Schema<T[]>, name: keyof T & string): s.Schema<T[]> =>
  (value, at) => {
    const list = items(value, at);
    const values = list.map((item) => item[name]);
    const twice = values.findIndex((it, i) => it !== undefined && values.indexOf(it) !== i);
    if (twice >= 0) {
      throw new s.Mismatch(`${at}[${twice}].${name}`, 'one that no other has', values[twice], false);
    }
    return list;
  };

const config = s.exactObject({
  keys: s.optional(keys),
  backEnd: s.optional(backEnd),
  users: s.optional(
    unique(s.array(s.exactObject({ userId: nonEmpty, claims: s.optional(s.record()) })), 'userId'),
  ),
  activations: s.optional(unique(s.array(newActivation), 'activationCode')),
  faults: s.optional(s.array(fault)),
});

/** ms; a code from the file has no one who waits for it. */
const AS_LONG_AS_IT_TAKES = 10 * 365 * 86_400_000;

/** What the file says. */
export type ServeConfig = s.Output<typeof config>;

/** @throws WRONG_PARAMETER that names the file and the field; Interrupted */
export async function readServeConfig(path: string, signal: AbortSignal): Promise<ServeConfig> {
  const text = await readNamedText({ option: '--config', path, signal });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw usage(`${path}: expected JSON, got something else`);
  }
  try {
    return check(config, content, '', PowerAuthErrorCode.WRONG_PARAMETER);
  } catch (error) {
    if (!(error instanceof PowerAuthError)) throw error;
    throw usage(`${path}: ${error.message.replace(/^[.:] ?/, '')}`);
  }
}

/** The options of the server that come from the file. */
export function serverOptionsOf({ keys, backEnd, users }: ServeConfig): PowerAuthTestServerOptions {
  const claims = new Map((users ?? []).map((user) => [user.userId, user.claims]));
  return {
    ...(keys === undefined ? {} : { keys }),
    ...(backEnd === undefined ? {} : { backEnd }),
    userInfo: (userId) => ({ ...standardClaims(userId), ...claims.get(userId) }),
    // Without a list everybody is a user.
    ...(users === undefined
      ? {}
      : {
          userOfAttributes: ({ username }) =>
            typeof username === 'string' && claims.has(username) ? username : undefined,
        }),
  };
}

/** An activation of the file that waits for its client. */
export interface PreparedActivation {
  readonly activationId: string;
  readonly activationCode: string;
  readonly userId: string;
}

/**
 * Creates the activations and faults of the file. Activations that a state file has already are left alone: those with
 * the same code, and for one without a code another one of its user.
 */
export function prepare(
  server: PowerAuthTestServer,
  { activations = [], faults = [] }: ServeConfig,
): readonly PreparedActivation[] {
  for (const it of faults) server.faults.add(it as Parameters<typeof server.faults.add>[0]);
  const there = [...server.activations];
  const isThere = ({ activationCode, userId = 'test-user' }: (typeof activations)[number]): boolean => {
    const at = there.findIndex((it) =>
      activationCode === undefined ? it.userId === userId : it.activationCode === activationCode,
    );
    if (at >= 0) there.splice(at, 1);
    return at >= 0;
  };
  const byCode = activations.filter((it) => it.activationCode !== undefined);
  const byUser = activations.filter((it) => it.activationCode === undefined);
  const missing = new Set([...byCode, ...byUser].filter((it) => !isThere(it)));
  return activations
    .filter((it) => missing.has(it))
    .map((it) => {
      const options = { validity: AS_LONG_AS_IT_TAKES, ...it } as Parameters<
        typeof server.createActivation
      >[0];
      return { userId: it.userId ?? 'test-user', ...server.createActivation(options) };
    });
}
