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
#include "x509/inventory.h"
#include "x509/pem.h"
#include "x509/store.h"

#define FILE_MAX (64 * 1024 * 1024)
#define DAY      (24 * 60 * 60)
/* Bytes of a key's id, which is a SHA-256. */
#define ID_MAX 32

static void
fault(struct findings *findings, const char *path, const char *what)
{
	findings_add(findings, FINDING_ERROR, path, 0, "%s", what);
}

/*
 * A text file as GnuTLS wants it; the data belong to the caller.  Without
 * `findings` a mistake is not told: somebody else has.
 */
static bool
load(const char *path, struct findings *findings, gnutls_datum_t *ret)
{
	char *text;
	size_t len;
	int r = stssl_file_read(path, FILE_MAX, &text, &len);

	if (r == 0) {
		*ret = (gnutls_datum_t){ (unsigned char *)text, (unsigned)len };
		return true;
	}
	if (findings != NULL)
		fault(findings, path, strerror(-r));
	return false;
}

/* The certificates of a file; after a mistake in it there are 0. */
static unsigned
load_certificates(
    const char *path, struct findings *findings, gnutls_x509_crt_t **ret)
{
	gnutls_datum_t pem;
	unsigned count = 0;
	int r;

	if (!load(path, findings, &pem))
		return 0;
	r = gnutls_x509_crt_list_import2(
	    ret, &count, &pem, GNUTLS_X509_FMT_PEM, 0);
	free(pem.data);
	if (r >= 0)
		return count;
	if (findings != NULL)
		fault(findings, path, x509_pem_fault(r));
	return 0;
}

static void
free_certificates(gnutls_x509_crt_t *certs, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(certs[i]);
	gnutls_free(certs);
}

/* Is it the certificate's key?  1, 0, or why GnuTLS cannot say. */
static int
belongs(const gnutls_datum_t *pem, gnutls_x509_crt_t cert)
{
	unsigned char one[ID_MAX], other[ID_MAX];
	size_t one_len = sizeof one, other_len = sizeof other;
	gnutls_x509_privkey_t key;
	int r = gnutls_x509_privkey_init(&key);

	if (r < 0)
		return r;
	r = gnutls_x509_privkey_import2(key, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (r >= 0)
		r = gnutls_x509_privkey_get_key_id(
		    key, GNUTLS_KEYID_USE_SHA256, one, &one_len);
	if (r >= 0)
		r = gnutls_x509_crt_get_key_id(
		    cert, GNUTLS_KEYID_USE_SHA256, other, &other_len);
	gnutls_x509_privkey_deinit(key);
	if (r < 0)
		return r;
	return one_len == other_len && memcmp(one, other, one_len) == 0;
}

/* Is the key RSA?  CONFIG_KEY_LINK stands for a key on another machine. */
static bool
check_pair(const char *path, const char *key_path, struct findings *findings)
{
	bool is_rsa = false;
	gnutls_x509_crt_t *certs = NULL;
	unsigned count = load_certificates(path, findings, &certs);
	gnutls_datum_t pem;
	int r;

	if (count > 0 && strcmp(key_path, CONFIG_KEY_LINK) != 0 &&
	    load(key_path, findings, &pem)) {
		r = belongs(&pem, certs[0]);
		explicit_bzero(pem.data, pem.size);
		free(pem.data);
		if (r < 0)
			fault(findings, key_path, x509_pem_fault(r));
		else if (r == 0)
			findings_add(findings, FINDING_ERROR, key_path, 0,
			    "is not the key of %s", path);
	}
	if (count > 0)
		is_rsa = gnutls_x509_crt_get_pk_algorithm(certs[0], NULL) ==
			 GNUTLS_PK_RSA;
	free_certificates(certs, count);
	return is_rsa;
}

static void
check_pairs(const struct helper_config *config, struct findings *findings)
{
	const struct tls_config *tls = &config->tls;
	bool only_rsa = tls->certificates.count > 0;

	if (config->link.certificate != NULL)
		(void)check_pair(
		    config->link.certificate, config->link.key, findings);
	for (size_t i = 0; i < tls->certificates.count; i++)
		if (!check_pair(
			tls->certificates.list[i], tls->keys.list[i], findings))
			only_rsa = false;
	if (only_rsa)
		findings_add(findings, FINDING_HINT, tls->certificates.list[0],
		    0,
		    "has an RSA key, and no certificate has another; a "
		    "second one with an ECDSA key makes connections cheaper");
}

/* The Edges have their keys, or we have all of these. */
static void
check_edge_certificates(
    const struct link_config *link, struct findings *findings)
{
	const struct stssl_values *paths = &link->edge_certificates;

	for (size_t i = 0; i < paths->count; i++)
		(void)check_pair(paths->list[i],
		    i < link->edge_keys.count ? link->edge_keys.list[i]
					      : CONFIG_KEY_LINK,
		    findings);
}

/* What the check of each file needs. */
struct checking {
	time_t now;
	struct findings *findings;
};

static int
check_ca_file(void *owner, const char *path, struct x509_error *error)
{
	const struct checking *c = owner;
	gnutls_x509_crt_t *certs = NULL;
	unsigned count = load_certificates(path, NULL, &certs);

	(void)error;
	for (unsigned i = 0; i < count; i++) {
		unsigned critical;

		if (gnutls_x509_crt_get_ca_status(certs[i], &critical) <= 0)
			fault(c->findings, path,
			    "has a certificate that is no CA's");
	}
	free_certificates(certs, count);
	return 0;
}

static void
check_list(const struct checking *c, const char *path, gnutls_x509_crl_t list)
{
	time_t from = gnutls_x509_crl_get_this_update(list);
	time_t until = gnutls_x509_crl_get_next_update(list);
	char text[X509_DATE_TEXT];

	if (from > c->now)
		findings_add(c->findings, FINDING_ERROR, path, 0,
		    "the revocation list is from the future (%s)",
		    x509_date(from, text));
	if (until == (time_t)-1)
		fault(c->findings, path,
		    "the revocation list does not say when it ends");
	else if (until <= c->now)
		findings_add(c->findings, FINDING_ERROR, path, 0,
		    "the revocation list is out of date since %s",
		    x509_date(until, text));
	else if (until - c->now < LIST_WARN_DAYS * DAY)
		findings_add(c->findings, FINDING_WARNING, path, 0,
		    "the revocation list is out of date on %s",
		    x509_date(until, text));
}

static int
check_list_file(void *owner, const char *path, struct x509_error *error)
{
	const struct checking *c = owner;
	gnutls_x509_crl_t *lists;
	gnutls_datum_t pem;
	unsigned count;
	int r;

	(void)error;
	if (!load(path, NULL, &pem))
		return 0;
	r = gnutls_x509_crl_list_import2(
	    &lists, &count, &pem, GNUTLS_X509_FMT_PEM, 0);
	free(pem.data);
	if (r < 0)
		return 0;
	for (unsigned i = 0; i < count; i++) {
		check_list(c, path, lists[i]);
		gnutls_x509_crl_deinit(lists[i]);
	}
	gnutls_free(lists);
	return 0;
}

/* Each path is a file, or a directory of files. */
static void
check_paths(
    struct checking *c, const struct stssl_values *paths, x509_each_file *each)
{
	struct x509_error error;

	for (size_t i = 0; i < paths->count; i++)
		(void)x509_files(paths->list[i], each, c, &error);
}

static void
check_priority(const struct helper_config *config, const char *path,
    struct findings *findings)
{
	gnutls_priority_t parsed;
	const char *at = NULL;
	char quoted[STSSL_QUOTE_MAX];
	struct stssl_error error;
	int r = gnutls_priority_init(&parsed, config->tls.priority, &at);

	if (r >= 0) {
		gnutls_priority_deinit(parsed);
		return;
	}
	(void)stssl_conf_error(stssl_conf_next(config->conf, "tls", NULL),
	    "priority", &error, "priority: %s: %s",
	    stssl_quote(quoted, sizeof quoted, at), gnutls_strerror(r));
	findings_add_conf(findings, FINDING_ERROR, path, &error);
}

static void
say(const struct x509_item *item, enum x509_level level, const char *text,
    struct findings *findings)
{
	if (level != X509_LEVEL_FINE)
		findings_add(findings,
		    level == X509_LEVEL_ERROR ? FINDING_ERROR : FINDING_WARNING,
		    item->file, 0, "%s", text);
}

/* Files that cannot be read are reported by the checks of their contents. */
static struct x509_inventory *
inventory_of(const struct helper_config *config, const struct x509_store *store)
{
	struct x509_inventory *inventory = x509_inventory_new();
	const struct tls_config *tls = &config->tls;
	const struct link_config *link = &config->link;
	struct x509_error error;

	if (inventory == NULL)
		output_no_memory();
	for (size_t i = 0; i < tls->certificates.count; i++)
		(void)x509_inventory_add_server(
		    inventory, tls->certificates.list[i], store, &error);
	for (size_t i = 0; i < tls->client_cas.count; i++)
		(void)x509_inventory_add_cas(
		    inventory, tls->client_cas.list[i], &error);
	if (link->certificate != NULL)
		(void)x509_inventory_add_pinned(
		    inventory, X509_USE_LINK, link->certificate, &error);
	for (size_t i = 0; i < link->edge_certificates.count; i++)
		(void)x509_inventory_add_pinned(inventory, X509_USE_EDGE,
		    link->edge_certificates.list[i], &error);
	return inventory;
}

static void
check_inventory(const struct helper_config *config,
    const struct x509_store *store, time_t now, struct findings *findings)
{
	struct x509_inventory *inventory = inventory_of(config, store);
	const struct x509_item *items;
	char text[X509_SAYING_MAX];
	size_t count;

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
certificate_check(const struct helper_config *config, const char *path,
    const struct x509_store *store, time_t now, struct findings *findings)
{
	const struct tls_config *tls = &config->tls;
	struct checking c = { now, findings };

	check_inventory(config, store, now, findings);
	check_pairs(config, findings);
	check_edge_certificates(&config->link, findings);
	check_priority(config, path, findings);
	check_paths(&c, &tls->client_cas, check_ca_file);
	check_paths(&c, &tls->client_crls, check_list_file);
}

int
certificate_trust(const struct tls_config *tls, struct x509_store **ret,
    struct x509_error *error)
{
	struct x509_store *store = x509_store_new(
	    tls->stale_crl == STALE_CRL_WARN ? X509_STALE_WARN
					     : X509_STALE_REFUSE);
	int r = store == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < tls->client_cas.count; i++)
		r = x509_store_add_cas(store, tls->client_cas.list[i], error);
	for (size_t i = 0; r == 0 && i < tls->client_crls.count; i++)
		r = x509_store_add_lists(
		    store, tls->client_crls.list[i], error);
	if (r < 0)
		(void)x509_store_free(store);
	else
		*ret = store;
	return r;
}
