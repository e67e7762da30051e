/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Parses strictly: lines end in CRLF, no line is folded, and nothing is skipped
 * that is not understood.  Every text has a length; none ends in NUL.
 */
#include <config.h>
#include "stsslctl/http.h"

#include <string.h>

#include "status/ascii.h"
#include "stsslctl/http_accept.h"

/* A part of the head. */
struct text {
	const char *at;
	size_t len;
};

struct fields {
	unsigned hosts;
	struct http_accept accept;
};

size_t
http_head(const char *bytes, size_t len)
{
	const char *end = memmem(bytes, len, "\r\n\r\n", 4);

	return end == NULL ? 0 : (size_t)(end - bytes) + 4;
}

static bool
is(struct text t, const char *word)
{
	return t.len == strlen(word) && memcmp(t.at, word, t.len) == 0;
}

static bool
is_field(struct text t, const char *name)
{
	return t.len == strlen(name) && strncasecmp(t.at, name, t.len) == 0;
}

static bool
skip(struct text *t, const char *word)
{
	size_t len = strlen(word);

	if (t->len < len || memcmp(t->at, word, len) != 0)
		return false;
	t->at += len;
	t->len -= len;
	return true;
}

/* All up to `end`, which is skipped; all of it when there is none. */
static bool
take_until(struct text *from, const char *end, struct text *ret)
{
	const char *found = memmem(from->at, from->len, end, strlen(end));

	*ret = *from;
	if (found == NULL)
		return false;
	ret->len = (size_t)(found - from->at);
	from->at += ret->len + strlen(end);
	from->len -= ret->len + strlen(end);
	return true;
}

/* Letters, digits, and some more; RFC 9110, 5.6.2. */
static bool
is_token(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] == '\0' ||
		    strchr(STSSL_LETTERS STSSL_DIGITS "!#$%&'*+-.^_`|~",
			t.at[i]) == NULL)
			return false;
	return t.len > 0;
}

static bool
is_printable(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] <= ' ' || t.at[i] > '~')
			return false;
	return t.len > 0;
}

/* A field's value: no control characters but tabs. */
static bool
is_value(struct text t)
{
	for (size_t i = 0; i < t.len; i++)
		if (((unsigned char)t.at[i] < ' ' && t.at[i] != '\t') ||
		    t.at[i] == 0x7f)
			return false;
	return true;
}

/* /metrics, maybe with a query, maybe as http://host/metrics. */
static bool
is_metrics(struct text target)
{
	struct text host;

	if (skip(&target, "http://")) {
		if (!take_until(&target, "/", &host))
			return false;
		target.at--;
		target.len++;
	}
	return skip(&target, "/metrics") &&
	       (target.len == 0 || target.at[0] == '?');
}

/* METHOD TARGET HTTP/1.x; true when it is well-formed. */
static bool
parse_line(struct text line, struct http_request *r, bool *ret_needs_host)
{
	struct text method, target;
	bool is_get;

	if (!take_until(&line, " ", &method) || !is_token(method) ||
	    !take_until(&line, " ", &target) || !is_printable(target) ||
	    !skip(&line, "HTTP/1.") || line.len != 1 ||
	    !stssl_is_digit(line.at[0]))
		return false;
	*ret_needs_host = line.at[0] != '0';
	r->is_head = is(method, "HEAD");
	is_get = is(method, "GET") || r->is_head;
	r->status = !is_get              ? HTTP_NOT_ALLOWED
		    : is_metrics(target) ? HTTP_OK
					 : HTTP_NOT_FOUND;
	return true;
}

/* NAME: VALUE; a line that is folded has no name. */
static bool
parse_field(struct text line, struct fields *fields)
{
	struct text name;

	if (!take_until(&line, ":", &name) || !is_token(name) ||
	    !is_value(line))
		return false;
	fields->hosts += is_field(name, "Host");
	if (is_field(name, "Accept"))
		http_accept_add(&fields->accept, line.at, line.len);
	return true;
}

struct http_request
http_parse(const char *bytes, size_t len)
{
	const struct http_request bad = { .status = HTTP_BAD_REQUEST };
	struct http_request r = bad;
	struct text rest = { bytes, len }, line;
	struct fields fields = { 0 };
	bool needs_host = false, has_line;

	if (len > HTTP_HEAD_MAX || !take_until(&rest, "\r\n", &line) ||
	    !parse_line(line, &r, &needs_host))
		return bad;
	while ((has_line = take_until(&rest, "\r\n", &line)) && line.len > 0)
		if (!parse_field(line, &fields))
			return bad;
	/* The empty line was the last. */
	if (!has_line || rest.len > 0 || fields.hosts > 1 ||
	    (needs_host && fields.hosts == 0))
		return bad;
	r.is_plain = http_accept_is_plain(&fields.accept);
	return r;
}

const char *
http_reason(enum http_status status)
{
	switch (status) {
	case HTTP_OK:
		return "OK";
	case HTTP_BAD_REQUEST:
		return "Bad Request";
	case HTTP_NOT_FOUND:
		return "Not Found";
	case HTTP_NOT_ALLOWED:
		return "Method Not Allowed";
	case HTTP_TIMEOUT:
		return "Request Timeout";
	case HTTP_UNAVAILABLE:
		return "Service Unavailable";
	default:
		return "";
	}
}
