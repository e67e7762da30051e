/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of classes.conf and the values that each of them takes.
 */
#ifndef POLICY_KEYS_H
#define POLICY_KEYS_H

#include "conf/key.h"

/*
 * The keys at the top.  What is in `from`, `group`, `identity` and the lists of
 * maps is not checked by them, but when it is parsed.
 */
extern const struct stssl_conf_key stssl_keys[];

/* The keys at the top, for stssl_conf_fill(): a field is a key. */
struct stssl_top_text {
	const char *identities;
	bool resolve_names;
	int user_names;
};

/*
 * The same of a class.  Words whose default depends on other keys are -1 when
 * they were not given.
 */
struct stssl_class_text {
	struct stssl_values user, group, service, from, listener, edge;
	struct stssl_values identity, email_domain, upn_domain;
	const char *map;
	int type, ssl, login, bad_certificate, data, min_protocol, ssh;
	bool enabled;
};

#endif
