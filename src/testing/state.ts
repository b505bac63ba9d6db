/**
 * The server's state: its keys, activations, tokens. It is in memory, and in a file if there is one.
 *
 * @module
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { agree, ecdsaSign, equal, generateKeyPair, halve, kdf } from './crypto.ts';
import { Applications, type Application } from './applications.ts';
import type { PowerAuthTestBackEnd } from './back-end/callers.ts';
import type { Release } from './like.ts';
import type { PowerAuthTestOidcProvider } from './oidc.ts';
import { Records } from './records.ts';
import { RecoveryCodes, type RecoveryCode } from './recovery.ts';
import type { PowerAuthTestKeys } from './keys.ts';
import type {
  Activation,
  ApplicationRules,
  CommitPhase,
  Device,
  PowerAuthTestActivationState,
  TemporaryKey,
  Token,
} from './model.ts';
import type { PowerAuthTestSignatureType } from './signature.ts';
import type { Entry, StateFile } from './state-file.ts';
import { restored, stored } from './stored.ts';
import { TemporaryKeys } from './temporary-keys.ts';

/** How far the clock may be moved, and how long an activation may wait, ms: every sum of such times is a date. */
export const MAX_TIME_SPAN = 1e12;
/** So many values that may be used only once are remembered for good. */
const MIN_SEEN = 10_000;
/** Time from the creation of an activation to its commit, ms. */
const ACTIVATION_VALIDITY = 5 * 60_000;

/** One server's memory. */
export class ServerState {
  readonly #applications = new Records<Application>();
  readonly applications: Applications;
  readonly #activations = new Records<Activation>();
  readonly tokens = new Records<Token>();
  readonly #recoveryCodes = new Records<RecoveryCode>();
  readonly recoveryCodes = new RecoveryCodes(this.#recoveryCodes);
  readonly #rules: ApplicationRules;
  readonly #temporaryKeys = new Records<TemporaryKey>();
  readonly temporaryKeys = new TemporaryKeys(this.#temporaryKeys, () => this.now());
  /** When each value that may be used only once was used, server time in ms. */
  readonly #seen = new Records<number>();
  #maxSeen = MIN_SEEN;
  /** What can be changed while it runs. */
  readonly #settings = new Records<number | boolean>();
  readonly #file: StateFile | undefined;
  /** All of it, by the names that the file has. */
  readonly #all: Readonly<Record<string, Records<unknown>>> = {
    application: this.#applications,
    setting: this.#settings,
    activation: this.#activations,
    token: this.tokens,
    recoveryCode: this.#recoveryCodes,
    temporaryKey: this.#temporaryKeys,
    seen: this.#seen,
  };

  /**
   * @param file what is in it comes first; the server owns it from now on
   * @throws Error if the keys are invalid, or others than those of the file
   */
  constructor(rules: ApplicationRules, keys?: PowerAuthTestKeys, file?: StateFile) {
    this.#rules = rules;
    this.#file = file;
    if (file !== undefined) this.#load(file);
    this.applications = new Applications(this.#applications, keys);
    this.save();
  }

  #load(file: StateFile): void {
    for (const [kind, id, value] of file.entries())
      this.#all[kind]?.set(id, restored(kind, value, this.#applications));
    for (const records of Object.values(this.#all)) records.watch();
    this.#forgetSeen();
  }

  /** Forgets the values that are now refused for their age. It is done less often the more there are. */
  #forgetSeen(): void {
    const { back, ahead } = this.#rules.tokenWindow;
    const oldest = this.now() - Math.max(back + ahead, 2 * this.release.requestAge);
    for (const [unique, time] of this.#seen.entries()) if (time < oldest) this.#seen.delete(unique);
    this.#maxSeen = Math.max(MIN_SEEN, 2 * this.#seen.size);
  }

  /**
   * Writes what has changed into the file, if there is one. Whoever answers a request does so before.
   *
   * @throws what the file system throws; then the next call writes these changes as well
   */
  save(): void {
    if (this.#file === undefined) return;
    this.#file.write(this.#changes());
    for (const records of Object.values(this.#all)) records.forgetChanges();
  }

  *#changes(): Iterable<Entry> {
    for (const [kind, records] of Object.entries(this.#all))
      for (const [id, value] of records.changes()) yield [kind, id, stored(kind, value)];
  }

  /** Forgets everything but the keys of the first application. */
  reset(): void {
    for (const [kind, records] of Object.entries(this.#all)) if (kind !== 'application') records.clear();
    this.applications.reset();
  }

  /** Lets go of the file. */
  close(): void {
    this.#file?.close();
  }

  /** Added to the machine's clock, ms. */
  get clockOffset(): number {
    return Number(this.#settings.get('clockOffset') ?? 0);
  }

  set clockOffset(ms: number) {
    this.#settings.set('clockOffset', ms);
  }

  /** Whether recovery codes are created and accepted. */
  get activationRecovery(): boolean {
    // The file may be of a server like another release.
    if (!this.release.hasRecovery) return false;
    return Boolean(this.#settings.get('activationRecovery') ?? this.#rules.activationRecovery);
  }

  set activationRecovery(isThere: boolean) {
    this.#settings.set('activationRecovery', isThere);
  }

  /** The user behind the attributes of a custom activation, or undefined. */
  userOfAttributes(attributes: Readonly<Record<string, unknown>>): string | undefined {
    return this.#rules.userOfAttributes(attributes);
  }

  /** Who may call the methods for back-ends. */
  get backEnd(): PowerAuthTestBackEnd {
    return this.#rules.backEnd;
  }

  /** The release that this server behaves like. */
  get release(): Release {
    return this.#rules.release;
  }

  /** Whether it speaks protocol 3. */
  get speaksProtocol3(): boolean {
    return this.#rules.minSupportedProtocolVersion <= 3;
  }

  /** Whether possession alone removes an activation. */
  get removesByPossession(): boolean {
    return this.#rules.removesByPossession;
  }

  /** The settings of a provider of OpenID Connect. */
  oauth2Provider(providerId: unknown): PowerAuthTestOidcProvider | undefined {
    return this.#rules.oauth2Providers.find((provider) => provider.providerId === providerId);
  }

  /** Whether these factors unlock the vault: two, never three. */
  unlocksVault(signatureType: PowerAuthTestSignatureType): boolean {
    const byBiometry = this.#rules.biometryUnlocksVault && signatureType === 'possession_biometry';
    return byBiometry || signatureType === 'possession_knowledge';
  }

  /** Whether a token header may have this timestamp. */
  isTokenTime(timestamp: number): boolean {
    const { back, ahead } = this.#rules.tokenWindow;
    const age = this.now() - timestamp;
    return age <= back && age >= -ahead;
  }

  /** Whether an encrypted request may have this timestamp. */
  isRequestTime(timestamp: number): boolean {
    return Math.abs(this.now() - timestamp) <= this.release.requestAge;
  }

  /** Claims about a user. */
  userInfo(userId: string): Readonly<Record<string, unknown>> {
    return this.#rules.userInfo(userId);
  }

  /** The server's time, ms. */
  now(): number {
    return Date.now() + this.clockOffset;
  }

  /** An activation as it is now, or undefined; one that was not committed in time is removed. */
  activation(activationId: string): Activation | undefined {
    const activation = this.#activations.get(activationId);
    if (activation === undefined || !this.#isOver(activation)) return activation;
    if (activation.state === 'BLOCKED') this.unblock(activation);
    else this.remove(activation, { revokeRecovery: true });
    return activation;
  }

  /** Whether the time of its state is over. */
  #isOver({ state, expiresAt, blockExpiresAt = Infinity }: Activation): boolean {
    if (state === 'BLOCKED') return this.now() >= blockExpiresAt;
    return (state === 'CREATED' || state === 'PENDING_COMMIT') && this.now() > expiresAt;
  }

  /** All activations as they are now, in the order of their creation, for those who only read. */
  get activations(): readonly Activation[] {
    const all = [...this.#activations.peek()];
    for (const activation of all) if (this.#isOver(activation)) this.activation(activation.activationId);
    return all;
  }

  /** Whether an activation has this code, whatever its state. */
  isTaken(code: string): boolean {
    return this.#activations.find((activation) => activation.code === code) !== undefined;
  }

  /** The activation that waits for this code, or undefined. */
  activationOfCode(code: string, application = this.applications.main.application): Activation | undefined {
    const found = this.#activations.find(
      (activation) => activation.code === code && activation.application === application,
    );
    return found && this.activation(found.activationId)?.state === 'CREATED' ? found : undefined;
  }

  createActivation(options: {
    userId?: string;
    application?: Application;
    code?: string;
    otp?: string;
    maxFailCount?: number;
    validity?: number;
    otpValidation?: Activation['otpValidation'];
    commitPhase?: CommitPhase;
  }): Activation {
    const { userId = 'test-user', code, otp, maxFailCount = 5, validity = ACTIVATION_VALIDITY } = options;
    const { otpValidation = 'NONE', commitPhase = otp === undefined ? 'ON_COMMIT' : 'ON_KEY_EXCHANGE' } =
      options;
    const { application = this.applications.main.application } = options;
    const now = this.now();
    const activation: Activation = {
      activationId: randomUUID(),
      userId,
      application,
      code,
      otp,
      otpValidation,
      commitPhase,
      maxFailCount,
      expiresAt: now + validity,
      serverKeys: generateKeyPair(),
      createdAt: now,
      lastUsedAt: now,
      changedAt: undefined,
      state: 'CREATED',
      failCount: 0,
      blockedReason: undefined,
      blockExpiresAt: undefined,
      ctrData: randomBytes(16),
      counter: 0,
      keys: undefined,
      name: undefined,
      extras: undefined,
      platform: undefined,
      deviceInfo: undefined,
    };
    this.#activations.set(activation.activationId, activation);
    return activation;
  }

  /** The code with the master key's signature, as a QR code has it. */
  signedCode(code: string, { masterKeys } = this.applications.main.application): string {
    return `${code}#${ecdsaSign(masterKeys, Buffer.from(code)).toString('base64')}`;
  }

  /** Accepts the device's key. */
  exchangeKeys(activation: Activation, device: Device, isActive: boolean): void {
    const { publicKey: devicePublicKey, name, extras, platform, deviceInfo } = device;
    const master = halve(agree(activation.serverKeys.privateKey, devicePublicKey));
    activation.keys = {
      possession: kdf(master, 1),
      knowledge: kdf(master, 2),
      biometry: kdf(master, 3),
      transport: kdf(master, 1000),
      vault: kdf(master, 2000),
      devicePublicKey,
    };
    Object.assign(activation, { name, extras, platform: platform?.toLowerCase() ?? 'unknown', deviceInfo });
    activation.failCount = 0;
    this.enter(activation, isActive ? 'ACTIVE' : 'PENDING_COMMIT');
  }

  /**
   * Whether an activation may pass a phase with this one-time password. A wrong one is counted, and the last one that is
   * allowed removes the activation. One that is missing, or not due, costs no attempt.
   */
  acceptsOtp(activation: Activation, phase: CommitPhase, otp: string | undefined): boolean {
    const isDue = activation.otp !== undefined && activation.commitPhase === phase;
    const isMissing = (otp ?? '') === '';
    if (!isDue || isMissing) return !isDue && isMissing;
    const isGood = equal(Buffer.from(otp ?? ''), Buffer.from(activation.otp ?? ''));
    activation.failCount = isGood ? 0 : activation.failCount + 1;
    if (activation.failCount >= activation.maxFailCount) this.remove(activation);
    return isGood;
  }

  rename(activation: Activation, name: string): void {
    activation.name = name;
    activation.changedAt = this.now();
  }

  /** Puts an activation into a state, and remembers when. */
  enter(activation: Activation, state: PowerAuthTestActivationState): void {
    activation.state = state;
    activation.changedAt = this.now();
  }

  /** A pending activation becomes ACTIVE, and so does its recovery code. */
  commit(activation: Activation): void {
    this.enter(activation, 'ACTIVE');
    this.recoveryCodes.activateOf(activation.activationId);
  }

  /** `expiresAt`: server time in ms at which the block ends by itself. */
  block(activation: Activation, reason = 'NOT_SPECIFIED', expiresAt?: number): void {
    this.enter(activation, 'BLOCKED');
    activation.blockedReason = reason;
    activation.blockExpiresAt = expiresAt;
  }

  /** Ends a block; failures are forgotten. */
  unblock(activation: Activation): void {
    this.enter(activation, 'ACTIVE');
    activation.failCount = 0;
    activation.blockedReason = undefined;
    activation.blockExpiresAt = undefined;
  }

  /** The recovery code of a new activation, if it gets one. It is valid once the activation is active. */
  createRecoveryCodeFor({ userId, activationId, state }: Activation): RecoveryCode | undefined {
    if (!this.activationRecovery) return undefined;
    const code = this.recoveryCodes.create({ userId, activationId });
    if (state === 'ACTIVE') this.recoveryCodes.activateOf(activationId);
    return code;
  }

  /** The application of a recovery code; that of a postcard is the first one. */
  applicationOfRecovery(recoveryCode: string): Application {
    const { activationId = '' } = this.recoveryCodes.find(recoveryCode) ?? {};
    return this.activation(activationId)?.application ?? this.applications.main.application;
  }

  /** Whether a value that may only be used once was used before; remembers it. */
  isReplay(unique: string): boolean {
    if (this.#seen.has(unique)) return true;
    this.#seen.set(unique, this.now());
    if (this.#seen.size > this.#maxSeen) this.#forgetSeen();
    return false;
  }

  createToken(activation: Activation, signatureType: PowerAuthTestSignatureType): Token {
    const token: Token = {
      tokenId: randomUUID(),
      activationId: activation.activationId,
      signatureType,
      secret: randomBytes(16),
    };
    this.tokens.set(token.tokenId, token);
    return token;
  }

  /** Removes an activation and its tokens; and its recovery codes, if requested. */
  remove(activation: Activation, { revokeRecovery = false } = {}): void {
    this.enter(activation, 'REMOVED');
    if (revokeRecovery) this.recoveryCodes.revokeOf(activation.activationId);
    for (const [id, token] of this.tokens.entries())
      if (token.activationId === activation.activationId) this.tokens.delete(id);
  }

  /** Moves the counter past a value that was used. */
  moveCounter(activation: Activation, found: { steps: number; next: Buffer }): void {
    activation.ctrData = found.next;
    activation.counter += found.steps + 1;
  }

  /** A wrong password or biometry; the last allowed failure blocks. Possession alone is not counted. */
  countFailure(activation: Activation, signatureType: PowerAuthTestSignatureType): void {
    if (signatureType === 'possession') return;
    activation.failCount++;
    if (activation.failCount >= activation.maxFailCount) this.block(activation, 'MAX_FAILED_ATTEMPTS');
  }
}
