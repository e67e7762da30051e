/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Certificates byte by byte, for what GnuTLS would not write.
 */
#ifndef TESTS_RAW_H
#define TESTS_RAW_H

#include "tests/certificates.h"

/* What differs from a sound leaf; NULL and 0 leave it sound. */
struct raw {
	const char *subject; /* the content of the Name's SEQUENCE */
	size_t subject_len;
	const char *serial; /* the content of the INTEGER */
	size_t serial_len;
	const char *names; /* the content of SubjectAltName's SEQUENCE */
	size_t names_len;
	bool names_are_critical;
	bool long_form; /* more bytes for the outer length than it needs */
};

#define RAW(field, bytes) .field = bytes, .field##_len = sizeof bytes - 1

/*
 * A leaf in DER, to be freed with free(): by `issuer`, with the issuer's key as
 * its own, good for an hour before and after NOON.
 */
gnutls_datum_t raw_leaf(const struct made *issuer, const struct raw *raw);

#endif
