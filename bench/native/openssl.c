/*
 * A token header as the native SDKs make it: OpenSSL's HMAC over the whole key each time, OpenSSL's random generator,
 * Base64, one formatted string.
 */
#include "program.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

static char made[HEADER_LENGTH];

static void prepare(void) {}

static void print_version(void) { printf("%s, cc %s\n", OpenSSL_version(OPENSSL_VERSION), __VERSION__); }

static void make_header(char header[HEADER_LENGTH]) {
    uint8_t message[16 + 24], mac[32];
    if (RAND_bytes(message, 16) != 1) exit(1);
    char timestamp[21];
    snprintf(timestamp, sizeof timestamp, "%llu", (unsigned long long)now_ms());
    const int length = 16 + snprintf((char *)message + 16, 24, "&%s&3.3", timestamp);
    if (HMAC(EVP_sha256(), secret, SECRET_LENGTH, message, (size_t)length, mac, NULL) == NULL) exit(1);
    char digest[DIGEST_BASE64], nonce[NONCE_BASE64];
    EVP_EncodeBlock((uint8_t *)digest, mac, 32);
    EVP_EncodeBlock((uint8_t *)nonce, message, 16);
    write_header(header, digest, nonce, timestamp);
}

/* The whole header is timed. */
static void work(void) { make_header(made); }
