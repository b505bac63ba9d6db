/*
 * What the native contestants share: they are started with a token (id, secret in hex), say in their first line what
 * they are, and answer lines on standard input: "sample N" with N headers, a line each; "time S" with nanoseconds for
 * one header, from working for S seconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECRET_LENGTH 16
#define HEADER_LENGTH 256

/* One SHA-256 digest and one nonce in Base64, with padding and the final zero. */
#define DIGEST_BASE64 45
#define NONCE_BASE64 25

static const char *token_id;
static uint8_t secret[SECRET_LENGTH];

/* Of each contestant: what it is, one header into `header`, and the part of that work that is timed. */
static void print_version(void);
static void make_header(char header[HEADER_LENGTH]);
static void work(void);
static void prepare(void);

static inline uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static inline void write_header(char header[HEADER_LENGTH], const char *digest, const char *nonce, const char *timestamp) {
    snprintf(header, HEADER_LENGTH,
             "PowerAuth version=\"3.3\", token_id=\"%s\", token_digest=\"%s\", nonce=\"%s\", timestamp=\"%s\"",
             token_id, digest, nonce, timestamp);
}

static double time_ns(double seconds) {
    const uint64_t start = now_ns();
    const uint64_t end = start + (uint64_t)(seconds * 1e9);
    uint64_t made = 0, now;
    do {
        for (int i = 0; i < 1000; i++) work();
        made += 1000;
        now = now_ns();
    } while (now < end);
    return (double)(now - start) / (double)made;
}

int main(int count, char **arguments) {
    if (count != 3 || strlen(arguments[2]) != 2 * SECRET_LENGTH) return 2;
    token_id = arguments[1];
    for (int i = 0; i < SECRET_LENGTH; i++) {
        const char digits[3] = {arguments[2][2 * i], arguments[2][2 * i + 1], 0};
        secret[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    prepare();
    print_version();
    fflush(stdout);
    char line[64];
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strncmp(line, "sample ", 7) == 0) {
            char header[HEADER_LENGTH];
            for (int left = atoi(line + 7); left > 0; left--) {
                make_header(header);
                puts(header);
            }
        } else if (strncmp(line, "time ", 5) == 0) {
            printf("%.3f\n", time_ns(atof(line + 5)));
        } else {
            return 2;
        }
        fflush(stdout);
    }
    return 0;
}
