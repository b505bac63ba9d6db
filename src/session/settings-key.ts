/**
 * The arguments of `configure`, each setting read once, and a text that is the same for equal settings.
 *
 * Objects that can only be compared (storage, fetch, clock, provider, CryptoKeys) appear in the text as numbers, the
 * bytes of sealing keys as a salted digest. Any other value appears with its type, so that an invalid setting never has
 * the text of a valid one.
 *
 * @module
 */

import { sha256 } from '#crypto';
import type { PowerAuthBiometryConfigurationType } from '../model/power-auth-biometry-configuration.ts';
import type {
  PowerAuthBasicHttpAuthentication,
  PowerAuthClientConfigurationType,
  PowerAuthHttpHeader,
} from '../model/power-auth-client-configuration.ts';
import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import type { PowerAuthKeychainConfigurationType } from '../model/power-auth-keychain-configuration.ts';
import type { PowerAuthSharingConfigurationType } from '../model/power-auth-sharing-configuration.ts';
import { SEALING_KEY_LENGTH } from '../storage/sealing-key.ts';
import { base64 } from '../util/base64.ts';
import { copySecret, secretBytes, wipe } from '../util/bytes.ts';
import { numberOf } from '../util/identity.ts';
import { randomBytes } from '../util/random.ts';

/** The settings as they were when they were read. */
export interface SettingsSnapshot {
  /** Undefined for settings that can't be compared, and so are not shared. */
  readonly key: string | undefined;
  /** The same for the sealing key alone. */
  readonly sealingKey: string | undefined;
  /** The arguments of `configure`, in plain objects. */
  readonly args: readonly unknown[];
  /** Wipes the copies of sealing keys. Call this once they were imported. */
  readonly wipe: () => void;
}

/** A copy of a value, whose text is added to `text`. */
type Read = (value: unknown, text: KeyText) => unknown;
type Fields<T> = { readonly [K in keyof Required<T>]: Read };

/** Assembles the text. */
class KeyText {
  readonly secrets: Uint8Array[] = [];
  isComparable = true;
  /** The part about the sealing key. */
  sealingKey = '';
  readonly #parts: string[] = [];

  add(text: string): void {
    this.#parts.push(text);
  }

  /** The number of pieces. */
  get length(): number {
    return this.#parts.length;
  }

  /** The pieces from this one on, as one. */
  since(piece: number): string {
    return this.#parts.slice(piece).join('');
  }

  /** In one piece: a text that was added to keeps all its pieces. */
  whole(): string | undefined {
    return this.isComparable ? this.#parts.join('') : undefined;
  }
}

/** A value that is kept as it is. */
const itself: Read = (value, text) => {
  switch (typeof value) {
    case 'string':
      text.add(JSON.stringify(value));
      break;
    case 'object':
    case 'function':
      text.add(value === null ? 'null' : `#${numberOf(value)}`);
      break;
    case 'symbol':
      text.isComparable = false;
      break;
    case 'undefined':
      text.add('-');
      break;
    default:
      text.add(`${typeof value} ${String(value)}`);
  }
  text.add(',');
  return value;
};

function objectOf<T>(fields: Fields<T>): Read {
  const entries = Object.entries<Read>(fields);
  return (value, text) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return itself(value, text);
    const copy: Record<string, unknown> = {};
    text.add('{');
    for (const [name, read] of entries) {
      const field = read((value as Record<string, unknown>)[name], text);
      if (field !== undefined) copy[name] = field;
    }
    text.add('}');
    return copy;
  };
}

const listOf =
  (read: Read): Read =>
  (value, text) => {
    if (!Array.isArray(value)) return read(value, text);
    text.add('[');
    const copy = Array.from(value as unknown[], (item) => read(item, text));
    text.add(']');
    return copy;
  };

const SALT_LENGTH = 16;
/** Salt, and room for a key: together, they are one block of the hash. */
let salted: Uint8Array<ArrayBuffer> | undefined;

/** Bytes of a key are copied: the same bytes are digested and imported. */
const sealingKey: Read = (value, text) => {
  if (!(value instanceof Uint8Array) || value.length !== SEALING_KEY_LENGTH) return itself(value, text);
  if (salted === undefined) {
    salted = secretBytes(SALT_LENGTH + SEALING_KEY_LENGTH);
    salted.set(randomBytes(SALT_LENGTH));
  }
  salted.set(value, SALT_LENGTH);
  const copy = copySecret(salted, SALT_LENGTH);
  text.secrets.push(copy);
  text.add(`key ${base64(sha256(salted))},`);
  salted.fill(0, SALT_LENGTH);
  return copy;
};

/** One key or several. Their text is also used by itself. */
const sealingKeys: Read = (value, text) => {
  const { length } = text;
  const copy = listOf(sealingKey)(value, text);
  text.sealingKey = text.since(length);
  return copy;
};

const readArguments: readonly Read[] = [
  objectOf<PowerAuthConfigurationType>({
    applicationKey: itself,
    applicationSecret: itself,
    masterServerPublicKey: itself,
    baseEndpointUrl: itself,
    configuration: itself,
    algorithm: itself,
    offlineAuthenticationCodeComponentLength: itself,
  }),
  objectOf<PowerAuthClientConfigurationType>({
    enableUnsecureTraffic: itself,
    connectionTimeout: itself,
    readTimeout: itself,
    customHttpHeaders: listOf(objectOf<PowerAuthHttpHeader>({ name: itself, value: itself })),
    basicHttpAuthentication: objectOf<PowerAuthBasicHttpAuthentication>({
      username: itself,
      password: itself,
    }),
    fetch: itself,
    clock: itself,
    engine: itself,
    observer: itself,
  }),
  objectOf<PowerAuthBiometryConfigurationType>({
    linkItemsToCurrentSet: itself,
    invalidateBiometricFactorAfterChange: itself,
    fallbackToDevicePasscode: itself,
    confirmBiometricAuthentication: itself,
    authenticateOnBiometricKeySetup: itself,
    fallbackToSharedBiometryKey: itself,
    provider: itself,
  }),
  objectOf<PowerAuthKeychainConfigurationType>({
    accessGroupName: itself,
    userDefaultsSuiteName: itself,
    minimalRequiredKeychainProtection: itself,
    storage: itself,
    sealingKey: sealingKeys,
    pbkdf2Iterations: itself,
  }),
  objectOf<PowerAuthSharingConfigurationType>({
    appGroup: itself,
    appIdentifier: itself,
    keychainAccessGroup: itself,
    sharedMemoryIdentifier: itself,
  }),
];

/**
 * Reads the arguments of `configure`; without checking them yet.
 *
 * @param args configurations as objects
 */
export function readSettings(args: readonly unknown[]): SettingsSnapshot {
  const text = new KeyText();
  const copies = readArguments.map((read, i) => {
    try {
      return read(args[i], text);
    } catch {
      // An object that throws is left to the check, which reports it.
      text.isComparable = false;
      return args[i];
    }
  });
  const key = text.whole();
  return {
    key,
    sealingKey: key === undefined ? undefined : text.sealingKey,
    args: copies,
    wipe: () => wipe(...text.secrets),
  };
}
