/**
 * The PowerAuth client: one activation, its signatures and its tokens.
 *
 * @module
 */

import { PowerAuthSigning } from './power-auth/signing.ts';

/**
 * A PowerAuth client. Objects with one `instanceId` are the same client: configuration, activation and tokens are shared.
 *
 * Every method rejects with INSTANCE_NOT_CONFIGURED before `configure`, and with WRONG_PARAMETER for parameters of a
 * wrong type.
 *
 * @example
 * ```ts
 * const powerAuth = new PowerAuth('my-app');
 * await powerAuth.configure(new PowerAuthConfiguration(applicationKey, applicationSecret, masterServerPublicKey, url));
 * await powerAuth.createActivation(PowerAuthActivation.createWithActivationCode(code, 'My laptop'));
 * await powerAuth.commitActivation(PowerAuthAuthentication.commitWithPassword('1234'));
 * ```
 */
export class PowerAuth extends PowerAuthSigning {}
