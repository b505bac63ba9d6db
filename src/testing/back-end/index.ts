/**
 * The interface of a PowerAuth server for an application's back-end, `/rest/v3/…`, as far as this server's state goes.
 *
 * Its methods have the paths, members and error codes of the genuine server. A method whose answer is not in the state
 * (operations, integrations, callbacks and others) is not there: 404, as for any unknown path.
 *
 * @module
 */

import { ok, springError, type Answer } from '../answers.ts';
import { unreadable, type Incoming } from '../endpoints/request.ts';
import { object, parseJson } from '../json.ts';
import type { ServerState } from '../state.ts';
import { refuseAccess } from './access.ts';
import { activationList, lookupActivations } from './activation-lists.ts';
import {
  activationStatus,
  blockActivation,
  commitActivation,
  initActivation,
  removeActivation,
  unblockActivation,
  updateName,
  updateOtp,
} from './activations.ts';
import {
  applicationDetail,
  applicationList,
  applicationOfKey,
  createApplication,
  createVersion,
  supportVersion,
  systemStatus,
} from './application.ts';
import { Fields } from './fields.ts';
import {
  lookupRecoveryCodes,
  recoveryConfig,
  revokeRecoveryCodes,
  updateRecoveryConfig,
} from './recovery.ts';
import { errorAnswer, Refusal } from './refusal.ts';
import {
  nonPersonalizedPayload,
  personalizedPayload,
  signByServer,
  verifyDeviceSignature,
  verifyOfflineSignature,
  verifySignature,
} from './signatures.ts';
import { removeToken, validateToken } from './tokens.ts';

/** The `responseObject` for a `requestObject`. */
type Method = (state: ServerState, fields: Fields) => object;

const PREFIX = '/rest/';

/** Methods that take no body. */
const WITHOUT_BODY: Readonly<Record<string, Method>> = {
  '/rest/v3/status': systemStatus,
  '/rest/v3/application/list': applicationList,
};

const WITHOUT_RECOVERY = new Map<string, Method>(
  Object.entries({
    ...WITHOUT_BODY,
    '/rest/v3/application/detail': applicationDetail,
    '/rest/v3/application/detail/version': applicationOfKey,
    '/rest/v3/application/create': createApplication,
    '/rest/v3/application/version/create': createVersion,
    '/rest/v3/application/version/support': supportVersion(true),
    '/rest/v3/application/version/unsupport': supportVersion(false),
    '/rest/v3/activation/init': initActivation,
    '/rest/v3/activation/commit': commitActivation,
    '/rest/v3/activation/status': activationStatus,
    '/rest/v3/activation/block': blockActivation,
    '/rest/v3/activation/unblock': unblockActivation,
    '/rest/v3/activation/remove': removeActivation,
    '/rest/v3/activation/otp/update': updateOtp,
    '/rest/v3/activation/name/update': updateName,
    '/rest/v3/activation/list': activationList,
    '/rest/v3/activation/lookup': lookupActivations,
    '/rest/v3/token/validate': validateToken,
    '/rest/v3/token/remove': removeToken,
    '/rest/v3/signature/verify': verifySignature,
    '/rest/v3/signature/offline/verify': verifyOfflineSignature,
    '/rest/v3/signature/offline/personalized/create': personalizedPayload,
    '/rest/v3/signature/offline/non-personalized/create': nonPersonalizedPayload,
    '/rest/v3/signature/ecdsa/verify': verifyDeviceSignature,
    '/rest/v3/signature/ecdsa/sign': signByServer,
  }),
);

/** The methods of releases that have activation recovery. */
const WITH_RECOVERY = new Map<string, Method>([
  ...WITHOUT_RECOVERY,
  ['/rest/v3/recovery/lookup', lookupRecoveryCodes],
  ['/rest/v3/recovery/revoke', revokeRecoveryCodes],
  ['/rest/v3/recovery/config/detail', recoveryConfig],
  ['/rest/v3/recovery/config/update', updateRecoveryConfig],
]);

/** Whether a path belongs to this interface. Pages of other origins may never call it. */
export const isForBackEnds = (path: string): boolean => path.startsWith(PREFIX);

/** The answer to a back-end's request. */
export function answerBackEnd(state: ServerState, request: Incoming): Answer {
  const { path, method } = request;
  const refused = refuseAccess(state.backEnd, request);
  if (refused !== undefined) return refused;
  const methods = state.release.hasRecovery ? WITH_RECOVERY : WITHOUT_RECOVERY;
  const called = methods.get(path);
  if (called === undefined) return errorAnswer(404, 'ERROR_NOT_FOUND', 'This server has no such method.');
  if (method !== 'POST') return springError(405, 'Method Not Allowed', path);
  try {
    return ok(called(state, fieldsOf(request)));
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function fieldsOf(request: Incoming): Fields {
  if (Object.hasOwn(WITHOUT_BODY, request.path)) return new Fields({});
  const body = parseJson(request.body);
  if (body !== undefined) {
    const refused = unreadable(request);
    if (refused !== undefined) throw new Refusal(refused);
  }
  const content = body?.['requestObject'] ?? {};
  const fields = body && object(content);
  if (fields === undefined)
    throw new Refusal(errorAnswer(400, 'ERROR_HTTP_REQUEST', 'Expected JSON with an object requestObject.'));
  return new Fields(fields);
}
