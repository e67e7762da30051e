/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Version 2 of the PROXY protocol in numbers: section 2.2 of its text.
 */
#ifndef HELPER_WORKER_PROXY_FORMAT_H
#define HELPER_WORKER_PROXY_FORMAT_H

/* The first bytes; then version and command, family, and a length. */
#define PROXY_V2_SIGNATURE     "\r\n\r\n\0\r\nQUIT\n"
#define PROXY_V2_SIGNATURE_LEN (sizeof PROXY_V2_SIGNATURE - 1)
#define PROXY_V2_HEAD          16 /* bytes up to the addresses */

#define PROXY_V2_LOCAL         0x20
#define PROXY_V2_PROXY         0x21
#define PROXY_V2_TCP4          0x11
#define PROXY_V2_TCP6          0x21

/* A type, a length of two bytes, a value. */
#define PROXY_V2_TLV    3
#define PROXY_V2_CRC32C 0x03
#define PROXY_V2_SSL    0x20

/* In PROXY_V2_SSL: a byte of bits, four of the verification, and values. */
#define PROXY_V2_CLIENT_SSL        0x01
#define PROXY_V2_CLIENT_CONNECTION 0x02 /* a certificate on this connection */
#define PROXY_V2_CLIENT_SESSION    0x04 /* or on one that it resumes */
#define PROXY_V2_SSL_VERSION       0x21
#define PROXY_V2_SSL_CN            0x22
#define PROXY_V2_SSL_CIPHER        0x23

#endif
