/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The module's arguments, a row each.  A mistake is never ignored: an option
 * that was meant to make things stricter must not get lost.
 */
#include <config.h>
#include "pam_stssl/options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "policy/classes.h"
#include "status/query.h"

static int
set_classes(struct options *o, const char *value)
{
	o->classes = value;
	return value[0] == '/' ? 0 : -EINVAL;
}

static int
set_socket(struct options *o, const char *value)
{
	o->socket = value;
	return value[0] == '/' ? 0 : -EINVAL;
}

static int
set_rhost(struct options *o, const char *value)
{
	o->keep_rhost = strcmp(value, "keep") == 0;
	return o->keep_rhost || strcmp(value, "set") == 0 ? 0 : -EINVAL;
}

static int
set_debug(struct options *o, const char *value)
{
	o->debug = true;
	return value[0] == '\0' ? 0 : -EINVAL;
}

static int
set_ssh(struct options *o, const char *value)
{
	o->ssh = true;
	return value[0] == '\0' ? 0 : -EINVAL;
}

/* An argument is a name and what follows it. */
static const struct {
	const char *name;
	int (*set)(struct options *, const char *);
} rows[] = {
	{ "classes=", set_classes },
	{ "socket=", set_socket },
	{ "rhost=", set_rhost },
	{ "debug", set_debug },
	{ "ssh", set_ssh },
};

static int
parse_one(struct options *o, const char *arg, unsigned *seen)
{
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t len = strlen(rows[i].name);

		if (strncmp(arg, rows[i].name, len) != 0)
			continue;
		if ((*seen & 1u << i) != 0)
			return -EINVAL;
		*seen |= 1u << i;
		return rows[i].set(o, arg + len);
	}
	return -EINVAL;
}

int
options_parse(int argc, const char *const *argv, struct options *ret,
    const char **ret_bad)
{
	struct options o = {
		.classes = STSSL_CLASSES_CONF,
		.socket = STSSL_STATUS_SOCKET,
	};
	unsigned seen = 0;

	for (int i = 0; i < argc; i++) {
		if (parse_one(&o, argv[i], &seen) < 0) {
			*ret_bad = argv[i];
			return -EINVAL;
		}
	}
	*ret = o;
	return 0;
}
