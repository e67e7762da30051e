/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A world of CAs that have certificates from each other.
 */
#ifndef TESTS_PATH_STAGE_H
#define TESTS_PATH_STAGE_H

#include "tests/certificates.h"
#include "tests/test-x509.h"
#include "x509/chain.h"
#include "x509/store.h"

#define OK(call) ck_assert_int_ge((call), 0)
#define GOOD     STSSL_FAILURE_NONE
#define F(word)  STSSL_FAILURE_##word

/*
 * The certificates of the world, each with one letter:
 *	R root, O its certificate before, which is over, X a root elsewhere,
 *	Z one of the name of R, but with another key
 *	I issuing CA by R, J the same by X, P the same by O, over
 *	a leaf by I
 *	and variants of J that are wrong: n no CA, s spoilt, l of path length
 *	0, * for anything; c is right, for clients
 *	S a CA by J, b a leaf by S
 *	N the new key of R, by itself; o old with new, w new with old
 *	d a leaf by N, e one by R
 *	v new with old, over; k the same, not for lists
 * They are made with identifiers of keys, or without.
 */
#define WORLD "ROXZIJPansl*cSbNowdevk"

struct world {
	struct made made[sizeof WORLD - 1];
};

void world_set(struct world *w, bool has_ids);
void world_clear(struct world *w);

/* The certificate of this letter. */
struct made *world_of(struct world *w, char letter);

/* A store that trusts these letters, a chain of them. */
struct x509_store *world_trusting(
    struct world *w, const struct files *files, const char *cas);
struct x509_chain *world_chain(struct world *w, const char *certs);

#endif
