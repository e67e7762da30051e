/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What GnuTLS's codes mean to the one who has written a PEM file's name into
 * helper.conf.
 */
#ifndef X509_PEM_H
#define X509_PEM_H

/* Why no certificate, or no key, was read: a text for `code`. */
const char *x509_pem_fault(int code);

#endif
