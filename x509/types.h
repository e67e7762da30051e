/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Bounds and small types that the files of this folder share with each other
 * and with their callers.
 */
#ifndef X509_TYPES_H
#define X509_TYPES_H

/* More certificates or bytes are no client's: such a chain never verifies. */
#define X509_CHAIN_MAX   10
#define X509_CHAIN_BYTES 65536

/* SHA-256 of a public key. */
#define X509_KEY 32
/* Longer serial numbers are not X.509's (RFC 5280: 20 bytes). */
#define X509_SERIAL_MAX 31

struct x509_serial {
	unsigned char len;
	unsigned char bytes[X509_SERIAL_MAX];
};

/* A certificate by its issuer's key (SHA-256) and its serial number. */
struct x509_ocsp_id {
	unsigned char key[X509_KEY];
	struct x509_serial serial;
};

/* How a list that is out of date is treated. */
enum x509_stale {
	X509_STALE_REFUSE, /* no certificate of its CA is good */
	X509_STALE_WARN    /* it is used as it is */
};

#endif
