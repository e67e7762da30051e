/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The module's arguments, a row each.  A mistake is never ignored: an option
 * that was meant to make things stricter must not get lost.
 */
#include <config.h>
#include "policy/options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "policy/classes.h"
#include "status/query.h"

/* Take the text behind an argument's name; false when it is wrong. */
static bool
take_path(void *ret, const char *value)
{
	*(const char **)ret = value;
	return value[0] == '/';
}

static bool
take_rhost(void *ret, const char *value)
{
	bool keep = strcmp(value, "keep") == 0;

	*(bool *)ret = keep;
	return keep || strcmp(value, "set") == 0;
}

static bool
take_nothing(void *ret, const char *value)
{
	*(bool *)ret = true;
	return value[0] == '\0';
}

static const struct {
	const char *name;
	size_t place;
	bool (*take)(void *ret, const char *value);
} rows[] = {
	{ "classes=", offsetof(struct stssl_options, classes), take_path },
	{ "socket=", offsetof(struct stssl_options, socket), take_path },
	{ "rhost=", offsetof(struct stssl_options, keep_rhost), take_rhost },
	{ "debug", offsetof(struct stssl_options, debug), take_nothing },
	{ "ssh", offsetof(struct stssl_options, ssh), take_nothing },
};

/* False for an argument that is unknown, wrong, or given twice. */
static bool
parse_one(struct stssl_options *o, const char *arg, unsigned *seen)
{
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = strlen(rows[i].name);

		if (strncmp(arg, rows[i].name, len) != 0)
			continue;
		if ((*seen & 1u << i) != 0)
			return false;
		*seen |= 1u << i;
		return rows[i].take((char *)o + rows[i].place, arg + len);
	}
	return false;
}

int
stssl_options_parse(int argc, const char *const *argv,
    struct stssl_options *ret, const char **ret_bad)
{
	struct stssl_options o = {
		.classes = STSSL_CLASSES_CONF,
		.socket = STSSL_STATUS_SOCKET,
	};
	unsigned seen = 0;

	for (int i = 0; i < argc; i++) {
		if (!parse_one(&o, argv[i], &seen)) {
			*ret_bad = argv[i];
			return -EINVAL;
		}
	}
	*ret = o;
	return 0;
}
