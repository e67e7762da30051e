/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as the header of PROXY: what is taken says nothing else with more
 * behind it, and is not complete without its last byte; and an address that is
 * announced can be a host's.
 */
#include <config.h>
#include "helper/worker/proxy/header.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool condition)
{
	if (!condition)
		abort();
}

/* Exactly as long as it is, so that reading behind it is noticed. */
static enum proxy_fault
parse(const uint8_t *data, size_t size, size_t *len, struct proxy_header *h)
{
	uint8_t *bytes = malloc(size == 0 ? 1 : size);
	enum proxy_fault fault;

	must(bytes != NULL);
	if (size > 0)
		memcpy(bytes, data, size);
	fault = proxy_parse(bytes, size, len, h);
	free(bytes);
	return fault;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t none[16];
	struct proxy_header h = { .is_own = false }, same = h;
	size_t len, cut;
	enum proxy_fault fault = parse(data, size, &len, &h);

	must(fault < PROXY_FAULT_COUNT && len <= size);
	if (fault != PROXY_NONE || len == 0)
		return 0;
	must(len <= PROXY_HEADER_MAX);
	must(h.is_own || memcmp(h.source.ip, none, sizeof none) != 0);
	must(parse(data, len, &cut, &same) == PROXY_NONE && cut == len);
	must(same.is_own == h.is_own &&
	     memcmp(&same.source, &h.source, sizeof h.source) == 0 &&
	     memcmp(&same.destination, &h.destination, sizeof h.source) == 0);
	must(parse(data, len - 1, &cut, &same) == PROXY_NONE && cut == 0);
	return 0;
}
