/**
 * What we use of valibot. The build puts the code of these functions in the place of this file, so that nobody who installs the
 * package installs valibot, which is 1.9 MB, most of it types.
 *
 * @module
 */
export {
  array,
  boolean,
  check,
  custom,
  enum,
  literal,
  maxLength,
  minLength,
  minValue,
  nullish,
  number,
  object,
  optional,
  parse,
  picklist,
  pipe,
  record,
  regex,
  safeInteger,
  safeParse,
  string,
  transform,
  unknown,
} from 'valibot';
export type {
  BaseIssue,
  ErrorMessage,
  GenericSchema,
  InferOutput,
  ObjectEntries,
  ObjectIssue,
  ObjectSchema,
  SafeParseResult,
} from 'valibot';
