/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The certificates of our own files, for administrators who renew them: how
 * long each is good, and whether a server sends all that its clients need.
 * Nothing is verified here.
 */
#ifndef X509_INVENTORY_H
#define X509_INVENTORY_H

#include <stddef.h>
#include <time.h>

#include "x509/file.h"

/* How many days before the end of a certificate there is a warning. */
#define X509_WARN_DAYS 30
/* Room for a sentence about a certificate. */
#define X509_SAYING_MAX 1024

enum x509_use {
	X509_USE_SERVER,
	X509_USE_CLIENT_CA,
	X509_USE_LINK,
	X509_USE_EDGE /* what Edges show to clients */
};

struct x509_item {
	enum x509_use use;
	char *file;
	unsigned number; /* in the file, from 1 on */
	char *subject;   /* a DN; not quoted */
	/*
	 * Of a server's chain that ends early, in the item where it ends: the
	 * issuer that is missing, a DN; else NULL.
	 */
	char *missing;
	time_t from, until;
};

struct x509_inventory;
struct x509_store;

/* An empty one; NULL when out of memory. */
struct x509_inventory *x509_inventory_new(void);

/* Takes NULL.  Returns NULL. */
struct x509_inventory *x509_inventory_free(struct x509_inventory *inventory);

/*
 * Add a server's certificate with its chain, a PEM file.  Its issuers are
 * looked for in the file; the last one, which clients have, also among the root
 * CAs of `store`, which may be NULL, and of the system.  Returns 0; or a
 * negative errno and error->text "file: what", with nothing added.  A file that
 * is there already is not added again, here and below.
 */
int x509_inventory_add_server(struct x509_inventory *inventory,
    const char *path, const struct x509_store *store, struct x509_error *error);

/*
 * Add the CAs of a PEM file, or of all files of a directory.  Returns as above,
 * but of a directory some files may have been added.
 */
int x509_inventory_add_cas(struct x509_inventory *inventory, const char *path,
    struct x509_error *error);

/*
 * Add the certificates of a PEM file of LINK or EDGE, whose issuers do not
 * matter here.  Returns as x509_inventory_add_server().
 */
int x509_inventory_add_pinned(struct x509_inventory *inventory,
    enum x509_use use, const char *path, struct x509_error *error);

/* All of it, in the order of being added; valid until more is added. */
const struct x509_item *x509_inventory_items(
    const struct x509_inventory *inventory, size_t *ret_count);

enum x509_level {
	X509_LEVEL_FINE,
	X509_LEVEL_WARNING, /* it ends soon, or a chain ends early */
	X509_LEVEL_ERROR    /* it is not valid now */
};

/*
 * Judge the dates of a certificate as of `now`.  Unless it is FINE, *ret says
 * why, for a message that names the file: printable ASCII.
 */
enum x509_level x509_item_dates(
    const struct x509_item *item, time_t now, char ret[static X509_SAYING_MAX]);

/* The same about the chain that it is part of. */
enum x509_level x509_item_chain(
    const struct x509_item *item, char ret[static X509_SAYING_MAX]);

#define X509_DATE_TEXT 32

/* A time as people read it: "2026-11-28 12:00 UTC".  Returns `buf`. */
const char *x509_date(time_t when, char buf[static X509_DATE_TEXT]);

/* The time from which on there is a warning. */
time_t x509_item_soon(const struct x509_item *item);

#endif
