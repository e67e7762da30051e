/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the class of a user: the first one of which all criteria match.  When
 * NSS fails, the search ends, since a later class might be meant for other
 * users.
 */
#include <config.h>
#include "policy/match.h"

#include <fnmatch.h>
#include <string.h>

#include "policy/hosts.h"
#include "policy/pattern.h"
#include "policy/trace.h"
#include "status/ascii.h"

struct asker {
	const struct stssl_login *login;
	struct stssl_hosts *hosts;
	struct stssl_user user;
	const char *name; /* as the criterion `user` compares it */
	char lower[STSSL_USER_MAX + 1];
};

/* Each returns 1 for a match, 0 for none, or a negative errno. */
static int
match_service(const struct stssl_class *c, struct asker *a)
{
	const char *service = a->login->service;

	for (size_t i = 0; i < c->services.count && service != NULL; i++)
		if (strcmp(c->services.list[i], service) == 0)
			return 1;
	return c->services.count == 0;
}

/* fnmatch(3) is slow, and most names differ before the first wildcard. */
static bool
fits(const char *pattern, const char *name)
{
	for (; strchr("*?[\\", *pattern) == NULL; pattern++, name++)
		if (*pattern != *name)
			return false;
	return fnmatch(pattern, name, 0) == 0;
}

static bool
any_fits(const struct stssl_values *patterns, const char *name)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (fits(patterns->list[i], name))
			return true;
	return false;
}

static int
match_user(const struct stssl_class *c, struct asker *a)
{
	return c->users.count == 0 || any_fits(&c->users, a->name);
}

bool
stssl_told_matches(const struct stssl_values *patterns,
    const struct stssl_login *login, enum stssl_key key)
{
	const char *told;

	if (patterns->count == 0)
		return true;
	told =
	    login->record == NULL ? NULL : stssl_record_get(login->record, key);
	return told != NULL && any_fits(patterns, told);
}

static int
match_listener(const struct stssl_class *c, struct asker *a)
{
	return stssl_told_matches(
	    &c->listeners, a->login, STSSL_KEY_STSSL_LISTENER);
}

static int
match_edge(const struct stssl_class *c, struct asker *a)
{
	return stssl_told_matches(&c->edges, a->login, STSSL_KEY_STSSL_EDGE);
}

/* The DNS is asked only if no address matches and there are host names. */
static int
match_from(const struct stssl_class *c, struct asker *a)
{
	const struct stssl_address *from = a->login->from;
	struct stssl_pattern pattern;
	bool names = false;

	for (size_t i = 0; i < c->from.count && from != NULL; i++) {
		int r = stssl_pattern_parse(c->from.list[i], &pattern);

		if (r < 0)
			return r;
		if (stssl_pattern_has(&pattern, from))
			return 1;
		names = names || pattern.host != NULL;
	}
	if (!names)
		return c->from.count == 0;
	stssl_hosts_find(a->hosts, from);
	for (size_t i = 0; i < c->from.count; i++) {
		if (stssl_pattern_parse(c->from.list[i], &pattern) < 0)
			continue;
		for (size_t n = 0; n < a->hosts->count; n++)
			if (stssl_pattern_has_host(
				&pattern, a->hosts->names[n]))
				return 1;
	}
	return 0;
}

static int
match_type(const struct stssl_class *c, struct asker *a)
{
	int real;

	if (c->type == STSSL_TYPE_ANY)
		return 1;
	real = stssl_user_is_real(&a->user);
	return real < 0 ? real : real == (c->type == STSSL_TYPE_REAL);
}

static int
match_group(const struct stssl_class *c, struct asker *a)
{
	for (size_t i = 0; i < c->groups.count; i++) {
		struct stssl_group group;
		int r = stssl_group_parse(c->groups.list[i], &group);

		if (r == 0)
			r = stssl_user_in_group(&a->user, &group);
		if (r != 0)
			return r;
	}
	return c->groups.count == 0;
}

static int
match_enabled(const struct stssl_class *c, struct asker *a)
{
	(void)a;
	return c->enabled;
}

/* In the order of STSSL_CRITERIA, so that NSS is asked last. */
static int (*const criteria[STSSL_CRITERION_COUNT])(
    const struct stssl_class *, struct asker *) = {
	[STSSL_CRITERION_ENABLED] = match_enabled,
	[STSSL_CRITERION_SERVICE] = match_service,
	[STSSL_CRITERION_USER] = match_user,
	[STSSL_CRITERION_LISTENER] = match_listener,
	[STSSL_CRITERION_EDGE] = match_edge,
	[STSSL_CRITERION_FROM] = match_from,
	[STSSL_CRITERION_TYPE] = match_type,
	[STSSL_CRITERION_GROUP] = match_group,
};

static int
match(const struct stssl_class *c, struct asker *a)
{
	const struct stssl_trace *trace = a->login->trace;
	int i = STSSL_CRITERION_NONE, r = 1;

	while (r == 1 && ++i < STSSL_CRITERION_COUNT)
		r = criteria[i](c, a);
	if (trace != NULL)
		trace->class_tried(trace->data, c,
		    r == 1 ? STSSL_CRITERION_NONE : (enum stssl_criterion)i,
		    r < 0 ? r : 0);
	return r;
}

/*
 * Only the patterns see the name in small letters.  NSS, identity files and
 * certificates have to name the very account that the daemon opens.
 */
static void
name_it(struct asker *a, enum stssl_names names)
{
	a->name = a->user.name;
	if (names != STSSL_NAMES_LOWER)
		return;
	memcpy(a->lower, a->name, strlen(a->name) + 1);
	stssl_lower_text(a->lower);
	a->name = a->lower;
}

int
stssl_class_find(const struct stssl_classes *classes,
    const struct stssl_login *login, const struct stssl_class **ret)
{
	struct stssl_hosts own = { .asked = false };
	struct asker asker;
	const struct stssl_class *found = NULL;
	int r = 0, confirmed;

	asker.login = login;
	asker.hosts = login->hosts != NULL ? login->hosts : &own;
	stssl_user_init(&asker.user, login->user);
	name_it(&asker, classes->names);
	for (size_t i = 0; r == 0 && i < classes->count; i++) {
		found = &classes->list[i];
		r = match(found, &asker);
	}
	confirmed = r < 0 ? 0 : stssl_user_confirm(&asker.user);
	stssl_user_done(&asker.user);
	if (confirmed < 0)
		return confirmed;
	if (r == 1)
		*ret = found;
	return r;
}
