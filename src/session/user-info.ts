/**
 * What the server knows about the user (`/pa/v3/user/info`).
 *
 * @module
 */

import { userInfoOf, type PowerAuthUserInfo } from '../model/power-auth-user-info.ts';
import { ENDPOINTS } from '../net/endpoints.ts';
import { parseAnswer } from '../util/answers.ts';
import * as s from '../util/schema.ts';
import { sendInActivationScope } from './generic-requests.ts';
import type { Session } from './session.ts';

const claimsSchema = s.record();

/** What the server last sent about the user of an instance's activation; by the instance, and gone with it. */
const latest = new WeakMap<object, { readonly activationId: string; readonly info: PowerAuthUserInfo }>();

/** Asks the server; undefined if it has no claims. @throws MISSING_ACTIVATION, what network and encryption throw */
export async function fetchUserInfo(session: Session): Promise<PowerAuthUserInfo | undefined> {
  return sendInActivationScope(session, ENDPOINTS.userInfo, {}, (answer, { activationId }) => {
    const claims = parseAnswer(claimsSchema, answer, 'user info');
    if (Object.keys(claims).length === 0) return undefined;
    const info = userInfoOf(claims);
    rememberUserInfo(session, activationId, info);
    return info;
  });
}

/** Notes what the server sent, unless that is nothing. */
export function rememberUserInfo(session: object, activationId: string, info: PowerAuthUserInfo): void {
  if (Object.keys(info.allClaims ?? {}).length > 0) latest.set(session, { activationId, info });
}

/** What the server last sent about the user of this activation. */
export function latestUserInfo(
  session: object,
  activationId: string | undefined,
): PowerAuthUserInfo | undefined {
  const known = latest.get(session);
  return known !== undefined && known.activationId === activationId ? known.info : undefined;
}
