/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Revocation lists: what is loaded, what is refused, and what they do to
 * certificates as time goes by.
 */
#include <config.h>
#include "tests/test-x509.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/certificates.h"
#include "x509/chain.h"
#include "x509/store.h"
#include "x509/verify.h"

#define OK(call) ck_assert_int_ge((call), 0)
#define GOOD     STSSL_FAILURE_NONE
#define F(word)  STSSL_FAILURE_##word

/* Root, CA below it, alice and bob of this one, carol of the root. */
struct stage {
	struct made root, ca, alice, bob, carol, stranger, new_root;
	struct files files;
	struct x509_store *store;
	struct x509_error error;
};

static void
store_open(struct stage *s, enum x509_stale stale)
{
	s->store = x509_store_new(stale);
	OK(x509_store_add_cas(
	    s->store, file_name(&s->files, "cas.pem"), &s->error));
}

static void
reopen(struct stage *s, enum x509_stale stale)
{
	(void)x509_store_free(s->store);
	store_open(s, stale);
}

static void
stage_set(struct stage *s)
{
	gnutls_datum_t cas[3];

	s->root = make_ca("Root", NULL, NULL);
	s->ca = make_ca("CA", &s->root, NULL);
	s->alice = make_leaf("alice", &s->ca, NULL);
	s->bob = make_leaf("bob", &s->ca, NULL);
	s->carol = make_leaf("carol", &s->root, NULL);
	s->stranger = make_ca("Stranger", NULL, NULL);
	s->new_root = make_ca("Root", NULL, NULL);
	files_init(&s->files);
	cas[0] = pem_of(&s->root);
	cas[1] = pem_of(&s->ca);
	cas[2] = pem_of(&s->new_root);
	(void)write_file(&s->files, "cas.pem", cas, 3);
	for (int i = 0; i < 3; i++)
		gnutls_free(cas[i].data);
	store_open(s, X509_STALE_REFUSE);
}

static void
stage_clear(struct stage *s)
{
	(void)x509_store_free(s->store);
	files_done(&s->files);
	unmake(&s->root);
	unmake(&s->ca);
	unmake(&s->alice);
	unmake(&s->bob);
	unmake(&s->carol);
	unmake(&s->stranger);
	unmake(&s->new_root);
}

/* A file with one list, good around NOON; returns its path. */
static const char *
list_file(struct stage *s, const char *name, const struct made *ca,
    const struct made *const *revoked, size_t count)
{
	gnutls_datum_t pem =
	    make_list(ca, NOON - HOUR, NOON + HOUR, revoked, count);
	const char *path = write_file(&s->files, name, &pem, 1);

	gnutls_free(pem.data);
	return path;
}

static void
add_lists(struct stage *s, const char *path)
{
	int r = x509_store_add_lists(s->store, path, &s->error);

	ck_assert_msg(r == 0, "%s", s->error.text);
}

/* The leaf, and behind it the CA: all of the chain or not all of it. */
static enum stssl_failure
verify_chain(struct stage *s, const struct made *leaf, time_t now, size_t count)
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
verify_at(struct stage *s, const struct made *leaf, time_t now)
{
	return verify_chain(s, leaf, now, 2);
}

static enum stssl_failure
verify(struct stage *s, const struct made *leaf)
{
	return verify_at(s, leaf, NOON);
}

/* Judging */

START_TEST(who_is_on_the_list_is_revoked_wherever_he_stands)
{
	struct stage s;
	const struct made *all[2];

	stage_set(&s);
	all[0] = &s.bob;
	all[1] = &s.alice;
	add_lists(&s, list_file(&s, "root", &s.root, NULL, 0));
	add_lists(&s, list_file(&s, "ca", &s.ca, &all[_i], (size_t)(2 - _i)));
	ck_assert_int_eq(verify(&s, &s.alice), F(REVOKED));
	ck_assert_int_eq(verify(&s, &s.bob), _i == 0 ? F(REVOKED) : GOOD);
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);
	stage_clear(&s);
}
END_TEST

START_TEST(who_is_on_a_list_of_many_is_found)
{
	enum {
		MANY = 300
	};
	static struct made leaves[MANY];
	const struct made *revoked[MANY];
	struct stage s;

	stage_set(&s);
	for (int i = 0; i < MANY; i++) {
		leaves[i] = make_leaf("many", &s.ca, NULL);
		revoked[MANY - 1 - i] = &leaves[i];
	}
	add_lists(&s, list_file(&s, "root", &s.root, NULL, 0));
	add_lists(&s, list_file(&s, "ca", &s.ca, revoked, MANY - 1));
	ck_assert_int_eq(verify(&s, &leaves[0]), GOOD);
	for (int i = 1; i < MANY; i += 37)
		ck_assert_int_eq(verify(&s, &leaves[i]), F(REVOKED));
	for (int i = 0; i < MANY; i++)
		unmake(&leaves[i]);
	stage_clear(&s);
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
	struct stage s;
	struct made revoked, other;
	const struct made *all[2];

	stage_set(&s);
	revoked = make_numbered(&s.ca, serials[_i].revoked, serials[_i].len);
	other =
	    make_numbered(&s.ca, serials[_i].other, strlen(serials[_i].other));
	all[0] = &s.bob;
	all[1] = &revoked;
	add_lists(&s, list_file(&s, "root", &s.root, NULL, 0));
	add_lists(&s, list_file(&s, "ca", &s.ca, all, 2));
	ck_assert_int_eq(verify(&s, &revoked), F(REVOKED));
	ck_assert_int_eq(verify(&s, &s.bob), F(REVOKED));
	ck_assert_int_eq(verify(&s, &other), GOOD);
	unmake(&other);
	unmake(&revoked);
	stage_clear(&s);
}
END_TEST

START_TEST(a_revoked_ca_takes_its_certificates_along)
{
	struct stage s;
	const struct made *ca;

	stage_set(&s);
	ca = &s.ca;
	add_lists(&s, list_file(&s, "root", &s.root, &ca, 1));
	add_lists(&s, list_file(&s, "ca", &s.ca, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.alice), F(REVOKED));
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);
	stage_clear(&s);
}
END_TEST

START_TEST(a_ca_that_is_trusted_by_itself_may_be_revoked_from_above)
{
	struct stage s;
	const struct made *ca;

	stage_set(&s);
	ca = &s.ca;
	add_lists(&s, list_file(&s, "ca", &s.ca, NULL, 0));
	ck_assert_int_eq(verify_chain(&s, &s.alice, NOON, 1), F(CRL_STALE));
	add_lists(&s, list_file(&s, "root", &s.root, NULL, 0));
	ck_assert_int_eq(verify_chain(&s, &s.alice, NOON, 1), GOOD);

	reopen(&s, X509_STALE_REFUSE);
	add_lists(&s, list_file(&s, "ca", &s.ca, NULL, 0));
	add_lists(&s, list_file(&s, "root", &s.root, &ca, 1));
	ck_assert_int_eq(verify_chain(&s, &s.alice, NOON, 1), F(REVOKED));
	stage_clear(&s);
}
END_TEST

START_TEST(every_ca_of_the_path_needs_a_list)
{
	struct stage s;

	stage_set(&s);
	ck_assert_int_eq(verify(&s, &s.alice), GOOD);
	add_lists(&s, list_file(&s, "root", &s.root, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.alice), F(CRL_STALE));
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);

	reopen(&s, X509_STALE_WARN);
	add_lists(&s, list_file(&s, "ca", &s.ca, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.alice), F(CRL_STALE));
	ck_assert_int_eq(verify(&s, &s.carol), F(CRL_STALE));
	add_lists(&s, list_file(&s, "root", &s.root, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.alice), GOOD);
	stage_clear(&s);
}
END_TEST

START_TEST(the_list_of_a_ca_of_the_same_name_does_not_do)
{
	struct stage s;
	const struct made *carol;

	stage_set(&s);
	carol = &s.carol;
	add_lists(&s, list_file(&s, "new", &s.new_root, &carol, 1));
	ck_assert_int_eq(verify(&s, &s.carol), F(CRL_STALE));
	add_lists(&s, list_file(&s, "old", &s.root, NULL, 0));
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);
	stage_clear(&s);
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
	struct stage s;
	const struct made *bob;
	gnutls_datum_t lists[2];

	stage_set(&s);
	bob = &s.bob;
	lists[0] = make_list(&s.root, NOON - HOUR, NOON + HOUR, NULL, 0);
	lists[1] = make_list(&s.ca, NOON - 1, NOON + 1, &bob, 1);
	reopen(&s, stale);
	add_lists(&s, write_file(&s.files, "lists", lists, 2));
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
	stage_clear(&s);
}
END_TEST

START_TEST(of_several_lists_the_latest_counts)
{
	struct stage s;
	const struct made *bob, *carol;
	gnutls_datum_t lists[3];

	stage_set(&s);
	bob = &s.bob;
	carol = &s.carol;
	/* carol was suspended only; the list of tomorrow is not yet one. */
	lists[0] = make_list(&s.root, NOON - 2 * HOUR, NOON - HOUR, &carol, 1);
	lists[1] = make_list(&s.root, NOON - HOUR, NOON + HOUR, &bob, 1);
	lists[2] = make_list(&s.root, NOON + HOUR, NOON + 9 * HOUR, &carol, 1);
	add_lists(&s, write_file(&s.files, "lists", lists, 3));
	ck_assert_int_eq(verify(&s, &s.carol), GOOD);
	for (int i = 0; i < 3; i++)
		gnutls_free(lists[i].data);
	stage_clear(&s);
}
END_TEST

START_TEST(a_directory_is_all_of_its_files)
{
	struct stage s;
	const struct made *bob;
	const char *dir;

	stage_set(&s);
	bob = &s.bob;
	dir = file_name(&s.files, "d");
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	ck_assert_int_eq(mkdir(file_name(&s.files, "d/below"), 0700), 0);
	(void)list_file(&s, "d/1.crl", &s.root, NULL, 0);
	(void)list_file(&s, "d/2", &s.ca, &bob, 1);
	(void)write_file(&s.files, "d/.half", NULL, 0);
	add_lists(&s, dir);
	ck_assert_int_eq(verify(&s, &s.alice), GOOD);
	ck_assert_int_eq(verify(&s, &s.bob), F(REVOKED));
	stage_clear(&s);
}
END_TEST

/* Loading */

typedef gnutls_datum_t (*list_maker)(struct stage *s);

static gnutls_datum_t
text(const char *bytes)
{
	gnutls_datum_t copy = { NULL, (unsigned)strlen(bytes) };

	copy.data = gnutls_malloc(copy.size + 1);
	memcpy(copy.data, bytes, copy.size + 1);
	return copy;
}

static gnutls_datum_t
nothing(struct stage *s)
{
	(void)s;
	return text("");
}

static gnutls_datum_t
garbage(struct stage *s)
{
	(void)s;
	return text("-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n");
}

static gnutls_datum_t
a_certificate(struct stage *s)
{
	return pem_of(&s->root);
}

static gnutls_datum_t
of_a_stranger(struct stage *s)
{
	return make_list(&s->stranger, NOON - HOUR, NOON + HOUR, NULL, 0);
}

/* The name of one CA, the key of another. */
static gnutls_datum_t
forged(struct stage *s)
{
	const struct made mixed = { s->root.cert, s->stranger.key };

	return make_list(&mixed, NOON - HOUR, NOON + HOUR, NULL, 0);
}

static void
without_crl_sign(struct making *m)
{
	OK(gnutls_x509_crt_set_key_usage(m->cert, GNUTLS_KEY_KEY_CERT_SIGN));
}

static gnutls_datum_t
of_one_who_may_not(struct stage *s)
{
	struct made ca = make_ca("Mute", NULL, without_crl_sign);
	gnutls_datum_t pem = pem_of(&ca), list;

	OK(x509_store_add_cas(
	    s->store, write_file(&s->files, "mute.pem", &pem, 1), &s->error));
	gnutls_free(pem.data);
	/* GnuTLS makes no list for such a CA. */
	OK(gnutls_x509_crt_set_key_usage(ca.cert, GNUTLS_KEY_CRL_SIGN));
	list = make_list(&ca, NOON - HOUR, NOON + HOUR, NULL, 0);
	unmake(&ca);
	return list;
}

static gnutls_datum_t
signed_by(struct stage *s, void (*edit)(gnutls_x509_crl_t crl),
    gnutls_digest_algorithm_t digest)
{
	gnutls_x509_crl_t crl;
	gnutls_datum_t pem;

	OK(gnutls_x509_crl_init(&crl));
	OK(gnutls_x509_crl_set_version(crl, 2));
	OK(gnutls_x509_crl_set_this_update(crl, NOON - HOUR));
	edit(crl);
	OK(gnutls_x509_crl_sign2(crl, s->root.cert, s->root.key, digest, 0));
	OK(gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_PEM, &pem));
	gnutls_x509_crl_deinit(crl);
	return pem;
}

static void
until_later(gnutls_x509_crl_t crl)
{
	OK(gnutls_x509_crl_set_next_update(crl, NOON + HOUR));
}

static void
for_ever(gnutls_x509_crl_t crl)
{
	(void)crl;
}

static gnutls_datum_t
by_sha1(struct stage *s)
{
	return signed_by(s, until_later, GNUTLS_DIG_SHA1);
}

static gnutls_datum_t
without_an_end(struct stage *s)
{
	return signed_by(s, for_ever, GNUTLS_DIG_SHA256);
}

/* Lists that speak of changes only have a critical extension, 2.5.29.27. */
static gnutls_datum_t
of_changes_only(struct stage *s)
{
	char command[1024];
	gnutls_datum_t pem = pem_of(&s->root), key, list;

	OK(gnutls_x509_privkey_export2(s->root.key, GNUTLS_X509_FMT_PEM, &key));
	(void)write_file(&s->files, "r.pem", &pem, 1);
	(void)write_file(&s->files, "r.key", &key, 1);
	(void)snprintf(command, sizeof command,
	    "cd '%s' && : >index && printf '[ca]\\ndefault_ca=d\\n[d]\\n"
	    "database=index\\ndefault_md=sha256\\ndefault_crl_days=1\\n"
	    "crl_extensions=e\\n[e]\\n2.5.29.27=critical,DER:020101\\n' >conf &&"
	    " openssl ca -config conf -gencrl -cert r.pem -keyfile r.key"
	    " -out delta 2>/dev/null",
	    s->files.dir);
	ck_assert_int_eq(system(command), 0);
	OK(gnutls_load_file(file_name(&s->files, "delta"), &list));
	gnutls_free(pem.data);
	gnutls_free(key.data);
	return list;
}

static const struct {
	list_maker make;
	const char *message; /* behind the file's name */
} unfit[] = {
	{ nothing, "no revocation list in PEM: " },
	{ garbage, "no revocation list in PEM: " },
	{ a_certificate, "no revocation list in PEM: " },
	{ of_a_stranger,
	    "list of \"CN=Stranger\": its issuer is none of the CAs" },
	{ forged, "list of \"CN=Root\": bad signature" },
	{ of_one_who_may_not,
	    "list of \"CN=Mute\": its CA may not sign revocation lists" },
	{ by_sha1, "weak signature (ECDSA-SHA1)" },
	{ without_an_end, "no nextUpdate" },
	{ of_changes_only,
	    "not a complete list: critical extension 2.5.29.27" },
};

START_TEST(what_is_no_list_of_ours_is_refused_and_why)
{
	gnutls_datum_t lists[2];
	struct stage s;
	const char *path;
	char start[512];

	stage_set(&s);
	lists[0] = unfit[_i].make(&s);
	path = write_file(&s.files, "list", lists, 1);
	(void)snprintf(start, sizeof start, "%s: %s", path, unfit[_i].message);
	ck_assert_int_eq(
	    x509_store_add_lists(s.store, path, &s.error), -EBADMSG);
	ck_assert_msg(strncmp(s.error.text, start, strlen(start)) == 0,
	    "%s, not %s", s.error.text, start);
	gnutls_free(lists[0].data);
	stage_clear(&s);
}
END_TEST

START_TEST(files_that_are_not_there_are_told)
{
	struct stage s;
	const char *path;
	char message[512];

	stage_set(&s);
	path = file_name(&s.files, "none");
	ck_assert_int_eq(
	    x509_store_add_lists(s.store, path, &s.error), -ENOENT);
	(void)snprintf(
	    message, sizeof message, "%s: No such file or directory", path);
	ck_assert_str_eq(s.error.text, message);

	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(
	    x509_store_add_lists(s.store, path, &s.error), -EBADMSG);
	(void)snprintf(
	    message, sizeof message, "%s: no file in this directory", path);
	ck_assert_str_eq(s.error.text, message);
	stage_clear(&s);
}
END_TEST

START_TEST(an_empty_or_broken_file_has_no_ca)
{
	static const char *const texts[] = {
		"", "CN=Root",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
	};
	gnutls_datum_t bytes = text(texts[_i]);
	struct stage s;

	stage_set(&s);
	ck_assert_int_eq(
	    x509_store_add_cas(
		s.store, write_file(&s.files, "x.pem", &bytes, 1), &s.error),
	    -EBADMSG);
	gnutls_free(bytes.data);
	stage_clear(&s);
}
END_TEST

/* Again */

START_TEST(a_session_ends_when_its_certificate_does)
{
	gnutls_datum_t alice, bob;
	const struct made *revoked;
	struct stage s;

	stage_set(&s);
	alice = pem_of(&s.alice);
	bob = pem_of(&s.bob);
#define AGAIN(pem, now) x509_verify_again(s.store, (const char *)(pem), now)
	ck_assert_int_eq(AGAIN(alice.data, NOON), GOOD);
	ck_assert_int_eq(AGAIN(alice.data, NOON + HOUR + 1), F(EXPIRED));
	revoked = &s.alice;
	/* Not all lists that a new login needs are there. */
	add_lists(&s, list_file(&s, "ca", &s.ca, &revoked, 1));
	ck_assert_int_eq(AGAIN(alice.data, NOON), F(REVOKED));
	ck_assert_int_eq(AGAIN(bob.data, NOON), GOOD);
	ck_assert_int_eq(AGAIN(bob.data, NOON + HOUR), GOOD);
	revoked = &s.ca;
	add_lists(&s, list_file(&s, "root", &s.root, &revoked, 1));
	ck_assert_int_eq(AGAIN(bob.data, NOON), F(REVOKED));
	ck_assert_int_eq(AGAIN("", NOON), F(OTHER));
	ck_assert_int_eq(AGAIN("-----BEGIN CERTIFICATE-----", NOON), F(OTHER));
	gnutls_free(alice.data);
	gnutls_free(bob.data);
	stage_clear(&s);
}
END_TEST

size_t
list_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ who_is_on_the_list_is_revoked_wherever_he_stands, 2 },
		{ who_is_on_a_list_of_many_is_found, 0 },
		{ a_revoked_ca_takes_its_certificates_along, 0 },
		{ a_ca_that_is_trusted_by_itself_may_be_revoked_from_above, 0 },
		{ every_ca_of_the_path_needs_a_list, 0 },
		{ the_list_of_a_ca_of_the_same_name_does_not_do, 0 },
		{ a_list_is_good_until_it_ends, 2 },
		{ of_several_lists_the_latest_counts, 0 },
		{ a_directory_is_all_of_its_files, 0 },
		{ what_is_no_list_of_ours_is_refused_and_why, ROWS(unfit) },
		{ files_that_are_not_there_are_told, 0 },
		{ an_empty_or_broken_file_has_no_ca, 3 },
		{ a_session_ends_when_its_certificate_does, 0 },
		{ a_number_on_the_list_may_be_as_short_or_as_long_as_they_get,
		    ROWS(serials) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
