/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A CA that has changed its key, and lists by one key about certificates by the
 * other.
 */
#include <config.h>
#include "tests/path-stage.h"

#include <stdio.h>
#include <string.h>

#include "status/tools/words.h"
#include "x509/verify.h"

/* A list by one key of the CA, about the certificates of both. */
static const struct list_case {
	const char *cas, *chain;
	struct {
		char by;
		const char *revoked;
		bool is_over;
	} lists[2];
	enum stssl_failure expect;
} lists[] = {
	{ "R", "e", { { 'R', "", false } }, GOOD },
	{ "R", "e", { { 'R', "e", false } }, F(REVOKED) },
	/* new with old */
	{ "Rw", "e", { { 'N', "", false } }, GOOD },
	{ "RNw", "e", { { 'N', "", false } }, GOOD },
	{ "Rw", "e", { { 'N', "e", false } }, F(REVOKED) },
	{ "Rw", "e", { { 'N', "", true } }, F(CRL_STALE) },
	{ "Rw", "d", { { 'N', "", false } }, GOOD },
	{ "Rw", "d", { { 'N', "d", false } }, F(REVOKED) },
	/* old with new */
	{ "N", "eo", { { 'N', "", false } }, GOOD },
	{ "N", "eo", { { 'N', "e", false } }, F(REVOKED) },
	{ "N", "eo", { { 'N', "o", false } }, F(REVOKED) },
	{ "No", "e", { { 'N', "", false } }, GOOD },
	{ "RNo", "e", { { 'N', "", false } }, GOOD },
	/* a list of the old key that is over does not hide, nor harm */
	{ "Rw", "e", { { 'R', "", true }, { 'N', "", false } }, GOOD },
	{ "Rw", "e", { { 'R', "e", true }, { 'N', "", false } }, F(REVOKED) },
	{ "Rw", "e", { { 'R', "", false }, { 'N', "e", false } }, F(REVOKED) },
	/* the name alone does not do */
	{ "RN", "e", { { 'N', "", false } }, F(CRL_STALE) },
	{ "RZ", "e", { { 'Z', "", false } }, F(CRL_STALE) },
	{ "RZw", "e", { { 'Z', "", false } }, F(CRL_STALE) },
	{ "RNv", "e", { { 'N', "", false } }, F(CRL_STALE) },
	{ "RNk", "e", { { 'N', "", false } }, F(CRL_STALE) },
	/* what vouches for the new key is revoked */
	{ "Rw", "e", { { 'N', "w", false } }, F(CRL_STALE) },
	{ "Rw", "e", { { 'R', "w", true }, { 'N', "", false } }, F(CRL_STALE) },
	{ "Rw", "e", { { 'R', "w", false }, { 'N', "", false } }, GOOD },
};

static void
add_lists(struct world *w, const struct files *files, const struct list_case *c,
    struct x509_store *store)
{
	gnutls_datum_t texts[2] = { { NULL, 0 } };
	struct x509_error error;
	size_t count = 0;

	for (; count < 2 && c->lists[count].by != '\0'; count++) {
		const struct made *revoked[4];
		const char *letter = c->lists[count].revoked;
		size_t n = 0;

		for (; *letter != '\0'; letter++)
			revoked[n++] = world_of(w, *letter);
		texts[count] =
		    make_list(world_of(w, c->lists[count].by), NOON - 2 * HOUR,
			c->lists[count].is_over ? NOON - HOUR : NOON + HOUR,
			revoked, n);
	}
	OK(x509_store_add_lists(
	    store, write_file(files, "crl.pem", texts, count), &error));
	while (count-- > 0)
		gnutls_free(texts[count].data);
}

START_TEST(a_list_of_the_new_key_is_about_the_old_ones_certificates)
{
	const struct x509_terms terms = { NOON, X509_CLIENT_AUTH };
	const struct list_case *c = &lists[_i];
	struct x509_chain *chain;
	struct x509_store *store;
	enum stssl_failure found;
	struct files files;
	struct world w;

	files_init(&files);
	world_set(&w, true);
	store = world_trusting(&w, &files, c->cas);
	chain = world_chain(&w, c->chain);
	add_lists(&w, &files, c, store);
	found = x509_verify(store, chain, &terms);
	ck_assert_msg(found == c->expect, "%s to %s: %s", c->chain, c->cas,
	    found == GOOD ? "good" : stssl_failure_word(found));
	(void)x509_chain_free(chain);
	(void)x509_store_free(store);
	world_clear(&w);
	files_done(&files);
}
END_TEST

/* Lists that came when the session was there already: what is trusted then. */
static const struct later_case {
	const char *cas;
	char leaf;
	struct list_case lists;
	enum stssl_failure expect;
} later[] = {
	{ "R", 'e', { .lists = { { 'R', "e", false } } }, F(REVOKED) },
	{ "Rw", 'e', { .lists = { { 'N', "e", false } } }, F(REVOKED) },
	{ "N", 'e', { .lists = { { 'N', "e", false } } }, F(REVOKED) },
	{ "N", 'e', { .lists = { { 'N', "d", false } } }, GOOD },
	{ "N", 'a', { .lists = { { 'N', "a", false } } }, GOOD },
	{ "RZ", 'e', { .lists = { { 'Z', "e", false } } }, GOOD },
};

START_TEST(a_list_of_the_new_key_ends_sessions_by_the_old_one)
{
	const struct later_case *c = &later[_i];
	struct x509_store *store;
	enum stssl_failure found;
	gnutls_datum_t pem;
	struct files files;
	struct world w;

	files_init(&files);
	world_set(&w, true);
	store = world_trusting(&w, &files, c->cas);
	add_lists(&w, &files, &c->lists, store);
	pem = pem_of(world_of(&w, c->leaf));
	found = x509_verify_again(store, (const char *)pem.data, NOON);
	ck_assert_msg(found == c->expect, "%c, %s trusted: %s", c->leaf, c->cas,
	    found == GOOD ? "good" : stssl_failure_word(found));
	gnutls_free(pem.data);
	(void)x509_store_free(store);
	world_clear(&w);
	files_done(&files);
}
END_TEST

size_t
rollover_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_list_of_the_new_key_is_about_the_old_ones_certificates,
		    ROWS(lists) },
		{ a_list_of_the_new_key_ends_sessions_by_the_old_one,
		    ROWS(later) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
