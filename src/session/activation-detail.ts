/**
 * The activation as the server lists it (`/pa/v3/activation/detail`, `/pa/v3/activation/rename`).
 *
 * @module
 */

import type { PowerAuthActivationDetail } from '../model/power-auth-activation-detail.ts';
import type { Header } from '../net/client.ts';
import { ENDPOINTS } from '../net/endpoints.ts';
import { parseAnswer } from '../util/answers.ts';
import * as s from '../util/schema.ts';
import { sendEncrypted } from './encrypted-requests.ts';
import type { Factors } from './factors.ts';
import { sendInActivationScope } from './generic-requests.ts';
import type { SessionParts } from './parts.ts';
import type { Session } from './session.ts';

const detailSchema = s.object({
  responseObject: s.object({ activationId: s.string(), activationName: s.nullish(s.string()) }),
});

function parseDetail(answer: Uint8Array): PowerAuthActivationDetail {
  const { activationId, activationName } = parseAnswer(
    detailSchema,
    answer,
    'activation detail',
  ).responseObject;
  return { activationId, activationName: activationName ?? undefined };
}

/** @param token makes the header of a token with two factors, when it is needed */
export async function fetchActivationDetail(
  session: Session,
  token: () => Promise<Header>,
): Promise<PowerAuthActivationDetail> {
  return sendInActivationScope(session, ENDPOINTS.activationDetail, {}, parseDetail, token);
}

/** Gives the activation another name. */
export async function renameActivation(
  session: SessionParts,
  factors: Factors,
  activationName: string,
): Promise<PowerAuthActivationDetail> {
  return sendEncrypted(session, factors, ENDPOINTS.activationRename, { activationName }, parseDetail);
}
