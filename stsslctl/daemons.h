/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Daemons that may be behind the helper, and traps in their configuration:
 * settings with which a refusal does not refuse, clients come past the helper,
 * or nothing is transferred.
 */
#ifndef STSSLCTL_DAEMONS_H
#define STSSLCTL_DAEMONS_H

#include <stdbool.h>

#include "stsslctl/findings.h"
#include "stsslctl/settings.h"

/* When a row counts. */
enum daemon_occasion {
	DAEMON_ALWAYS,
	DAEMON_ACTIVE,  /* a listener takes them from ports below 1024 */
	DAEMON_SESSION, /* the PAM stack has a session line of ours */
};

/* A setting, and which values of it are a trap; NULL where none is given. */
struct daemon_trap {
	const char *key;
	bool (*is_bad)(const char *value);
	enum finding_level level;
	enum daemon_occasion occasion;
	const char *text;
};

struct daemon {
	const char *name;
	settings_reader *read;
	const char *paths[3]; /* the first that is there */
	const char *service_key, *service;
	/* The port that it listens on; 0: not known. */
	unsigned (*port)(const struct settings *s, unsigned server);
	/*
	 * Whether it listens elsewhere than on loopback, and the key that says
	 * where.
	 */
	bool (*is_open)(
	    const struct settings *s, unsigned server, const char **ret_key);
	const struct daemon_trap *traps; /* up to one without a key */
};

/* Up to one without a name. */
extern const struct daemon daemons[];

/* The value of a setting of settings_find(), or NULL. */
const char *daemon_value(
    const struct settings *s, unsigned server, const char *key);

#endif
