/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which of the two forms of the counters a client would rather have: Accept of
 * RFC 9110, 12.5.1.
 */
#ifndef STSSLCTL_HTTP_ACCEPT_H
#define STSSLCTL_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

/* What was said of a form: by the most specific range. */
struct http_wish {
	int rank;    /* 0: nothing; 1 for all, 2 for its type, 3 for itself */
	int quality; /* thousandths */
};

/* All zero at first. */
struct http_accept {
	struct http_wish openmetrics, plain;
};

/* Take in a value of Accept.  Ranges that are not well-formed do not count. */
void http_accept_add(struct http_accept *accept, const char *value, size_t len);

/* OpenMetrics, unless text/plain is wanted more. */
bool http_accept_is_plain(const struct http_accept *accept);

#endif
