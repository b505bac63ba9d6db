/**
 * Answers and errors of the admin API.
 *
 * @module
 */

/** What a route answers: JSON, or nothing. */
export interface AdminAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export const done = (body: unknown): AdminAnswer => ({ status: 200, body });
export const HEALTH = done({ status: 'ok' });
export const created = (body: unknown): AdminAnswer => ({ status: 201, body });
export const empty: AdminAnswer = { status: 204 };

/** Why a request is refused. */
export type AdminErrorCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'CONFLICT'
  | 'TOO_LARGE';

const STATUS: Readonly<Record<AdminErrorCode, number>> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  TOO_LARGE: 413,
};

/** A request that is refused, and changes nothing. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly code: AdminErrorCode;

  constructor(code: AdminErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  get answer(): AdminAnswer {
    return { status: STATUS[this.code], body: { error: { code: this.code, message: this.message } } };
  }
}
