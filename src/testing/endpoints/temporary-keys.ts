/**
 * Temporary encryption keys.
 *
 * @module
 */

import { ok, temporaryKeyFailure } from '../answers.ts';
import { ecdsaSignRaw, equal, hmac, kdfInternal } from '../crypto.ts';
import { parseJson, text } from '../json.ts';
import { requestObject, type Route } from './request.ts';

/** The request's JWT is HS256, the answer's ES256. */
export const createTemporaryKey: Route = (state, request) => {
  const [head = '', claimsPart = '', mac = ''] = text(requestObject(request)?.['jwt'])?.split('.') ?? [];
  const claims = parseJson(Buffer.from(claimsPart, 'base64url'));
  if (parseJson(Buffer.from(head, 'base64url'))?.['alg'] !== 'HS256' || claims === undefined)
    return temporaryKeyFailure;
  const { applicationKey, activationId, challenge } = claims;
  const version = state.applications.served(text(applicationKey) ?? '');
  if (version === undefined || typeof challenge !== 'string' || challenge === '') return temporaryKeyFailure;
  const { application, applicationSecret } = version;
  const secret = Buffer.from(applicationSecret, 'base64');
  const inActivation = activationId !== undefined && activationId !== null;
  const activation = state.activation(text(activationId) ?? '');
  if (inActivation && activation?.state !== 'ACTIVE' && activation?.state !== 'BLOCKED')
    return temporaryKeyFailure;
  if (activation !== undefined && activation.application !== application) return temporaryKeyFailure;
  const key = activation?.keys === undefined ? secret : kdfInternal(activation.keys.transport, secret);
  if (!equal(hmac(key, Buffer.from(`${head}.${claimsPart}`)), Buffer.from(mac, 'base64url')))
    return temporaryKeyFailure;

  const { id, publicKey, issuedAt, expiresAt } = state.temporaryKeys.create(
    version,
    activation?.activationId,
  );
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode({
    iat_ms: issuedAt,
    exp_ms: expiresAt,
    sub: id,
    applicationKey,
    challenge,
    publicKey: publicKey.toString('base64'),
    exp: Math.floor(expiresAt / 1000),
    iat: Math.floor(issuedAt / 1000),
    ...(activation && { activationId: activation.activationId }),
  })}`;
  const signature = ecdsaSignRaw(activation?.serverKeys ?? application.masterKeys, Buffer.from(signed));
  return ok({ jwt: `${signed}.${signature.toString('base64url')}` });
};
