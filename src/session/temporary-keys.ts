/**
 * The known temporary keys: the application's, which instances share, and those of activations.
 *
 * @module
 */

import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import type { Server } from '../net/server.ts';
import type { Point } from '../protocol/keys.ts';
import type { TemporaryKey } from '../protocol/temporary-key.ts';
import { base64, base64Decode } from '../util/base64.ts';
import { numberOf } from '../util/identity.ts';
import { SharedTable } from '../util/shared-table.ts';

/** Keys of activations that are kept at once; the next one replaces the oldest. */
const CAPACITY = 16_384;

/** The place where the key of one scope is kept. */
export interface KeyPlace {
  readonly known: TemporaryKey | undefined;
  /** The answer of a server that is being asked. */
  fetching: Promise<TemporaryKey> | undefined;
  keep(key: TemporaryKey): void;
  /** Notes that this instance uses a key that another one has requested. */
  uses(key: TemporaryKey): void;
  /** Makes this instance request another one: the server may have lost it, and doesn't say so. */
  forget(): void;
}

const applications = new SharedTable<string, ApplicationKey>();

/** The key of one application at one server. One instance's doubts or failures don't affect the others. */
export class ApplicationKey {
  readonly #name: string;
  #key: TemporaryKey | undefined;
  /** Instances that use it, and did not fail with it. */
  #users: WeakSet<object> | undefined;
  /**
   * Whether it failed an instance. Those that use it already go on. Others request a new one: if the server has lost
   * this one, each new instance would fail with it until it expires.
   */
  #isDoubted = false;
  /** Instances that reach the server in the same way share a request. */
  #fetching: Map<Server, Promise<TemporaryKey>> | undefined;

  private constructor(name: string) {
    this.#name = name;
  }

  /** Returns the key of an application, shared with all its instances. Return it with {@link release}. */
  static take(configuration: PowerAuthConfigurationType, fetch?: object): ApplicationKey {
    const { applicationKey, applicationSecret, masterServerPublicKey, baseEndpointUrl } = configuration;
    // A function may lead to another server than its URL says.
    const way = fetch === undefined ? 0 : numberOf(fetch);
    const application = [applicationKey, applicationSecret, masterServerPublicKey];
    const name = JSON.stringify([baseEndpointUrl, way, ...application]);
    return applications.take(name, () => new ApplicationKey(name));
  }

  /** Returns it. */
  release(): void {
    applications.release(this.#name, this);
  }

  /** The key's place for one instance, which reaches the server in its own way. */
  placeOf(instance: object, server: Server): KeyPlace {
    const known = (): TemporaryKey | undefined => {
      if (this.#isDoubted && this.#users?.has(instance) !== true) return undefined;
      (this.#users ??= new WeakSet()).add(instance);
      return this.#key;
    };
    const fetching = (): Promise<TemporaryKey> | undefined => this.#fetching?.get(server);
    const setFetching = (promise: Promise<TemporaryKey> | undefined): void => {
      if (promise !== undefined)
        (this.#fetching ??= new Map<Server, Promise<TemporaryKey>>()).set(server, promise);
      else if (this.#fetching?.delete(server) === true && this.#fetching.size === 0)
        this.#fetching = undefined;
    };
    return {
      get known() {
        return known();
      },
      get fetching() {
        return fetching();
      },
      set fetching(promise) {
        setFetching(promise);
      },
      keep: (key) => {
        this.#key = key;
        this.#users = new WeakSet([instance]);
        this.#isDoubted = false;
      },
      uses: (key) => {
        if (this.#key === key) (this.#users ??= new WeakSet()).add(instance);
      },
      forget: () => {
        this.#users?.delete(instance);
        this.#isDoubted = true;
      },
    };
  }
}

/** By the instance, as {@link written}; in the order in which they came, so that the first ones expire first. */
const activations = new Map<object, string>();

/** A key of an activation in one text, which takes 0.3 KB less than objects and bytes do. Nothing in it is secret. */
function written(activationId: string, { id, publicKey, issuedAt, expiresAt }: TemporaryKey): string {
  return JSON.stringify([activationId, id, base64(publicKey), issuedAt, expiresAt]);
}

function read(text: string): TemporaryKey & { readonly activationId: string } {
  const [activationId, id, publicKey, issuedAt, expiresAt] = JSON.parse(text) as Parts;
  return { activationId, id, publicKey: base64Decode(publicKey) as Point, issuedAt, expiresAt };
}

type Parts = [activationId: string, id: string, publicKey: string, issuedAt: number, expiresAt: number];

/** The key of an instance's activation. */
export class ActivationKey implements KeyPlace {
  readonly #instance: object;
  readonly #activationId: string;
  fetching: Promise<TemporaryKey> | undefined;
  /** What was read last, and from which text. */
  #text: string | undefined;
  #key: TemporaryKey | undefined;

  constructor(instance: object, activationId: string) {
    this.#instance = instance;
    this.#activationId = activationId;
  }

  get known(): TemporaryKey | undefined {
    const text = activations.get(this.#instance);
    if (text === undefined) return undefined;
    if (text !== this.#text) {
      const { activationId, ...key } = read(text);
      this.#key = activationId === this.#activationId ? key : undefined;
      this.#text = text;
    }
    return this.#key;
  }

  keep(key: TemporaryKey): void {
    activations.delete(this.#instance);
    for (const [instance, former] of activations) {
      // Measured by the time of this server; a key that is dropped for another's is fetched again.
      if (activations.size < CAPACITY && read(former).expiresAt > key.issuedAt) break;
      activations.delete(instance);
    }
    activations.set(this.#instance, written(this.#activationId, key));
  }

  uses(): void {
    // Nobody else has requested it.
  }

  forget(): void {
    this.fetching = undefined;
    if (this.known !== undefined) activations.delete(this.#instance);
  }
}

/** Drops the key of an instance that ends. */
export function dropKeysOf(instance: object): void {
  activations.delete(instance);
}

/** The numbers of keys in use; for tests. @internal */
export const temporaryKeyCounts = (): { applications: number; activations: number } => ({
  applications: applications.size,
  activations: activations.size,
});
