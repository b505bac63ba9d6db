/**
 * What the server knows about the user and the activation.
 *
 * @module
 */

import type { PowerAuthActivationDetail } from '../model/power-auth-activation-detail.ts';
import { resolveAuthentication, type PowerAuthAuthentication } from '../model/power-auth-authentication.ts';
import type { PowerAuthUserInfo } from '../model/power-auth-user-info.ts';
import { tokenHeader } from './local-token.ts';
import {
  fetchActivationDetail as fetchDetail,
  renameActivation as rename,
} from '../session/activation-detail.ts';
import { fetchUserInfo as fetchInfo, latestUserInfo } from '../session/user-info.ts';
import { assertText, assertWellFormed } from '../util/validate.ts';
import { onSession, withActivation } from './on-session.ts';

export function fetchUserInfo(instanceId: string): Promise<PowerAuthUserInfo | undefined> {
  return onSession(instanceId, async (session) => {
    await session.requireActivation();
    return fetchInfo(session);
  });
}

export function getLastFetchedUserInfo(instanceId: string): Promise<PowerAuthUserInfo | undefined> {
  return onSession(instanceId, async (session) => {
    const { activation, changes, pending } = session;
    await changes.ended();
    return latestUserInfo(session, pending.activationId ?? (await activation.readActivationId()));
  });
}

export function fetchActivationDetail(
  instanceId: string,
  tokenName: string,
): Promise<PowerAuthActivationDetail> {
  return onSession(instanceId, async (session) => {
    assertText(tokenName, 'tokenName');
    await session.requireActivation();
    // Looked for first: without a token nothing needs to be sent.
    await tokenHeader(session, tokenName);
    return fetchDetail(session, () => tokenHeader(session, tokenName));
  });
}

export function renameActivation(
  instanceId: string,
  authentication: PowerAuthAuthentication,
  activationName: string,
): Promise<PowerAuthActivationDetail> {
  return onSession(instanceId, async (session) => {
    const resolved = resolveAuthentication(authentication, 'authentication', { commit: false });
    assertText(activationName, 'activationName');
    assertWellFormed(activationName, 'activationName');
    return withActivation(session, resolved, (factors) => rename(session, factors, activationName));
  });
}
