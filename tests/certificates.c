/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/certificates.h"

#include <check.h>
#include <dirent.h>
#include <gnutls/abstract.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OK(call) ck_assert_int_ge((call), 0)

static time_t noon = NOON;

void
make_at(time_t when)
{
	noon = when;
}

static void
begin(struct making *m, const char *name)
{
	static unsigned count;
	unsigned char serial[3] = { 1 };

	*m = (struct making){ .name = name,
		.algorithm = GNUTLS_PK_ECDSA,
		.bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
		.digest = GNUTLS_DIG_SHA256 };
	OK(gnutls_x509_crt_init(&m->cert));
	OK(gnutls_x509_crt_set_version(m->cert, 3));
	serial[1] = (unsigned char)(++count >> 8);
	serial[2] = (unsigned char)count;
	OK(gnutls_x509_crt_set_serial(m->cert, serial, sizeof serial));
	OK(gnutls_x509_crt_set_activation_time(m->cert, noon - HOUR));
	OK(gnutls_x509_crt_set_expiration_time(m->cert, noon + HOUR));
}

/* Only its size is that of a key. */
static void
set_strange_key(struct making *m)
{
	static unsigned char bytes[4096];
	unsigned char exponent[] = { 1, 0, 1 };
	gnutls_datum_t modulus = { bytes, m->strange_bits / 8 };
	gnutls_datum_t e = { exponent, sizeof exponent };
	gnutls_pubkey_t key;

	memset(bytes, 0xa5, sizeof bytes);
	if (m->strange_exponent != 0)
		e = (gnutls_datum_t){ bytes, m->strange_exponent / 8 };
	OK(gnutls_pubkey_init(&key));
	OK(gnutls_pubkey_import_rsa_raw(key, &modulus, &e));
	OK(gnutls_x509_crt_set_pubkey(m->cert, key));
	gnutls_pubkey_deinit(key);
}

static gnutls_x509_privkey_t
make_key(struct making *m)
{
	gnutls_x509_privkey_t key;
	unsigned char id[20];
	size_t len = sizeof id;

	OK(gnutls_x509_privkey_init(&key));
	if (m->key_of != NULL)
		OK(gnutls_x509_privkey_cpy(key, m->key_of->key));
	else
		OK(gnutls_x509_privkey_generate(key, m->algorithm, m->bits, 0));
	if (m->strange_bits != 0)
		set_strange_key(m);
	else
		OK(gnutls_x509_crt_set_key(m->cert, key));
	if (m->is_bare || m->has_no_ids)
		return key;
	OK(gnutls_x509_crt_get_key_id(m->cert, 0, id, &len));
	OK(gnutls_x509_crt_set_subject_key_id(m->cert, id, len));
	return key;
}

/* The last byte of a certificate is its signature's. */
static void
spoil(gnutls_x509_crt_t *cert)
{
	gnutls_datum_t der;

	OK(gnutls_x509_crt_export2(*cert, GNUTLS_X509_FMT_DER, &der));
	der.data[der.size - 1] ^= 1;
	gnutls_x509_crt_deinit(*cert);
	OK(gnutls_x509_crt_init(cert));
	OK(gnutls_x509_crt_import(*cert, &der, GNUTLS_X509_FMT_DER));
	gnutls_free(der.data);
}

/* CAs of the same name are told apart by it. */
static void
name_key(gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer)
{
	unsigned char id[64];
	size_t len = sizeof id;

	if (gnutls_x509_crt_get_subject_key_id(issuer, id, &len, NULL) >= 0)
		OK(gnutls_x509_crt_set_authority_key_id(cert, id, len));
}

static struct made
finish(struct making *m, const struct made *issuer, making_edit edit)
{
	struct made made;

	if (edit != NULL)
		edit(m);
	if (m->name != NULL)
		OK(gnutls_x509_crt_set_dn_by_oid(m->cert,
		    GNUTLS_OID_X520_COMMON_NAME, 0, m->name,
		    (unsigned)strlen(m->name)));
	made.key = make_key(m);
	made.cert = m->cert;
	if (issuer != NULL && !m->is_bare && !m->has_no_ids)
		name_key(made.cert, issuer->cert);
	OK(gnutls_x509_crt_sign2(made.cert,
	    issuer != NULL ? issuer->cert : made.cert,
	    issuer != NULL ? issuer->key : made.key, m->digest, 0));
	if (m->spoil)
		spoil(&made.cert);
	return made;
}

static void
begin_ca(struct making *m, const char *name)
{
	begin(m, name);
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 1, -1));
	OK(gnutls_x509_crt_set_key_usage(
	    m->cert, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN));
}

struct made
make_ca(const char *name, const struct made *issuer, making_edit edit)
{
	struct making m;

	begin_ca(&m, name);
	return finish(&m, issuer, edit);
}

struct made
make_cross(const struct made *ca, const struct made *issuer, making_edit edit)
{
	char name[256];
	size_t len = sizeof name;
	struct making m;

	OK(gnutls_x509_crt_get_dn_by_oid(
	    ca->cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &len));
	begin_ca(&m, name);
	m.key_of = ca;
	return finish(&m, issuer, edit);
}

struct made
make_leaf(const char *name, const struct made *issuer, making_edit edit)
{
	struct making m;

	begin(&m, name);
	OK(gnutls_x509_crt_set_basic_constraints(m.cert, 0, -1));
	OK(gnutls_x509_crt_set_key_usage(m.cert, GNUTLS_KEY_DIGITAL_SIGNATURE));
	return finish(&m, issuer, edit);
}

void
unmake(struct made *made)
{
	gnutls_x509_crt_deinit(made->cert);
	gnutls_x509_privkey_deinit(made->key);
}

void
add_extension(struct making *m, const char *oid, bool critical, const void *der,
    size_t len)
{
	OK(gnutls_x509_crt_set_extension_by_oid(
	    m->cert, oid, der, len, critical));
}

gnutls_datum_t
make_list(const struct made *ca, time_t begin_time, time_t end_time,
    const struct made *const *revoked, size_t count)
{
	gnutls_x509_crl_t crl;
	gnutls_datum_t pem;

	OK(gnutls_x509_crl_init(&crl));
	OK(gnutls_x509_crl_set_version(crl, 2));
	OK(gnutls_x509_crl_set_this_update(crl, begin_time));
	OK(gnutls_x509_crl_set_next_update(crl, end_time));
	for (size_t i = 0; i < count; i++)
		OK(gnutls_x509_crl_set_crt(crl, revoked[i]->cert, begin_time));
	OK(gnutls_x509_crl_sign2(crl, ca->cert, ca->key, GNUTLS_DIG_SHA256, 0));
	OK(gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_PEM, &pem));
	gnutls_x509_crl_deinit(crl);
	return pem;
}

gnutls_datum_t
pem_of(const struct made *made)
{
	gnutls_datum_t pem;

	OK(gnutls_x509_crt_export2(made->cert, GNUTLS_X509_FMT_PEM, &pem));
	return pem;
}

/* Files */

void
files_init(struct files *files)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(files->dir, sizeof files->dir, "%s/stssl-x509-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(files->dir));
}

static void
remove_below(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char path[512];

	while (d != NULL && (entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		if (unlink(path) == -1)
			remove_below(path);
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(dir);
}

void
files_done(struct files *files)
{
	remove_below(files->dir);
}

const char *
file_name(const struct files *files, const char *name)
{
	static char paths[8][256];
	static unsigned next;
	char *path = paths[next++ % 8];

	(void)snprintf(path, sizeof paths[0], "%s/%s", files->dir, name);
	return path;
}

const char *
write_file(const struct files *files, const char *name,
    const gnutls_datum_t *texts, size_t count)
{
	const char *path = file_name(files, name);
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_eq(fwrite(texts[i].data, 1, texts[i].size, file),
		    texts[i].size);
	ck_assert_int_eq(fclose(file), 0);
	return path;
}
