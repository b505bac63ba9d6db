/**
 * A set of nonces of 16 B that is exact, and small enough for tens of millions.
 *
 * @module
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Uint8Array(128);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Open addressing, at most two thirds full; four words each. A place of four zeros is free. */
export class NonceSet {
  #places;
  #mask;
  #zero = false;
  #word = new Uint32Array(4);

  /** @param {number} capacity */
  constructor(capacity) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, (capacity + 1000) * 1.5)));
    this.#mask = size - 1;
    this.#places = new Uint32Array(4 * size);
  }

  /**
   * Adds a nonce in Base64 (24 characters); false when it is there already.
   *
   * @param {string} nonce
   * @returns {boolean}
   */
  add(nonce) {
    const word = this.#word;
    this.#decode(nonce);
    if ((word[0] | word[1] | word[2] | word[3]) === 0) {
      if (this.#zero) return false;
      return (this.#zero = true);
    }
    const places = this.#places;
    // A nonce is random, so that any of its bits are a hash.
    for (let place = word[0] & this.#mask; ; place = (place + 1) & this.#mask) {
      const at = 4 * place;
      if ((places[at] | places[at + 1] | places[at + 2] | places[at + 3]) === 0) {
        places.set(word, at);
        return true;
      }
      if (
        places[at] === word[0] &&
        places[at + 1] === word[1] &&
        places[at + 2] === word[2] &&
        places[at + 3] === word[3]
      )
        return false;
    }
  }

  #decode(nonce) {
    // Characters of 6 bits into words of 32; the last character has 2 bits to spare, then comes `==`.
    let bits = 0;
    let held = 0;
    let at = 0;
    for (let i = 0; i < 22; i++) {
      const value = VALUES[nonce.charCodeAt(i)];
      if (held + 6 < 32) {
        bits = (bits << 6) | value;
        held += 6;
      } else {
        const over = held + 6 - 32;
        this.#word[at++] = (bits << (6 - over)) | (value >>> over);
        bits = value & ((1 << over) - 1);
        held = over;
      }
    }
  }
}
