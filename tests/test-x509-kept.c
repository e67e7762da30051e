/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A chain that was good and is kept: what is not computed again, and what is
 * judged again whenever it is looked at.
 */
#include <config.h>
#include "tests/list-stage.h"

#include <stdio.h>
#include <string.h>

#include "x509/chain.h"
#include "x509/verify.h"

#define GOOD    STSSL_FAILURE_NONE
#define F(word) STSSL_FAILURE_##word
/* When the lists below change. */
#define LATER (NOON + HOUR / 2)

static unsigned computed;

int __real_gnutls_x509_trust_list_verify_crt2(gnutls_x509_trust_list_t list,
    gnutls_x509_crt_t *certs, unsigned count, gnutls_typed_vdata_st *data,
    unsigned elements, unsigned flags, unsigned *status,
    gnutls_verify_output_function func);
int __wrap_gnutls_x509_trust_list_verify_crt2(gnutls_x509_trust_list_t list,
    gnutls_x509_crt_t *certs, unsigned count, gnutls_typed_vdata_st *data,
    unsigned elements, unsigned flags, unsigned *status,
    gnutls_verify_output_function func);

int
__wrap_gnutls_x509_trust_list_verify_crt2(gnutls_x509_trust_list_t list,
    gnutls_x509_crt_t *certs, unsigned count, gnutls_typed_vdata_st *data,
    unsigned elements, unsigned flags, unsigned *status,
    gnutls_verify_output_function func)
{
	computed++;
	return __real_gnutls_x509_trust_list_verify_crt2(
	    list, certs, count, data, elements, flags, status, func);
}

static struct list_stage stage;

static void
append(struct x509_chain *chain, const struct made *made)
{
	gnutls_datum_t der;

	OK(gnutls_x509_crt_export2(made->cert, GNUTLS_X509_FMT_DER, &der));
	x509_chain_add(chain, der.data, der.size);
	gnutls_free(der.data);
}

static struct x509_chain *
chain_of(const struct made *leaf)
{
	struct x509_chain *chain = x509_chain_new();

	append(chain, leaf);
	append(chain, &stage.ca);
	return chain;
}

static enum stssl_failure
look(struct x509_chain *chain, const struct x509_store *store, time_t now)
{
	const struct x509_terms terms = { now, X509_CLIENT_AUTH };

	return x509_verify_kept(store, chain, &terms);
}

static void
revoke(time_t begin, time_t end, const struct made *who)
{
	gnutls_datum_t lists[2];

	lists[0] = make_list(&stage.ca, begin, end, &who, who != NULL);
	lists[1] = make_list(&stage.root, NOON - HOUR, NOON + HOUR, NULL, 0);
	list_add(&stage, write_file(&stage.files, "lists", lists, 2));
	gnutls_free(lists[0].data);
	gnutls_free(lists[1].data);
}

static void
no_lists(void)
{
}

static void
a_list_that_ends(void)
{
	revoke(NOON - HOUR, LATER, NULL);
}

static void
a_list_that_will_revoke(void)
{
	revoke(NOON - HOUR, NOON + HOUR, NULL);
	revoke(LATER, NOON + HOUR, &stage.alice);
}

static const struct {
	void (*prepare)(void);
	enum stssl_failure later;
} kept[] = {
	{ no_lists, GOOD },
	{ a_list_that_ends, F(CRL_STALE) },
	{ a_list_that_will_revoke, F(REVOKED) },
};

START_TEST(a_kept_chain_is_judged_by_the_time_and_the_lists_of_each_look)
{
	const time_t times[] = { NOON, NOON, LATER + 1, NOON, NOON + HOUR + 1,
		NOON - HOUR - 1, LATER + 1, NOON };
	struct x509_chain *chain, *anew;
	enum stssl_failure first = GOOD;

	list_stage_set(&stage);
	kept[_i].prepare();
	chain = chain_of(&stage.alice);
	anew = chain_of(&stage.alice);
	for (size_t i = 0; i < ROWS(times); i++) {
		const struct x509_terms terms = { times[i], X509_CLIENT_AUTH };
		enum stssl_failure found = look(chain, stage.store, times[i]);

		ck_assert_int_eq(found, x509_verify(stage.store, anew, &terms));
		if (times[i] == LATER + 1)
			ck_assert_int_eq(found, kept[_i].later);
		first = i == 0 ? found : first;
	}
	ck_assert_int_eq(first, GOOD);
	(void)x509_chain_free(chain);
	(void)x509_chain_free(anew);
	list_stage_clear(&stage);
}
END_TEST

START_TEST(a_good_chain_is_computed_once)
{
	struct x509_chain *chain;

	list_stage_set(&stage);
	a_list_that_ends();
	chain = chain_of(&stage.alice);
	computed = 0;
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(look(chain, stage.store, NOON), GOOD);
	ck_assert_uint_eq(computed, 1);
	/* Not good: from here on all is computed, until it is good again. */
	ck_assert_int_eq(look(chain, stage.store, LATER + 1), F(CRL_STALE));
	ck_assert_uint_eq(computed, 2);
	ck_assert_int_eq(look(chain, stage.store, NOON), GOOD);
	ck_assert_uint_eq(computed, 3);
	(void)x509_chain_free(chain);
	list_stage_clear(&stage);
}
END_TEST

static void
for_clients_only(struct making *m)
{
	OK(gnutls_x509_crt_set_key_purpose_oid(
	    m->cert, GNUTLS_KP_TLS_WWW_CLIENT, 0));
}

START_TEST(a_kept_chain_is_good_for_one_store_and_one_purpose)
{
	const struct x509_terms servers = { NOON, GNUTLS_KP_TLS_WWW_SERVER };
	struct x509_store *other = x509_store_new(X509_STALE_REFUSE);
	struct x509_chain *chain;
	struct made leaf;

	list_stage_set(&stage);
	leaf = make_leaf("alice", &stage.ca, for_clients_only);
	chain = chain_of(&leaf);
	ck_assert_int_eq(look(chain, stage.store, NOON), GOOD);
	ck_assert_int_eq(look(chain, other, NOON), F(UNKNOWN_CA));
	ck_assert_int_eq(look(chain, stage.store, NOON), GOOD);
	ck_assert_int_eq(
	    x509_verify_kept(stage.store, chain, &servers), F(BAD_PURPOSE));
	ck_assert_int_eq(look(chain, stage.store, NOON), GOOD);
	(void)x509_chain_free(chain);
	(void)x509_store_free(other);
	unmake(&leaf);
	list_stage_clear(&stage);
}
END_TEST

size_t
kept_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_kept_chain_is_judged_by_the_time_and_the_lists_of_each_look,
		    ROWS(kept) },
		{ a_good_chain_is_computed_once, 0 },
		{ a_kept_chain_is_good_for_one_store_and_one_purpose, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
