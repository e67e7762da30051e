/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parts of a chain: when it is good, who has signed it, what is missing.
 */
#include <config.h>
#include "tests/x509-stage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "x509/chain.h"
#include "x509/inside.h"

static const struct chain_case plain = { .purpose = CLIENTS };
static const struct chain_case through_a_ca = { .subs = 1, .purpose = CLIENTS };
static const struct chain_case of_ten = { .subs = 9, .purpose = CLIENTS };

static const struct {
	time_t now;
	enum stssl_failure expect;
} times[] = {
	{ NOON - HOUR - 1, F(NOT_YET_VALID) },
	{ NOON - HOUR, GOOD },
	{ NOON, GOOD },
	{ NOON + HOUR, GOOD },
	{ NOON + HOUR + 1, F(EXPIRED) },
};

START_TEST(a_certificate_is_good_in_its_time)
{
	const struct x509_terms terms = { times[_i].now, CLIENTS };
	struct chain_stage s;

	chain_stage_set(&s, &plain);
	ck_assert_int_eq(
	    x509_verify(s.store, s.chain, &terms), times[_i].expect);
	chain_stage_clear(&s);
}
END_TEST

START_TEST(a_ca_of_the_same_name_does_not_vouch)
{
	const struct x509_terms terms = { NOON, CLIENTS };
	struct made other = make_ca("Root", NULL, NULL);
	struct x509_store *store = chain_trusting(&other);
	enum stssl_failure failure;
	struct chain_stage s;

	chain_stage_set(&s, &plain);
	failure = x509_verify(store, s.chain, &terms);
	ck_assert(failure == F(UNKNOWN_CA) || failure == F(BAD_SIGNATURE));
	(void)x509_store_free(store);
	chain_stage_clear(&s);
	unmake(&other);
}
END_TEST

START_TEST(a_self_signed_certificate_is_unknown)
{
	const struct x509_terms terms = { NOON, CLIENTS };
	struct made root = make_ca("Root", NULL, NULL);
	struct made leaf = make_leaf("alice", NULL, NULL);
	struct x509_store *store = chain_trusting(&root);
	struct x509_chain *chain = x509_chain_new();

	chain_append(chain, &leaf);
	ck_assert_int_eq(x509_verify(store, chain, &terms), F(UNKNOWN_CA));
	(void)x509_chain_free(chain);
	(void)x509_store_free(store);
	unmake(&leaf);
	unmake(&root);
}
END_TEST

START_TEST(without_a_ca_all_certificates_are_unknown)
{
	struct x509_store *store = x509_store_new(X509_STALE_REFUSE);
	const struct x509_terms terms = { NOON, CLIENTS };
	struct chain_stage s;

	chain_stage_set(&s, &through_a_ca);
	ck_assert_int_eq(x509_verify(store, s.chain, &terms), F(UNKNOWN_CA));
	(void)x509_store_free(store);
	chain_stage_clear(&s);
}
END_TEST

START_TEST(cas_in_any_order_and_others_between_do_not_matter)
{
	const struct x509_terms terms = { NOON, CLIENTS };
	struct made stranger = make_ca("Stranger", NULL, NULL);
	struct x509_chain *chain = x509_chain_new();
	struct chain_stage s;

	chain_stage_set(&s, &of_ten);
	chain_append(chain, &s.made[s.count - 1]);
	chain_append(chain, &stranger);
	for (unsigned i = 3; i < s.count - 1; i++)
		chain_append(chain, &s.made[i]);
	chain_append(chain, &s.made[0]);
	/* Two CAs are missing. */
	ck_assert_int_eq(x509_verify(s.store, chain, &terms), F(UNKNOWN_CA));
	(void)x509_chain_free(chain);
	chain_stage_clear(&s);

	chain_stage_set(&s, &through_a_ca);
	chain = x509_chain_new();
	chain_append(chain, &s.made[2]);
	chain_append(chain, &s.made[0]);
	chain_append(chain, &s.made[1]);
	ck_assert_int_eq(x509_verify(s.store, chain, &terms), GOOD);
	(void)x509_chain_free(chain);
	chain_stage_clear(&s);
	unmake(&stranger);
}
END_TEST

START_TEST(a_chain_that_is_not_whole_never_verifies)
{
	const struct x509_terms terms = { NOON, CLIENTS };
	struct chain_stage s;

	chain_stage_set(&s, &plain);
	x509_chain_add(s.chain, "\x30\x03\x02\x01\x00", 5);
	ck_assert_int_eq(x509_verify(s.store, s.chain, &terms), F(OTHER));
	chain_stage_clear(&s);
}
END_TEST

static void
with_14_kilobytes(struct making *m)
{
	static char bytes[14000];

	add_extension(m, "1.2.3.4", false, bytes, sizeof bytes);
}

/* Fewer than there may be, and each of them small enough. */
START_TEST(a_chain_of_too_many_bytes_is_not_kept)
{
	struct made root = make_ca("Root", NULL, NULL);
	struct made leaf = make_leaf("alice", &root, with_14_kilobytes);
	struct x509_chain *chain = x509_chain_new();
	gnutls_datum_t der;
	unsigned fit;

	OK(gnutls_x509_crt_export2(leaf.cert, GNUTLS_X509_FMT_DER, &der));
	fit = X509_CHAIN_BYTES / der.size;
	ck_assert_uint_lt(fit, X509_CHAIN_MAX);
	for (unsigned i = 0; i < fit; i++)
		x509_chain_add(chain, der.data, der.size);
	ck_assert_uint_eq(chain->count, fit);
	ck_assert(!chain->unfit);
	x509_chain_add(chain, der.data, der.size);
	ck_assert_uint_eq(chain->count, fit);
	ck_assert(chain->unfit);
	(void)x509_chain_free(chain);
	gnutls_free(der.data);
	unmake(&leaf);
	unmake(&root);
}
END_TEST

/* NULL: there is no such file. */
static const struct {
	const char *text;
	int error;
	const char *message; /* behind the file's name */
} no_chains[] = {
	{ NULL, -ENOENT, "No such file or directory" },
	{ "", -EBADMSG, "no certificate in it" },
	{ "CN=alice\n", -EBADMSG, "no certificate in it" },
	{ "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n", -EBADMSG,
	    "no certificate in it" },
};

START_TEST(a_file_without_a_chain_is_told_by_its_name)
{
	union {
		const char *in;
		unsigned char *out;
	} u = { .in = no_chains[_i].text };
	struct files files;
	struct x509_chain *chain = NULL;
	struct x509_error error = { "" };
	char message[512];
	const char *path;

	files_init(&files);
	path = file_name(&files, "chain.pem");
	if (u.in != NULL) {
		gnutls_datum_t text = { u.out, (unsigned)strlen(u.in) };

		path = write_file(&files, "chain.pem", &text, 1);
	}
	ck_assert_int_eq(
	    x509_chain_read(path, &chain, &error), no_chains[_i].error);
	ck_assert_ptr_null(chain);
	(void)snprintf(
	    message, sizeof message, "%s: %s", path, no_chains[_i].message);
	ck_assert_str_eq(error.text, message);
	files_done(&files);
}
END_TEST

size_t
part_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_certificate_is_good_in_its_time, ROWS(times) },
		{ a_ca_of_the_same_name_does_not_vouch, 0 },
		{ a_self_signed_certificate_is_unknown, 0 },
		{ without_a_ca_all_certificates_are_unknown, 0 },
		{ cas_in_any_order_and_others_between_do_not_matter, 0 },
		{ a_chain_that_is_not_whole_never_verifies, 0 },
		{ a_chain_of_too_many_bytes_is_not_kept, 0 },
		{ a_file_without_a_chain_is_told_by_its_name, ROWS(no_chains) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
