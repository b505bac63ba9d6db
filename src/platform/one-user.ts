/**
 * Checks whether the user who runs this process is the user that the code serves.
 *
 * @module
 */

import { failure, PowerAuthErrorCode } from '../errors.ts';

/**
 * Refuses the user's data folder to code that was written for a page: on a server that renders the page, the folder
 * would be the same for all visitors; in a test it would be the developer's own.
 *
 * @param field what would be there unless the caller passes one
 * @throws WRONG_PARAMETER
 */
export function assertOneUser(field: 'storage' | 'sealingKey'): void {
  const reason = codeForPages();
  if (reason === undefined) return;
  throw failure(
    PowerAuthErrorCode.WRONG_PARAMETER,
    `keychainConfiguration.${field}: expected one, got undefined, ${reason}; the default would keep all records in the data folder of the user who runs it. In a test pass memoryStorage(); code that a server renders must call configure only in the browser, such as in an effect; a server with its own activation passes its storage`,
  );
}

/** Why this seems to be code for a page; undefined if it doesn't. */
function codeForPages(): string | undefined {
  // A window of Electron belongs to the user who runs it.
  if (process.versions['electron'] !== undefined) return undefined;
  if ((globalThis as { document?: unknown }).document !== undefined) {
    return 'where Node has a document (jsdom, happy-dom)';
  }
  // Set in Next's own process; Next's compiler replaces this expression by its value.
  if (process.env['NEXT_RUNTIME'] === 'nodejs') return 'where Next renders pages';
  return undefined;
}
