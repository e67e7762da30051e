/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ASN.1 strings as UTF-8, unless readers differ about what they mean.
 */
#ifndef X509_TEXT_H
#define X509_TEXT_H

#include <stddef.h>

#include "x509/der.h"

enum x509_text {
	X509_TEXT_FINE,
	/*
	 * Nothing that a name could be compared with: no string, one whose
	 * bytes mean different things to different readers (T61String beyond
	 * ASCII, UniversalString, broken UTF-8), or one that does not fit.
	 */
	X509_TEXT_NONE,
	/* A NUL inside, where some readers see the end. */
	X509_TEXT_NUL
};

/*
 * Read a string of any type.  FINE sets *ret_len and that many bytes of `buf`,
 * without a NUL behind them; they may be none, and may be control characters.
 */
enum x509_text x509_text_read(const struct x509_der_item *item,
    unsigned char *buf, size_t size, size_t *ret_len);

#endif
