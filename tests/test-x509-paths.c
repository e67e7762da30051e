/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A certificate that is good by one path and not by others.
 */
#include <config.h>
#include "tests/path-stage.h"

#include <stdio.h>
#include <string.h>

#include "status/tools/words.h"
#include "x509/verify.h"

/* What is trusted, what is sent, and what comes of it. */
static const struct path_case {
	const char *cas, *chain;
	enum stssl_failure expect;
} paths[] = {
	/* trust in an intermediate is trust, whatever else is sent */
	{ "I", "a", GOOD },
	{ "I", "aI", GOOD },
	{ "I", "aIR", GOOD },
	{ "I", "aIX", GOOD },
	{ "I", "aJ", GOOD },
	{ "I", "aJX", GOOD },
	{ "I", "aIJX", GOOD },
	{ "I", "aPO", GOOD },
	{ "J", "aIR", GOOD },
	{ "I", "bSJX", GOOD },
	{ "I", "bSIo", GOOD },
	{ "I", "aIo", GOOD },
	{ "I", "aIoN", GOOD },
	/* two ways, one of them good */
	{ "R", "aJI", GOOD },
	{ "X", "aIJ", GOOD },
	{ "R", "aPI", GOOD },
	{ "RO", "aPI", GOOD },
	{ "OR", "aPI", GOOD },
	{ "OR", "aI", GOOD },
	{ "RO", "aIO", GOOD },
	{ "R", "aIO", GOOD },
	{ "OX", "aIOJ", GOOD },
	{ "ZR", "aI", GOOD },
	{ "RZ", "aI", GOOD },
	{ "ZX", "aIJ", GOOD },
	{ "PR", "aI", GOOD },
	{ "X", "aIPnslJ", GOOD },
	{ "X", "bSlJ", GOOD },
	{ "X", "a*c", GOOD },
	/* a new key */
	{ "N", "aIo", GOOD },
	{ "R", "dw", GOOD },
	{ "RN", "aI", GOOD },
	{ "NR", "aI", GOOD },
	{ "N", "dw", GOOD },
	/* none is good */
	{ "R", "aJ", F(UNKNOWN_CA) },
	{ "X", "aI", F(UNKNOWN_CA) },
	{ "X", "an", F(UNKNOWN_CA) },
	{ "X", "as", F(BAD_SIGNATURE) },
	{ "X", "bSl", F(UNKNOWN_CA) },
	{ "X", "a*", F(BAD_PURPOSE) },
	{ "X", "aI*", F(BAD_PURPOSE) },
	{ "X", "aIn", F(UNKNOWN_CA) },
	{ "N", "aI", F(BAD_SIGNATURE) },
	{ "Z", "aIoN", F(BAD_SIGNATURE) },
	{ "Z", "dw", F(BAD_SIGNATURE) },
	/* an expired CA is known */
	{ "O", "aI", F(EXPIRED) },
	{ "O", "aIO", F(EXPIRED) },
	{ "O", "aPI", F(EXPIRED) },
	{ "O", "aIR", F(EXPIRED) },
	{ "P", "a", F(EXPIRED) },
	{ "P", "aP", F(EXPIRED) },
	{ "P", "aI", F(EXPIRED) },
	{ "P", "aIR", F(EXPIRED) },
	{ "P", "aPO", F(EXPIRED) },
	{ "P", "aIJX", F(EXPIRED) },
	{ "P", "bSI", F(EXPIRED) },
};

static void
check(const struct path_case *c, enum stssl_failure found, bool has_ids)
{
	bool same = found == c->expect;

	/* Names alone do not tell keys apart: a wrong one has signed. */
	if (!has_ids || c->expect == F(BAD_SIGNATURE))
		same =
		    same ||
		    (found != GOOD && c->expect != GOOD &&
			(found == F(UNKNOWN_CA) || found == F(BAD_SIGNATURE)) &&
			(c->expect == F(UNKNOWN_CA) ||
			    c->expect == F(BAD_SIGNATURE)));
	ck_assert_msg(same, "%s to %s%s: %s, not %s", c->chain, c->cas,
	    has_ids ? "" : " without key identifiers",
	    found == GOOD ? "good" : stssl_failure_word(found),
	    c->expect == GOOD ? "good" : stssl_failure_word(c->expect));
}

START_TEST(one_good_path_is_enough_and_none_is_told)
{
	const struct x509_terms terms = { NOON, X509_CLIENT_AUTH };
	struct files files;

	files_init(&files);
	for (int has_ids = 1; has_ids >= 0; has_ids--) {
		struct world w;

		world_set(&w, has_ids != 0);
		for (size_t i = 0; i < ROWS(paths); i++) {
			struct x509_store *store =
			    world_trusting(&w, &files, paths[i].cas);
			struct x509_chain *chain =
			    world_chain(&w, paths[i].chain);

			check(&paths[i], x509_verify(store, chain, &terms),
			    has_ids != 0);
			(void)x509_chain_free(chain);
			(void)x509_store_free(store);
		}
		world_clear(&w);
	}
	files_done(&files);
}
END_TEST

size_t
path_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ one_good_path_is_enough_and_none_is_told, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
