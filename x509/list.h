/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A revocation list: its issuer, its dates, and its serial numbers.
 */
#ifndef X509_LIST_H
#define X509_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "x509/file.h"
#include "x509/types.h"

/* One list; `key` is that of the CA whose signature was checked. */
struct x509_list {
	char *file;
	char *issuer; /* RFC 4514 */
	unsigned char key[X509_KEY];
	time_t this_update, next_update;
	struct x509_serial *serials; /* sorted */
	size_t count;
};

struct gnutls_x509_crl_int;

/*
 * Copy `crl` of the file `path`; the caller finds out who signed it.  Returns 0
 * and *ret, to be given to x509_list_done(); -ENOMEM; or -EBADMSG for a list
 * that is about a part of the certificates only (delta, indirect, by
 * distribution point), that has no end, or that has a weak signature.  On
 * failure error->text is set.
 */
int x509_list_take(struct gnutls_x509_crl_int *crl, const char *path,
    struct x509_list *ret, struct x509_error *error);

void x509_list_done(struct x509_list *list);

/* Does the list, fresh or not, name this certificate? */
bool x509_list_has(
    const struct x509_list *list, const struct x509_serial *serial);

/* thisUpdate <= now < nextUpdate */
bool x509_list_is_fresh(const struct x509_list *list, time_t now);

#endif
