/**
 * The biometry factor of one instance: its provider, and its part of the activation's record.
 *
 * @module
 */

import { askProvider } from '../biometry/ask.ts';
import { unwrapBiometryKey, wrapBiometryKey } from '../biometry/factor-key.ts';
import {
  BIOMETRY_DESCRIPTOR_LENGTH,
  BIOMETRY_SECRET_LENGTH,
  type PowerAuthBiometryProvider,
  type PowerAuthBiometrySecret,
} from '../biometry/types.ts';
import { UnlockedBiometryKey } from '../biometry/unlocked-key.ts';
import { failure, PowerAuthErrorCode } from '../errors.ts';
import type { PowerAuthBiometricPrompt } from '../biometry/power-auth-biometric-prompt.ts';
import {
  PowerAuthBiometryStatus,
  PowerAuthBiometryType,
  type PowerAuthBiometryInfo,
} from '../biometry/power-auth-biometry-info.ts';
import { unlessAborted } from '../util/abort.ts';
import { wipe } from '../util/bytes.ts';
import { isInstance } from '../util/instance.ts';
import { randomBytes } from '../util/random.ts';
import { describe } from '../util/validate.ts';
import type { WrappedBiometryKey } from './activation-record.ts';
import type { ActivationStore } from './activation-store.ts';
import { replaceBiometry } from './activation-updates.ts';

/** What a platform's state means for calls that need biometry. */
const UNUSABLE: Readonly<
  Record<Exclude<PowerAuthBiometryStatus, 'OK'>, readonly [PowerAuthErrorCode, string]>
> = {
  NOT_SUPPORTED: [PowerAuthErrorCode.BIOMETRY_NOT_SUPPORTED, 'This platform has no biometric authentication'],
  NOT_ENROLLED: [
    PowerAuthErrorCode.BIOMETRY_NOT_ENROLLED,
    'Biometric authentication is not set up on this device',
  ],
  NOT_AVAILABLE: [PowerAuthErrorCode.BIOMETRY_NOT_AVAILABLE, 'Biometric authentication cannot be used now'],
  LOCKOUT: [
    PowerAuthErrorCode.BIOMETRY_LOCKOUT,
    'Biometric authentication is locked after too many failures',
  ],
};

/** The factor's key and how it is set up. */
export interface BiometryKeySetup {
  readonly activationId: string;
  /** 16 B; the caller must wipe it. */
  readonly biometryKey: Uint8Array;
  readonly prompt: PowerAuthBiometricPrompt | undefined;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Settings of {@link BiometryFactor}. */
export interface BiometryFactorSettings {
  /** Undefined if the platform has none. */
  readonly provider: PowerAuthBiometryProvider | undefined;
  readonly authenticateOnBiometricKeySetup: boolean;
}

/** Sets the factor up, unlocks it and removes it. */
export class BiometryFactor {
  readonly #activation: ActivationStore;
  readonly #provider: PowerAuthBiometryProvider | undefined;
  readonly #authenticateOnSetup: boolean;
  /** Questions in progress. Each has its own signal: Node takes many listeners of one signal for a leak. */
  readonly #questions = new Set<AbortController>();
  #closed = false;

  constructor(activation: ActivationStore, settings: BiometryFactorSettings) {
    this.#activation = activation;
    this.#provider = settings.provider;
    this.#authenticateOnSetup = settings.authenticateOnBiometricKeySetup;
  }

  /** What the platform has. Doesn't ask the user. */
  async info(): Promise<PowerAuthBiometryInfo> {
    return this.#asking((signal) => this.#info(signal));
  }

  async #info(signal: AbortSignal): Promise<PowerAuthBiometryInfo> {
    const provider = this.#provider;
    if (provider !== undefined) {
      const ask = async (): Promise<PowerAuthBiometryInfo> => {
        const { isAvailable, biometryType, canAuthenticate } = await provider.info();
        return { isAvailable, biometryType, canAuthenticate };
      };
      return askProvider(ask, signal, () => undefined);
    }
    return {
      isAvailable: false,
      biometryType: PowerAuthBiometryType.NONE,
      canAuthenticate: PowerAuthBiometryStatus.NOT_SUPPORTED,
    };
  }

  /** Whether the activation has the factor, set up with the current kind of provider. */
  async exists(): Promise<boolean> {
    const factor = await this.present();
    return factor !== undefined && factor.provider === this.#provider?.name;
  }

  /**
   * The provider, ready to be asked.
   *
   * @throws BIOMETRY_NOT_SUPPORTED, BIOMETRY_NOT_ENROLLED, BIOMETRY_NOT_AVAILABLE, BIOMETRY_LOCKOUT
   */
  async requireUsable(signal?: AbortSignal): Promise<PowerAuthBiometryProvider> {
    const { canAuthenticate } = await (signal === undefined ? this.info() : this.#info(signal));
    if (this.#provider !== undefined && canAuthenticate === PowerAuthBiometryStatus.OK) return this.#provider;
    const [code, message] =
      typeof canAuthenticate === 'string' && Object.hasOwn(UNUSABLE, canAuthenticate)
        ? UNUSABLE[canAuthenticate as keyof typeof UNUSABLE]
        : UNUSABLE.NOT_AVAILABLE;
    throw failure(code, message);
  }

  /**
   * Asks the user, and wraps the key under a new secret. The caller must persist the result or discard it.
   *
   * @throws what {@link requireUsable} and {@link PowerAuthBiometryProvider} throw, OPERATION_CANCELED
   */
  async create(setup: BiometryKeySetup): Promise<WrappedBiometryKey> {
    const { activationId, biometryKey, prompt, signal } = setup;
    const provider = await this.requireUsable(signal);
    const create = async (asked: AbortSignal): Promise<Partial<PowerAuthBiometrySecret>> => {
      const request = { prompt, signal: asked, authenticate: this.#authenticateOnSetup };
      // A foreign provider may return anything.
      const made = (await provider.create(request)) as Partial<PowerAuthBiometrySecret> | undefined;
      return { ...(made ?? {}) };
    };
    const { secret, descriptor } = await askProvider(create, signal, (late) => {
      wipeBytes(late.secret);
      void this.#discardMade(provider.name, late.descriptor);
    });
    try {
      assertBytes(secret, BIOMETRY_SECRET_LENGTH, BIOMETRY_SECRET_LENGTH, 'secret');
      assertBytes(descriptor, 1, BIOMETRY_DESCRIPTOR_LENGTH, 'descriptor');
      // Not with slice, which doesn't copy a Buffer.
      const binding = { activationId, provider: provider.name, descriptor: Uint8Array.from(descriptor) };
      const wrappedKey = await wrapBiometryKey(biometryKey, secret, randomBytes(12), binding);
      return { provider: provider.name, descriptor: binding.descriptor, wrappedKey };
    } catch (error) {
      await this.#discardMade(provider.name, descriptor);
      throw error;
    } finally {
      wipeBytes(secret);
    }
  }

  /**
   * Asks the user, and unwraps the key. The caller must release it.
   *
   * @throws what {@link requireUsable} and {@link PowerAuthBiometryProvider} throw, BIOMETRY_NOT_CONFIGURED,
   *   MISSING_ACTIVATION, OPERATION_CANCELED
   */
  async unlock(prompt: PowerAuthBiometricPrompt | undefined): Promise<UnlockedBiometryKey> {
    const provider = await this.requireUsable();
    const { activationId, descriptor, wrappedKey } = await this.#activation.withRecord((record) => {
      const factor = record.biometry;
      if (factor?.provider !== provider.name) throw notConfigured();
      const wrapped = factor.wrappedKey.slice();
      return {
        activationId: record.activationId,
        descriptor: factor.descriptor.slice(),
        wrappedKey: wrapped,
      };
    });
    const secret = await this.#asking((ended) =>
      askProvider(
        (signal) => provider.authenticate(descriptor.slice(), { prompt, signal }),
        ended,
        wipeBytes,
      ),
    );
    try {
      assertBytes(secret, BIOMETRY_SECRET_LENGTH, BIOMETRY_SECRET_LENGTH, 'secret');
      const binding = { activationId, provider: provider.name, descriptor };
      return new UnlockedBiometryKey(activationId, await unwrapBiometryKey(wrappedKey, secret, binding));
    } finally {
      wipeBytes(secret);
    }
  }

  /**
   * Sets the factor up, in place of an existing one.
   *
   * @throws what {@link create} throws, MISSING_ACTIVATION, OPERATION_CANCELED if there is another activation by then;
   *   in that case everything stays as before
   */
  async set(setup: Omit<BiometryKeySetup, 'signal'>): Promise<void> {
    const factor = await this.#asking((signal) => this.create({ ...setup, signal }));
    let former: WrappedBiometryKey | undefined;
    try {
      former = await replaceBiometry(this.#activation, setup.activationId, factor);
    } catch (error) {
      await this.discard(factor);
      throw error;
    }
    if (former !== undefined) await this.discard(former);
  }

  /** Removes the factor. @throws BIOMETRY_NOT_CONFIGURED if there is none, nor an activation that could have one */
  async remove(): Promise<void> {
    if ((await this.present()) === undefined) throw notConfigured();
    const factor = await replaceBiometry(this.#activation, undefined, undefined);
    if (factor === undefined) throw notConfigured();
    await this.discard(factor);
  }

  /** The factor in the record, without its key. */
  async present(): Promise<Omit<WrappedBiometryKey, 'wrappedKey'> | undefined> {
    return this.#activation.withRecordIfAny(({ biometry }) => biometry);
  }

  /** Tells the provider that a factor's secret is no longer needed. A failure changes nothing: the key is gone anyway. */
  async discard(factor: Omit<WrappedBiometryKey, 'wrappedKey'>): Promise<void> {
    const provider = this.#provider;
    if (factor.provider !== provider?.name) return;
    const removed = (async () => provider.remove(factor.descriptor))().catch(() => undefined);
    // A provider that hangs blocks nobody after the end of the instance.
    await this.#asking((signal) => unlessAborted(removed, signal)).catch(() => undefined);
  }

  /** Discards a secret that a provider has created in vain, if it can be found again. */
  async #discardMade(provider: string, descriptor: unknown): Promise<void> {
    if (isBytes(descriptor)) await this.discard({ provider, descriptor });
  }

  /** Withdraws the questions in progress; further ones are not asked. */
  close(): void {
    this.#closed = true;
    for (const question of this.#questions) question.abort();
  }

  async #asking<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const question = new AbortController();
    if (this.#closed) question.abort();
    this.#questions.add(question);
    try {
      return await ask(question.signal);
    } finally {
      this.#questions.delete(question);
    }
  }
}

function notConfigured(): Error {
  return failure(
    PowerAuthErrorCode.BIOMETRY_NOT_CONFIGURED,
    'The activation has no biometry factor; add one with addBiometryFactor',
  );
}

/** A provider's result may be anything, and its memory may belong to somebody else by now. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && isInstance(value, Uint8Array) && value.length > 0;
}

function wipeBytes(value: unknown): void {
  if (isBytes(value)) wipe(value);
}

function assertBytes(
  value: unknown,
  shortest: number,
  longest: number,
  what: string,
): asserts value is Uint8Array {
  if (isBytes(value) && value.length >= shortest && value.length <= longest) return;
  throw failure(
    PowerAuthErrorCode.BIOMETRY_FAILED,
    `biometry provider: expected a ${what} of ${shortest} to ${longest} bytes, got ${describe(value)}`,
  );
}
