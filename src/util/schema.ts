/**
 * Schemas of objects that come from elsewhere.
 *
 * @module
 */

import * as v from './valibot.ts';

/**
 * Like `v.object`, which also checks each enumerable member of `Object.prototype` if a page or a program has added any.
 */
// @__NO_SIDE_EFFECTS__
export function object<
  const Entries extends v.ObjectEntries,
  const Message extends v.ErrorMessage<v.ObjectIssue> | undefined = undefined,
>(entries: Entries, message?: Message): v.ObjectSchema<Entries, Message> {
  return v.object(Object.assign(Object.create(null), entries) as Entries, message as Message);
}
