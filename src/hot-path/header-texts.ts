/**
 * The texts of headers that were made together, by the fastest way that the runtime has.
 *
 * @module
 */

/** Headers made together at most. */
export const CHAIN_LENGTH = 64;

/** A token's headers up to their digests. */
export function headerHead(tokenIdentifier: string): string {
  return inOnePiece('PowerAuth version="3.3", token_id="', tokenIdentifier, '", token_digest="');
}

/**
 * Joins the parts. A sum of strings is a tree of its parts until somebody reads it, and so is each string that contains
 * it: all of their readers would go through that tree.
 */
function inOnePiece(...parts: string[]): string {
  return parts.join('');
}

/** Makes headers. */
export interface HeaderMaker {
  /** The headers of the first `count` slots of `chain` for one time, one behind the other. */
  make(chain: Uint32Array, count: number, timestamp: number): string;
  /**
   * Characters of a slot's token identifier, by which alone the headers of one time differ in length; 0 for a free
   * slot.
   */
  identifierLength(slot: number): number;
}

/** Makes what differs between headers, for those who put them together. */
export interface DigestMaker {
  /** Base64 of digest ‖ 0 ‖ nonce ‖ 0 0, 68 characters a header, of the first `count` slots of `chain`. */
  digests(chain: Uint32Array, count: number, timestamp: number): string;
  /** The header of a slot up to its digest. */
  head(slot: number): string;
}

/** Texts of up to {@link CHAIN_LENGTH} headers. */
export interface HeaderTexts {
  /**
   * Makes the headers of the first `count` slots of `chain` for one time. Nothing is left of others where that fails.
   */
  make(chain: Uint32Array, count: number, timestamp: number): void;
  /** One of them. */
  header(index: number): string;
  /** Makes headers in the same way, all of one slot, and appends them to `values`. */
  append(values: string[], chain: Uint32Array, count: number, timestamp: number): void;
  /** Drops them. */
  clear(): void;
}

/** Headers in one text, which is decoded at once. */
export class SlicedTexts implements HeaderTexts {
  readonly #maker: HeaderMaker;
  /** Where each header begins in the text, and where the last one ends. */
  readonly #bounds = new Uint16Array(CHAIN_LENGTH + 1);
  #text = '';

  constructor(maker: HeaderMaker) {
    this.#maker = maker;
  }

  make(chain: Uint32Array, count: number, timestamp: number): void {
    this.clear();
    const text = this.#maker.make(chain, count, timestamp);
    this.#findBounds(text.length, chain, count);
    this.#text = text;
  }

  header(index: number): string {
    return this.#text.slice(this.#bounds[index], this.#bounds[index + 1]);
  }

  append(values: string[], chain: Uint32Array, count: number, timestamp: number): void {
    const text = this.#maker.make(chain, count, timestamp);
    const length = text.length / count;
    for (let from = 0; from < text.length; from += length) values.push(text.slice(from, from + length));
  }

  clear(): void {
    this.#text = '';
  }

  /** Headers of one time differ in length by their token identifiers alone. */
  #findBounds(length: number, chain: Uint32Array, count: number): void {
    const bounds = this.#bounds;
    let identifiers = 0;
    for (let i = 0; i < count; i++) {
      bounds[i] = identifiers;
      identifiers += this.#maker.identifierLength(chain[i] ?? 0);
    }
    const frame = (length - identifiers) / count;
    for (let i = 1; i < count; i++) bounds[i] = (bounds[i] ?? 0) + i * frame;
    bounds[count] = length;
  }
}

/** Characters of one header in the Base64 of several, and where its parts are, without the zeros that fill them up. */
const LENGTH = 68;
const DIGEST_END = 43;
const NONCE = 44;
const NONCE_END = 66;

/**
 * Headers put together from the Base64 of their digests and nonces. In browsers, a text that TextDecoder decodes lies
 * on fresh pages of memory, and the page faults take a third of the time; one that `toBase64` makes lies on the
 * engine's heap.
 */
export class ComposedTexts implements HeaderTexts {
  readonly #maker: DigestMaker;
  readonly #slots = new Uint32Array(CHAIN_LENGTH);
  #text = '';
  /** What ends the headers of this time. */
  #tail = '';
  #tailTime = NaN;

  constructor(maker: DigestMaker) {
    this.#maker = maker;
  }

  make(chain: Uint32Array, count: number, timestamp: number): void {
    this.#make(chain, count, timestamp);
    for (let i = 0; i < count; i++) this.#slots[i] = chain[i] ?? 0;
  }

  header(index: number): string {
    return this.#compose(this.#maker.head(this.#slots[index] ?? 0), LENGTH * index);
  }

  append(values: string[], chain: Uint32Array, count: number, timestamp: number): void {
    this.#make(chain, count, timestamp);
    const head = this.#maker.head(chain[0] ?? 0);
    for (let at = 0; at < LENGTH * count; at += LENGTH) values.push(this.#compose(head, at));
  }

  clear(): void {
    this.#text = '';
  }

  #make(chain: Uint32Array, count: number, timestamp: number): void {
    this.clear();
    this.#text = this.#maker.digests(chain, count, timestamp);
    if (timestamp === this.#tailTime) return;
    this.#tailTime = timestamp;
    const [before, digits, after] = ['==", timestamp="', String(timestamp), '"'];
    // A header alone has one reader at most, and joining costs more than it saves that one.
    this.#tail = count === 1 ? before + digits + after : inOnePiece(before, digits, after);
  }

  #compose(head: string, at: number): string {
    const text = this.#text;
    const digest = text.slice(at, at + DIGEST_END);
    return head + digest + '=", nonce="' + text.slice(at + NONCE, at + NONCE_END) + this.#tail;
  }
}
