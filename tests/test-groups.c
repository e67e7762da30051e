/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The groups that keys are exchanged in: those of `priority`, and by default
 * one more where GnuTLS has it.
 */
#include <config.h>

#include <gnutls/gnutls.h>

#include "helper/worker/tls/tls.h"
#include "helper/worker/tls/tls_inside.h"
#include "setup/config.h"
#include "tests/test.h"

#define P256 "NORMAL:-GROUP-ALL:+GROUP-SECP256R1"

/* Another group takes the place of the one that GnuTLS may lack. */
static const struct {
	const char *group;
	unsigned groups[3];
} rows[] = {
	{ NULL, { GNUTLS_GROUP_SECP256R1 } },
	{ "X448", { GNUTLS_GROUP_SECP256R1, GNUTLS_GROUP_X448 } },
	{ "THAT-NOBODY-HAS", { GNUTLS_GROUP_SECP256R1 } },
};

START_TEST(a_group_is_taken_besides_where_gnutls_has_it)
{
	const struct tls_config config = { .priority = P256,
		.group = rows[_i].group };
	struct tls_context *context;
	struct stssl_error error;
	const unsigned *found;
	const char *key;
	int count;

	ck_assert_int_eq(tls_context_new(&config, &context, &key, &error), 0);
	count = gnutls_priority_group_list(context->priority, &found);
	for (int i = 0; i < count; i++)
		ck_assert_uint_eq(found[i], rows[_i].groups[i]);
	ck_assert_uint_eq(rows[_i].groups[count], 0);
	(void)tls_context_free(context);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_group_is_taken_besides_where_gnutls_has_it, ROWS(rows) },
	};

	return test_main("groups", cases, ROWS(cases));
}
