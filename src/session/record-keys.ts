/**
 * The keys of an instance's records and locks in a storage.
 *
 * ```
 * <instance>/activation        the activation, see activation-record.ts
 * <instance>/token/<token>     one access token, see token-record.ts
 * <instance>/requests          lock: signed requests leave one after another
 * ```
 *
 * `<instance>` and `<token>` are Base64url of the SHA-256 of instance id and token name in UTF-16: of one length, in
 * one alphabet, different for names that UTF-8 or a file system would merge, and revealing no names. The names
 * themselves are in the records, which are sealed.
 *
 * @module
 */

import { sha256 } from '#crypto';
import { base64url } from '../util/base64.ts';
import { utf16 } from '../util/bytes.ts';

function hashName(name: string): Uint8Array {
  return sha256(utf16(name));
}

/** The token's key that was asked for last, in the whole thread: a call needs the one of its token several times. */
let last: { readonly of: RecordKeys; readonly name: string; readonly key: string } | undefined;

/** The common beginning of an instance's keys, from any of them. */
export function instanceOf(key: string): string {
  return key.slice(0, key.indexOf('/') + 1);
}

const HASH = '[\\w-]{43}';
const ACTIVATION = /* @__PURE__ */ new RegExp(`^${HASH}/activation$`);
const TOKEN = /* @__PURE__ */ new RegExp(`^${HASH}/token/${HASH}$`);

/** The kind of record under a key, or undefined if the key isn't ours. */
export function kindOf(key: string): 'activation' | 'token' | undefined {
  if (ACTIVATION.test(key)) return 'activation';
  return TOKEN.test(key) ? 'token' : undefined;
}

/**
 * The keys of one instance, computed when they are needed: if kept, they would be most of an idle instance's memory.
 */
export class RecordKeys {
  readonly instanceId: string;
  /** The beginning of all of them, see {@link instanceOf}. */
  readonly instance: string;

  constructor(instanceId: string) {
    this.instanceId = instanceId;
    // Joined to one flat string: a concatenated one keeps all its pieces, for as long as the instance exists.
    this.instance = [base64url(hashName(instanceId)), ''].join('/');
  }

  get activation(): string {
    return `${this.instance}activation`;
  }

  get requests(): string {
    return `${this.instance}requests`;
  }

  /** The beginning of the keys of the instance's tokens. */
  get tokens(): string {
    return `${this.instance}token/`;
  }

  token(name: string): string {
    if (last?.of !== this || last.name !== name) {
      last = { of: this, name, key: this.tokens + base64url(hashName(name)) };
    }
    return last.key;
  }
}
