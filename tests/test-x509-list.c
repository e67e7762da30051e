/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Certificates that a list revokes, and lists that are missing or too old.
 */
#include <config.h>
#include "tests/list-stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "x509/chain.h"
#include "x509/verify.h"

#define GOOD    STSSL_FAILURE_NONE
#define F(word) STSSL_FAILURE_##word

/* The leaf, and behind it the CA: all of the chain or not all of it. */
static enum stssl_failure
verify_chain(
    struct list_stage *s, const struct made *leaf, time_t now, size_t count)
{
	const struct x509_terms terms = { now, X509_CLIENT_AUTH };
	gnutls_datum_t pems[2] = { pem_of(leaf), pem_of(&s->ca) };
	struct x509_chain *chain;
	enum stssl_failure failure;

	(void)write_file(&s->files, ".chain", pems, count);
	OK(x509_chain_read(file_name(&s->files, ".chain"), &chain, &s->error));
	failure = x509_verify(s->store, chain, &terms);
	(void)x509_chain_free(chain);
	gnutls_free(pems[0].data);
	gnutls_free(pems[1].data);
	return failure;
}

static enum stssl_failure
verify_at(struct list_stage *s, const struct made *leaf, time_t now)
{
	return verify_chain(s, leaf, now, 2);
}

static enum stssl_failure
verify(struct list_stage *s, const struct made *leaf)
{
	return verify_at(s, leaf, NOON);
}

/* Judging */

START_TEST(every_listed_certificate_is_revoked)
{
	struct list_stage s;
	const struct made *all[2];

	list_stage_set(&s);
	all[0] = &s.bob;
	all[1] = &s.alice;
	list_add(&s, list_file(&s, "root", &s.root, NULL, 0));
	list_add(&s, list_file(&s, "ca", &s.ca, &all[_i], (size_t)(2 - _i)));
	ck_assert_int_eq(verify(&s, &s.alice), F(REVOKED));
	ck_assert_int_eq(verify(&s, &s.bob), _i == 0 ? F(REVOKED) : GOOD);
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);
	list_stage_clear(&s);
}
END_TEST

START_TEST(a_certificate_on_a_long_list_is_found)
{
	enum {
		MANY = 300
	};
	static struct made leaves[MANY];
	const struct made *revoked[MANY];
	struct list_stage s;

	list_stage_set(&s);
	for (int i = 0; i < MANY; i++) {
		leaves[i] = make_leaf("many", &s.ca, NULL);
		revoked[MANY - 1 - i] = &leaves[i];
	}
	list_add(&s, list_file(&s, "root", &s.root, NULL, 0));
	list_add(&s, list_file(&s, "ca", &s.ca, revoked, MANY - 1));
	ck_assert_int_eq(verify(&s, &leaves[0]), GOOD);
	for (int i = 1; i < MANY; i += 37)
		ck_assert_int_eq(verify(&s, &leaves[i]), F(REVOKED));
	for (int i = 0; i < MANY; i++)
		unmake(&leaves[i]);
	list_stage_clear(&s);
}
END_TEST

/* The shortest, and the longest of RFC 5280 4.1.2.2; and one bit beside. */
static const struct {
	const char *revoked, *other;
	size_t len;
} serials[] = {
	{ "\x05", "\x07", 1 },
	{ "\x7f", "\x7f\x01", 1 },
	{ "\x7f\x02\x03\x04\x05\x06\x07\x08\x09\x0a"
	  "\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14",
	    "\x7f\x02\x03\x04\x05\x06\x07\x08\x09\x0a"
	    "\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x15",
	    20 },
};

static struct {
	const char *bytes;
	size_t len;
} next_serial;

static void
with_next_serial(struct making *m)
{
	OK(gnutls_x509_crt_set_serial(
	    m->cert, next_serial.bytes, next_serial.len));
}

static struct made
make_numbered(const struct made *ca, const char *bytes, size_t len)
{
	next_serial.bytes = bytes;
	next_serial.len = len;
	return make_leaf("numbered", ca, with_next_serial);
}

START_TEST(a_number_on_the_list_may_be_as_short_or_as_long_as_they_get)
{
	struct list_stage s;
	struct made revoked, other;
	const struct made *all[2];

	list_stage_set(&s);
	revoked = make_numbered(&s.ca, serials[_i].revoked, serials[_i].len);
	other =
	    make_numbered(&s.ca, serials[_i].other, strlen(serials[_i].other));
	all[0] = &s.bob;
	all[1] = &revoked;
	list_add(&s, list_file(&s, "root", &s.root, NULL, 0));
	list_add(&s, list_file(&s, "ca", &s.ca, all, 2));
	ck_assert_int_eq(verify(&s, &revoked), F(REVOKED));
	ck_assert_int_eq(verify(&s, &s.bob), F(REVOKED));
	ck_assert_int_eq(verify(&s, &other), GOOD);
	unmake(&other);
	unmake(&revoked);
	list_stage_clear(&s);
}
END_TEST

START_TEST(a_revoked_ca_takes_its_certificates_along)
{
	struct list_stage s;
	const struct made *ca;

	list_stage_set(&s);
	ca = &s.ca;
	list_add(&s, list_file(&s, "root", &s.root, &ca, 1));
	list_add(&s, list_file(&s, "ca", &s.ca, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.alice), F(REVOKED));
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);
	list_stage_clear(&s);
}
END_TEST

START_TEST(a_ca_that_is_trusted_by_itself_may_be_revoked_from_above)
{
	struct list_stage s;
	const struct made *ca;

	list_stage_set(&s);
	ca = &s.ca;
	list_add(&s, list_file(&s, "ca", &s.ca, NULL, 0));
	ck_assert_int_eq(verify_chain(&s, &s.alice, NOON, 1), F(CRL_STALE));
	list_add(&s, list_file(&s, "root", &s.root, NULL, 0));
	ck_assert_int_eq(verify_chain(&s, &s.alice, NOON, 1), GOOD);

	list_reopen(&s, X509_STALE_REFUSE);
	list_add(&s, list_file(&s, "ca", &s.ca, NULL, 0));
	list_add(&s, list_file(&s, "root", &s.root, &ca, 1));
	ck_assert_int_eq(verify_chain(&s, &s.alice, NOON, 1), F(REVOKED));
	list_stage_clear(&s);
}
END_TEST

START_TEST(every_ca_of_the_path_needs_a_list)
{
	struct list_stage s;

	list_stage_set(&s);
	ck_assert_int_eq(verify(&s, &s.alice), GOOD);
	list_add(&s, list_file(&s, "root", &s.root, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.alice), F(CRL_STALE));
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);

	list_reopen(&s, X509_STALE_WARN);
	list_add(&s, list_file(&s, "ca", &s.ca, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.alice), F(CRL_STALE));
	ck_assert_int_eq(verify(&s, &s.carol), F(CRL_STALE));
	list_add(&s, list_file(&s, "root", &s.root, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.alice), GOOD);
	list_stage_clear(&s);
}
END_TEST

START_TEST(a_list_of_a_ca_of_the_same_name_does_not_count)
{
	struct list_stage s;
	const struct made *carol;

	list_stage_set(&s);
	carol = &s.carol;
	list_add(&s, list_file(&s, "new", &s.new_root, &carol, 1));
	ck_assert_int_eq(verify(&s, &s.carol), F(CRL_STALE));
	list_add(&s, list_file(&s, "old", &s.root, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);
	list_stage_clear(&s);
}
END_TEST

static const struct {
	time_t now;
	enum stssl_failure refuse, warn;
} dates[] = {
	{ NOON - 2, F(CRL_STALE), GOOD },
	{ NOON - 1, GOOD, GOOD },
	{ NOON, GOOD, GOOD },
	{ NOON + 1, F(CRL_STALE), GOOD },
	{ NOON + HOUR, F(CRL_STALE), GOOD },
};

START_TEST(a_list_is_good_until_it_ends)
{
	enum x509_stale stale =
	    _i % 2 == 0 ? X509_STALE_REFUSE : X509_STALE_WARN;
	struct list_stage s;
	const struct made *bob;
	gnutls_datum_t lists[2];

	list_stage_set(&s);
	bob = &s.bob;
	lists[0] = make_list(&s.root, NOON - HOUR, NOON + HOUR, NULL, 0);
	lists[1] = make_list(&s.ca, NOON - 1, NOON + 1, &bob, 1);
	list_reopen(&s, stale);
	list_add(&s, write_file(&s.files, "lists", lists, 2));
	gnutls_free(lists[0].data);
	gnutls_free(lists[1].data);
	for (size_t i = 0; i < ROWS(dates); i++) {
		ck_assert_int_eq(verify_at(&s, &s.alice, dates[i].now),
		    stale == X509_STALE_REFUSE ? dates[i].refuse
					       : dates[i].warn);
		/* Who is on it stays on it. */
		ck_assert_int_eq(
		    verify_at(&s, &s.bob, dates[i].now), F(REVOKED));
	}
	list_stage_clear(&s);
}
END_TEST

START_TEST(the_latest_of_several_lists_counts)
{
	struct list_stage s;
	const struct made *bob, *carol;
	gnutls_datum_t lists[3];

	list_stage_set(&s);
	bob = &s.bob;
	carol = &s.carol;
	/* carol was suspended only; the list of tomorrow is not yet one. */
	lists[0] = make_list(&s.root, NOON - 2 * HOUR, NOON - HOUR, &carol, 1);
	lists[1] = make_list(&s.root, NOON - HOUR, NOON + HOUR, &bob, 1);
	lists[2] = make_list(&s.root, NOON + HOUR, NOON + 9 * HOUR, &carol, 1);
	list_add(&s, write_file(&s.files, "lists", lists, 3));
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);
	for (int i = 0; i < 3; i++)
		gnutls_free(lists[i].data);
	list_stage_clear(&s);
}
END_TEST

START_TEST(a_directory_is_all_of_its_files)
{
	struct list_stage s;
	const struct made *bob;
	const char *dir;

	list_stage_set(&s);
	bob = &s.bob;
	dir = file_name(&s.files, "d");
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	ck_assert_int_eq(mkdir(file_name(&s.files, "d/below"), 0700), 0);
	(void)list_file(&s, "d/1.crl", &s.root, NULL, 0);
	(void)list_file(&s, "d/2", &s.ca, &bob, 1);
	(void)write_file(&s.files, "d/.half", NULL, 0);
	list_add(&s, dir);
	ck_assert_int_eq(verify(&s, &s.alice), GOOD);
	ck_assert_int_eq(verify(&s, &s.bob), F(REVOKED));
	list_stage_clear(&s);
}
END_TEST

/* Again */

START_TEST(a_session_ends_when_its_certificate_does)
{
	gnutls_datum_t alice, bob;
	const struct made *revoked;
	struct list_stage s;

	list_stage_set(&s);
	alice = pem_of(&s.alice);
	bob = pem_of(&s.bob);
#define AGAIN(pem, now) x509_verify_again(s.store, (const char *)(pem), now)
	ck_assert_int_eq(AGAIN(alice.data, NOON), GOOD);
	ck_assert_int_eq(AGAIN(alice.data, NOON + HOUR + 1), F(EXPIRED));
	revoked = &s.alice;
	/* Not all lists that a new login needs are there. */
	list_add(&s, list_file(&s, "ca", &s.ca, &revoked, 1));
	ck_assert_int_eq(AGAIN(alice.data, NOON), F(REVOKED));
	ck_assert_int_eq(AGAIN(bob.data, NOON), GOOD);
	ck_assert_int_eq(AGAIN(bob.data, NOON + HOUR), GOOD);
	revoked = &s.ca;
	list_add(&s, list_file(&s, "root", &s.root, &revoked, 1));
	ck_assert_int_eq(AGAIN(bob.data, NOON), F(REVOKED));
	ck_assert_int_eq(AGAIN("", NOON), F(OTHER));
	ck_assert_int_eq(AGAIN("-----BEGIN CERTIFICATE-----", NOON), F(OTHER));
	gnutls_free(alice.data);
	gnutls_free(bob.data);
	list_stage_clear(&s);
}
END_TEST

size_t
list_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ every_listed_certificate_is_revoked, 2 },
		{ a_certificate_on_a_long_list_is_found, 0 },
		{ a_revoked_ca_takes_its_certificates_along, 0 },
		{ a_ca_that_is_trusted_by_itself_may_be_revoked_from_above, 0 },
		{ every_ca_of_the_path_needs_a_list, 0 },
		{ a_list_of_a_ca_of_the_same_name_does_not_count, 0 },
		{ a_list_is_good_until_it_ends, 2 },
		{ the_latest_of_several_lists_counts, 0 },
		{ a_directory_is_all_of_its_files, 0 },
		{ a_session_ends_when_its_certificate_does, 0 },
		{ a_number_on_the_list_may_be_as_short_or_as_long_as_they_get,
		    ROWS(serials) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
