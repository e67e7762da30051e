/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as a request: it is served, or refused with a status; and only what
 * begins like a request for /metrics is served.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stsslctl/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int condition)
{
	if (!condition)
		abort();
}

static int
begins(const char *text, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as long as it is, so that reading behind it is noticed. */
	char *text = malloc(size == 0 ? 1 : size);
	struct http_request r;
	size_t head;

	must(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	head = http_head(text, size);
	must(head <= size);
	r = http_parse(text, head);
	must(*http_reason(r.status) != '\0');
	if (r.status == HTTP_OK)
		must(begins(text, head, "GET /metrics") ||
		     begins(text, head, "HEAD /metrics") ||
		     begins(text, head, "GET http://") ||
		     begins(text, head, "HEAD http://"));
	/* The same with something behind it is another one. */
	if (head > 0 && head < size)
		must(http_parse(text, head + 1).status == HTTP_BAD_REQUEST);
	free(text);
	return 0;
}
