/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Copies a revocation list out of GnuTLS into a sorted table: a look-up costs
 * the same for ten entries and for a million, and the list's tree is freed.
 */
#include <config.h>
#include "x509/list.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "x509/checks.h"

#define OID_BYTES 128

static int
compare(const void *one, const void *other)
{
	const struct x509_serial *a = one, *b = other;

	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->bytes, b->bytes, a->len);
}

/* A list that is being copied. */
struct copy {
	gnutls_x509_crl_t crl;
	const char *path;
	struct x509_error *error;
	struct x509_list list;
};

/*
 * A critical extension changes what a list means: it has the changes only, or
 * other CAs' certificates, or some kinds of certificates only.
 */
static int
check_extensions(struct copy *c)
{
	for (unsigned i = 0;; i++) {
		char oid[OID_BYTES];
		size_t len = sizeof oid;
		unsigned critical = 1;
		int r = gnutls_x509_crl_get_extension_info(
		    c->crl, i, oid, &len, &critical);

		if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return 0;
		if (r < 0)
			return x509_fault(c->error, c->path, "malformed: %s",
			    gnutls_strerror(r));
		if (critical != 0)
			return x509_fault(c->error, c->path,
			    "not a complete list: critical extension %s", oid);
	}
}

static int
check_algorithm(struct copy *c)
{
	int algorithm = gnutls_x509_crl_get_signature_algorithm(c->crl);

	if (x509_is_weak_signature(algorithm))
		return x509_fault(c->error, c->path, "weak signature (%s)",
		    algorithm > 0 ? gnutls_sign_get_name(
					(gnutls_sign_algorithm_t)algorithm)
				  : "unknown");
	return 0;
}

static int
take_dates(struct copy *c)
{
	c->list.this_update = gnutls_x509_crl_get_this_update(c->crl);
	c->list.next_update = gnutls_x509_crl_get_next_update(c->crl);
	if (c->list.this_update == (time_t)-1)
		return x509_fault(
		    c->error, c->path, "malformed: no thisUpdate");
	if (c->list.next_update == (time_t)-1)
		return x509_fault(c->error, c->path, "no nextUpdate");
	return 0;
}

static int
take_issuer(struct copy *c)
{
	gnutls_datum_t dn = { NULL, 0 };
	int r = gnutls_x509_crl_get_issuer_dn3(c->crl, &dn, 0);

	if (r < 0)
		return x509_fault(c->error, c->path, "malformed issuer: %s",
		    gnutls_strerror(r));
	c->list.issuer = strndup((const char *)dn.data, dn.size);
	gnutls_free(dn.data);
	c->list.file = strdup(c->path);
	return c->list.issuer == NULL || c->list.file == NULL
		   ? x509_no_memory(c->error, c->path)
		   : 0;
}

/* Serial numbers that are too long for X.509 are left out. */
static int
copy_serials(struct copy *c, size_t most)
{
	gnutls_x509_crl_iter_t iter = NULL;
	int r;

	for (;;) {
		unsigned char bytes[256];
		size_t len = sizeof bytes;
		time_t when;

		r = gnutls_x509_crl_iter_crt_serial(
		    c->crl, &iter, bytes, &len, &when);
		if (r < 0 || c->list.count == most)
			break;
		if (len == 0 || len > X509_SERIAL_MAX)
			continue;
		c->list.serials[c->list.count].len = (unsigned char)len;
		memcpy(c->list.serials[c->list.count++].bytes, bytes, len);
	}
	gnutls_x509_crl_iter_deinit(iter);
	return r;
}

static int
take_serials(struct copy *c)
{
	int count = gnutls_x509_crl_get_crt_count(c->crl);
	int r;

	if (count < 0)
		return x509_fault(
		    c->error, c->path, "malformed: %s", gnutls_strerror(count));
	if (count == 0)
		return 0;
	c->list.serials = calloc((size_t)count, sizeof *c->list.serials);
	if (c->list.serials == NULL)
		return x509_no_memory(c->error, c->path);
	r = copy_serials(c, (size_t)count);
	if (r != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return x509_fault(c->error, c->path, "malformed entry");
	qsort(c->list.serials, c->list.count, sizeof *c->list.serials, compare);
	return 0;
}

static int (*const steps[])(struct copy *c) = { check_extensions,
	check_algorithm, take_dates, take_issuer, take_serials };

int
x509_list_take(struct gnutls_x509_crl_int *crl, const char *path,
    struct x509_list *ret, struct x509_error *error)
{
	struct copy c = { .crl = crl, .path = path, .error = error };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof steps / sizeof steps[0]; i++)
		r = steps[i](&c);
	if (r == 0)
		*ret = c.list;
	else
		x509_list_done(&c.list);
	return r;
}

void
x509_list_done(struct x509_list *list)
{
	free(list->file);
	free(list->issuer);
	free(list->serials);
	*list = (struct x509_list){ 0 };
}

bool
x509_list_has(const struct x509_list *list, const struct x509_serial *serial)
{
	return list->count > 0 && bsearch(serial, list->serials, list->count,
				      sizeof *list->serials, compare) != NULL;
}

bool
x509_list_is_fresh(const struct x509_list *list, time_t now)
{
	return list->this_update <= now && now < list->next_update;
}
