/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Chains of certificates that are made, and judged, row by row.
 */
#ifndef TESTS_X509_STAGE_H
#define TESTS_X509_STAGE_H

#include "tests/certificates.h"
#include "tests/test-x509.h"
#include "x509/store.h"
#include "x509/verify.h"

#define CERTS    16
#define OK(call) ck_assert_int_ge((call), 0)
#define GOOD     STSSL_FAILURE_NONE
#define F(word)  STSSL_FAILURE_##word
#define CLIENTS  X509_CLIENT_AUTH

struct chain_case {
	const char *what;
	unsigned subs; /* CAs between the root and the leaf */
	making_edit root, sub, leaf;
	const char *purpose;
	enum stssl_failure expect;
};

struct chain_stage {
	struct made made[CERTS];
	unsigned count; /* root, CAs, leaf */
	struct x509_store *store;
	struct x509_chain *chain;
};

void chain_stage_set(struct chain_stage *s, const struct chain_case *c);
void chain_stage_clear(struct chain_stage *s);

/* Is the chain of this row what it says? */
void chain_check(const struct chain_case *c);

/* Put a certificate at the end of a chain. */
void chain_append(struct x509_chain *chain, const struct made *made);

/* A store with this CA; to be freed with x509_store_free(). */
struct x509_store *chain_trusting(const struct made *ca);

#endif
