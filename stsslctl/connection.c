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

/* Clear has neither a version nor a certificate, which needs its CAs. */
static bool
go_together(const struct connection_arguments *a)
{
	if (a->clear)
		return a->tls == NULL && a->certificate == NULL &&
		       a->ca == NULL && a->crl == NULL;
	return (a->certificate != NULL) == (a->ca != NULL) &&
	       (a->crl == NULL || a->ca != NULL);
}

static int
fill(const struct connection_arguments *a, const char *protocol,
    struct stssl_record *record, struct stssl_error *error)
{
	int r = stssl_record_put(record, STSSL_KEY_SSL_PROTOCOL, protocol);

	(void)a;
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
	const char *protocol =
	    protocol_of(arguments->tls == NULL ? "1.3" : arguments->tls);
	int r;

	stssl_record_init(&c.record);
	if (protocol == NULL || !go_together(arguments))
		return -EINVAL;
	c.has_from = arguments->from != NULL;
	if (c.has_from && stssl_ip_parse(arguments->from, &c.from) < 0)
		return -EINVAL;
	if (!c.is_clear) {
		r = fill(arguments, protocol, &c.record, error);
		if (r < 0) {
			stssl_record_done(&c.record);
			return r == -EINVAL ? -EIO : r;
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
