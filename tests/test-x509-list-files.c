/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files of lists and CAs that are refused, and the reason that is given.
 */
#include <config.h>
#include "tests/list-stage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef gnutls_datum_t (*list_maker)(struct list_stage *s);

static gnutls_datum_t
text(const char *bytes)
{
	gnutls_datum_t copy = { NULL, (unsigned)strlen(bytes) };

	copy.data = gnutls_malloc(copy.size + 1);
	memcpy(copy.data, bytes, copy.size + 1);
	return copy;
}

static gnutls_datum_t
nothing(struct list_stage *s)
{
	(void)s;
	return text("");
}

static gnutls_datum_t
garbage(struct list_stage *s)
{
	(void)s;
	return text("-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n");
}

static gnutls_datum_t
a_certificate(struct list_stage *s)
{
	return pem_of(&s->root);
}

static gnutls_datum_t
of_a_stranger(struct list_stage *s)
{
	return make_list(&s->stranger, NOON - HOUR, NOON + HOUR, NULL, 0);
}

/* The name of one CA, the key of another. */
static gnutls_datum_t
forged(struct list_stage *s)
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
of_one_who_may_not(struct list_stage *s)
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
signed_by(struct list_stage *s, void (*edit)(gnutls_x509_crl_t crl),
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
by_sha1(struct list_stage *s)
{
	return signed_by(s, until_later, GNUTLS_DIG_SHA1);
}

static gnutls_datum_t
without_an_end(struct list_stage *s)
{
	return signed_by(s, for_ever, GNUTLS_DIG_SHA256);
}

/* Lists that speak of changes only have a critical extension, 2.5.29.27. */
static gnutls_datum_t
of_changes_only(struct list_stage *s)
{
	char command[1024];
	gnutls_datum_t pem = pem_of(&s->root), key, list;

	OK(gnutls_x509_privkey_export2(s->root.key, GNUTLS_X509_FMT_PEM, &key));
	(void)write_file(&s->files, "r.pem", &pem, 1);
	(void)write_file(&s->files, "r.key", &key, 1);
	(void)snprintf(command, sizeof command,
	    "cd '%s' && : >index && printf '[ca]\\ndefault_ca=d\\n[d]\\n"
	    "database=index\\ndefault_md=sha256\\ndefault_crl_days=1\\n"
	    "crl_extensions=e\\n[e]\\n2.5.29.27=critical,DER:020101\\n' >conf "
	    "&& openssl ca -config conf -gencrl -cert r.pem -keyfile r.key"
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

START_TEST(an_unfit_list_is_refused_with_a_reason)
{
	gnutls_datum_t lists[2];
	struct list_stage s;
	const char *path;
	char start[512];

	list_stage_set(&s);
	lists[0] = unfit[_i].make(&s);
	path = write_file(&s.files, "list", lists, 1);
	(void)snprintf(start, sizeof start, "%s: %s", path, unfit[_i].message);
	ck_assert_int_eq(
	    x509_store_add_lists(s.store, path, &s.error), -EBADMSG);
	ck_assert_msg(strncmp(s.error.text, start, strlen(start)) == 0,
	    "%s, not %s", s.error.text, start);
	gnutls_free(lists[0].data);
	list_stage_clear(&s);
}
END_TEST

START_TEST(files_that_are_not_there_are_told)
{
	struct list_stage s;
	const char *path;
	char message[512];

	list_stage_set(&s);
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
	list_stage_clear(&s);
}
END_TEST

START_TEST(an_empty_or_broken_file_has_no_ca)
{
	static const char *const texts[] = {
		"", "CN=Root",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
	};
	gnutls_datum_t bytes = text(texts[_i]);
	struct list_stage s;

	list_stage_set(&s);
	ck_assert_int_eq(
	    x509_store_add_cas(
		s.store, write_file(&s.files, "x.pem", &bytes, 1), &s.error),
	    -EBADMSG);
	gnutls_free(bytes.data);
	list_stage_clear(&s);
}
END_TEST

size_t
list_file_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ an_unfit_list_is_refused_with_a_reason, ROWS(unfit) },
		{ files_that_are_not_there_are_told, 0 },
		{ an_empty_or_broken_file_has_no_ca, 3 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
