/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loads certificates, keys, CAs and revocation lists, whole or not at all.
 */
#include <config.h>
#include "helper/tls_context.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/keyremote.h"
#include "helper/tls.h"

/* A client's chain: more certificates or larger keys are not looked at. */
#define CHAIN_MAX    10
#define KEY_BITS_MAX 8192

struct loading {
	struct tls_context *context;
	const struct tls_config *config;
	struct stssl_error *error;
};

static int
fault(struct loading *l, const char *what, const char *why)
{
	(void)snprintf(
	    l->error->text, sizeof l->error->text, "%s: %s", what, why);
	return -EBADMSG;
}

static int
load_pair(struct loading *l, const char *certificate, const char *key)
{
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count = CHAIN_MAX;
	struct gnutls_privkey_st *privkey;
	int r;

	r = keyremote_open(key, &privkey);
	if (r < 0)
		return fault(l, key, gnutls_strerror(r));
	r = gnutls_pcert_list_import_x509_file(
	    chain, &count, certificate, GNUTLS_X509_FMT_PEM, NULL, NULL, 0);
	if (r < 0) {
		gnutls_privkey_deinit(privkey);
		return fault(l, certificate, gnutls_strerror(r));
	}
	/* The credentials own key and chain from here on. */
	r = gnutls_certificate_set_key(
	    l->context->credentials, NULL, 0, chain, (int)count, privkey);
	if (r < 0) {
		for (unsigned i = 0; i < count; i++)
			gnutls_pcert_deinit(&chain[i]);
		gnutls_privkey_deinit(privkey);
		return fault(l, key, gnutls_strerror(r));
	}
	return 0;
}

static int
load_pairs(struct loading *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->config->certificate_count; i++)
		r = load_pair(
		    l, l->config->certificates[i], l->config->keys[i]);
	return r;
}

static int
load_cas(struct loading *l)
{
	for (size_t i = 0; i < l->config->client_ca_count; i++) {
		int n = gnutls_certificate_set_x509_trust_file(
		    l->context->credentials, l->config->client_cas[i],
		    GNUTLS_X509_FMT_PEM);
		if (n <= 0)
			return fault(l, l->config->client_cas[i],
			    n < 0 ? gnutls_strerror(n)
				  : "no certificate in it");
	}
	return 0;
}

/* GnuTLS uses a list for ever once it is loaded: remember its end. */
static void
note_end(struct tls_context *context, time_t until)
{
	if (until == (time_t)-1)
		return;
	if (context->crl_until == 0 || until < context->crl_until)
		context->crl_until = until;
}

static int
load_crl(struct loading *l, const char *path)
{
	gnutls_x509_trust_list_t list;
	gnutls_datum_t pem;
	gnutls_x509_crl_t *crls;
	unsigned count;
	int r;

	r = gnutls_load_file(path, &pem);
	if (r < 0)
		return fault(l, path, gnutls_strerror(r));
	r = gnutls_x509_crl_list_import2(
	    &crls, &count, &pem, GNUTLS_X509_FMT_PEM, 0);
	gnutls_free(pem.data);
	if (r < 0)
		return fault(l, path, gnutls_strerror(r));

	for (unsigned i = 0; i < count; i++)
		note_end(l->context, gnutls_x509_crl_get_next_update(crls[i]));
	/*
	 * Both flags: without the first GnuTLS believes any list, without the
	 * second it drops a bad one silently and accepts what it revokes.
	 */
	gnutls_certificate_get_trust_list(l->context->credentials, &list);
	r = gnutls_x509_trust_list_add_crls(list, crls, count,
	    GNUTLS_TL_VERIFY_CRL | GNUTLS_TL_FAIL_ON_INVALID_CRL, 0);
	gnutls_free(crls);
	if (r != (int)count)
		return fault(l, path,
		    l->context->crl_until != 0 &&
			    l->context->crl_until <= time(NULL)
			? "out of date"
			: "not signed by a client-ca");
	return 0;
}

static int
load_crls(struct loading *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->config->client_crl_count; i++)
		r = load_crl(l, l->config->client_crls[i]);
	return r;
}

static int
load_priority(struct loading *l)
{
	const char *at;
	int r;

	r = gnutls_priority_init(
	    &l->context->priority, l->config->priority, &at);
	if (r < 0)
		return fault(l, at != NULL ? at : l->config->priority,
		    gnutls_strerror(r));
	return 0;
}

static const struct {
	const char *key;
	int (*load)(struct loading *l);
} loaders[] = {
	{ "key", load_pairs },
	{ "client-ca", load_cas },
	{ "client-crl", load_crls },
	{ "priority", load_priority },
};

int
tls_context_new(const struct tls_config *config, struct tls_context **ret,
    const char **ret_key, struct stssl_error *error)
{
	struct loading l = { NULL, config, error };

	*ret_key = "certificate";
	l.context = calloc(1, sizeof *l.context);
	if (l.context == NULL || gnutls_certificate_allocate_credentials(
				     &l.context->credentials) < 0) {
		free(l.context);
		return fault(&l, "tls", "out of memory");
	}
	gnutls_certificate_set_verify_limits(
	    l.context->credentials, KEY_BITS_MAX, CHAIN_MAX);

	for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++) {
		int r = loaders[i].load(&l);
		if (r < 0) {
			*ret_key = loaders[i].key;
			tls_context_free(l.context);
			return r;
		}
	}
	*ret = l.context;
	return 0;
}

struct tls_context *
tls_context_free(struct tls_context *context)
{
	if (context == NULL)
		return NULL;
	gnutls_certificate_free_credentials(context->credentials);
	if (context->priority != NULL)
		gnutls_priority_deinit(context->priority);
	free(context);
	return NULL;
}
