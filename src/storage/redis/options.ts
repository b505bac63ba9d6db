/**
 * Reads the options of a storage on Redis.
 *
 * @module
 */

import { failure, PowerAuthErrorCode, type PowerAuthError } from '../../errors.ts';
import { describe, describeNumber } from '../../util/validate.ts';

/** How many replicas must have a write, and how long they may take, in ms. */
export interface Durability {
  readonly replicas: number;
  readonly timeoutMs: number;
}

const MOST_REPLICAS = 100;
/** Less than the time after which a lock that can't be renewed is lost. */
const LONGEST_WAIT_MS = 5000;

/** The error for an option that was not expected. */
export function wrongOption(field: string, expected: string, received: string): PowerAuthError {
  return failure(PowerAuthErrorCode.WRONG_PARAMETER, `${field}: expected ${expected}, got ${received}`);
}

/**
 * A copy of an object of options; undefined if it isn't an object, or throws when it is read.
 */
export function copyOfOptions(value: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A copy of an object with these options and no others.
 *
 * @param field its name, for messages; '' for the options themselves
 * @throws WRONG_PARAMETER
 */
export function readOptions(
  value: unknown,
  field: string,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  const list = known.join(', ');
  const options = copyOfOptions(value === undefined && field === '' ? {} : value);
  if (options === undefined) throw wrongOption(field || 'options', `an object with ${list}`, describe(value));
  const other = Object.keys(options).find((name) => !known.includes(name) && options[name] !== undefined);
  if (other !== undefined) {
    throw wrongOption(field === '' ? 'options' : field, `only ${list}`, `${JSON.stringify(other)} as well`);
  }
  return options;
}

/** @throws WRONG_PARAMETER unless it is undefined or valid */
export function readDurability(value: unknown): Durability | undefined {
  if (value === undefined) return undefined;
  const { replicas, timeoutMs } = readOptions(value, 'durability', ['replicas', 'timeoutMs']);
  return {
    replicas: wholeNumber(replicas, 'durability.replicas', MOST_REPLICAS),
    timeoutMs: wholeNumber(timeoutMs, 'durability.timeoutMs', LONGEST_WAIT_MS),
  };
}

function wholeNumber(value: unknown, field: string, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw wrongOption(field, `a whole number from 1 to ${most}`, describeNumber(value));
}
