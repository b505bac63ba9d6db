/**
 * The errors of the back-end's interface.
 *
 * @module
 */

import type { Answer } from '../answers.ts';

/** Codes of the genuine server that this one uses, and what they mean. */
const CODES = {
  ERR0002: 'The application identifier is missing.',
  ERR0007: 'The activation has expired.',
  ERR0008: 'The activation is in another state.',
  ERR0009: 'There is no such activation.',
  ERR0010: 'The activation has no public key of a device.',
  ERR0011: 'A value has the wrong format.',
  ERR0013: 'The version of the signature is not supported.',
  ERR0015: 'There is no such application.',
  ERR0024: 'A value is missing or invalid.',
  ERR0030: 'The timestamp of the token is too old.',
  ERR0031: 'The one-time password is missing or wrong.',
  ERR0040: 'The activation cannot be created with these values.',
  ERR0043: 'There is an application or a version of this name.',
  ERR0044: 'The timestamp of the token is in the future.',
} as const;

/** A code of {@link refuse}. */
export type RefusalCode = keyof typeof CODES;

/** An answer that says what is wrong. */
export const errorAnswer = (status: number, code: string, message: string): Answer => ({
  status,
  body: JSON.stringify({ status: 'ERROR', responseObject: { code, message, localizedMessage: message } }),
});

/** Ends a method with an answer. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super();
    this.answer = answer;
  }
}

/** Throws the answer of a code. `detail` names the value. */
export function refuse(code: RefusalCode, detail = ''): never {
  throw new Refusal(errorAnswer(400, code, [CODES[code], detail].join(' ').trim()));
}

/** Throws the answer to a body that can't be read. */
export function refuseBody(detail: string): never {
  throw new Refusal(errorAnswer(400, 'ERROR_HTTP_REQUEST', detail));
}
