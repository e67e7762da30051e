/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Numbers as tools print them: fingerprints, and serial numbers of
 * certificates.
 */
#ifndef POLICY_SERIAL_H
#define POLICY_SERIAL_H

/*
 * "AB:cd:...", "AB cd ..." or "abcd...", to at most `max` lower-case digits and
 * a NUL.  Returns how many, or -EBADMSG; `ret` may be changed then, too.
 */
int stssl_hex_digits(const char *text, int max, char *ret);

/* Sign, digits, and a NUL. */
#define STSSL_SERIAL_DIGITS 128
#define STSSL_SERIAL_MAX    (1 + STSSL_SERIAL_DIGITS + 1)

/*
 * A serial number in hexadecimal, lower case, without zeros in front, "-" in
 * front of one that is negative.  Read are
 *	0a0B, 0a:0b, 0a 0b, 0x0a0b	hexadecimal
 *	2571 (0xa0b)			as OpenSSL writes both
 *	dec:2571			decimal
 * with a "-" or, as OpenSSL writes it, "(Negative)" in front of the digits;
 * blanks around do not count.  Returns 0, or -EBADMSG.
 */
int stssl_serial_canonical(const char *text, char ret[static STSSL_SERIAL_MAX]);

#endif
