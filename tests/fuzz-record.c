/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any packet: decoded or refused.  What decodes can be walked, and put
 * together again key by key it is the same.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "status/address.h"
#include "status/quote.h"
#include "status/record.h"
#include "status/tools/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool truth)
{
	if (!truth)
		abort();
}

static void
walk(const struct stssl_record *r)
{
	const char *at = NULL;
	size_t len = 0;
	char quoted[64];

	while ((at = stssl_record_next(r, at)) != NULL) {
		check(strchr(at, '=') != NULL);
		stssl_quote(quoted, sizeof quoted, at);
		len += strlen(at) + 1;
	}
	check(len == r->len);
}

/* Only the order of keys may differ, and the lengths tell enough of that. */
static void
rebuild(const struct stssl_record *r)
{
	struct stssl_record copy;

	stssl_record_init(&copy);
	for (unsigned k = 1; k < STSSL_KEY_COUNT; k++) {
		enum stssl_key key = (enum stssl_key)k;
		const char *value = stssl_record_get(r, key);

		if (value != NULL)
			check(stssl_record_put(&copy, key, value) == 0);
		for (unsigned n = 0; n < STSSL_INDEX_MAX; n++) {
			value = stssl_record_get_nth(r, key, n);
			if (value == NULL)
				break;
			check(stssl_record_put_nth(&copy, key, n, value) == 0);
		}
	}
	check(copy.len == 0 || copy.len == r->len);
	stssl_record_done(&copy);
}

static void
parse_connections(const struct stssl_record *r)
{
	struct stssl_connection c, d;
	char text[STSSL_CONNECTION_TEXT];
	const char *value;

	for (unsigned n = 0; n < STSSL_INDEX_MAX; n++) {
		value = stssl_record_get_nth(r, STSSL_KEY_STSSL_CONNECTION, n);
		if (value == NULL || stssl_connection_parse(value, &c) < 0)
			continue;
		stssl_connection_format(&c, text);
		check(stssl_connection_parse(text, &d) == 0);
		check(stssl_connection_compare(&c, &d) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stssl_record r;

	stssl_record_init(&r);
	if (stssl_record_decode(data, size, &r) == 0) {
		walk(&r);
		rebuild(&r);
		parse_connections(&r);
	}
	stssl_record_done(&r);
	return 0;
}
