/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads certificates for their dates and names.
 */
#include <config.h>
#include "x509/inventory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/quote.h"
#include "x509/certificate.h"
#include "x509/gap.h"
#include "x509/inside.h"

#define DAY (24 * 60 * 60)
/* Two names fit into what is said. */
#define NAME_TEXT 400

struct x509_inventory {
	struct x509_item *items;
	size_t count;
};

/* A file's certificates, and what they are for. */
struct batch {
	struct x509_inventory *inventory;
	enum x509_use use;
	const struct x509_store *store;
	const char *path;
	gnutls_x509_crt_t *certs;
	unsigned count;
};

struct x509_inventory *
x509_inventory_new(void)
{
	return calloc(1, sizeof(struct x509_inventory));
}

static void
item_done(struct x509_item *item)
{
	free(item->file);
	free(item->subject);
	free(item->missing);
}

struct x509_inventory *
x509_inventory_free(struct x509_inventory *inventory)
{
	if (inventory == NULL)
		return NULL;
	for (size_t i = 0; i < inventory->count; i++)
		item_done(&inventory->items[i]);
	free(inventory->items);
	free(inventory);
	return NULL;
}

/* Items */

/* The subject or the issuer in fresh memory; NULL when there is none. */
static char *
name_of(gnutls_x509_crt_t cert,
    int (*get)(gnutls_x509_crt_t cert, gnutls_datum_t *dn, unsigned flags))
{
	gnutls_datum_t dn = { NULL, 0 };
	int r = get(cert, &dn, 0);
	char *text =
	    strdup(r < 0 || dn.data == NULL ? "" : (const char *)dn.data);

	if (r >= 0)
		gnutls_free(dn.data);
	return text;
}

static bool
make_item(
    const struct batch *b, unsigned index, bool is_gap, struct x509_item *ret)
{
	gnutls_x509_crt_t cert = b->certs[index];
	struct x509_item item = { .use = b->use,
		.file = strdup(b->path),
		.number = index + 1,
		.subject = name_of(cert, gnutls_x509_crt_get_dn3),
		.missing = is_gap
			       ? name_of(cert, gnutls_x509_crt_get_issuer_dn3)
			       : NULL,
		.from = gnutls_x509_crt_get_activation_time(cert),
		.until = gnutls_x509_crt_get_expiration_time(cert) };

	if (item.file == NULL || item.subject == NULL ||
	    (is_gap && item.missing == NULL)) {
		item_done(&item);
		return false;
	}
	*ret = item;
	return true;
}

/* All or none. */
static int
add_batch(const struct batch *b, unsigned gap)
{
	struct x509_inventory *inv = b->inventory;
	struct x509_item *more =
	    reallocarray(inv->items, inv->count + b->count, sizeof *more);
	unsigned done = 0;

	if (more == NULL)
		return -ENOMEM;
	inv->items = more;
	while (done < b->count &&
	       make_item(b, done, done == gap, &more[inv->count + done]))
		done++;
	if (done == b->count) {
		inv->count += done;
		return 0;
	}
	while (done > 0)
		item_done(&more[inv->count + --done]);
	return -ENOMEM;
}

static bool
is_there(const struct batch *b)
{
	const struct x509_inventory *inv = b->inventory;

	for (size_t i = 0; i < inv->count; i++)
		if (inv->items[i].use == b->use &&
		    strcmp(inv->items[i].file, b->path) == 0)
			return true;
	return false;
}

static int
add_file(struct batch *b, struct x509_error *error)
{
	int r;

	if (is_there(b))
		return 0;
	r = x509_certificates_read(b->path, &b->certs, &b->count, error);
	if (r < 0)
		return r;
	r = add_batch(b, b->use == X509_USE_SERVER
			     ? x509_chain_gap(b->certs, b->count, b->store)
			     : b->count);
	x509_certificates_free(b->certs, b->count);
	return r < 0 ? x509_no_memory(error, b->path) : 0;
}

int
x509_inventory_add_server(struct x509_inventory *inventory, const char *path,
    const struct x509_store *store, struct x509_error *error)
{
	struct batch b = { .inventory = inventory,
		.use = X509_USE_SERVER,
		.store = store,
		.path = path };

	return add_file(&b, error);
}

static int
add_ca_file(void *owner, const char *path, struct x509_error *error)
{
	struct batch b = {
		.inventory = owner, .use = X509_USE_CLIENT_CA, .path = path
	};

	return add_file(&b, error);
}

int
x509_inventory_add_cas(struct x509_inventory *inventory, const char *path,
    struct x509_error *error)
{
	return x509_files(path, add_ca_file, inventory, error);
}

int
x509_inventory_add_pinned(struct x509_inventory *inventory, enum x509_use use,
    const char *path, struct x509_error *error)
{
	struct batch b = { .inventory = inventory, .use = use, .path = path };

	return add_file(&b, error);
}

const struct x509_item *
x509_inventory_items(const struct x509_inventory *inventory, size_t *ret_count)
{
	*ret_count = inventory->count;
	return inventory->items;
}

/* Words */

const char *
x509_date(time_t when, char buf[static X509_DATE_TEXT])
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(buf, X509_DATE_TEXT, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		(void)snprintf(buf, X509_DATE_TEXT, "?");
	return buf;
}

time_t
x509_item_soon(const struct x509_item *item)
{
	return item->until - (time_t)X509_WARN_DAYS * DAY;
}

enum x509_level
x509_item_dates(
    const struct x509_item *item, time_t now, char ret[static X509_SAYING_MAX])
{
	char subject[NAME_TEXT], when[X509_DATE_TEXT];
	enum x509_level level = X509_LEVEL_ERROR;
	const char *what = "has expired on";
	time_t which = item->until;

	if (item->from > now) {
		what = "is not valid before";
		which = item->from;
	} else if (item->until > now) {
		what = "expires on";
		level = x509_item_soon(item) <= now ? X509_LEVEL_WARNING
						    : X509_LEVEL_FINE;
	}
	(void)snprintf(ret, X509_SAYING_MAX, "%s %s %s",
	    stssl_quote(subject, sizeof subject, item->subject), what,
	    x509_date(which, when));
	return level;
}

enum x509_level
x509_item_chain(const struct x509_item *item, char ret[static X509_SAYING_MAX])
{
	char subject[NAME_TEXT], issuer[NAME_TEXT];

	if (item->missing == NULL)
		return X509_LEVEL_FINE;
	(void)snprintf(ret, X509_SAYING_MAX,
	    "the chain ends with %s, and its issuer %s is missing: it is "
	    "neither in the file nor a root CA known here",
	    stssl_quote(subject, sizeof subject, item->subject),
	    stssl_quote(issuer, sizeof issuer, item->missing));
	return X509_LEVEL_WARNING;
}
