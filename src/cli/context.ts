/**
 * What a command works with: its settings, its input and output, and PowerAuth opened on them.
 *
 * @module
 */

import type { PowerAuthConfigurationType } from '../model/power-auth-configuration.ts';
import type { PowerAuth } from '../power-auth.ts';
import { Interrupted, usage } from './failures.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import type { Secret } from './secrets.ts';
import type { Settings } from './settings.ts';
import { Stdin } from './stdin.ts';
import type { OpenStore } from './stores.ts';

/** The id of the activation, unless `--instance` says another one. */
const DEFAULT_INSTANCE = 'default';

/** The shortest new password that the library accepts, in bytes of UTF-8. */
const MIN_PASSWORD_LENGTH = 4;

/** PowerAuth, opened for one command. */
export interface Opened {
  readonly powerAuth: PowerAuth;
  readonly configuration: PowerAuthConfigurationType;
  readonly store: OpenStore;
}

/** One run of a command. */
export class Context {
  readonly io: Io;
  readonly settings: Settings;
  readonly output: Output;
  readonly stdin: Stdin;

  constructor(io: Io, settings: Settings) {
    this.io = io;
    this.settings = settings;
    this.output = new Output(io, settings);
    this.stdin = new Stdin(io);
  }

  get instanceId(): string {
    return this.settings.instance ?? DEFAULT_INSTANCE;
  }

  /** A secret that the command can't do without. */
  async secret(secret: Omit<Secret, 'isOptional'>): Promise<string> {
    const { readSecret } = await import('./secrets.ts');
    const value = await readSecret(this.io, this.stdin, secret);
    if (value === undefined) throw usage(`${secret.what} is needed`);
    // The server must not learn of it before that is known.
    if (secret.isNew === true && Buffer.byteLength(value) < MIN_PASSWORD_LENGTH) {
      throw usage(`${secret.what}: expected at least ${MIN_PASSWORD_LENGTH} bytes, got fewer`);
    }
    return value;
  }

  /** A secret that may be left out. */
  async optionalSecret(secret: Omit<Secret, 'isOptional'>): Promise<string | undefined> {
    const { readSecret } = await import('./secrets.ts');
    return readSecret(this.io, this.stdin, { ...secret, isOptional: true });
  }

  /** With `--dry-run`: says what would be done. Returns whether that is all. */
  async isDryRun(object: object, lines: readonly string[]): Promise<boolean> {
    if (!this.settings.dryRun) return false;
    await this.output.result({ dryRun: true, ...object }, lines);
    return true;
  }

  /** Runs `work` on a store, which is closed afterwards, however it ends. */
  async withStore<T>(work: (store: OpenStore) => Promise<T>): Promise<T> {
    const { openStore } = await import('./stores.ts');
    const store = await openStore(this.settings);
    try {
      return await this.#unlessInterrupted(work(store), () => store.close());
    } finally {
      await store.close();
    }
  }

  /**
   * Runs `work` on the configured instance. If the user interrupts it, calls in progress end: what is being written is
   * written whole, and nothing is sent any more.
   */
  async withPowerAuth<T>(work: (opened: Opened) => Promise<T>): Promise<T> {
    const { readConfiguration } = await import('./configuration.ts');
    const { configuration } = await readConfiguration(this.settings, this.io);
    const { openStore } = await import('./stores.ts');
    const { PowerAuth } = await import('../power-auth.ts');
    const store = await openStore(this.settings);
    const powerAuth = new PowerAuth(this.instanceId);
    const client = { enableUnsecureTraffic: this.settings.insecureHttp };
    const end = (): Promise<boolean> => powerAuth.deconfigure();
    try {
      const { storage, sealingKey } = store;
      await powerAuth.configure(configuration, client, undefined, { storage, sealingKey });
      return await this.#unlessInterrupted(work({ powerAuth, configuration, store }), end);
    } finally {
      await end();
      await store.close();
    }
  }

  async #unlessInterrupted<T>(done: Promise<T>, end: () => Promise<unknown>): Promise<T> {
    const { signal } = this.io;
    let ended: Promise<unknown> | undefined;
    const interrupt = (): void => {
      ended ??= end();
    };
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      return await done;
    } catch (error) {
      if (signal.aborted) throw new Interrupted();
      throw error;
    } finally {
      signal.removeEventListener('abort', interrupt);
      await ended;
    }
  }
}
