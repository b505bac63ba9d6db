/**
 * Recovery codes and their PUKs.
 *
 * @module
 */

import { randomInt } from 'node:crypto';
import { generateActivationCode } from './activation-code.ts';
import { equal } from './crypto.ts';
import { Records } from './records.ts';

/**
 * State of a recovery code: CREATED waits for its confirmation, BLOCKED and REVOKED are final.
 *
 * @example
 * ```ts
 * const state: PowerAuthTestRecoveryCodeState = server.createRecoveryCode().state; // 'CREATED'
 * ```
 */
export type PowerAuthTestRecoveryCodeState = 'CREATED' | 'ACTIVE' | 'BLOCKED' | 'REVOKED';

/**
 * State of a PUK: INVALID if its code was blocked or revoked before it was used.
 *
 * @example
 * ```ts
 * const states = server.createRecoveryCode().puks.map(({ state }): PowerAuthTestRecoveryPukState => state);
 * ```
 */
export type PowerAuthTestRecoveryPukState = 'VALID' | 'USED' | 'INVALID';

/**
 * One PUK of a recovery code.
 *
 * @example
 * ```ts
 * const puks: readonly PowerAuthTestRecoveryPuk[] = server.createRecoveryCode({ pukCount: 5 }).puks;
 * ```
 */
export interface PowerAuthTestRecoveryPuk {
  /** From 1; PUKs are used up in this order. */
  readonly index: number;
  /** 10 digits. */
  readonly puk: string;
  /** State now. */
  readonly state: PowerAuthTestRecoveryPukState;
}

/**
 * A recovery code as it is now.
 *
 * @example
 * ```ts
 * const code: PowerAuthTestRecoveryCode = server.createRecoveryCode({ userId: 'alice' });
 * ```
 */
export interface PowerAuthTestRecoveryCode {
  /** `AAAAA-BBBBB-CCCCC-DDDDD` */
  readonly recoveryCode: string;
  /** The user that it belongs to. */
  readonly userId: string;
  /** The activation that it recovers and removes; undefined for a postcard. */
  readonly activationId: string | undefined;
  /** State now. */
  readonly state: PowerAuthTestRecoveryCodeState;
  /** Wrong PUKs in a row. */
  readonly failCount: number;
  /** Its PUKs, by index. */
  readonly puks: readonly PowerAuthTestRecoveryPuk[];
}

/** Wrong PUKs in a row that block a recovery code. */
const MAX_FAIL_COUNT = 5;

interface Puk extends PowerAuthTestRecoveryPuk {
  state: PowerAuthTestRecoveryPukState;
}

/** A recovery code in the server's memory. */
export interface RecoveryCode extends PowerAuthTestRecoveryCode {
  state: PowerAuthTestRecoveryCodeState;
  failCount: number;
  readonly puks: readonly Puk[];
}

/** The outcome of a PUK. */
export type PukAttempt =
  | { readonly accepted: RecoveryCode }
  /** `currentPukIndex` is the PUK that is due; undefined if none is, or if no details are given. */
  | { readonly accepted?: undefined; readonly currentPukIndex: number | undefined };

/** The recovery codes of one application. */
export class RecoveryCodes {
  readonly #codes: Records<RecoveryCode>;

  constructor(codes = new Records<RecoveryCode>()) {
    this.#codes = codes;
  }

  /** A new code in the state CREATED. */
  create(owner: { userId: string; activationId?: string }, pukCount = 1): RecoveryCode {
    const code: RecoveryCode = {
      recoveryCode: generateActivationCode(),
      userId: owner.userId,
      activationId: owner.activationId,
      state: 'CREATED',
      failCount: 0,
      puks: Array.from({ length: pukCount }, (_, i) => ({
        index: i + 1,
        puk: String(randomInt(1e10)).padStart(10, '0'),
        state: 'VALID',
      })),
    };
    this.#codes.set(code.recoveryCode, code);
    return code;
  }

  find(recoveryCode: string): RecoveryCode | undefined {
    return this.#codes.get(recoveryCode);
  }

  /** All codes, in the order of their creation. */
  all(): Iterable<RecoveryCode> {
    return this.#codes.values();
  }

  /** Codes that belong to an activation count as confirmed once it is committed. */
  activateOf(activationId: string): void {
    for (const code of this.#codes.values()) {
      if (code.activationId === activationId && code.state === 'CREATED') code.state = 'ACTIVE';
    }
  }

  /**
   * Confirms the code of a postcard.
   *
   * @returns whether it was confirmed before; undefined if that can't be done
   */
  confirm(recoveryCode: string, userId: string): boolean | undefined {
    const code = this.#codes.get(recoveryCode);
    if (code?.userId !== userId || (code.state !== 'CREATED' && code.state !== 'ACTIVE')) return undefined;
    const before = code.state;
    code.state = 'ACTIVE';
    return before === 'ACTIVE';
  }

  /** Uses the PUK that is due. A wrong one is counted, and the last one that is allowed blocks the code. */
  usePuk(recoveryCode: string, puk: string): PukAttempt {
    const code = this.#codes.get(recoveryCode);
    if (code?.state !== 'ACTIVE') return { currentPukIndex: undefined };
    const due = code.puks.find(({ state }) => state === 'VALID');
    if (due !== undefined && equal(Buffer.from(puk), Buffer.from(due.puk))) {
      code.failCount = 0;
      due.state = 'USED';
      return { accepted: code };
    }
    code.failCount++;
    if (code.failCount < MAX_FAIL_COUNT || due === undefined) return { currentPukIndex: due?.index };
    end(code, 'BLOCKED');
    return { currentPukIndex: undefined };
  }

  /** Ends the codes of an activation. */
  revokeOf(activationId: string): void {
    for (const code of this.#codes.values()) if (code.activationId === activationId) end(code, 'REVOKED');
  }

  /** Ends a code for good. */
  revoke(code: RecoveryCode): void {
    end(code, 'REVOKED');
  }
}

function end(code: RecoveryCode, state: 'BLOCKED' | 'REVOKED'): void {
  code.state = state;
  for (const puk of code.puks) if (puk.state === 'VALID') puk.state = 'INVALID';
}

/** A copy that later changes don't affect. */
export function recoveryCodeSnapshot(code: RecoveryCode): PowerAuthTestRecoveryCode {
  return { ...code, puks: code.puks.map((puk) => ({ ...puk })) };
}
