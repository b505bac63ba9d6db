/**
 * Who may call the back-end's interface.
 *
 * @module
 */

import { springError, type Answer } from '../answers.ts';
import { equalTexts } from '../crypto.ts';
import type { Incoming } from '../endpoints/request.ts';
import type { PowerAuthTestBackEnd } from './callers.ts';
import { errorAnswer } from './refusal.ts';

const isLoopback = (address = ''): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address);

/** The answer to somebody who may not call it, or undefined. */
export function refuseAccess(backEnd: PowerAuthTestBackEnd, request: Incoming): Answer | undefined {
  const { headers, remoteAddress, path } = request;
  if (backEnd === false) return springError(404, 'Not Found', path);
  // Browsers name the origin of each POST, and new ones its site: pages may not call this, not even under a name that
  // points to this machine.
  if ((headers['origin'] ?? headers['sec-fetch-site']) !== undefined)
    return errorAnswer(403, 'ERR_AUTHENTICATION', 'Not for pages.');
  if (backEnd === true)
    return isLoopback(remoteAddress)
      ? undefined
      : errorAnswer(403, 'ERR_AUTHENTICATION', 'Without a password only for this machine.');
  const { username, password } = backEnd;
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const { authorization = '' } = headers;
  return equalTexts(String(authorization), expected)
    ? undefined
    : errorAnswer(401, 'ERR_AUTHENTICATION', 'The user name or the password is missing or wrong.');
}
