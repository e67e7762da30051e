/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes the record that the helper would write.
 */
#include <config.h>
#include "stsslctl/connection.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "setup/config.h"
#include "stsslctl/trust.h"
#include "x509/chain.h"
#include "x509/leaf.h"
#include "x509/store.h"
#include "x509/verify.h"

static const struct {
	const char *word;
	const char *protocol; /* in a record */
} versions[] = {
	{ "1.2", "TLSv1.2" },
	{ "1.3", "TLSv1.3" },
	{ "TLS1.2", "TLSv1.2" },
	{ "TLS1.3", "TLSv1.3" },
	{ "TLSv1.2", "TLSv1.2" },
	{ "TLSv1.3", "TLSv1.3" },
};

static const char *
protocol_of(const char *word)
{
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
		if (strcmp(word, versions[i].word) == 0)
			return versions[i].protocol;
	return NULL;
}

/* What speaks against the arguments; NULL when nothing does. */
static const char *
objection(const struct connection_arguments *a)
{
	struct stssl_address from;

	if (a->clear && (a->tls != NULL || a->certificate != NULL))
		return "--clear goes without --tls and --certificate";
	if (a->ca != NULL && a->certificate == NULL)
		return "--ca needs --certificate";
	if (a->crl != NULL && a->ca == NULL)
		return "--crl needs --ca";
	if (a->tls != NULL && protocol_of(a->tls) == NULL)
		return "--tls is 1.2 or 1.3";
	if (a->from != NULL && stssl_ip_parse(a->from, &from) < 0)
		return "--from is an IP address";
	return NULL;
}

/* What x509 says, as far as there is room. */
static int
take_error(int r, const struct x509_error *from, struct stssl_error *to)
{
	(void)snprintf(to->text, sizeof to->text, "%.*s",
	    (int)sizeof to->text - 1, from->text);
	return r;
}

static int
find_trust(const struct connection_arguments *a, struct x509_store **ret,
    struct stssl_error *error)
{
	struct x509_error fault = { "out of memory" };
	struct helper_config *config;
	int r;

	if (a->ca != NULL) {
		r = trust_files(a->ca, a->crl, ret, &fault);
		return r < 0 ? take_error(r, &fault, error) : 0;
	}
	r = config_read(a->config, &config, error);
	if (r < 0)
		return r;
	r = trust_configured(&config->tls, ret, &fault);
	(void)config_free(config);
	return r < 0 ? take_error(r, &fault, error) : 0;
}

/* Judged and described as the helper does after a handshake. */
static int
put_certificate(const struct connection_arguments *a,
    struct stssl_record *record, struct stssl_error *error)
{
	const struct x509_terms terms = { time(NULL), X509_CLIENT_AUTH };
	struct x509_error fault = { "out of memory" };
	struct x509_chain *chain;
	struct x509_store *store;
	int r = x509_chain_read(a->certificate, &chain, &fault);

	if (r < 0)
		return take_error(r, &fault, error);
	r = find_trust(a, &store, error);
	if (r == 0) {
		r = x509_describe(
		    chain, x509_verify(store, chain, &terms), record);
		if (r < 0)
			(void)snprintf(error->text, sizeof error->text,
			    "%s cannot be described", a->certificate);
		(void)x509_store_free(store);
	}
	(void)x509_chain_free(chain);
	return r;
}

static int
fill(const struct connection_arguments *a, struct stssl_record *record,
    struct stssl_error *error)
{
	int r = stssl_record_put(record, STSSL_KEY_SSL_PROTOCOL,
	    protocol_of(a->tls == NULL ? "1.3" : a->tls));

	if (r == 0 && a->certificate != NULL)
		return put_certificate(a, record, error);
	if (r == 0)
		r = stssl_record_put(
		    record, STSSL_KEY_SSL_CLIENT_VERIFY, "NONE");
	if (r < 0)
		(void)snprintf(
		    error->text, sizeof error->text, "%s", strerror(-r));
	return r;
}

int
connection_make(const struct connection_arguments *arguments,
    struct connection *ret, struct stssl_error *error)
{
	struct connection c = { .is_clear = arguments->clear };
	const char *why = objection(arguments);
	int r;

	if (why != NULL) {
		(void)snprintf(error->text, sizeof error->text, "%s", why);
		return -EINVAL;
	}
	stssl_record_init(&c.record);
	c.has_from = arguments->from != NULL &&
		     stssl_ip_parse(arguments->from, &c.from) == 0;
	if (!c.is_clear) {
		r = fill(arguments, &c.record, error);
		if (r < 0) {
			stssl_record_done(&c.record);
			return r;
		}
	}
	*ret = c;
	return 0;
}

void
connection_done(struct connection *connection)
{
	stssl_record_done(&connection->record);
}
