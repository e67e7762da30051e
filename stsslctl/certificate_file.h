/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A certificate as people have it in a file: PEM, or DER.
 */
#ifndef STSSLCTL_CERTIFICATE_FILE_H
#define STSSLCTL_CERTIFICATE_FILE_H

#include "x509/chain.h"

/*
 * Read the certificates of a PEM file, as x509_chain_read() does, or of a file
 * with nothing but certificates in DER.  Returns 0 and *ret, to be freed by
 * x509_chain_free(); or a negative errno and error->text, which for PKCS#12,
 * PKCS#7, a key or a request says so, and for the first two which command
 * takes the certificate out.
 */
int certificate_file_read(
    const char *path, struct x509_chain **ret, struct x509_error *error);

#endif
