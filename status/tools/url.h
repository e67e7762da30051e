/* SPDX-License-Identifier: BSD-2-Clause
 *
 * URLs that can be asked without TLS.
 */
#ifndef STATUS_TOOLS_URL_H
#define STATUS_TOOLS_URL_H

#include <stdbool.h>

#define STSSL_URL_MAX 1024

/*
 * True for "http://HOST..." of printable ASCII without blanks, not longer than
 * STSSL_URL_MAX bytes.
 */
bool stssl_url_is_http(const char *text);

#endif
