/**
 * Biometry in browsers: passkeys and their PRF extension (W3C Web Authentication Level 3, sections 5 and 10.1.4).
 *
 * The authenticator computes a factor's secret from a random salt and a key that never leaves it, after it has verified
 * the user. The salt and the passkey's identifier are the descriptor.
 *
 * @module powerauth-wasm/biometry/webauthn
 */

import * as s from '../util/schema.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import {
  PowerAuthBiometryStatus,
  PowerAuthBiometryType,
  type PowerAuthBiometryInfo,
} from './power-auth-biometry-info.ts';
import { base64url } from '../util/base64.ts';
import { copySecret, wipe } from '../util/bytes.ts';
import { randomBytes } from '../util/random.ts';
import { check } from '../util/validate.ts';
import { Questions } from './questions.ts';
import type { PowerAuthBiometryProvider } from './types.ts';
import {
  decodeWebAuthnDescriptor,
  encodeWebAuthnDescriptor,
  type WebAuthnDescriptor,
} from './webauthn-descriptor.ts';
import { biometryFailure } from './webauthn-failure.ts';

/**
 * Settings of {@link webAuthnBiometry}; all optional.
 *
 * @example
 * ```ts
 * const options: WebAuthnBiometryOptions = { rpName: 'My Bank', userName: 'alice' };
 * ```
 */
export interface WebAuthnBiometryOptions {
  /** Relying party of the passkey: the page's domain or a parent domain. Default: the page's domain. */
  readonly rpId?: string;
  /** Name of the application, shown where passkeys are managed. Default: the relying party. */
  readonly rpName?: string;
  /** Name of the user, shown with the passkey. Default: `rpName`. */
  readonly userName?: string;
  /**
   * `platform`: this device's own authenticator, such as Touch ID, Windows Hello or Android's screen lock.
   * `any`: security keys and phones as well. Default `platform`.
   */
  readonly authenticator?: 'platform' | 'any';
}

const optionsSchema = s.object(
  {
    rpId: s.optional(s.text(/./su, 'a domain')),
    rpName: s.optional(s.text(/./su, 'a name')),
    userName: s.optional(s.text(/./su, 'a name')),
    authenticator: s.optional(s.oneOf(['platform', 'any']), 'platform'),
  },
  'WebAuthnBiometryOptions',
);

/**
 * Signature algorithms, one of which every authenticator supports: ES256, EdDSA, RS256. The signatures are not used.
 */
const ALGORITHMS = [-7, -8, -257];
/** UV in the flags of the authenticator data, at offset 32: the user was verified. */
const FLAGS_OFFSET = 32;
const USER_VERIFIED = 0x04;

/** One page, one dialog: a browser refuses a second one while the first is open. */
const questions = new Questions();

const info = (biometryType: PowerAuthBiometryType, canAuthenticate: PowerAuthBiometryStatus) => ({
  isAvailable: canAuthenticate === PowerAuthBiometryStatus.OK,
  biometryType,
  canAuthenticate,
});

/** Parts of the interface that a browser or another runtime may lack, whatever the types say. */
interface Platform {
  readonly document?: { readonly hasFocus: () => boolean };
  readonly location?: { readonly hostname: string };
  readonly navigator?: { readonly credentials?: CredentialsContainer };
  readonly PublicKeyCredential?: {
    readonly getClientCapabilities?: () => Promise<Record<string, boolean | undefined>>;
    readonly isUserVerifyingPlatformAuthenticatorAvailable?: () => Promise<boolean>;
    readonly signalUnknownCredential?: (credential: { rpId: string; credentialId: string }) => Promise<void>;
  };
}

const platform = globalThis as Platform;

/**
 * A provider on passkeys with the PRF extension; the default in browsers. Its methods need a window: workers have no
 * WebAuthn. Browsers may require a click or a key press of the user shortly before.
 *
 * A browser doesn't tell the kind of biometry, whether the user entered the device's PIN instead, or why a dialog
 * ended. So BIOMETRY_CANCEL also occurs if the user deleted the passkey or was not recognised.
 *
 * @throws WRONG_PARAMETER
 * @example
 * ```ts
 * import { webAuthnBiometry } from 'powerauth-wasm/biometry/webauthn';
 *
 * const provider = webAuthnBiometry({ rpId: 'bank.example', rpName: 'My Bank', userName: 'alice' });
 * await powerAuth.configure(configuration, client, { provider });
 * ```
 */
export function webAuthnBiometry(options: WebAuthnBiometryOptions = {}): PowerAuthBiometryProvider {
  const { rpId, rpName, userName, authenticator } = check(
    optionsSchema,
    options,
    'options',
    PowerAuthErrorCode.WRONG_PARAMETER,
  );
  return {
    name: 'webauthn',
    info: () => biometryInfo(authenticator === 'any'),

    async create({ signal }) {
      const id = rpId ?? platform.location?.hostname ?? '';
      const salt = randomBytes(32);
      const publicKey: PublicKeyCredentialCreationOptions & Hints = {
        rp: { id, name: rpName ?? id },
        user: {
          id: randomBytes(16),
          name: userName ?? rpName ?? id,
          displayName: userName ?? rpName ?? id,
        },
        // Nobody verifies the attestation: only the secret counts.
        challenge: randomBytes(32),
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: {
          userVerification: 'required',
          // Android supports PRF only for discoverable passkeys. An authenticator that can't store one creates the
          // other kind.
          residentKey: 'preferred',
          ...(authenticator === 'platform' ? { authenticatorAttachment: 'platform' } : {}),
        },
        hints: ['client-device'],
        extensions: { prf: { eval: { first: salt } } },
      };
      const credential = await ask(signal, (container) => container.create({ publicKey, signal }));
      const response = credential.response as AuthenticatorAttestationResponse;
      const descriptor: WebAuthnDescriptor = {
        rpId: id,
        credentialId: new Uint8Array(credential.rawId),
        salt,
        transports: response.getTransports(),
      };
      try {
        const { prf } = credential.getClientExtensionResults();
        if (prf?.results === undefined && prf?.enabled !== true) throw noPrf();
        // Many authenticators only evaluate a salt when the passkey is used.
        const secret =
          prf.results === undefined
            ? await secretFrom(descriptor, signal)
            : takeSecret(credential, response.getAuthenticatorData());
        return { secret, descriptor: encodeWebAuthnDescriptor(descriptor) };
      } catch (error) {
        await forget(descriptor);
        throw error;
      }
    },

    authenticate: async (descriptor, { signal }) => secretFrom(decodeWebAuthnDescriptor(descriptor), signal),

    async remove(descriptor) {
      try {
        await forget(decodeWebAuthnDescriptor(descriptor));
      } catch {
        // It isn't one of our descriptors, so there is nothing to remove.
      }
    },
  };
}

/** `hints` of Web Authentication Level 3, which the DOM's types lack. */
interface Hints {
  readonly hints: readonly string[];
}

async function biometryInfo(anyAuthenticator: boolean): Promise<PowerAuthBiometryInfo> {
  const { navigator, PublicKeyCredential: type } = platform;
  if (navigator?.credentials === undefined || type === undefined) {
    return info(PowerAuthBiometryType.NONE, PowerAuthBiometryStatus.NOT_SUPPORTED);
  }
  // Browsers that don't tell may support PRF: whether an authenticator supports it shows when a passkey is created.
  const capabilities = await type.getClientCapabilities?.().catch(() => undefined);
  if (capabilities?.['extension:prf'] === false) {
    return info(PowerAuthBiometryType.NONE, PowerAuthBiometryStatus.NOT_SUPPORTED);
  }
  const ready =
    anyAuthenticator ||
    (await type.isUserVerifyingPlatformAuthenticatorAvailable?.().catch(() => false)) === true;
  return info(
    PowerAuthBiometryType.GENERIC,
    ready ? PowerAuthBiometryStatus.OK : PowerAuthBiometryStatus.NOT_ENROLLED,
  );
}

/** Opens a dialog when the dialogs before it are closed. */
async function ask(
  signal: AbortSignal,
  open: (container: CredentialsContainer) => Promise<Credential | null>,
): Promise<PublicKeyCredential> {
  const container = platform.navigator?.credentials;
  if (container === undefined) {
    throw failure(PowerAuthErrorCode.BIOMETRY_NOT_SUPPORTED, 'There are no passkeys in this runtime');
  }
  return questions.ask(signal, async () => {
    // Read before the dialog opens, which may take the focus.
    const inFront = platform.document?.hasFocus() ?? true;
    try {
      const credential = await open(container);
      if (credential === null) throw new TypeError('no credential');
      return credential as PublicKeyCredential;
    } catch (error) {
      signal.throwIfAborted();
      throw biometryFailure(error, inFront);
    }
  });
}

async function secretFrom(descriptor: WebAuthnDescriptor, signal: AbortSignal): Promise<Uint8Array> {
  const { rpId, credentialId, salt, transports } = descriptor;
  const publicKey: PublicKeyCredentialRequestOptions & Hints = {
    rpId,
    challenge: randomBytes(32),
    userVerification: 'required',
    allowCredentials: [
      { type: 'public-key', id: credentialId, transports: transports as AuthenticatorTransport[] },
    ],
    hints: ['client-device'],
    extensions: { prf: { eval: { first: salt } } },
  };
  const credential = await ask(signal, (container) => container.get({ publicKey, signal }));
  const response = credential.response as AuthenticatorAssertionResponse;
  return takeSecret(credential, response.authenticatorData);
}

/** Returns a copy of the authenticator's answer, and wipes the browser's own. */
function takeSecret(credential: PublicKeyCredential, authenticatorData: ArrayBuffer): Uint8Array {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  if (first === undefined) throw noPrf();
  const answer = new Uint8Array(first as ArrayBuffer);
  const verified = ((new Uint8Array(authenticatorData)[FLAGS_OFFSET] ?? 0) & USER_VERIFIED) !== 0;
  try {
    if (verified && answer.length === 32) return copySecret(answer);
  } finally {
    wipe(answer);
  }
  throw failure(
    PowerAuthErrorCode.BIOMETRY_FAILED,
    'passkey: expected a secret of 32 bytes from an authenticator that verified the user, got something else',
  );
}

function noPrf(): Error {
  return failure(
    PowerAuthErrorCode.BIOMETRY_NOT_SUPPORTED,
    'passkey: expected an authenticator with the PRF extension, got one without',
  );
}

/** Tells the authenticator that a passkey is no longer used, if the browser supports that. */
async function forget({ rpId, credentialId }: WebAuthnDescriptor): Promise<void> {
  try {
    await platform.PublicKeyCredential?.signalUnknownCredential?.({
      rpId,
      credentialId: base64url(credentialId),
    });
  } catch {
    // The passkey stays, useless without the record.
  }
}
