/**
 * How the activation record changes.
 *
 * @module
 */

import { failure, PowerAuthError, PowerAuthErrorCode } from '../errors.ts';
import { nextCounter } from '../protocol/counter.ts';
import { equalBytes, wipe } from '../util/bytes.ts';
import {
  encodeActivationRecord,
  readActivation,
  wipeActivationRecord,
  type ActivationRecord,
  type SignatureCounter,
  type WrappedBiometryKey,
  type WrappedKnowledgeKey,
} from './activation-record.ts';
import { missingActivation, type ActivationStore } from './activation-store.ts';

/**
 * Takes the counter for one signature: the returned record holds the value to use, and the storage already the next
 * one, so no crash can make it be used twice. The caller must wipe the record.
 *
 * @param fits whether the record is the one that the signature is meant for
 * @returns undefined, without taking a value, if it doesn't fit
 * @throws MISSING_ACTIVATION
 */
export async function takeCounter(
  store: ActivationStore,
  fits: (record: ActivationRecord) => boolean,
): Promise<ActivationRecord | undefined> {
  let next: Uint8Array | undefined;
  try {
    return await unlessUnfit(
      persist(store, (record) => {
        // The update rejects with what its change throws.
        if (!fits(record)) throw UNFIT;
        wipe(next);
        const counter = nextCounter(record.counter);
        next = counter.ctrData;
        return { ...record, counter };
      }),
    );
  } finally {
    wipe(next);
  }
}

/**
 * Sets the counter forward to `next`, if the activation is still `activationId`. Others may have signed in the meantime,
 * so the counter may be anywhere on the way to `next`, or past it; then it stays.
 *
 * @param distance how far `next` was ahead
 */
export async function moveCounter(
  store: ActivationStore,
  activationId: string,
  next: SignatureCounter,
  distance: number,
): Promise<void> {
  const before = await persist(store, (record) => {
    const isOnTheWay = record.activationId === activationId && leadsTo(record.counter, next, distance);
    return isOnTheWay ? { ...record, counter: next } : record;
  });
  wipeActivationRecord(before);
}

/** Whether `to` comes after `from`, or is the same, within so many steps. */
function leadsTo(from: SignatureCounter, to: SignatureCounter, steps: number): boolean {
  let candidate = from;
  for (let step = 0; ; step++) {
    const isThere = equalBytes(candidate.ctrData, to.ctrData);
    const following = isThere || step === steps ? undefined : nextCounter(candidate);
    if (candidate !== from) wipe(candidate.ctrData);
    if (following === undefined) return isThere;
    candidate = following;
  }
}

/**
 * Replaces the wrapping of the knowledge factor key.
 *
 * @param fits whether the current wrapping is the one to replace
 * @returns whether it was replaced
 * @throws MISSING_ACTIVATION
 */
export async function changeKnowledge(
  store: ActivationStore,
  fits: (present: WrappedKnowledgeKey) => boolean,
  knowledge: WrappedKnowledgeKey,
): Promise<boolean> {
  const before = await unlessUnfit(
    changeForSure(
      store,
      (record) => {
        if (!fits(record.knowledge)) throw UNFIT;
        return { ...record, knowledge };
      },
      (present) => present !== undefined && equalBytes(present.knowledge.salt, knowledge.salt),
    ),
  );
  if (before === undefined) return false;
  wipeActivationRecord(before);
  // The former wrapping tests guesses of the former password.
  await store.home.storage.forget();
  return true;
}

/**
 * Sets the biometry factor, or removes it.
 *
 * @param activationId the activation that the factor belongs to; undefined for the current one
 * @returns the former factor, its key wiped
 * @throws MISSING_ACTIVATION, OPERATION_CANCELED if there is another activation
 */
export async function replaceBiometry(
  store: ActivationStore,
  activationId: string | undefined,
  biometry: WrappedBiometryKey | undefined,
): Promise<WrappedBiometryKey | undefined> {
  const before = await changeForSure(
    store,
    (record) => {
      if (activationId === undefined || activationId === record.activationId) return { ...record, biometry };
      throw failure(
        PowerAuthErrorCode.OPERATION_CANCELED,
        'The activation was replaced by another one while its biometry factor was being set up',
      );
    },
    (present) => present !== undefined && isSameFactor(present.biometry, biometry),
  );
  wipeActivationRecord(before);
  if (before.biometry !== undefined) await store.home.storage.forget();
  return before.biometry;
}

/** Deletes the record, whatever it is; no error if there is none. */
export async function deleteActivation(store: ActivationStore): Promise<void> {
  try {
    await store.home.storage.delete(store.home.keys.activation);
  } finally {
    // Not "there is none": somebody else may have created one in the meantime.
    store.forget();
  }
}

/**
 * Deletes the record if it belongs to this activation.
 *
 * @returns the deleted record, its keys wiped; undefined if there was none, or another one
 */
export async function deleteActivationOf(
  store: ActivationStore,
  activationId: string,
): Promise<ActivationRecord | undefined> {
  try {
    const before = await changeForSure(
      store,
      (record) => (record.activationId === activationId ? undefined : record),
      (present) => present?.activationId !== activationId,
    );
    wipeActivationRecord(before);
    return before.activationId === activationId ? before : undefined;
  } catch (error) {
    if (error instanceof PowerAuthError && error.code === PowerAuthErrorCode.MISSING_ACTIVATION)
      return undefined;
    throw error;
  } finally {
    store.forget();
  }
}

/**
 * The same as {@link persist}. If the storage reports a failure but has made the change, the change counts as made.
 *
 * @param isDone whether what is found then is the result of this change, and of no other
 */
async function changeForSure(
  store: ActivationStore,
  change: (record: ActivationRecord) => ActivationRecord | undefined,
  isDone: (present: ActivationRecord | undefined) => boolean,
): Promise<ActivationRecord> {
  let before: ActivationRecord | undefined;
  let isRefused = true;
  // Not interrupted, so that the result can be read.
  return store.home.storage.uncut(async () => {
    try {
      return await persist(store, (record) => {
        isRefused = true;
        const changed = change(record);
        isRefused = false;
        // Parts that are wiped in the meantime are useless to callers, too.
        before = record;
        return changed;
      });
    } catch (error) {
      if (isRefused || before === undefined) throw error;
      const present = await store.read().catch(() => null);
      if (present === null) throw error;
      const done = isDone(present);
      if (present !== undefined) wipeActivationRecord(present);
      if (!done) throw error;
      return before;
    }
  });
}

/** Persists a changed record, or deletes it. Returns the former record, which the caller must wipe. */
async function persist(
  store: ActivationStore,
  change: (record: ActivationRecord) => ActivationRecord | undefined,
): Promise<ActivationRecord> {
  let before: ActivationRecord | undefined;
  let encoded: Uint8Array | undefined;
  try {
    const stored = await store.home.storage.update(store.home.keys.activation, (current) => {
      if (before !== undefined) wipeActivationRecord(before);
      wipe(encoded);
      before = readActivation(current, store.home.keys.instanceId).record;
      store.notice(before);
      if (before === undefined) throw missingActivation();
      const changed = change(before);
      encoded = changed && encodeActivationRecord(changed);
      return encoded;
    });
    wipe(stored);
  } catch (error) {
    if (before !== undefined) wipeActivationRecord(before);
    throw error;
  } finally {
    wipe(encoded);
  }
  if (before === undefined) throw missingActivation();
  return before;
}

/** One for all: an error of its own for each signature would be a good part of what that costs. */
const UNFIT = /* @__PURE__ */ new Error('The record is another one than expected');

/** The result of `change`; undefined if it was abandoned with {@link UNFIT}. */
async function unlessUnfit<T>(change: Promise<T>): Promise<T | undefined> {
  try {
    return await change;
  } catch (error) {
    if (error === UNFIT) return undefined;
    throw error;
  }
}

/** A wrapped key identifies a factor, because its nonce is random. */
function isSameFactor(a: WrappedBiometryKey | undefined, b: WrappedBiometryKey | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a.wrappedKey, b.wrappedKey);
}
