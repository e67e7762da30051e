/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One request of HTTP/1.x (RFC 9110, RFC 9112) as Prometheus sends it.
 */
#ifndef STSSLCTL_HTTP_H
#define STSSLCTL_HTTP_H

#include <stdbool.h>
#include <stddef.h>

/* The longest head: request line and fields. */
#define HTTP_HEAD_MAX 8192

enum http_status {
	HTTP_OK = 200,
	HTTP_BAD_REQUEST = 400,
	HTTP_NOT_FOUND = 404,
	HTTP_NOT_ALLOWED = 405,
	HTTP_TIMEOUT = 408,
	HTTP_UNAVAILABLE = 503
};

struct http_request {
	enum http_status status; /* what it comes to */
	bool is_head;            /* the answer has no body */
	bool is_plain;           /* in text/plain rather than OpenMetrics */
};

/* The length of the head, with its empty line; 0 when it has no end yet. */
size_t http_head(const char *bytes, size_t len);

/*
 * Parse a head, `len` bytes as http_head() counts them.  Only GET and HEAD of
 * /metrics are HTTP_OK; a head that is not well-formed in any part, or has not
 * the one Host that HTTP/1.1 wants, is HTTP_BAD_REQUEST.
 */
struct http_request http_parse(const char *bytes, size_t len);

/* "Not Found" and so on. */
const char *http_reason(enum http_status status);

#endif
