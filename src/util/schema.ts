/**
 * Schemas of objects that come from elsewhere.
 *
 * @module
 */

import * as v from 'valibot';

/**
 * As `v.object`, which asks for each enumerable member of `Object.prototype` as well, where a page or a program has put
 * any there.
 */
// @__NO_SIDE_EFFECTS__
export function object<
  const Entries extends v.ObjectEntries,
  const Message extends v.ErrorMessage<v.ObjectIssue> | undefined = undefined,
>(entries: Entries, message?: Message): v.ObjectSchema<Entries, Message> {
  return v.object(Object.assign(Object.create(null), entries) as Entries, message as Message);
}
