/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loading keys: which certificate each belongs to, and what is said of one that
 * cannot be used.
 */
#include <config.h>
#include "helper/keyholder/keys.h"

#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "tests/keyholder-files.h"
#include "tests/test.h"

#define OK(call) ck_assert_int_ge((call), 0)

static void
with_p256(struct making *m)
{
	m->algorithm = GNUTLS_PK_ECDSA;
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
}

static void
remove_key(struct key_files *f, const struct key_files *other)
{
	(void)other;
	ck_assert_int_eq(unlink(f->key), 0);
}

static void
remove_certificate(struct key_files *f, const struct key_files *other)
{
	(void)other;
	ck_assert_int_eq(unlink(f->certificate), 0);
}

static void
empty_key(struct key_files *f, const struct key_files *other)
{
	(void)other;
	ck_assert_int_eq(truncate(f->key, 0), 0);
}

static void
take_anothers(struct key_files *f, const struct key_files *other)
{
	(void)snprintf(f->key, sizeof f->key, "%s", other->key);
}

static void
encrypt_key(struct key_files *f, const struct key_files *other)
{
	gnutls_datum_t pem;

	(void)other;
	OK(gnutls_x509_privkey_export2_pkcs8(f->server.key, GNUTLS_X509_FMT_PEM,
	    "secret", GNUTLS_PKCS_PBES2_AES_128, &pem));
	(void)write_file(&f->files, "server.key", &pem, 1);
	gnutls_free(pem.data);
}

static const struct {
	void (*spoil)(struct key_files *f, const struct key_files *other);
	bool is_of_links; /* and that of the server is right */
	bool is_certificates;
	const char *text;
} wrongs[] = {
	{ remove_key, false, false, "No such file or directory" },
	{ empty_key, false, false, "no private key in PEM" },
	{ encrypt_key, false, false, "the key is encrypted, and nobody is" },
	{ take_anothers, false, false, "The certificate and the given key do" },
	{ remove_certificate, false, true, "No such file or directory" },
	{ remove_key, true, false, "No such file or directory" },
	{ empty_key, true, false, "no private key in PEM" },
	{ take_anothers, true, false, "The certificate and the given key do" },
};

/* Let the key of `f` be that of links, and `good` be the server's. */
static void
use_for_links(struct key_files *f, const struct key_files *good)
{
	f->config.link.certificate = f->certificate;
	f->config.link.key = f->key;
	f->config.tls = good->config.tls;
}

START_TEST(a_wrong_key_is_told_with_its_name_and_number)
{
	struct keys *keys = NULL;
	struct stssl_error error = { "" };
	struct key_files f, other;
	size_t wrong = 99;
	char expected[sizeof error.text];

	key_files_make(&f, with_p256);
	key_files_make(&other, with_p256);
	wrongs[_i].spoil(&f, &other);
	if (wrongs[_i].is_of_links)
		use_for_links(&f, &other);
	ck_assert_int_lt(keys_load(&f.config, &keys, &wrong, &error), 0);
	ck_assert_ptr_null(keys);
	ck_assert_uint_eq(wrong, wrongs[_i].is_of_links);
	(void)snprintf(expected, sizeof expected, "%s: %s",
	    wrongs[_i].is_certificates ? f.certificate : f.key,
	    wrongs[_i].text);
	ck_assert_msg(strncmp(error.text, expected, strlen(expected)) == 0,
	    "%s: %s", expected, error.text);
	key_files_remove(&other);
	key_files_remove(&f);
}
END_TEST

/* Such a key is the one from the start, if another is in the file by now. */
START_TEST(a_key_that_can_only_be_read_at_the_start_is_told_to_be_so)
{
	struct keys *keys = NULL;
	struct stssl_error error = { "" };
	struct key_files f, other;
	size_t wrong = 99;

	if (geteuid() != 0)
		return;
	key_files_make(&f, with_p256);
	key_files_make(&other, with_p256);
	keys_open_early(&f.config);
	ck_assert_int_eq(rename(other.key, f.key), 0);
	ck_assert_int_eq(rename(other.certificate, f.certificate), 0);
	ck_assert_int_eq(chmod(f.key, 0600), 0);
	ck_assert_int_eq(chmod(f.files.dir, 0755), 0);
	ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_lt(keys_load(&f.config, &keys, &wrong, &error), 0);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_ptr_nonnull(
	    strstr(error.text, ": the helper's user cannot read it"));
	keys_close_early();
	key_files_remove(&other);
	key_files_remove(&f);
}
END_TEST

START_TEST(the_key_of_links_comes_behind_those_of_the_server)
{
	struct key_request request = { .algorithm = KEY_ECDSA_SHA256,
		.len = 32 };
	struct key_answer answer = { .len = 0 };
	struct key_files f, other;
	struct keys *keys;
	struct stssl_error error;
	size_t wrong;

	key_files_make(&f, with_p256);
	key_files_make(&other, with_p256);
	use_for_links(&f, &other);
	f.config.tls.certificates.count = (size_t)_i;
	ck_assert_uint_eq(keys_count(&f.config), (size_t)_i + 1);
	ck_assert_str_eq(keys_source(&f.config, (size_t)_i), f.key);
	OK(keys_load(&f.config, &keys, &wrong, &error));
	request.key = (uint32_t)_i;
	ck_assert_ptr_null(keys_sign(keys, &request, &answer));
	ck_assert_uint_gt(answer.len, 0);
	request.key++;
	ck_assert_ptr_nonnull(keys_sign(keys, &request, &answer));
	(void)keys_free(keys);
	key_files_remove(&other);
	key_files_remove(&f);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_wrong_key_is_told_with_its_name_and_number, ROWS(wrongs) },
		{ a_key_that_can_only_be_read_at_the_start_is_told_to_be_so,
		    0 },
		{ the_key_of_links_comes_behind_those_of_the_server, 2 },
	};

	log_open(LOG_TARGET_STDERR, "test", true);
	return test_main("keys-load", cases, ROWS(cases));
}
