/*
 * What one core can do at most: the two compressions of SHA-256 that each header needs when the key's blocks are taken
 * in already (RFC 2104, section 4), by the processor's own instructions, and nothing else.
 *
 * As a library has it, a compression takes a block of bytes, and the digest is bytes. With IN_REGISTERS defined neither
 * is ever written to memory, so that the processor begins a header before it has ended the last: no real caller gets there.
 */
#include "program.h"
#include <immintrin.h>

/* FIPS 180-4, section 4.2.2. */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
static const uint32_t H[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* The state in the order that the instructions want: a is the highest lane. */
typedef struct {
    __m128i abef, cdgh;
} state;

/* 16 words, four in a vector, the first in the lowest lane. */
typedef struct {
    __m128i words[4];
} block;

static state state_of(__m128i abcd, __m128i efgh) {
    return (state){
        .abef = _mm_shuffle_epi32(_mm_unpacklo_epi64(abcd, efgh), 0x1b),
        .cdgh = _mm_shuffle_epi32(_mm_unpackhi_epi64(abcd, efgh), 0x1b),
    };
}

static inline state compress(state from, block of) {
    state to = from;
    __m128i *w = of.words;
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
        if (i >= 4) {
            const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]),
                                              _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
            w[i & 3] = _mm_sha256msg2_epu32(sum, w[(i + 3) & 3]);
        }
        const __m128i wk = _mm_add_epi32(w[i & 3], _mm_loadu_si128((const __m128i *)&K[4 * i]));
        to.cdgh = _mm_sha256rnds2_epu32(to.cdgh, to.abef, wk);
        to.abef = _mm_sha256rnds2_epu32(to.abef, to.cdgh, _mm_shuffle_epi32(wk, 0x0e));
    }
    return (state){_mm_add_epi32(to.abef, from.abef), _mm_add_epi32(to.cdgh, from.cdgh)};
}

static inline __m128i swapped(__m128i words) {
    return _mm_shuffle_epi8(words, _mm_set_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203));
}

static inline block block_of(const uint8_t bytes[64]) {
    block read;
    for (int i = 0; i < 4; i++) read.words[i] = swapped(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)));
    return read;
}

/* The digest's words as the beginning of the outer message, with its padding: 32 B behind a block of 64 B. */
static inline block outer_block(state digest) {
    const __m128i abef = _mm_shuffle_epi32(digest.abef, 0x1b), cdgh = _mm_shuffle_epi32(digest.cdgh, 0x1b);
    return (block){{
        _mm_unpacklo_epi64(abef, cdgh),
        _mm_unpackhi_epi64(abef, cdgh),
        _mm_set_epi32(0, 0, 0, (int)0x80000000),
        _mm_set_epi32((64 + 32) * 8, 0, 0, 0),
    }};
}

/* After the key's blocks. */
static state inner, outer;
/* The inner message as it is padded, its digest as the outer message is padded, and the header's digest. */
static uint8_t inner_bytes[64], outer_bytes[64], digest_bytes[32];

static inline void store(uint8_t bytes[32], block digest) {
    _mm_storeu_si128((__m128i *)bytes, swapped(digest.words[0]));
    _mm_storeu_si128((__m128i *)(bytes + 16), swapped(digest.words[1]));
}

#ifdef IN_REGISTERS
static inline block hmac(block message) { return outer_block(compress(outer, outer_block(compress(inner, message)))); }

static void make_digest(void) { store(digest_bytes, hmac(block_of(inner_bytes))); }

/* Another message each time, and a digest that somebody could read. */
static void work(void) {
    static block message;
    static volatile __m128i last;
    message.words[0] = _mm_add_epi32(message.words[0], _mm_set1_epi32(1));
    last = hmac(message).words[0];
    (void)last;
}
#else
static __attribute__((noinline)) void compress_bytes(uint8_t digest[32], state from, const uint8_t bytes[64]) {
    store(digest, outer_block(compress(from, block_of(bytes))));
}

static void make_digest(void) {
    compress_bytes(outer_bytes, inner, inner_bytes);
    compress_bytes(digest_bytes, outer, outer_bytes);
}

/* Another message each time. */
static void work(void) {
    make_digest();
    inner_bytes[0]++;
}
#endif

static void prepare(void) {
    const state start = state_of(_mm_loadu_si128((const __m128i *)H), _mm_loadu_si128((const __m128i *)(H + 4)));
    uint8_t inner_pad[64], outer_pad[64];
    memset(inner_pad, 0x36, 64);
    memset(outer_pad, 0x5c, 64);
    for (int i = 0; i < SECRET_LENGTH; i++) {
        inner_pad[i] ^= secret[i];
        outer_pad[i] ^= secret[i];
    }
    inner = compress(start, block_of(inner_pad));
    outer = compress(start, block_of(outer_pad));
    outer_bytes[32] = 0x80;
    outer_bytes[62] = (64 + 32) * 8 >> 8;
}

static void print_version(void) { printf("cc %s\n", __VERSION__); }

static void encode_base64(char *text, const uint8_t *bytes, int length) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < length; i += 3) {
        const uint32_t three = (uint32_t)bytes[i] << 16 | (i + 1 < length ? (uint32_t)bytes[i + 1] << 8 : 0) |
                               (i + 2 < length ? bytes[i + 2] : 0);
        *text++ = alphabet[three >> 18];
        *text++ = alphabet[three >> 12 & 63];
        *text++ = i + 1 < length ? alphabet[three >> 6 & 63] : '=';
        *text++ = i + 2 < length ? alphabet[three & 63] : '=';
    }
    *text = 0;
}

/* A whole header, to prove that the compressions are right; not timed. */
static void make_header(char header[HEADER_LENGTH]) {
    FILE *random = fopen("/dev/urandom", "rb");
    memset(inner_bytes, 0, sizeof inner_bytes);
    if (random == NULL || fread(inner_bytes, 1, 16, random) != 16) exit(1);
    fclose(random);
    char timestamp[21];
    snprintf(timestamp, sizeof timestamp, "%llu", (unsigned long long)now_ms());
    const int length = 16 + snprintf((char *)inner_bytes + 16, 24, "&%s&3.3", timestamp);
    char nonce[NONCE_BASE64], digest[DIGEST_BASE64];
    encode_base64(nonce, inner_bytes, 16);
    inner_bytes[length] = 0x80;
    inner_bytes[62] = (uint8_t)((64 + length) * 8 >> 8);
    inner_bytes[63] = (uint8_t)((64 + length) * 8);
    make_digest();
    encode_base64(digest, digest_bytes, 32);
    write_header(header, digest, nonce, timestamp);
}
