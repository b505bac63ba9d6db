/**
 * What every implementation of `#crypto` must do. Needs no test runner, so that it runs in browsers as it does in Node:
 * test/crypto/node.test.ts, web.test.ts and test/system/crypto/browsers.test.ts.
 */
import { cbc } from '@noble/ciphers/aes.js';
import { p256 } from '@noble/curves/nist.js';
import { signatureFromDer, signatureToDer } from '../../src/crypto/encodings.ts';
import { compressed, pointOf, type Point } from '../../src/crypto/p256.ts';
import type { KeyPair, PlatformCrypto } from '../../src/crypto/types.ts';

type Bytes = Uint8Array<ArrayBuffer>;
/** A case of Wycheproof: byte strings in hexadecimal, by name. */
type Case = Readonly<Record<string, string>> & { readonly result: 'valid' | 'invalid' | 'acceptable' };
interface Group {
  readonly tests: readonly (Case & { readonly tcId: number; readonly [size: string]: number | string })[];
  readonly publicKey?: { readonly uncompressed: string };
  readonly keySize?: number;
  readonly ivSize?: number;
  readonly tagSize?: number;
}
/** By their names in test/vectors/wycheproof, without `_test.json`. */
export type WycheproofFiles = Readonly<Record<string, { readonly testGroups: readonly Group[] }>>;

/** The files that the suite needs. */
export const WYCHEPROOF = [
  'aes_cbc_pkcs5',
  'aes_gcm',
  'ecdh_secp256r1_ecpoint',
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp256r1_sha256_p1363',
  'hkdf_sha256',
  'hmac_sha256',
  'pbkdf2_hmacsha1',
  'pbkdf2_hmacsha256',
] as const;

/** One thing that holds. */
export interface Check {
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** What more iterations cost is tested elsewhere. */
const MOST_ITERATIONS = 100_000;

const bytesOf = (hex: string): Bytes =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));
const NOTHING = new Uint8Array(0);

function equal(got: unknown, expected: unknown, what: string): void {
  const [a, b] = [got, expected].map((it) => (it instanceof Uint8Array ? hexOf(it) : String(it)));
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

async function rejects(promise: Promise<unknown>, what: string): Promise<void> {
  const outcome = await promise.then(
    () => 'resolved',
    () => 'rejected',
  );
  equal(outcome, 'rejected', what);
}

function point(bytes: Uint8Array): Point {
  const found = pointOf(bytes);
  if (found === undefined) throw new Error(`no point: ${hexOf(bytes)}`);
  return found;
}

/** A pair whose public half another implementation has computed. */
function pairOf(privateKey: Bytes): KeyPair {
  return { privateKey, publicKey: point(p256.getPublicKey(privateKey, false)) };
}

/** A private key of a vector as 32 B: Java's numbers have a leading zero byte, or lack one. */
const number = (hex: string): Bytes => bytesOf(hex.padStart(64, '0').slice(-64));

/** Order of the curve. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const scalar = (value: bigint): Bytes => bytesOf(value.toString(16).padStart(64, '0'));

/** All checks of one implementation. */
export function cryptoChecks(tested: PlatformCrypto, files: WycheproofFiles): Check[] {
  const checks: Check[] = [];
  const check = (title: string, run: () => Promise<void> | void): void => {
    checks.push({ title, run: async () => run() });
  };
  const wycheproof = (
    file: (typeof WYCHEPROOF)[number],
    least: number,
    run: (it: Case, group: Group) => Promise<boolean | undefined> | boolean | undefined,
  ): void => {
    check(`Wycheproof: ${file}`, async () => {
      let count = 0;
      for (const group of files[file]?.testGroups ?? []) {
        for (const it of group.tests) {
          const passed = await run(it, group);
          if (passed === undefined) continue;
          equal(passed, it.result !== 'invalid', `test ${it.tcId}`);
          count++;
        }
      }
      if (count < least) throw new Error(`only ${count} cases`);
    });
  };
  const fits = (got: Uint8Array, hex: string | undefined): boolean => hexOf(got) === hex;
  const succeeds = (promise: Promise<unknown>): Promise<boolean> =>
    promise.then(
      (result) => result !== false,
      () => false,
    );

  wycheproof('hmac_sha256', 170, ({ key = '', msg = '', tag = '' }) =>
    fits(tested.hmacSha256(bytesOf(key), bytesOf(msg)).subarray(0, tag.length / 2), tag),
  );
  wycheproof('hkdf_sha256', 70, async ({ ikm = '', salt = '', info = '', okm, size }) => {
    const derived = tested.hkdfSha256(bytesOf(ikm), bytesOf(salt), bytesOf(info), Number(size));
    return derived.then(
      (key) => fits(key, okm),
      () => false,
    );
  });
  for (const [file, hash] of [
    ['pbkdf2_hmacsha1', 'SHA-1'],
    ['pbkdf2_hmacsha256', 'SHA-256'],
  ] as const) {
    wycheproof(file, 40, async ({ password = '', salt = '', iterationCount, dk = '' }) => {
      const iterations = Number(iterationCount);
      if (dk.length < 32 || iterations > MOST_ITERATIONS) return undefined;
      return fits(await tested.pbkdf2(hash, bytesOf(password), bytesOf(salt), iterations), dk.slice(0, 32));
    });
  }
  wycheproof('aes_cbc_pkcs5', 60, async ({ key = '', iv = '', msg = '', ct = '', result }, { keySize }) => {
    if (keySize !== 128) return undefined;
    const [secret, start] = [bytesOf(key), bytesOf(iv)];
    const decrypted = tested.decryptCbc(secret, start, bytesOf(ct), true);
    if (result === 'invalid') return succeeds(decrypted);
    return fits(await decrypted, msg) && fits(await tested.encryptCbc(secret, start, bytesOf(msg), true), ct);
  });
  wycheproof(
    'aes_gcm',
    40,
    async ({ key = '', iv = '', aad = '', msg = '', ct = '', tag = '', result }, of) => {
      if (of.keySize !== 256 || of.ivSize !== 96 || of.tagSize !== 128) return undefined;
      const own = await tested.importGcmKey(bytesOf(key));
      const usages: KeyUsage[] = ['encrypt', 'decrypt'];
      const given = await crypto.subtle.importKey('raw', bytesOf(key), 'AES-GCM', false, usages);
      const passed: boolean[] = [];
      for (const secret of [own, given]) {
        const opened = tested.decryptGcm(secret, bytesOf(iv), bytesOf(aad), bytesOf(ct + tag));
        if (result === 'invalid') passed.push(await succeeds(opened));
        else {
          const sealed = await tested.encryptGcm(secret, bytesOf(iv), bytesOf(aad), bytesOf(msg));
          passed.push(fits(await opened, msg) && fits(sealed, ct + tag));
        }
      }
      equal(passed[0], passed[1], 'our key and that of the caller');
      return passed[0];
    },
  );
  wycheproof('ecdh_secp256r1_ecpoint', 300, async ({ public: other = '', private: own = '', shared }) => {
    const publicKey = pointOf(bytesOf(other));
    if (publicKey === undefined) return false;
    return fits(await tested.agree(pairOf(number(own)), publicKey), shared);
  });
  wycheproof('ecdsa_secp256r1_sha256', 400, async ({ msg = '', sig = '' }, { publicKey }) => {
    const signature = signatureFromDer(bytesOf(sig));
    if (signature === undefined) return false;
    return tested.verify(point(bytesOf(publicKey?.uncompressed ?? '')), bytesOf(msg), signature);
  });
  wycheproof('ecdsa_secp256r1_sha256_p1363', 200, async ({ msg = '', sig = '' }, { publicKey }) =>
    tested.verify(point(bytesOf(publicKey?.uncompressed ?? '')), bytesOf(msg), bytesOf(sig)),
  );

  check('SHA-256 is that of WebCrypto, for all lengths around its blocks', async () => {
    for (let length = 0; length < 200; length++) {
      const data = random(length);
      equal(tested.sha256(data), new Uint8Array(await crypto.subtle.digest('SHA-256', data)), `${length} B`);
    }
  });

  check('HMAC takes keys and messages of any length, also views, and changes neither', async () => {
    for (const keyLength of [0, 1, 16, 63, 64, 65, 200]) {
      for (const length of [0, 1, 63, 64, 65, 1023, 1024, 1025, 5000]) {
        const [key, data] = [random(keyLength + 3).subarray(3), random(length + 5).subarray(5)];
        const before = hexOf(key) + hexOf(data);
        const usable = key.length === 0 ? new Uint8Array(1) : key;
        const algorithm = { name: 'HMAC', hash: 'SHA-256' };
        const imported = await crypto.subtle.importKey('raw', usable, algorithm, false, ['sign']);
        const expected = new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
        equal(tested.hmacSha256(key, data), expected, `key of ${keyLength} B, message of ${length} B`);
        equal(hexOf(key) + hexOf(data), before, 'what was given');
      }
    }
  });

  check('PBKDF2 rejects no iterations', () =>
    rejects(tested.pbkdf2('SHA-256', random(4), random(16), 0), '0 iterations'),
  );

  check('a fresh pair is one, and each is another', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const { privateKey, publicKey } = await tested.generateKeyPair();
      equal(privateKey.length, 32, 'length of the private key');
      equal(publicKey, p256.getPublicKey(privateKey, false), 'public key');
      seen.add(hexOf(publicKey));
    }
    equal(seen.size, 20, 'pairs');
  });

  check('both sides agree, whoever is fresh', async () => {
    for (let i = 0; i < 5; i++) {
      const [own, other] = [await tested.generateKeyPair(), await tested.generateKeyPair()];
      const shared = await tested.agree(own, other.publicKey);
      equal(shared, await tested.agree(other, own.publicKey), 'both are kept');
      equal(shared, p256.getSharedSecret(own.privateKey, other.publicKey, true).slice(1), 'secret');
      const once = await tested.agreeOnce(own.publicKey);
      equal(once.secret, await tested.agree(own, point(once.publicKey)), 'one is fresh');
    }
  });

  check('the private keys 1 and n - 1 agree and sign; 0, n and beyond do neither', async () => {
    const { publicKey } = await tested.generateKeyPair();
    for (const key of [scalar(1n), scalar(N - 1n)]) {
      const expected = p256.getSharedSecret(key, publicKey, true).slice(1);
      equal(await tested.agree(pairOf(key), publicKey), expected, hexOf(key));
      const signature = await tested.sign(pairOf(key), key);
      equal(await tested.verify(pairOf(key).publicKey, key, signature), true, hexOf(key));
    }
    const invalid = [0n, N, N + 1n, 2n ** 256n - 1n].map(scalar);
    for (const privateKey of [...invalid, NOTHING, random(31), random(33)]) {
      await rejects(tested.agree({ privateKey, publicKey }, publicKey), `agree ${hexOf(privateKey)}`);
      await rejects(tested.sign({ privateKey, publicKey }, NOTHING), `sign ${hexOf(privateKey)}`);
    }
  });

  check('a signature holds for its key and data, and in no damaged form', async () => {
    const own = await tested.generateKeyPair();
    const data = random(100);
    const signature = await tested.sign(own, data);
    equal(signature.length, 64, 'length');
    equal(await tested.verify(own.publicKey, data, signature), true, 'verified');
    const options = { format: 'der', lowS: false } as const;
    equal(p256.verify(signatureToDer(signature), data, own.publicKey, options), true, 'by another');
    const other = (await tested.generateKeyPair()).publicKey;
    equal(await tested.verify(other, data, signature), false, 'another key');
    for (let at = 0; at < 64; at++) {
      const damaged = signature.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      equal(await tested.verify(own.publicKey, data, damaged), false, `damaged at ${at}`);
    }
    // The other value of s that fits as well, which Java's signatures may have.
    const s = BigInt(`0x${hexOf(signature.subarray(32))}`);
    const twin = bytesOf(hexOf(signature.subarray(0, 32)) + hexOf(scalar(N - s)));
    equal(await tested.verify(own.publicKey, data, twin), true, 'the other s');
    for (const length of [0, 32, 63]) {
      equal(await tested.verify(own.publicKey, data, signature.slice(0, length)), false, `${length} B`);
    }
    const zeros = new Uint8Array(64);
    equal(await tested.verify(own.publicKey, data, zeros), false, 'zeros');
  });

  check('AES-CBC is that of another implementation, padded or not', async () => {
    const [key, iv] = [random(16), random(16)];
    for (const length of [0, 1, 15, 16, 17, 32, 33, 160]) {
      const data = random(length);
      for (const padded of [true, false]) {
        if (!padded && length % 16 !== 0) {
          await rejects(tested.encryptCbc(key, iv, data, false), `encrypt ${length} B`);
          await rejects(tested.decryptCbc(key, iv, data, false), `decrypt ${length} B`);
          continue;
        }
        const encrypted = cbc(key, iv, { disablePadding: !padded }).encrypt(data);
        equal(await tested.encryptCbc(key, iv, data, padded), encrypted, `${length} B, padded ${padded}`);
        equal(await tested.decryptCbc(key, iv, Uint8Array.from(encrypted), padded), data, 'back');
      }
    }
    await rejects(tested.decryptCbc(key, iv, NOTHING, true), 'no padding at all');
  });

  check('AES-CBC refuses every wrong padding', async () => {
    const [key, iv] = [random(16), random(16)];
    const refuse = async (block: Bytes): Promise<void> => {
      const encrypted = Uint8Array.from(cbc(key, iv, { disablePadding: true }).encrypt(block));
      await rejects(tested.decryptCbc(key, iv, encrypted, true), hexOf(block));
    };
    for (const last of [0, 17, 18, 128, 255]) await refuse(new Uint8Array(16).fill(last));
    for (let padding = 2; padding <= 16; padding++) {
      const block = new Uint8Array(16).fill(padding);
      block[16 - padding] = padding ^ 1;
      await refuse(block);
    }
  });

  check(
    'what AES-GCM has encrypted is opened only if unchanged, with our keys and those of callers',
    async () => {
      const bytes = random(32);
      const usages: KeyUsage[] = ['encrypt', 'decrypt'];
      const given = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, usages);
      for (const key of [await tested.importGcmKey(bytes), given]) {
        const [nonce, bound, data] = [random(12), random(20), random(40)];
        const sealed = await tested.encryptGcm(key, nonce, bound, data);
        equal(sealed.length, 56, 'length');
        equal(await tested.decryptGcm(key, nonce, bound, sealed), data, 'back');
        const flipped = (of: Bytes, at: number): Bytes => of.map((byte, i) => (i === at ? byte ^ 1 : byte));
        for (let at = 0; at < sealed.length; at++) {
          await rejects(tested.decryptGcm(key, nonce, bound, flipped(sealed, at)), `damaged at ${at}`);
        }
        for (let length = 0; length < sealed.length; length += 5) {
          await rejects(tested.decryptGcm(key, nonce, bound, sealed.slice(0, length)), `cut to ${length}`);
        }
        await rejects(tested.decryptGcm(key, flipped(nonce, 3), bound, sealed), 'another nonce');
        await rejects(tested.decryptGcm(key, nonce, flipped(bound, 3), sealed), 'other associated data');
      }
      const key = await tested.importGcmKey(bytes);
      equal(key.extractable, false, 'extractable');
    },
  );

  check('arguments may be wiped as soon as a call has returned', async () => {
    const [own, other] = [await tested.generateKeyPair(), await tested.generateKeyPair()];
    const copyOf = ({ privateKey, publicKey }: KeyPair): KeyPair => ({
      privateKey: Uint8Array.from(privateKey),
      publicKey,
    });
    const cases: [string, (given: Bytes[], pair: KeyPair) => Promise<unknown>, number[]][] = [
      ['hkdf', ([a = NOTHING, b = NOTHING, c = NOTHING]) => tested.hkdfSha256(a, b, c, 32), [32, 16, 8]],
      ['pbkdf2', ([a = NOTHING, b = NOTHING]) => tested.pbkdf2('SHA-256', a, b, 10), [8, 16]],
      ['agree', (_, pair) => tested.agree(pair, other.publicKey), []],
      [
        'encryptCbc',
        ([a = NOTHING, b = NOTHING, c = NOTHING]) => tested.encryptCbc(a, b, c, true),
        [16, 16, 20],
      ],
      [
        'decryptCbc',
        ([a = NOTHING, b = NOTHING, c = NOTHING]) => tested.decryptCbc(a, b, c, false),
        [16, 16, 32],
      ],
    ];
    for (const [name, call, lengths] of cases) {
      const given = lengths.map(random);
      const expected = await call(
        given.map((it) => it.slice()),
        copyOf(own),
      );
      const pair = copyOf(own);
      const result = call(given, pair);
      for (const it of [...given, pair.privateKey]) it.fill(0);
      equal(await result, expected, name);
    }
    const pair = copyOf(own);
    const data = random(30);
    const signing = tested.sign(pair, data);
    const signed = data.slice();
    pair.privateKey.fill(0);
    data.fill(0);
    const signature = await signing;
    const [given, content] = [signature.slice(), signed.slice()];
    const verifying = tested.verify(own.publicKey, content, given);
    given.fill(0);
    content.fill(0);
    equal(await verifying, true, 'sign and verify');
    const bytes = random(32);
    const [nonce, value] = [random(12), random(20)];
    const importing = tested.importGcmKey(bytes);
    const kept = bytes.slice();
    bytes.fill(0);
    const sealed = await tested.encryptGcm(await importing, nonce, NOTHING, value);
    equal(await tested.decryptGcm(await tested.importGcmKey(kept), nonce, NOTHING, sealed), value, 'import');
  });

  check('points: both forms of each valid one, and nothing else', () => {
    for (let i = 1n; i <= 40n; i++) {
      const key = scalar(i * 0x123456789abcdef0123456789abcdefn);
      const [whole, short] = [p256.getPublicKey(key, false), p256.getPublicKey(key, true)];
      equal(pointOf(whole), whole, 'uncompressed');
      equal(pointOf(short), whole, 'from compressed');
      equal(compressed(point(whole)), short, 'compressed');
    }
    const whole = Uint8Array.from(p256.getPublicKey(scalar(7n), false));
    const change = (at: number, value: number, of = whole): Bytes =>
      Uint8Array.from(of, (byte, i) => (i === at ? value : byte));
    const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
    // The point whose x is 5, and the same x beyond p.
    const five = Uint8Array.of(2, ...scalar(5n));
    const beyond = Uint8Array.of(2, ...scalar(p + 5n));
    equal(pointOf(five)?.length, 65, 'x = 5');
    const invalid: [string, Uint8Array][] = [
      ['nothing', NOTHING],
      ['infinity', Uint8Array.of(0)],
      ['infinity, padded', new Uint8Array(33)],
      ['infinity, padded to 65 B', new Uint8Array(65)],
      ['zeros as uncompressed', change(0, 4, new Uint8Array(65))],
      ['y changed', change(64, (whole[64] ?? 0) ^ 1)],
      ['x changed', change(1, (whole[1] ?? 0) ^ 1)],
      ['hybrid, even', change(0, 6)],
      ['hybrid, odd', change(0, 7)],
      ['a compressed form of 65 B', change(0, 2)],
      ['an uncompressed form of 33 B', change(0, 4, whole.slice(0, 33))],
      ['a byte too few', whole.slice(0, 64)],
      ['a byte too many', Uint8Array.of(...whole, 0)],
      ['without a root', Uint8Array.of(2, ...scalar(7n))],
      ['x beyond p', beyond],
      ['y beyond p', Uint8Array.of(4, ...scalar(p + 5n), ...whole.slice(33))],
      ['x = p', Uint8Array.of(3, ...scalar(p))],
    ];
    for (const [what, bytes] of invalid) equal(pointOf(bytes), undefined, what);
  });

  return checks;
}
