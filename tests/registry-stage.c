/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/registry-stage.h"

#include "status/tools/address.h"
#include "tests/test.h"

const int alice, bob;

struct stssl_connection
connection(const char *text)
{
	struct stssl_connection c;

	ck_assert_int_eq(stssl_connection_parse(text, &c), 0);
	return c;
}

struct session_entry *
add(struct registry *registry, uint64_t session, const void *owner)
{
	struct stssl_address peer;

	ck_assert_int_eq(stssl_address_parse("192.0.2.7:1000", &peer), 0);
	ck_assert_int_eq(registry_add(registry, session, owner, 0, &peer), 0);
	return registry_find(registry, session);
}
