/**
 * The password, and the factors that it makes.
 *
 * @module
 */

import type { PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import { textOf, type Options } from './command.ts';
import type { Context } from './context.ts';
import { usage } from './failures.ts';

/** The option of commands that use the password. */
export const PASSWORD_OPTION = [
  '--password-file <file>',
  'private file with the password; - is stdin',
] as const;

/** The option of commands that let the user choose the factors. */
export const factorsOption = (standard: 'possession' | 'possession_knowledge') =>
  ['--factors <factors>', `possession or possession_knowledge (the password); default: ${standard}`] as const;

/** The password, from its file or from the user. */
export const passwordOf = (context: Context, file: Options[string]): Promise<string> =>
  context.secret({
    what: 'the password',
    option: '--password-file',
    file: textOf(file),
  });

/**
 * The factors that the user chose. A password file chooses the knowledge factor.
 *
 * @throws WRONG_PARAMETER for other factors, or for a password that would not be used
 */
export function factorsOf(
  { factors, passwordFile }: Options,
  standard: 'possession' | 'possession_knowledge',
): 'possession' | 'possession_knowledge' {
  const chosen = factors ?? (passwordFile === undefined ? standard : 'possession_knowledge');
  if (chosen !== 'possession' && chosen !== 'possession_knowledge') {
    throw usage('--factors: expected possession or possession_knowledge, got something else');
  }
  if (chosen === 'possession' && passwordFile !== undefined) {
    throw usage('--factors, --password-file: possession alone takes no password');
  }
  return chosen;
}

/** Authentication with these factors; the password is read or asked for. */
export async function authenticationOf(
  context: Context,
  options: Options,
  standard: 'possession' | 'possession_knowledge',
): Promise<PowerAuthAuthentication> {
  const { PowerAuthAuthentication } = await import('../model/power-auth-authentication.ts');
  if (factorsOf(options, standard) === 'possession') return PowerAuthAuthentication.possession();
  return PowerAuthAuthentication.password(await passwordOf(context, options['passwordFile']));
}
