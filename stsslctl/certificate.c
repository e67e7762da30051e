/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at dates and at keys, with GnuTLS.  Nothing is verified here: this is
 * about what the administrator has to renew.
 */
#include <config.h>
#include "stsslctl/certificate.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/quote.h"
#include "status/tools/file.h"
#include "stsslctl/output.h"
#include "x509/file.h"
#include "x509/inventory.h"

#define FILE_MAX (64 * 1024 * 1024)
#define DAY      (24 * 60 * 60)
/* Longer keys' ids are no SHA-256. */
#define ID_MAX 32

struct looking {
	const char *path;
	time_t now;
	struct findings *findings;
};

static void
fault(const struct looking *l, const char *what)
{
	findings_add(l->findings, FINDING_ERROR, l->path, 0, "%s", what);
}

/* The file as GnuTLS wants it; the text belongs to the caller. */
static bool
load(const struct looking *l, gnutls_datum_t *ret)
{
	char *text;
	size_t len;
	int r = stssl_file_read(l->path, FILE_MAX, &text, &len);

	/* PEM is text. */
	if (r == 0 && strlen(text) != len) {
		free(text);
		r = -EILSEQ;
	}
	if (r < 0) {
		fault(l, strerror(-r));
		return false;
	}
	ret->data = (unsigned char *)text;
	ret->size = (unsigned)len;
	return true;
}

/* Each certificate of the file; `first` may be NULL. */
static void
check_certificates(const struct looking *l, const gnutls_datum_t *pem,
    void (*first)(const struct looking *, gnutls_x509_crt_t, const void *),
    void (*each)(const struct looking *, gnutls_x509_crt_t), const void *data)
{
	gnutls_x509_crt_t *certs;
	unsigned count;
	int r = gnutls_x509_crt_list_import2(
	    &certs, &count, pem, GNUTLS_X509_FMT_PEM, 0);

	if (r < 0) {
		fault(l, gnutls_strerror(r));
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		if (i == 0 && first != NULL)
			first(l, certs[i], data);
		if (each != NULL)
			each(l, certs[i]);
		gnutls_x509_crt_deinit(certs[i]);
	}
	gnutls_free(certs);
}

static void
check_ca(const struct looking *l, gnutls_x509_crt_t cert)
{
	unsigned critical;

	if (gnutls_x509_crt_get_ca_status(cert, &critical) <= 0)
		fault(l, "has a certificate that is no CA's");
}

/* `data` is the key of the pair; `l->path` the certificate's. */
static void
check_key(const struct looking *l, gnutls_x509_crt_t cert, const void *data)
{
	const struct looking key_file = { data, l->now, l->findings };
	unsigned char one[ID_MAX], other[ID_MAX];
	size_t one_len = sizeof one, other_len = sizeof other;
	gnutls_x509_privkey_t key;
	gnutls_datum_t pem;
	int r;

	if (!load(&key_file, &pem))
		return;
	if (gnutls_x509_privkey_init(&key) < 0) {
		free(pem.data);
		return;
	}
	r = gnutls_x509_privkey_import2(
	    key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (r >= 0)
		r = gnutls_x509_privkey_get_key_id(
		    key, GNUTLS_KEYID_USE_SHA256, one, &one_len);
	if (r >= 0)
		r = gnutls_x509_crt_get_key_id(
		    cert, GNUTLS_KEYID_USE_SHA256, other, &other_len);
	if (r < 0)
		fault(&key_file, gnutls_strerror(r));
	else if (one_len != other_len || memcmp(one, other, one_len) != 0)
		findings_add(l->findings, FINDING_ERROR, key_file.path, 0,
		    "is not the key of %s", l->path);
	gnutls_x509_privkey_deinit(key);
	explicit_bzero(pem.data, pem.size);
	free(pem.data);
}

static void
check_list(const struct looking *l, gnutls_x509_crl_t list)
{
	time_t from = gnutls_x509_crl_get_this_update(list);
	time_t until = gnutls_x509_crl_get_next_update(list);
	char text[X509_DATE_TEXT];

	if (from > l->now)
		findings_add(l->findings, FINDING_ERROR, l->path, 0,
		    "the revocation list is from the future (%s)",
		    x509_date(from, text));
	if (until == (time_t)-1)
		fault(l, "the revocation list does not say when it ends");
	else if (until <= l->now)
		findings_add(l->findings, FINDING_ERROR, l->path, 0,
		    "the revocation list is out of date since %s",
		    x509_date(until, text));
	else if (until - l->now < LIST_WARN_DAYS * DAY)
		findings_add(l->findings, FINDING_WARNING, l->path, 0,
		    "the revocation list is out of date on %s",
		    x509_date(until, text));
}

static void
check_lists(const struct looking *l)
{
	gnutls_x509_crl_t *lists;
	gnutls_datum_t pem;
	unsigned count;
	int r;

	if (!load(l, &pem))
		return;
	r = gnutls_x509_crl_list_import2(
	    &lists, &count, &pem, GNUTLS_X509_FMT_PEM, 0);
	free(pem.data);
	if (r < 0) {
		fault(l, gnutls_strerror(r));
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		check_list(l, lists[i]);
		gnutls_x509_crl_deinit(lists[i]);
	}
	gnutls_free(lists);
}

static void
check_pair(const struct looking *l, const char *key)
{
	gnutls_datum_t pem;

	if (!load(l, &pem))
		return;
	check_certificates(l, &pem, check_key, NULL, key);
	free(pem.data);
}

static int
check_ca_file(void *owner, const char *path, struct x509_error *error)
{
	const struct looking *all = owner;
	const struct looking l = { path, all->now, all->findings };
	gnutls_datum_t pem;

	(void)error;
	if (load(&l, &pem)) {
		check_certificates(&l, &pem, NULL, check_ca, NULL);
		free(pem.data);
	}
	return 0;
}

static int
check_list_file(void *owner, const char *path, struct x509_error *error)
{
	const struct looking *all = owner;

	(void)error;
	check_lists(&(struct looking){ path, all->now, all->findings });
	return 0;
}

/* Each path is a file, or a directory of files. */
static void
check_paths(const struct looking *l, const struct stssl_values *paths,
    int (*each)(void *owner, const char *path, struct x509_error *error))
{
	for (size_t i = 0; i < paths->count; i++) {
		struct looking one = { paths->list[i], l->now, l->findings };
		struct x509_error error;

		if (x509_files(paths->list[i], each, &one, &error) < 0)
			findings_add(l->findings, FINDING_ERROR, NULL, 0, "%s",
			    error.text);
	}
}

static void
check_priority(const char *priority, struct findings *findings)
{
	gnutls_priority_t parsed;
	const char *at = NULL;
	char quoted[STSSL_QUOTE_MAX];
	int r = gnutls_priority_init(&parsed, priority, &at);

	if (r >= 0)
		gnutls_priority_deinit(parsed);
	else
		findings_add(findings, FINDING_ERROR, NULL, 0,
		    "priority: %s: %s", stssl_quote(quoted, sizeof quoted, at),
		    gnutls_strerror(r));
}

static const enum finding_level levels[] = {
	[X509_LEVEL_WARNING] = FINDING_WARNING,
	[X509_LEVEL_ERROR] = FINDING_ERROR,
};

static void
say(const struct x509_item *item, enum x509_level level, const char *text,
    struct findings *findings)
{
	if (level != X509_LEVEL_FINE)
		findings_add(
		    findings, levels[level], item->file, 0, "%s", text);
}

/* A file that cannot be read is told by those who look at what is in it. */
static void
check_inventory(const struct tls_config *tls, const struct x509_store *store,
    time_t now, struct findings *findings)
{
	struct x509_inventory *inventory = x509_inventory_new();
	const struct x509_item *items;
	char text[X509_SAYING_MAX];
	struct x509_error error;
	size_t count;

	if (inventory == NULL)
		output_no_memory();
	for (size_t i = 0; i < tls->certificates.count; i++)
		(void)x509_inventory_add_server(
		    inventory, tls->certificates.list[i], store, &error);
	for (size_t i = 0; i < tls->client_cas.count; i++)
		(void)x509_inventory_add_cas(
		    inventory, tls->client_cas.list[i], &error);
	items = x509_inventory_items(inventory, &count);
	for (size_t i = 0; i < count; i++) {
		say(&items[i], x509_item_dates(&items[i], now, text), text,
		    findings);
		if (store != NULL)
			say(&items[i], x509_item_chain(&items[i], text), text,
			    findings);
	}
	(void)x509_inventory_free(inventory);
}

void
certificate_check(const struct tls_config *tls, const struct x509_store *store,
    time_t now, struct findings *findings)
{
	const struct looking l = { NULL, now, findings };

	check_inventory(tls, store, now, findings);
	for (size_t i = 0; i < tls->certificates.count; i++)
		check_pair(&(struct looking){ tls->certificates.list[i], now,
			       findings },
		    tls->keys.list[i]);
	check_priority(tls->priority, findings);
	check_paths(&l, &tls->client_cas, check_ca_file);
	check_paths(&l, &tls->client_crls, check_list_file);
}
