/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes the record that the helper would write.
 */
#include <config.h>
#include "stsslctl/connection.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/login.h"
#include "setup/config_read.h"
#include "stsslctl/certificate.h"
#include "stsslctl/certificate_file.h"
#include "stsslctl/output.h"
#include "stsslctl/ssh_key_file.h"
#include "x509/chain.h"
#include "x509/leaf.h"
#include "x509/store.h"
#include "x509/verify.h"

/* "1.2" or "1.3", or with TLS or TLSv in front; NULL for anything else. */
static const char *
protocol_of(const char *word)
{
	static const char *const protocols[] = { "TLSv1.2", "TLSv1.3" };
	const char *version = word;

	if (strncmp(version, "TLS", 3) == 0)
		version += version[3] == 'v' ? 4 : 3;
	for (size_t i = 0; i < 2; i++)
		if (strcmp(version, protocols[i] + strlen("TLSv")) == 0)
			return protocols[i];
	return NULL;
}

/* Why the options do not go together; NULL when they do. */
static const char *
objection(const struct arguments *a, struct stssl_address *ret_from)
{
	if (a->ssh_key != NULL &&
	    (a->clear || a->tls != NULL || a->certificate != NULL))
		return "--ssh-key goes without --clear, --tls and "
		       "--certificate";
	if (a->ssh_key != NULL && (a->listener != NULL || a->edge != NULL))
		return "--ssh-key goes without --listener and --edge";
	if (a->clear && (a->tls != NULL || a->certificate != NULL))
		return "--clear goes without --tls and --certificate";
	if (a->ca != NULL && a->certificate == NULL)
		return "--ca needs --certificate";
	if (a->crl != NULL && a->ca == NULL)
		return "--crl needs --ca";
	if (a->tls != NULL && protocol_of(a->tls) == NULL)
		return "--tls takes 1.2 or 1.3";
	if (a->from != NULL && stssl_ip_parse(a->from, ret_from) < 0)
		return "--from takes an IP address";
	return NULL;
}

/* The files of --ca and --crl; --crl may be missing. */
static int
trust_given(const struct arguments *a, struct x509_store **ret,
    struct x509_error *error)
{
	char *ca = output_copy(a->ca);
	char *crl = output_copy(a->crl == NULL ? "" : a->crl);
	const struct tls_config given = { .client_cas = { &ca, 1 },
		.client_crls = { &crl, a->crl == NULL ? 0 : 1 },
		.stale_crl = STALE_CRL_REFUSE };
	int r = certificate_trust(&given, ret, error);

	free(ca);
	free(crl);
	return r;
}

static int
find_trust(const struct arguments *a, struct x509_store **ret)
{
	struct x509_error fault = { "out of memory" };
	struct helper_config *config;
	struct stssl_error error;
	int r;

	if (a->ca != NULL) {
		r = trust_given(a, ret, &fault);
	} else {
		r = config_read(a->config, &config, &error);
		if (r < 0) {
			(void)command_object(
			    error.text, command_first_step(a->config));
			return r;
		}
		r = certificate_trust(&config->tls, ret, &fault);
		(void)config_free(config);
	}
	if (r < 0)
		(void)command_say(fault.text);
	return r;
}

/* Judges and describes the certificate as the helper does. */
static int
put_certificate(const struct arguments *a, struct stssl_record *record)
{
	const struct x509_terms terms = { time(NULL), X509_CLIENT_AUTH };
	struct x509_error fault = { "out of memory" };
	struct x509_chain *chain;
	struct x509_store *store;
	int r = certificate_file_read(a->certificate, &chain, &fault);

	if (r < 0) {
		(void)command_say(fault.text);
		return r;
	}
	r = find_trust(a, &store);
	if (r == 0) {
		r = x509_describe(
		    chain, x509_verify(store, chain, &terms), record);
		if (r < 0)
			(void)command_refuse(
			    a->certificate, "cannot be described");
		(void)x509_store_free(store);
	}
	(void)x509_chain_free(chain);
	return r;
}

/* As the module does it; sshd has verified the key. */
static int
fill_ssh(const struct arguments *a, struct stssl_record *record)
{
	struct x509_error fault;
	struct ssh_key key;
	int r = ssh_key_file_read(a->ssh_key, &key, &fault);

	if (r < 0) {
		(void)command_say(fault.text);
		return r;
	}
	if (stssl_record_put(
		record, STSSL_KEY_SSL_PROTOCOL, STSSL_PROTOCOL_SSH) < 0 ||
	    stssl_record_put(record, STSSL_KEY_SSL_CLIENT_VERIFY, "SUCCESS") <
		0 ||
	    stssl_record_put(
		record, STSSL_KEY_SSL_CLIENT_SPKI_SHA256, key.spki) < 0)
		output_no_memory();
	return 0;
}

static int
fill(const struct arguments *a, struct stssl_record *record)
{
	int r = stssl_record_put(record, STSSL_KEY_SSL_PROTOCOL,
	    protocol_of(a->tls == NULL ? "1.3" : a->tls));

	if (r == 0 && a->certificate != NULL)
		return put_certificate(a, record);
	if (r == 0)
		r = stssl_record_put(
		    record, STSSL_KEY_SSL_CLIENT_VERIFY, "NONE");
	if (r < 0)
		(void)command_say(strerror(-r));
	return r;
}

static int
put_given(struct stssl_record *record, enum stssl_key key, const char *value)
{
	int r = value == NULL ? 0 : stssl_record_put(record, key, value);

	if (r < 0)
		(void)command_say(strerror(-r));
	return r;
}

int
connection_make(const struct arguments *a, struct connection *ret)
{
	struct connection c;
	const char *why = objection(a, &c.from);
	int r = 0;

	if (why != NULL) {
		(void)command_say(why);
		return -EINVAL;
	}
	stssl_record_init(&c.record);
	r = put_given(&c.record, STSSL_KEY_STSSL_LISTENER, a->listener);
	if (r == 0)
		r = put_given(&c.record, STSSL_KEY_STSSL_EDGE, a->edge);
	if (r == 0 && !a->clear)
		r = a->ssh_key != NULL ? fill_ssh(a, &c.record)
				       : fill(a, &c.record);
	if (r < 0)
		stssl_record_done(&c.record);
	else
		*ret = c;
	return r;
}

void
connection_done(struct connection *connection)
{
	stssl_record_done(&connection->record);
}
