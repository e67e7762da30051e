/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Distinguished names: their parts, and their text by RFC 4514.  They are read
 * from the DER that arrived: GnuTLS may write two different names alike when it
 * cannot show them.
 */
#ifndef X509_DN_H
#define X509_DN_H

#include "x509/der.h"

/* Names with more RDNs have no text. */
#define X509_DN_RDNS 256

/*
 * The text of a name (the content of its SEQUENCE), the last RDN first; of an
 * empty name it is "".  Types have the names that GnuTLS gives them, or are
 * numbers; values of the latter, and those that are no text, are "#" and DER.
 * Control characters are escaped.
 * Returns 0 and *ret, to be freed by the caller; -EBADMSG when a string has a
 * NUL inside, or the name is malformed; -E2BIG when it is too long; -ENOMEM.
 */
int x509_dn_text(struct x509_der name, char **ret);

/* The OID of a common name, as the content of its item. */
#define X509_OID_CN "\x55\x04\x03"

/*
 * The value of the only part of this type.  Returns 0 and *ret; -ENOENT when
 * there is none, or more; -EBADMSG when the name is malformed.
 */
int x509_dn_only(
    struct x509_der name, const char *oid, struct x509_der_item *ret);

#endif
