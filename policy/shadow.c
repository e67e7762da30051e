/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One class takes all users of another if each of its criteria does.  What is
 * not sure counts as "no", so that only what is surely unreachable is said to
 * be.
 */
#include <config.h>
#include "policy/shadow.h"

#include <fnmatch.h>
#include <string.h>

#define WILD "*?[\\"

static bool
covers_word(const char *outer, const char *inner)
{
	return strcmp(outer, inner) == 0;
}

/* "PRE*" takes what begins with PRE, whatever wildcards follow. */
static bool
covers_glob(const char *outer, const char *inner)
{
	size_t plain = strcspn(outer, WILD);

	if (strcmp(outer, inner) == 0)
		return true;
	if (strcmp(outer + plain, "*") == 0)
		return strcspn(inner, WILD) >= plain &&
		       strncmp(outer, inner, plain) == 0;
	return inner[strcspn(inner, WILD)] == '\0' &&
	       fnmatch(outer, inner, 0) == 0;
}

static bool
any_covers(const struct stssl_values *outer, const char *inner,
    bool (*covers)(const char *outer, const char *inner))
{
	for (size_t i = 0; i < outer->count; i++)
		if (covers(outer->list[i], inner))
			return true;
	return false;
}

/* `all` is what matches everything, as an empty list does. */
static bool
covers_strings(const struct stssl_values *outer,
    const struct stssl_values *inner, const char *all,
    bool (*covers)(const char *outer, const char *inner))
{
	if (outer->count == 0 || any_covers(outer, all, covers_word))
		return true;
	for (size_t i = 0; i < inner->count; i++)
		if (!any_covers(outer, inner->list[i], covers))
			return false;
	return inner->count > 0;
}

static bool
covers_services(
    const struct stssl_class *outer, const struct stssl_class *inner)
{
	return covers_strings(
	    &outer->services, &inner->services, "", covers_word);
}

static bool
covers_users(const struct stssl_class *outer, const struct stssl_class *inner)
{
	return covers_strings(&outer->users, &inner->users, "*", covers_glob);
}

static bool
any_pattern_covers(
    const struct stssl_class *outer, const struct stssl_pattern *inner)
{
	for (size_t i = 0; i < outer->from_count; i++)
		if (stssl_pattern_covers(&outer->from[i], inner))
			return true;
	return false;
}

static bool
covers_from(const struct stssl_class *outer, const struct stssl_class *inner)
{
	if (outer->from_count == 0)
		return true;
	for (size_t i = 0; i < inner->from_count; i++)
		if (!any_pattern_covers(outer, &inner->from[i]))
			return false;
	return inner->from_count > 0;
}

/* Only real users are in groups. */
static bool
covers_type(const struct stssl_class *outer, const struct stssl_class *inner)
{
	return outer->type == STSSL_TYPE_ANY || outer->type == inner->type ||
	       (outer->type == STSSL_TYPE_REAL && inner->group_count > 0);
}

static bool
has_group(const struct stssl_class *c, const struct stssl_group *group)
{
	for (size_t i = 0; i < c->group_count; i++) {
		const struct stssl_group *g = &c->groups[i];

		if (g->name == NULL && group->name == NULL &&
		    g->gid == group->gid)
			return true;
		if (g->name != NULL && group->name != NULL &&
		    strcmp(g->name, group->name) == 0)
			return true;
	}
	return false;
}

static bool
covers_groups(const struct stssl_class *outer, const struct stssl_class *inner)
{
	if (outer->group_count == 0)
		return true;
	for (size_t i = 0; i < inner->group_count; i++)
		if (!has_group(outer, &inner->groups[i]))
			return false;
	return inner->group_count > 0;
}

/* As the criteria of policy/match.c. */
static bool (*const criteria[])(
    const struct stssl_class *outer, const struct stssl_class *inner) = {
	covers_services,
	covers_users,
	covers_from,
	covers_type,
	covers_groups,
};

static bool
covers(const struct stssl_class *outer, const struct stssl_class *inner)
{
	for (size_t i = 0; i < sizeof criteria / sizeof criteria[0]; i++)
		if (!criteria[i](outer, inner))
			return false;
	return true;
}

const struct stssl_class *
stssl_class_shadow(const struct stssl_classes *classes, size_t n)
{
	const struct stssl_class *inner = &classes->list[n];

	for (size_t i = 0; inner->enabled && i < n; i++)
		if (classes->list[i].enabled &&
		    covers(&classes->list[i], inner))
			return &classes->list[i];
	return NULL;
}
