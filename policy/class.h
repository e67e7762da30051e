/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The classes of classes.conf, checked and with their defaults filled in.
 */
#ifndef POLICY_CLASS_H
#define POLICY_CLASS_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/key.h"
#include "policy/decide.h"
#include "policy/identity.h"
#include "policy/map.h"
#include "policy/stamp.h"
#include "policy/user.h"

/* In order: a smaller one is older. */
enum stssl_tls {
	STSSL_TLS_1_2,
	STSSL_TLS_1_3,
	STSSL_TLS_COUNT
};

enum stssl_type {
	STSSL_TYPE_ANY,
	STSSL_TYPE_REAL,    /* in the passwd database */
	STSSL_TYPE_VIRTUAL, /* not in it */
	STSSL_TYPE_COUNT
};

/* How the criterion `user` compares: with regard to capitals, or without. */
enum stssl_names {
	STSSL_NAMES_EXACT,
	STSSL_NAMES_LOWER,
	STSSL_NAMES_COUNT
};

/* A criterion that was not given has no values and matches all. */
struct stssl_class {
	const char *name;
	const struct stssl_conf_section *section; /* as it was given */
	bool enabled;
	struct stssl_values users;            /* globs, small with LOWER */
	struct stssl_values services;         /* names */
	struct stssl_values listeners, edges; /* globs */
	enum stssl_type type;
	struct stssl_values groups; /* for stssl_group_parse(), faultless */
	struct stssl_values from;   /* for stssl_pattern_parse(), faultless */
	enum stssl_ssl ssl;
	enum stssl_login_way login;
	enum stssl_bad_certificate bad;
	struct stssl_identity_rules identity;
	int data; /* -1 when it was not given */
	bool data_private;
	enum stssl_tls min_protocol;
	bool ssh; /* SSH counts as TLS, where `ssl` requires that */
};

/* Strings are the conf's. */
struct stssl_classes {
	struct stssl_conf *conf;
	struct stssl_stamp stamp; /* of the file before it was read */
	const char *identities;   /* directory */
	bool resolve_names;
	enum stssl_names names;
	struct stssl_maps maps;
	struct stssl_class *list;
	size_t count;
};

#endif
