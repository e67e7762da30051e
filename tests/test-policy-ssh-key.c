/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/ssh_key.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ssh-keys.h"
#include "tests/test-policy.h"

static const struct {
	const char *key, *spki;
} good[] = {
	{ SSH_ED25519, SSH_ED25519_SPKI },
	{ SSH_ED25519_CERT, SSH_ED25519_SPKI },
	{ SSH_P256, SSH_P256_SPKI },
	{ SSH_P384, SSH_P384_SPKI },
	{ SSH_P521, SSH_P521_SPKI },
	{ SSH_RSA, SSH_RSA_SPKI },
};

/* In memory of its own size: it has no NUL. */
static int
spki_of(const char *text, size_t len, char ret[static STSSL_SHA256_TEXT])
{
	char *copy = malloc(len + 1);
	int r;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	copy[len] = ' ';
	r = stssl_ssh_key_spki(copy, len, ret);
	free(copy);
	return r;
}

START_TEST(a_key_is_that_of_a_certificate_with_it)
{
	char spki[STSSL_SHA256_TEXT];

	ck_assert_int_eq(spki_of(good[_i].key, strlen(good[_i].key), spki), 0);
	ck_assert_str_eq(spki, good[_i].spki);
}
END_TEST

/* No cut key is one, and no byte of its base64 may be another sign. */
START_TEST(no_part_of_a_key_is_a_key)
{
	char text[2048], spki[STSSL_SHA256_TEXT];
	size_t len = strlen(good[_i].key);

	for (size_t n = 0; n < len; n++)
		ck_assert_int_lt(spki_of(good[_i].key, n, spki), 0);
	for (size_t n = 0; n < len; n++) {
		memcpy(text, good[_i].key, len);
		text[n] = '\n';
		ck_assert_int_lt(spki_of(text, len, spki), 0);
		text[n] = '\0';
		ck_assert_int_lt(spki_of(text, len, spki), 0);
		text[n] = '=';
		ck_assert(
		    good[_i].key[n] == '=' || spki_of(text, len, spki) < 0);
	}
}
END_TEST

/* "AAAA" at the end is three bytes more. */
static const struct {
	const char *text;
	int r;
} bad[] = {
	{ "", -EBADMSG },
	{ " ", -EBADMSG },
	{ "ssh-ed25519", -EBADMSG },
	{ "ssh-ed25519 ", -EBADMSG },
	{ "ssh-ed25519 AAAA", -EBADMSG },
	{ SSH_ED25519 " comment", -EBADMSG },
	{ SSH_ED25519 " ", -EBADMSG },
	{ " " SSH_ED25519, -EBADMSG },
	{ SSH_P256 "AAAA", -EBADMSG },
	{ SSH_ED25519 "AAAA", -EBADMSG },
	/* a certificate of a host, and types that are none of ours */
	{ SSH_ED25519_HOST_CERT, -EBADMSG },
	{ "ssh-dss AAAAB3NzaC1kc3M=", -ENOTSUP },
	{ "sk-ssh-ed25519@openssh.com AAAA", -ENOTSUP },
	{ "-cert-v01@openssh.com AAAA", -ENOTSUP },
	{ "ssh-ed2551 AAAA", -ENOTSUP },
	{ "ssh-ed25519x AAAA", -ENOTSUP },
	/* "ssh-rsa" with e = 65537 and n = 0, 0x80, 0x007f, 0x0080 */
	{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAA==", -EBADMSG },
	{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAYA=", -EBADMSG },
	{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAgB/", -EBADMSG },
	{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAgCA", 0 },
	/* bits that are left over, and padding that is not due */
	{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAX8=", 0 },
	{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAX9=", -EBADMSG },
	{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAX8", -EBADMSG },
	{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAX8==", -EBADMSG },
	{ "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAX8=====", -EBADMSG },
	/* the name outside is not the one inside */
	{ "ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAAX8=", -EBADMSG },
};

START_TEST(what_is_no_key_is_refused)
{
	char spki[STSSL_SHA256_TEXT];

	ck_assert_int_eq(
	    spki_of(bad[_i].text, strlen(bad[_i].text), spki), bad[_i].r);
}
END_TEST

/* A curve's key under another curve's name, and a compressed point. */
START_TEST(a_point_is_of_its_curve_and_not_compressed)
{
	char text[] = SSH_P256, spki[STSSL_SHA256_TEXT];
	char *name = strstr(text, "AAAAIbmlzdHAyNTY"); /* nistp256 */
	char *point = strstr(text, "AAABBB");          /* 65 bytes, 0x04 */

	ck_assert_ptr_nonnull(name);
	ck_assert_ptr_nonnull(point);
	point[5] = 'A';
	ck_assert_int_eq(spki_of(text, strlen(text), spki), -EBADMSG);
	point[5] = 'B';
	ck_assert_int_eq(spki_of(text, strlen(text), spki), 0);
	memcpy(name, "AAAAIbmlzdHAzODQ", 16); /* nistp384 */
	ck_assert_int_eq(spki_of(text, strlen(text), spki), -EBADMSG);
}
END_TEST

START_TEST(a_key_has_a_bound)
{
	static char text[STSSL_SSH_KEY_MAX + 2];
	char spki[STSSL_SHA256_TEXT];

	memset(text, 'A', sizeof text - 1);
	memcpy(text, "ssh-rsa ", 8);
	ck_assert_int_eq(spki_of(text, STSSL_SSH_KEY_MAX + 1, spki), -EMSGSIZE);
	ck_assert_int_eq(spki_of(text, STSSL_SSH_KEY_MAX, spki), -EBADMSG);
}
END_TEST

/* The linker leads our own code's calls here (--wrap in tests/units.am). */
void *__real_dlopen(const char *name, int mode);
void *__wrap_dlopen(const char *name, int mode);

/* What is loaded in the place of libmd; NULL: libmd itself. */
static const char *instead;

void *
__wrap_dlopen(const char *name, int mode)
{
	return __real_dlopen(instead != NULL ? instead : name, mode);
}

/* One that there is not, and one without the function. */
static const char *const others[] = { "libmd.so.none", "libc.so.6" };

START_TEST(without_libmd_there_is_no_key)
{
	char spki[STSSL_SHA256_TEXT];

	instead = others[_i];
	ck_assert_int_eq(spki_of(SSH_P256, strlen(SSH_P256), spki), -ELIBACC);
}
END_TEST

START_TEST(libmd_is_loaded_while_a_key_is_hashed)
{
	char spki[STSSL_SHA256_TEXT];

	ck_assert_ptr_null(__real_dlopen(STSSL_LIBMD, RTLD_NOW | RTLD_NOLOAD));
	ck_assert_int_eq(spki_of(SSH_P256, strlen(SSH_P256), spki), 0);
	ck_assert_ptr_null(__real_dlopen(STSSL_LIBMD, RTLD_NOW | RTLD_NOLOAD));
}
END_TEST

void
add_ssh_key_cases(struct case_list *to)
{
	add_case(to, a_key_is_that_of_a_certificate_with_it, ROWS(good));
	add_case(to, no_part_of_a_key_is_a_key, ROWS(good));
	add_case(to, what_is_no_key_is_refused, ROWS(bad));
	add_case(to, a_point_is_of_its_curve_and_not_compressed, 0);
	add_case(to, a_key_has_a_bound, 0);
	add_case(to, without_libmd_there_is_no_key, ROWS(others));
	add_case(to, libmd_is_loaded_while_a_key_is_hashed, 0);
}
