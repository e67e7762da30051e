/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Several ways from a certificate to what is trusted, of which one is good, or
 * none.
 */
#include <config.h>
#include "tests/test-x509.h"

#include <stdio.h>
#include <string.h>

#include "status/tools/words.h"
#include "tests/certificates.h"
#include "x509/chain.h"
#include "x509/store.h"
#include "x509/verify.h"

#define OK(call) ck_assert_int_ge((call), 0)
#define GOOD     STSSL_FAILURE_NONE
#define F(word)  STSSL_FAILURE_##word

static void
that_is_over(struct making *m)
{
	OK(gnutls_x509_crt_set_activation_time(m->cert, NOON - 48 * HOUR));
	OK(gnutls_x509_crt_set_expiration_time(m->cert, NOON - 24 * HOUR));
}

static void
without_ids(struct making *m)
{
	m->has_no_ids = true;
}

static void
that_is_over_without_ids(struct making *m)
{
	that_is_over(m);
	without_ids(m);
}

static void
that_is_no_ca(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 0, -1));
}

static void
of_path_length_0(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 1, 0));
}

static void
for_anything(struct making *m)
{
	OK(gnutls_x509_crt_set_key_purpose_oid(m->cert, GNUTLS_KP_ANY, 0));
}

static void
for_clients(struct making *m)
{
	OK(gnutls_x509_crt_set_key_purpose_oid(
	    m->cert, GNUTLS_KP_TLS_WWW_CLIENT, 0));
}

static void
that_signs_no_lists(struct making *m)
{
	OK(gnutls_x509_crt_set_key_usage(m->cert, GNUTLS_KEY_KEY_CERT_SIGN));
}

static void
that_is_spoilt(struct making *m)
{
	m->spoil = true;
}

/*
 * All that a case can speak of, each with one letter:
 *	R root, O its certificate before, which is over, X a root elsewhere,
 *	Z one of the name of R, but with another key
 *	I issuing CA by R, J the same by X, P the same by O, over
 *	a leaf by I
 *	and variants of J that are wrong: n no CA, s spoilt, l of path length 0,
 *	* for anything; c is right, for clients
 *	S a CA by J, b a leaf by S
 *	N the new key of R, by itself; o old with new, w new with old
 *	d a leaf by N, e one by R
 *	v new with old, over; k the same, not for lists
 * All there is, once with identifiers of keys and once without.
 */
static const char letters[] = "ROXZIJPansl*cSbNowdevk";

struct world {
	struct made made[sizeof letters - 1];
};

static struct made *
of(struct world *w, char letter)
{
	const char *at = strchr(letters, letter);

	ck_assert(letter != '\0' && at != NULL);
	return &w->made[at - letters];
}

static void
world_set(struct world *w, bool has_ids)
{
	making_edit plain = has_ids ? NULL : without_ids;
	making_edit over = has_ids ? that_is_over : that_is_over_without_ids;
	struct made *r, *x, *i;

	*of(w, 'R') = make_ca("Root", NULL, plain);
	r = of(w, 'R');
	*of(w, 'O') = make_cross(r, NULL, over);
	*of(w, 'X') = make_ca("Elsewhere", NULL, plain);
	x = of(w, 'X');
	*of(w, 'Z') = make_ca("Root", NULL, plain);
	*of(w, 'I') = make_ca("Issuing", r, plain);
	i = of(w, 'I');
	*of(w, 'J') = make_cross(i, x, plain);
	*of(w, 'P') = make_cross(i, of(w, 'O'), over);
	*of(w, 'a') = make_leaf("alice", i, plain);
	*of(w, 'n') = make_cross(i, x, that_is_no_ca);
	*of(w, 's') = make_cross(i, x, that_is_spoilt);
	*of(w, 'l') = make_cross(i, x, of_path_length_0);
	*of(w, '*') = make_cross(i, x, for_anything);
	*of(w, 'c') = make_cross(i, x, for_clients);
	*of(w, 'S') = make_ca("Sub", i, plain);
	*of(w, 'b') = make_leaf("bob", of(w, 'S'), plain);
	*of(w, 'N') = make_ca("Root", NULL, plain);
	*of(w, 'o') = make_cross(r, of(w, 'N'), plain);
	*of(w, 'w') = make_cross(of(w, 'N'), r, plain);
	*of(w, 'd') = make_leaf("dora", of(w, 'N'), plain);
	*of(w, 'e') = make_leaf("erin", r, plain);
	*of(w, 'v') = make_cross(of(w, 'N'), r, over);
	*of(w, 'k') = make_cross(of(w, 'N'), r, that_signs_no_lists);
}

static void
world_clear(struct world *w)
{
	for (size_t i = 0; i < sizeof letters - 1; i++)
		unmake(&w->made[i]);
}

static struct x509_store *
trusting(struct world *w, const struct files *files, const char *cas)
{
	struct x509_store *store = x509_store_new(X509_STALE_REFUSE);
	gnutls_datum_t pems[8];
	struct x509_error error;
	size_t count = strlen(cas);

	for (size_t i = 0; i < count; i++)
		pems[i] = pem_of(of(w, cas[i]));
	OK(x509_store_add_cas(
	    store, write_file(files, "ca.pem", pems, count), &error));
	for (size_t i = 0; i < count; i++)
		gnutls_free(pems[i].data);
	return store;
}

static struct x509_chain *
chain_of(struct world *w, const char *certs)
{
	struct x509_chain *chain = x509_chain_new();

	for (; *certs != '\0'; certs++) {
		gnutls_datum_t der;

		OK(gnutls_x509_crt_export2(
		    of(w, *certs)->cert, GNUTLS_X509_FMT_DER, &der));
		x509_chain_add(chain, der.data, der.size);
		gnutls_free(der.data);
	}
	return chain;
}

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
			    trusting(&w, &files, paths[i].cas);
			struct x509_chain *chain = chain_of(&w, paths[i].chain);

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
			revoked[n++] = of(w, *letter);
		texts[count] =
		    make_list(of(w, c->lists[count].by), NOON - 2 * HOUR,
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
	store = trusting(&w, &files, c->cas);
	chain = chain_of(&w, c->chain);
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
	store = trusting(&w, &files, c->cas);
	add_lists(&w, &files, &c->lists, store);
	pem = pem_of(of(&w, c->leaf));
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
path_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ one_good_path_is_enough_and_none_is_told, 0 },
		{ a_list_of_the_new_key_is_about_the_old_ones_certificates,
		    ROWS(lists) },
		{ a_list_of_the_new_key_ends_sessions_by_the_old_one,
		    ROWS(later) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
