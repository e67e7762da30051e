/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Holds private keys in GnuTLS's objects.  No byte of a key is ever logged or
 * written, and GnuTLS wipes the memory that it frees.
 */
#include <config.h>
#include "helper/keyholder/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status/file.h"
#include "x509/pem.h"

/* Certificates in a file: the server's, and those of its authorities. */
#define CHAIN_MAX    10

#define EARLY_MAX    64
#define KEY_FILE_MAX 65536
#define OPEN_FLAGS   (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

struct key {
	gnutls_privkey_t key;
	uint8_t name[KEY_NAME]; /* of its certificate */
};

struct keys {
	size_t count;
	struct key keys[];
};

static const gnutls_sign_algorithm_t algorithms[KEY_ALGORITHM_COUNT] = {
	[KEY_NOTHING] = GNUTLS_SIGN_UNKNOWN,
#define X(name, digest, scheme) [KEY_##name] = GNUTLS_SIGN_##name,
	KEY_ALGORITHMS(X)
#undef X
};

/* Where there is none, nothing can be signed with it. */
static bool
is_elsewhere(const char *source)
{
	return strcmp(source, CONFIG_KEY_LINK) == 0;
}

/*
 * Of a file GnuTLS says no more than that it cannot be read; and that a key is
 * not the certificate's, of one from the start that nobody has looked for.
 */
static const char *
text_of(const char *what, int code)
{
	int fd;

	if (config_key_is_url(what) ||
	    (code != GNUTLS_E_FILE_ERROR &&
		code != GNUTLS_E_CERTIFICATE_KEY_MISMATCH))
		return x509_pem_fault(code);
	fd = open(what, OPEN_FLAGS);
	if (fd == -1)
		return errno == EACCES ? "the helper's user cannot read it"
				       : strerror(errno);
	(void)close(fd);
	return gnutls_strerror(code);
}

static int
fault(struct stssl_error *error, const char *what, int code)
{
	/* A URL may have a PIN behind the question mark. */
	const int len = (int)strcspn(what, config_key_is_url(what) ? "?" : "");

	(void)snprintf(error->text, sizeof error->text, "%.*s: %s", len, what,
	    text_of(what, code));
	return -EBADMSG;
}

/* Key files that were opened before privileges were given up. */
static struct {
	char *path;
	int fd;
} early[EARLY_MAX];
static size_t early_count;

size_t
keys_count(const struct helper_config *config)
{
	return config->tls.certificates.count + (config->link.key != NULL) +
	       config->link.edge_keys.count;
}

const char *
keys_source(const struct helper_config *config, size_t number)
{
	const size_t own = config->tls.certificates.count;

	if (number > own)
		return config->link.edge_keys.list[number - own - 1];
	return number < own ? config->tls.keys.list[number] : config->link.key;
}

static const char *
certificate_of(const struct helper_config *config, size_t number)
{
	const size_t own = config->tls.certificates.count;

	if (number > own)
		return config->link.edge_certificates.list[number - own - 1];
	return number < own ? config->tls.certificates.list[number]
			    : config->link.certificate;
}

void
keys_open_early(const struct helper_config *config)
{
	const size_t count = keys_count(config);

	for (size_t i = 0; i < count && early_count < EARLY_MAX; i++) {
		const char *path = keys_source(config, i);
		int fd = config_key_is_url(path) || is_elsewhere(path)
			     ? -1
			     : open(path, OPEN_FLAGS);

		early[early_count].path = fd == -1 ? NULL : strdup(path);
		early[early_count].fd = fd;
		if (early[early_count].path != NULL)
			early_count++;
		else if (fd != -1)
			(void)close(fd);
	}
}

void
keys_close_early(void)
{
	while (early_count > 0) {
		early_count--;
		(void)close(early[early_count].fd);
		free(early[early_count].path);
	}
}

/* A descriptor for a key file, the caller's, or -1. */
static int
open_file(const char *path)
{
	int fd = open(path, OPEN_FLAGS);

	for (size_t i = 0; fd == -1 && i < early_count; i++)
		if (strcmp(early[i].path, path) == 0 &&
		    lseek(early[i].fd, 0, SEEK_SET) == 0)
			fd = fcntl(early[i].fd, F_DUPFD_CLOEXEC, 0);
	return fd;
}

static int
import_file(gnutls_privkey_t key, const char *path)
{
	static unsigned char bytes[KEY_FILE_MAX + 1];
	gnutls_datum_t pem = { bytes, 0 };
	int fd = open_file(path), r;
	size_t len = 0;

	if (fd == -1)
		return GNUTLS_E_FILE_ERROR;
	r = stssl_read_all(fd, KEY_FILE_MAX, (char *)bytes, &len);
	(void)close(fd);
	pem.size = (unsigned)len;
	if (r == 0)
		r = gnutls_privkey_import_x509_raw(
		    key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	else
		r = GNUTLS_E_FILE_ERROR;
	gnutls_memset(bytes, 0, sizeof bytes);
	return r;
}

static int
open_key(const char *source, gnutls_privkey_t *ret)
{
	gnutls_privkey_t key;
	int r = gnutls_privkey_init(&key);

	if (r < 0)
		return r;
	if (config_key_is_url(source))
		r = gnutls_privkey_import_url(key, source, 0);
	else
		r = import_file(key, source);
	if (r < 0)
		gnutls_privkey_deinit(key);
	else
		*ret = key;
	return r;
}

/* A key in a token cannot be compared with the certificate's, only tried. */
static int
try(gnutls_privkey_t key, gnutls_pubkey_t pubkey)
{
	static unsigned char text[] = "is this key of this certificate?";
	const gnutls_datum_t data = { text, sizeof text };
	const int pk = gnutls_pubkey_get_pk_algorithm(pubkey, NULL);
	gnutls_sign_algorithm_t algorithm;
	gnutls_digest_algorithm_t digest;
	gnutls_datum_t signature;
	int r =
	    gnutls_pubkey_get_preferred_hash_algorithm(pubkey, &digest, NULL);

	if (r < 0)
		return r;
	if (gnutls_privkey_get_pk_algorithm(key, NULL) != pk)
		return GNUTLS_E_CERTIFICATE_KEY_MISMATCH;
	algorithm = gnutls_pk_to_sign((gnutls_pk_algorithm_t)pk, digest);
	r = gnutls_privkey_sign_data2(key, algorithm, 0, &data, &signature);
	if (r < 0)
		return r;
	r = gnutls_pubkey_verify_data2(
	    pubkey, algorithm, GNUTLS_VERIFY_ALLOW_BROKEN, &data, &signature);
	gnutls_free(signature.data);
	return r < 0 ? GNUTLS_E_CERTIFICATE_KEY_MISMATCH : 0;
}

/* Is it the certificate's, and what is that called?  *what is at fault. */
static int
check(struct key *key, const char *certificate, const char **what)
{
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count = CHAIN_MAX;
	int r = gnutls_pcert_list_import_x509_file(
	    chain, &count, certificate, GNUTLS_X509_FMT_PEM, NULL, NULL, 0);

	if (r < 0) {
		*what = certificate;
		return r;
	}
	r = try(key->key, chain[0].pubkey);
	if (r >= 0 &&
	    !key_name_of(chain[0].cert.data, chain[0].cert.size, key->name))
		r = GNUTLS_E_HASH_FAILED;
	for (unsigned i = 0; i < count; i++)
		gnutls_pcert_deinit(&chain[i]);
	return r;
}

/* The key's source is *what, which becomes the certificate if that is wrong. */
static int
load(const char **what, const char *certificate, struct key *ret)
{
	struct key key;
	int r = open_key(*what, &key.key);

	if (r < 0)
		return r;
	r = check(&key, certificate, what);
	if (r < 0)
		gnutls_privkey_deinit(key.key);
	else
		*ret = key;
	return r;
}

int
keys_load(const struct helper_config *config, struct keys **ret,
    size_t *ret_wrong, struct stssl_error *error)
{
	size_t count = keys_count(config);
	struct keys *keys =
	    calloc(1, sizeof *keys + count * sizeof keys->keys[0]);

	*ret_wrong = 0;
	if (keys == NULL)
		return fault(error, "keys", GNUTLS_E_MEMORY_ERROR);
	for (; keys->count < count; keys->count++) {
		const size_t i = keys->count;
		const char *source = keys_source(config, i);
		int r = is_elsewhere(source)
			    ? 0
			    : load(&source, certificate_of(config, i),
				  &keys->keys[i]);

		if (r < 0) {
			(void)keys_free(keys);
			*ret_wrong = i;
			return fault(error, source, r);
		}
	}
	*ret = keys;
	return 0;
}

struct keys *
keys_free(struct keys *keys)
{
	if (keys == NULL)
		return NULL;
	for (size_t i = 0; i < keys->count; i++)
		if (keys->keys[i].key != NULL)
			gnutls_privkey_deinit(keys->keys[i].key);
	free(keys);
	return NULL;
}

/* GnuTLS only reads the data, but its parameter is not const. */
static int
sign(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm,
    const struct key_request *request, gnutls_datum_t *ret)
{
	union {
		const unsigned char *from;
		unsigned char *data;
	} u = { .from = request->data };
	const gnutls_datum_t data = { u.data, request->len };

	if (algorithm == GNUTLS_SIGN_EDDSA_ED25519 ||
	    algorithm == GNUTLS_SIGN_EDDSA_ED448)
		return gnutls_privkey_sign_data2(key, algorithm, 0, &data, ret);
	return gnutls_privkey_sign_hash2(key, algorithm, 0, &data, ret);
}

/* Without a tag the verifier verifies the signature. */
static void
tag(const struct key *key, const struct key_request *request,
    struct key_answer *ret)
{
	struct key_signed what = { .scheme = key_scheme(request->algorithm),
		.len = request->len,
		.signature_len = ret->len,
		.data = request->data,
		.signature = ret->signature };

	memcpy(what.name, key->name, sizeof what.name);
	(void)key_tag_make(&what, ret->tag);
}

const char *
keys_sign(const struct keys *keys, const struct key_request *request,
    struct key_answer *ret)
{
	const struct key *key;
	gnutls_datum_t signature;
	int r;

	if (request->key >= keys->count || keys->keys[request->key].key == NULL)
		return "no such key";
	key = &keys->keys[request->key];
	r = sign(key->key, algorithms[request->algorithm], request, &signature);
	if (r < 0)
		return gnutls_strerror(r);
	if (signature.size > sizeof ret->signature) {
		gnutls_free(signature.data);
		return "the signature is too long";
	}
	memcpy(ret->signature, signature.data, signature.size);
	ret->len = signature.size;
	gnutls_free(signature.data);
	tag(key, request, ret);
	return NULL;
}
