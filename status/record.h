/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The record: what the helper knows of a session, as NUL-terminated
 * "KEY=value" strings one after the other, the version first.  Questions,
 * answers and verdicts of stssl-status(7) have the same form, so this is the
 * protocol's only codec.  Every key is known by name, none may come twice,
 * and a record is at most 64 KiB.
 */
#ifndef STATUS_RECORD_H
#define STATUS_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#define STSSL_RECORD_MAX     65536
#define STSSL_RECORD_VERSION "1"
/* The string that every record begins with. */
#define STSSL_RECORD_FRONT "STSSL_VERSION=" STSSL_RECORD_VERSION
/* An indexed key goes from _0 to _255. */
#define STSSL_INDEX_MAX 256

/* Every key; ONE comes once, MANY is numbered: NAME_0, NAME_1, ... */
#define STSSL_KEYS(X)                       \
	/* the envelope */                  \
	X(STSSL_VERSION, ONE)               \
	X(STSSL_ASK, ONE)                   \
	X(STSSL_RESULT, ONE)                \
	X(STSSL_CONNECTION, MANY)           \
	X(STSSL_AFTER, ONE)                 \
	X(STSSL_METRICS, ONE)               \
	X(STSSL_ERROR, ONE)                 \
	/* the session */                   \
	X(STSSL_SESSION, ONE)               \
	X(STSSL_LISTENER, ONE)              \
	X(REMOTE_ADDR, ONE)                 \
	X(REMOTE_PORT, ONE)                 \
	X(STSSL_EDGE, ONE)                  \
	/* TLS: names as in mod_ssl */      \
	X(SSL_PROTOCOL, ONE)                \
	X(SSL_CIPHER, ONE)                  \
	X(SSL_TLS_SNI, ONE)                 \
	X(SSL_SESSION_RESUMED, ONE)         \
	X(SSL_CLIENT_VERIFY, ONE)           \
	X(SSL_CLIENT_S_DN, ONE)             \
	X(SSL_CLIENT_I_DN, ONE)             \
	X(SSL_CLIENT_S_DN_CN, ONE)          \
	X(SSL_CLIENT_M_SERIAL, ONE)         \
	X(SSL_CLIENT_V_START, ONE)          \
	X(SSL_CLIENT_V_END, ONE)            \
	X(SSL_CLIENT_SAN_Email, MANY)       \
	X(SSL_CLIENT_SAN_DNS, MANY)         \
	X(SSL_CLIENT_SAN_URI, MANY)         \
	X(SSL_CLIENT_SAN_OTHER_msUPN, MANY) \
	X(SSL_CLIENT_CERT, ONE)             \
	X(SSL_CLIENT_CERT_SHA256, ONE)      \
	X(SSL_CLIENT_SPKI_SHA256, ONE)      \
	/* the verdict */                   \
	X(STSSL_USER, ONE)                  \
	X(STSSL_SERVICE, ONE)               \
	X(STSSL_CLASS, ONE)                 \
	X(STSSL_VERDICT, ONE)               \
	X(STSSL_REASON, ONE)                \
	X(STSSL_DATA, ONE)                  \
	/* what a list has besides */       \
	X(STSSL_AGE, ONE)                   \
	X(STSSL_BYTES_IN, ONE)              \
	X(STSSL_BYTES_OUT, ONE)             \
	X(STSSL_KERNEL_TLS, ONE)            \
	/* sources with a penalty */        \
	X(STSSL_SOURCE, MANY)

enum stssl_key {
#define X(name, count) STSSL_KEY_##name,
	STSSL_KEYS(X)
#undef X
	STSSL_KEY_COUNT
};

/* The value of the string "KEY=value"; NULL when it is one of another key. */
const char *stssl_key_value(const char *string, enum stssl_key key);

/*
 * `text` holds `len` bytes of strings, each with its NUL.  A record that is
 * all zero (stssl_record_init) is empty.  It owns its text.
 */
struct stssl_record {
	char *text;
	size_t len;
	size_t size;
};

/* Start an empty record; no memory is taken yet. */
void stssl_record_init(struct stssl_record *r);

/* Wipe and free the text.  The record is empty afterwards. */
void stssl_record_done(struct stssl_record *r);

/*
 * Append "KEY=value"; the nth form appends "KEY_<n>=value", n counting up from
 * 0 without gaps.  The first append puts STSSL_VERSION in front by itself.
 * Returns 0; -EEXIST when the key is there already; -EINVAL for a wrong
 * index or a key that is not of that form; -E2BIG past STSSL_RECORD_MAX;
 * -ENOMEM.  The record is unchanged on failure.
 */
int stssl_record_put(
    struct stssl_record *r, enum stssl_key key, const char *value);
int stssl_record_put_nth(
    struct stssl_record *r, enum stssl_key key, unsigned n, const char *value);

/* The value of a key, owned by the record; NULL when it is absent. */
const char *stssl_record_get(const struct stssl_record *r, enum stssl_key key);
const char *stssl_record_get_nth(
    const struct stssl_record *r, enum stssl_key key, unsigned n);

/*
 * Walk over the strings: NULL gives the first "KEY=value", a string of this
 * record the one after it; NULL at the end.
 */
const char *stssl_record_next(const struct stssl_record *r, const char *at);

/*
 * Check `len` bytes that came from elsewhere and copy them into *ret, which
 * must be empty.  Returns 0; -ESTALE when the first string is a version that
 * is not ours; -E2BIG; -ENOMEM; -EBADMSG for anything else that is not a
 * record: no version, a missing last NUL, an unknown or repeated key, an index
 * out of order, an empty string.  *ret is untouched on failure.
 */
int stssl_record_decode(
    const void *bytes, size_t len, struct stssl_record *ret);

#endif
