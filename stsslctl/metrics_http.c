/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl metrics --http: answers one request, on standard input and output,
 * as a socket unit with Accept=yes gives them.  A client has little room and
 * little time, and is answered once.
 */
#include <config.h>
#include "stsslctl/metrics_http.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "status/clock.h"
#include "stsslctl/http.h"
#include "stsslctl/metrics_text.h"
#include "stsslctl/output.h"

#define READ_MS  5000
#define WRITE_MS 5000
/* For a client that still sends when it is answered. */
#define LINGER_MS    1000
#define LINGER_BYTES 65536

static const char openmetrics[] =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";
static const char plain[] = "text/plain; version=0.0.4; charset=utf-8";

/* False when the time is over. */
static bool
wait_for(int fd, short events, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left;
	int r;

	do {
		left = until_ms - stssl_now_ms();
		r = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (r == -1 && errno == EINTR);
	return r == 1;
}

/*
 * Read a head.  Returns its length; 0 when the client is gone; or minus the
 * status of the answer.
 */
static int
read_head(char buf[static HTTP_HEAD_MAX])
{
	const int64_t until_ms = stssl_now_ms() + READ_MS;
	size_t len = 0, head = 0;
	ssize_t n;

	while (head == 0) {
		if (len == HTTP_HEAD_MAX)
			return -HTTP_BAD_REQUEST;
		if (!wait_for(STDIN_FILENO, POLLIN, until_ms))
			return -HTTP_TIMEOUT;
		n = read(STDIN_FILENO, buf + len, HTTP_HEAD_MAX - len);
		if (n == 0)
			return len == 0 ? 0 : -HTTP_BAD_REQUEST;
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			return 0;
		len += n > 0 ? (size_t)n : 0;
		head = http_head(buf, len);
	}
	return (int)head;
}

/* Without waiting where that is possible: on a socket. */
static ssize_t
put(const char *bytes, size_t len)
{
	ssize_t n =
	    send(STDOUT_FILENO, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	return n == -1 && errno == ENOTSOCK ? write(STDOUT_FILENO, bytes, len)
					    : n;
}

static bool
put_all(const char *bytes, size_t len)
{
	const int64_t until_ms = stssl_now_ms() + WRITE_MS;

	while (len > 0) {
		ssize_t n = put(bytes, len);

		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (!wait_for(STDOUT_FILENO, POLLOUT, until_ms)) {
			return false;
		}
	}
	return true;
}

/* A close with bytes unread would reset the connection, answer and all. */
static void
linger(void)
{
	const int64_t until_ms = stssl_now_ms() + LINGER_MS;
	size_t left = LINGER_BYTES;
	char buf[4096];
	ssize_t n = 1;

	if (shutdown(STDOUT_FILENO, SHUT_WR) == -1)
		return;
	while (n > 0 && left >= sizeof buf &&
	       wait_for(STDIN_FILENO, POLLIN, until_ms)) {
		n = read(STDIN_FILENO, buf, sizeof buf);
		left -= sizeof buf;
	}
}

static void
write_answer(FILE *to, const struct http_request *r, const char *body)
{
	const char *type = r->status != HTTP_OK ? "text/plain; charset=utf-8"
			   : r->is_plain        ? plain
						: openmetrics;
	const struct tm now = output_now();
	char date[64];

	(void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &now);
	(void)fprintf(to,
	    "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\nCache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n%s\r\n%s",
	    r->status, http_reason(r->status), date, type, strlen(body),
	    r->status == HTTP_NOT_ALLOWED ? "Allow: GET, HEAD\r\n" : "",
	    r->is_head ? "" : body);
}

/* The body: what the helper says, in the form that is wanted, or the status. */
static char *
body_of(const char *socket, struct http_request *r)
{
	char *text = NULL, *body = NULL;
	size_t len;
	FILE *to;

	if (r->status == HTTP_OK && metrics_get(socket, &text) < 0)
		r->status = HTTP_UNAVAILABLE;
	to = open_memstream(&body, &len);
	if (to == NULL) {
		free(text);
		return NULL;
	}
	if (text == NULL)
		(void)fprintf(to, "%d %s\n", r->status, http_reason(r->status));
	else if (r->is_plain)
		metrics_plain(to, text);
	else
		(void)fputs(text, to);
	free(text);
	if (fclose(to) == 0)
		return body;
	free(body);
	return NULL;
}

static bool
answer(const char *socket, struct http_request *r)
{
	char *body = body_of(socket, r), *text = NULL;
	size_t len = 0;
	FILE *to = body == NULL ? NULL : open_memstream(&text, &len);
	bool is_done = false;

	if (to != NULL) {
		write_answer(to, r, body);
		is_done = fclose(to) == 0 && put_all(text, len);
		linger();
	}
	free(text);
	free(body);
	return is_done;
}

enum command_status
metrics_http(const char *socket)
{
	static char head[HTTP_HEAD_MAX];
	struct http_request r = { .status = HTTP_BAD_REQUEST };
	int len = read_head(head);

	if (len == 0)
		return COMMAND_FINE;
	if (len > 0)
		r = http_parse(head, (size_t)len);
	else
		r.status = (enum http_status) - len;
	if (!answer(socket, &r))
		return COMMAND_UNKNOWN;
	if (r.status == HTTP_UNAVAILABLE)
		return command_say("the helper does not answer");
	return COMMAND_FINE;
}
