/**
 * What `doctor` has found.
 *
 * @module
 */

import { PowerAuthError, PowerAuthErrorCode, type PowerAuthErrorData } from '../../errors.ts';
import { messageOf } from '../failures.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly subject: string;
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** Of a failure. */
  readonly code?: PowerAuthErrorCode;
  /** Of an answer of the server. */
  readonly errorData?: PowerAuthErrorData;
}

/** What failed with an error, whose message says what to do. */
export function failed(subject: string, text: string, error: unknown): Finding {
  const finding = { level: 'fail', subject, text, remedy: messageOf(error) } as const;
  if (!(error instanceof PowerAuthError)) return { ...finding, code: PowerAuthErrorCode.UNKNOWN_ERROR };
  const errorData = error.errorData as PowerAuthErrorData | null | undefined;
  return { ...finding, code: error.code, ...(errorData ? { errorData } : {}) };
}
