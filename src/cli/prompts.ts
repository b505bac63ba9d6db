/**
 * Questions at a terminal. This module, and what it needs, is loaded only when somebody is asked.
 *
 * @module
 */

import { isCancel, password } from '@clack/prompts';
import { Interrupted } from './failures.ts';
import type { Io } from './io.ts';

/** What to ask for. */
export interface Question {
  /** For messages: 'the password'. */
  readonly what: string;
  /** May be left out. */
  readonly isOptional?: boolean;
  /** Asked for a second time, because a typing mistake would go unnoticed. */
  readonly isNew?: boolean;
}

/**
 * Asks for a secret, of which nothing is shown.
 *
 * @throws Interrupted if the user cancels
 */
export async function askSecret(
  io: Io,
  { what, isOptional = false, isNew = false }: Question,
): Promise<string | undefined> {
  const name = what.replace(/^the /, '');
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const answer = await ask(io, isOptional ? `${title} (Enter if there is none)` : title, (value) =>
    value === undefined && !isOptional ? 'Nothing was typed' : undefined,
  );
  if (isNew) {
    await ask(io, `${title}, again`, (value) => (value === answer ? undefined : "The two don't match"));
  }
  return answer === '' ? undefined : answer;
}

async function ask(
  { stdin, stderr, signal }: Io,
  message: string,
  validate: (value: string | undefined) => string | undefined,
): Promise<string> {
  const answer = await password({
    message,
    validate: (value) => validate(value === '' ? undefined : value),
    clearOnError: true,
    input: stdin,
    output: stderr,
    signal,
  });
  if (isCancel(answer)) throw new Interrupted();
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- an empty answer is undefined
  return answer ?? '';
}
