/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The words of records and verdicts, each said once: enum value, the stable
 * word that stands in records and logs, and a text for people.
 */
#ifndef STATUS_WORDS_H
#define STATUS_WORDS_H

#include <stdbool.h>

/* Why a client certificate that was presented did not verify. */
#define STSSL_FAILURES(X)                                                  \
	X(EXPIRED, "expired", "certificate expired")                       \
	X(NOT_YET_VALID, "not-yet-valid", "certificate not yet valid")     \
	X(REVOKED, "revoked", "certificate revoked")                       \
	X(UNKNOWN_CA, "unknown-ca", "certificate of an unknown CA")        \
	X(BAD_PURPOSE, "bad-purpose", "certificate not meant for clients") \
	X(WEAK, "weak", "certificate with a weak algorithm or key")        \
	X(BAD_SIGNATURE, "bad-signature", "bad signature in the chain")    \
	X(BAD_NAME, "bad-name", "unacceptable name in the certificate")    \
	X(CRL_STALE, "crl-stale", "revocation state is not known")         \
	X(UNPROVEN, "unproven", "its owner is not proven to be there")     \
	X(OTHER, "other", "certificate not accepted")

enum stssl_failure {
#define X(name, word, text) STSSL_FAILURE_##name,
	STSSL_FAILURES(X)
#undef X
	STSSL_FAILURE_COUNT,
	STSSL_FAILURE_NONE = STSSL_FAILURE_COUNT /* nothing is wrong */
};

/*
 * Read a word.  False, and *ret untouched, when it is none of the list:
 * callers refuse then.
 */
bool stssl_failure_parse(const char *word, enum stssl_failure *ret);

/* What was decided (STSSL_VERDICT). */
#define STSSL_VERDICTS(X)       \
	X(REFUSE, "refuse")     \
	X(PASSWORD, "password") \
	X(ACCEPT, "accept")

/* REFUSE is 0: what nobody set refuses. */
enum stssl_verdict {
#define X(name, word) STSSL_VERDICT_##name,
	STSSL_VERDICTS(X)
#undef X
	STSSL_VERDICT_COUNT
};

/* "refuse" for a value that is none of the enum. */
const char *stssl_verdict_word(enum stssl_verdict v);

#endif
