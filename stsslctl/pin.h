/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The pin of a certificate, as helper.conf has it.
 */
#ifndef STSSLCTL_PIN_H
#define STSSLCTL_PIN_H

#include "x509/file.h"

/* "sha256:", digits, a NUL. */
#define PIN_TEXT 72

/*
 * The pin of the first certificate of a file, PEM or DER.  Returns 0; or a
 * negative errno and error->text.
 */
int pin_read(
    const char *file, char ret[static PIN_TEXT], struct x509_error *error);

#endif
