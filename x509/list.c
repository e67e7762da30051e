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

/*
 * A critical extension changes what a list means: it has the changes only, or
 * other CAs' certificates, or some kinds of certificates only.
 */
static int
check_extensions(
    gnutls_x509_crl_t crl, const char *path, struct x509_error *error)
{
	for (unsigned i = 0;; i++) {
		char oid[OID_BYTES];
		size_t len = sizeof oid;
		unsigned critical = 1;
		int r = gnutls_x509_crl_get_extension_info(
		    crl, i, oid, &len, &critical);

		if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return 0;
		if (r < 0)
			return x509_fault(
			    error, path, "malformed: %s", gnutls_strerror(r));
		if (critical != 0)
			return x509_fault(error, path,
			    "not a complete list: critical extension %s", oid);
	}
}

static int
check_algorithm(
    gnutls_x509_crl_t crl, const char *path, struct x509_error *error)
{
	int algorithm = gnutls_x509_crl_get_signature_algorithm(crl);

	if (x509_is_weak_signature(algorithm))
		return x509_fault(error, path, "weak signature (%s)",
		    algorithm > 0 ? gnutls_sign_get_name(
					(gnutls_sign_algorithm_t)algorithm)
				  : "unknown");
	return 0;
}

static int
take_dates(gnutls_x509_crl_t crl, const char *path, struct x509_list *list,
    struct x509_error *error)
{
	list->this_update = gnutls_x509_crl_get_this_update(crl);
	list->next_update = gnutls_x509_crl_get_next_update(crl);
	if (list->this_update == (time_t)-1)
		return x509_fault(error, path, "malformed: no thisUpdate");
	if (list->next_update == (time_t)-1)
		return x509_fault(error, path, "no nextUpdate");
	return 0;
}

static int
take_issuer(gnutls_x509_crl_t crl, const char *path, struct x509_list *list,
    struct x509_error *error)
{
	gnutls_datum_t dn = { NULL, 0 };
	int r = gnutls_x509_crl_get_issuer_dn3(crl, &dn, 0);

	if (r < 0)
		return x509_fault(
		    error, path, "malformed issuer: %s", gnutls_strerror(r));
	list->issuer = strndup((const char *)dn.data, dn.size);
	gnutls_free(dn.data);
	list->file = strdup(path);
	return list->issuer == NULL || list->file == NULL
		   ? x509_no_memory(error, path)
		   : 0;
}

/* Serial numbers that are too long for X.509 are left out. */
static int
copy_serials(gnutls_x509_crl_t crl, size_t most, struct x509_list *list)
{
	gnutls_x509_crl_iter_t iter = NULL;
	int r;

	for (;;) {
		unsigned char bytes[256];
		size_t len = sizeof bytes;
		time_t when;

		r = gnutls_x509_crl_iter_crt_serial(
		    crl, &iter, bytes, &len, &when);
		if (r < 0 || list->count == most)
			break;
		if (len == 0 || len > X509_SERIAL_MAX)
			continue;
		list->serials[list->count].len = (unsigned char)len;
		memcpy(list->serials[list->count++].bytes, bytes, len);
	}
	gnutls_x509_crl_iter_deinit(iter);
	return r;
}

static int
take_serials(gnutls_x509_crl_t crl, const char *path, struct x509_list *list,
    struct x509_error *error)
{
	int count = gnutls_x509_crl_get_crt_count(crl);
	int r;

	if (count < 0)
		return x509_fault(
		    error, path, "malformed: %s", gnutls_strerror(count));
	if (count == 0)
		return 0;
	list->serials = calloc((size_t)count, sizeof *list->serials);
	if (list->serials == NULL)
		return x509_no_memory(error, path);
	r = copy_serials(crl, (size_t)count, list);
	if (r != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return x509_fault(error, path, "malformed entry");
	qsort(list->serials, list->count, sizeof *list->serials, compare);
	return 0;
}

int
x509_list_take(struct gnutls_x509_crl_int *crl, const char *path,
    struct x509_list *ret, struct x509_error *error)
{
	struct x509_list list = { 0 };
	int r = check_extensions(crl, path, error);

	if (r == 0)
		r = check_algorithm(crl, path, error);
	if (r == 0)
		r = take_dates(crl, path, &list, error);
	if (r == 0)
		r = take_issuer(crl, path, &list, error);
	if (r == 0)
		r = take_serials(crl, path, &list, error);
	if (r < 0) {
		x509_list_done(&list);
		return r;
	}
	*ret = list;
	return 0;
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
