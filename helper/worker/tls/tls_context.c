/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Loads certificates, CAs and revocation lists, whole or not at all, and puts
 * keys beside them that are really the keyholder's.
 */
#include <config.h>
#include "helper/worker/tls/tls_context.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/worker/tls/keyremote.h"
#include "helper/worker/tls/prover.h"
#include "helper/worker/tls/tls_groups.h"
#include "helper/worker/tls/tls_inside.h"
#include "helper/worker/tls/tls_names.h"
#include "helper/worker/tls/tls_rank.h"
#include "helper/worker/tls/tls_tickets.h"
#include "helper/worker/tls/tls_trust.h"
#include "x509/pem.h"
#include "x509/store.h"

/* The default, and a group. */
#define PRIORITY_MAX 512

struct loading {
	struct tls_context *context;
	const struct tls_config *config;
	struct stssl_error *error;
	uint32_t *order; /* of the certificates, by tls_rank_order() */
};

static int
fault(struct loading *l, const char *what, const char *why)
{
	(void)snprintf(
	    l->error->text, sizeof l->error->text, "%s: %s", what, why);
	return -EBADMSG;
}

static int
load_pair(
    struct loading *l, gnutls_certificate_credentials_t to, uint32_t index)
{
	const char *certificate = l->config->certificates.list[index];
	const bool is_servers =
	    index < l->config->keys.count &&
	    strcmp(l->config->keys.list[index], CONFIG_KEY_LINK) == 0;
	int r = keyremote_load(l->context->keys,
	    is_servers ? KEYREMOTE_LINK : index, certificate, to);

	return r < 0 ? fault(l, certificate, x509_pem_fault(r)) : 0;
}

/* Those of a set; of more than TLS_NAMES_MAX there is none but all. */
static int
load_set(struct loading *l, gnutls_certificate_credentials_t to, uint64_t set)
{
	int r = 0;

	/* The keyholder checks that key and certificate fit. */
	gnutls_certificate_set_flags(
	    to, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	for (size_t i = 0; r == 0 && i < l->config->certificates.count; i++)
		if (set == UINT64_MAX || (set >> i & 1) != 0)
			r = load_pair(l, to, l->order[i]);
	return r;
}

static int
load_pairs(struct loading *l)
{
	int r;

	tls_rank_order(&l->config->certificates, l->order);
	r = load_set(l, l->context->credentials, UINT64_MAX);
	if (r < 0)
		return r;
	l->context->names = tls_names_new(l->context->credentials);
	return l->context->names != NULL
		   ? 0
		   : fault(l, l->config->certificates.list[0], "out of memory");
}

/* The credentials have copies of their own, to name the CAs to clients. */
static int
name_cas(struct loading *l, gnutls_certificate_credentials_t to)
{
	gnutls_x509_crt_t ca;
	int r;

	for (size_t n = 0; (ca = x509_store_ca(l->context->store, n)) != NULL;
	     n++) {
		r = gnutls_certificate_set_x509_trust(to, &ca, 1);
		if (r < 0)
			return fault(l, "client-ca", gnutls_strerror(r));
	}
	return 0;
}

static int
fault_of(struct loading *l, int r, const struct x509_error *error)
{
	(void)snprintf(l->error->text, sizeof l->error->text, "%.*s",
	    (int)sizeof l->error->text - 1, error->text);
	return r;
}

static int
load_cas(struct loading *l)
{
	struct x509_error error;

	for (size_t i = 0; i < l->config->client_cas.count; i++) {
		int r = x509_store_add_cas(
		    l->context->store, l->config->client_cas.list[i], &error);
		if (r < 0)
			return fault_of(l, r, &error);
	}
	return name_cas(l, l->context->credentials);
}

static int
load_choice(struct loading *l, uint64_t set)
{
	struct tls_choice *choice =
	    &l->context->choices[l->context->choice_count];
	int r = gnutls_certificate_allocate_credentials(&choice->credentials);

	if (r < 0)
		return fault(
		    l, l->config->certificates.list[0], gnutls_strerror(r));
	l->context->choice_count++;
	choice->set = set;
	r = load_set(l, choice->credentials, set);
	return r < 0 ? r : name_cas(l, choice->credentials);
}

static int
load_choices(struct loading *l)
{
	uint64_t sets[TLS_NAMES_MAX];
	size_t count = tls_names_sets(l->context->names, sets);
	int r = 0;

	l->context->choices = calloc(count + 1, sizeof *l->context->choices);
	if (l->context->choices == NULL)
		return fault(
		    l, l->config->certificates.list[0], "out of memory");
	for (size_t i = 0; r == 0 && i < count; i++)
		r = load_choice(l, sets[i]);
	return r;
}

static int
load_crls(struct loading *l)
{
	struct x509_error error;

	for (size_t i = 0; i < l->config->client_crls.count; i++) {
		int r = x509_store_add_lists(
		    l->context->store, l->config->client_crls.list[i], &error);
		if (r < 0)
			return fault_of(l, r, &error);
	}
	return 0;
}

/*
 * The priorities with the group besides, in `buf`, when GnuTLS has it and there
 * is one to ask for; else as they are.
 */
static const char *
with_group(const struct tls_config *config, char buf[static PRIORITY_MAX])
{
	gnutls_priority_t made;
	int len;

	if (config->group == NULL)
		return config->priority;
	len = snprintf(
	    buf, PRIORITY_MAX, "%s:+GROUP-%s", config->priority, config->group);
	if (len >= PRIORITY_MAX || gnutls_priority_init(&made, buf, NULL) < 0)
		return config->priority;
	gnutls_priority_deinit(made);
	return buf;
}

static int
load_priority(struct loading *l)
{
	char buf[PRIORITY_MAX];
	const char *priority = with_group(l->config, buf), *at;
	int r;

	r = gnutls_priority_init(&l->context->priority, priority, &at);
	if (r < 0)
		return fault(l, at != NULL ? at : l->config->priority,
		    gnutls_strerror(r));
	l->context->groups = tls_groups_new(priority, l->context->priority);
	return l->context->groups != NULL
		   ? 0
		   : fault(l, l->config->priority, "out of memory");
}

static const struct {
	const char *key;
	int (*load)(struct loading *l);
} loaders[] = {
	{ "certificate", load_pairs },
	{ "client-ca", load_cas },
	{ "certificate", load_choices },
	{ "client-crl", load_crls },
	{ "priority", load_priority },
};

/* All that is to be filled; NULL when out of memory. */
static struct tls_context *
allocate(const struct tls_config *config)
{
	struct tls_context *context = calloc(1, sizeof *context);

	if (context == NULL)
		return NULL;
	context->server_count = (unsigned)config->certificates.count;
	context->keys = keyremote_new();
	context->tickets = tls_tickets_new();
	context->prover = prover_new();
	context->store = x509_store_new(config->stale_crl == STALE_CRL_WARN
					    ? X509_STALE_WARN
					    : X509_STALE_REFUSE);
	if (context->keys == NULL || context->tickets == NULL ||
	    context->store == NULL || context->prover == NULL ||
	    gnutls_certificate_allocate_credentials(&context->credentials) < 0)
		return tls_context_free(context);
	return context;
}

int
tls_context_new(const struct tls_config *config, struct tls_context **ret,
    const char **ret_key, struct stssl_error *error)
{
	struct loading l = { allocate(config), config, error,
		calloc(config->certificates.count + 1, sizeof *l.order) };
	int r = 0;

	*ret_key = "certificate";
	if (l.context == NULL || l.order == NULL)
		r = fault(&l, "tls", "out of memory");
	for (size_t i = 0; r == 0 && i < sizeof loaders / sizeof loaders[0];
	     i++) {
		*ret_key = loaders[i].key;
		r = loaders[i].load(&l);
	}
	free(l.order);
	if (r < 0)
		(void)tls_context_free(l.context);
	else
		*ret = l.context;
	return r;
}

const struct x509_store *
tls_context_store(const struct tls_context *context)
{
	return context == NULL ? NULL : context->store;
}

struct prover *
tls_context_prover(const struct tls_context *context)
{
	return context->prover;
}

bool
tls_context_server(const struct tls_context *context, unsigned n,
    const void **ret, size_t *ret_len)
{
	gnutls_datum_t der;

	if (gnutls_certificate_get_crt_raw(context->credentials, n, 0, &der) <
	    0)
		return tls_link_shown(
		    context, n - context->server_count, ret, ret_len);
	*ret = der.data;
	*ret_len = der.size;
	return true;
}

size_t
tls_context_algorithms(const struct tls_context *context, const unsigned **ret)
{
	const int count = gnutls_priority_sign_list(context->priority, ret);

	return count < 0 ? 0 : (size_t)count;
}

struct tls_tickets *
tls_context_tickets(const struct tls_context *context)
{
	return context->tickets;
}

struct gnutls_certificate_credentials_st *
tls_context_choose(const struct tls_context *context, const char *host)
{
	uint64_t set =
	    context->choice_count > 0 ? tls_names_set(context->names, host) : 0;

	for (size_t i = 0; i < context->choice_count; i++)
		if (context->choices[i].set == set)
			return context->choices[i].credentials;
	return context->credentials;
}

bool
tls_context_names(const struct tls_context *context, const char *name)
{
	return tls_names_have(context->names, name);
}

static void
forget_choices(struct tls_context *context)
{
	for (size_t i = 0; i < context->choice_count; i++)
		gnutls_certificate_free_credentials(
		    context->choices[i].credentials);
	free(context->choices);
	context->choices = NULL;
	context->choice_count = 0;
	context->names = tls_names_free(context->names);
}

void
tls_context_keep_store(struct tls_context *context)
{
	forget_choices(context);
	if (context->credentials != NULL)
		gnutls_certificate_free_credentials(context->credentials);
	context->credentials = NULL;
	if (context->priority != NULL)
		gnutls_priority_deinit(context->priority);
	context->priority = NULL;
	context->groups = tls_groups_free(context->groups);
	tls_link_unload(context);
	/* Nothing signs with it any more. */
	context->keys = keyremote_free(context->keys);
	context->tickets = tls_tickets_free(context->tickets);
	context->prover = prover_free(context->prover);
}

void
tls_context_connect(struct tls_context *context, int line)
{
	keyremote_connect(context->keys, line);
}

bool
tls_context_can_sign(struct tls_context *context)
{
	return context->keys == NULL || keyremote_is_ready(context->keys);
}

bool
tls_context_likely_signs(struct tls_context *context)
{
	return context->keys == NULL ||
	       keyremote_is_likely_ready(context->keys);
}

struct tls_context *
tls_context_free(struct tls_context *context)
{
	if (context == NULL)
		return NULL;
	tls_context_keep_store(context);
	(void)x509_store_free(context->store);
	free(context);
	return NULL;
}
