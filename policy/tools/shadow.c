/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One class takes all users of another if each of its criteria does.  What is
 * not sure counts as "no", so that only what is surely unreachable is said to
 * be.  What a class asks for is compared by the table that decides.
 */
#include <config.h>
#include "policy/tools/shadow.h"

#include <fnmatch.h>
#include <string.h>

#include "policy/tools/pattern_form.h"

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

/* "*" is no entry of all: not every client comes through an Edge. */
static bool
covers_listeners(
    const struct stssl_class *outer, const struct stssl_class *inner)
{
	return covers_strings(
	    &outer->listeners, &inner->listeners, "", covers_glob);
}

static bool
covers_edges(const struct stssl_class *outer, const struct stssl_class *inner)
{
	return covers_strings(&outer->edges, &inner->edges, "", covers_glob);
}

static bool
covers_users(const struct stssl_class *outer, const struct stssl_class *inner)
{
	return covers_strings(&outer->users, &inner->users, "*", covers_glob);
}

static bool
covers_pattern(const char *outer, const char *inner)
{
	struct stssl_pattern out, in;

	return stssl_pattern_parse(outer, &out) == 0 &&
	       stssl_pattern_parse(inner, &in) == 0 &&
	       stssl_pattern_covers(&out, &in);
}

static bool
covers_from(const struct stssl_class *outer, const struct stssl_class *inner)
{
	return covers_strings(&outer->from, &inner->from, "", covers_pattern);
}

/* Only real users are in groups. */
static bool
covers_type(const struct stssl_class *outer, const struct stssl_class *inner)
{
	return outer->type == STSSL_TYPE_ANY || outer->type == inner->type ||
	       (outer->type == STSSL_TYPE_REAL && inner->groups.count > 0);
}

static bool
covers_group(const char *outer, const char *inner)
{
	struct stssl_group out, in;

	if (stssl_group_parse(outer, &out) < 0 ||
	    stssl_group_parse(inner, &in) < 0)
		return false;
	if (out.name == NULL || in.name == NULL)
		return out.name == in.name && out.gid == in.gid;
	return strcmp(out.name, in.name) == 0;
}

static bool
covers_groups(const struct stssl_class *outer, const struct stssl_class *inner)
{
	return covers_strings(&outer->groups, &inner->groups, "", covers_group);
}

/* The criteria of policy/match.c but `user`, in its order. */
static const struct {
	const char *key;
	bool (*covers)(
	    const struct stssl_class *outer, const struct stssl_class *inner);
} others[] = {
	{ "service", covers_services },
	{ "listener", covers_listeners },
	{ "edge", covers_edges },
	{ "from", covers_from },
	{ "type", covers_type },
	{ "group", covers_groups },
};

/* The criterion by which `outer` may miss a user of `inner`; NULL for none. */
static const char *
missing(const struct stssl_class *outer, const struct stssl_class *inner)
{
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (!others[i].covers(outer, inner))
			return others[i].key;
	return NULL;
}

static bool
covers(const struct stssl_class *outer, const struct stssl_class *inner)
{
	return covers_users(outer, inner) && missing(outer, inner) == NULL;
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

/* How much a login has to show: the more, the stricter. */
enum demand {
	DEMAND_ONE, /* a certificate, or a password */
	DEMAND_BOTH,
	DEMAND_ALL /* more than anybody has */
};

static enum demand
demand_of(const struct stssl_class *c, enum stssl_facts facts)
{
	struct stssl_decision d = stssl_decide(c->ssl, c->login, c->bad, facts);

	if (d.verdict == STSSL_VERDICT_REFUSE)
		return DEMAND_ALL;
	return d.reason == STSSL_REASON_AND_PASSWORD ? DEMAND_BOTH : DEMAND_ONE;
}

/*
 * A bad certificate is left out: a client that has one need not send it.  The
 * channel counts only where somebody is let in.
 */
static bool
is_weaker(const struct stssl_class *c, const struct stssl_class *than)
{
	static const enum stssl_facts shown[] = { STSSL_FACTS_CLEAR,
		STSSL_FACTS_NONE, STSSL_FACTS_GOOD };

	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (demand_of(c, shown[i]) < demand_of(than, shown[i]))
			return true;
	return c->login != STSSL_LOGIN_REFUSE &&
	       (c->min_protocol < than->min_protocol ||
		   (c->ssh && !than->ssh && than->ssl == STSSL_SSL_REQUIRED) ||
		   (than->data_private && !c->data_private));
}

static bool
takes_pattern(const struct stssl_class *c, const char *user)
{
	return c->enabled && (c->users.count == 0 ||
				 any_covers(&c->users, user, covers_glob));
}

/* Does a class in front take those whom number `into` would, of a pattern? */
static bool
is_caught(const struct stssl_classes *classes, size_t into, const char *user)
{
	for (size_t i = 0; i < into; i++)
		if (takes_pattern(&classes->list[i], user) &&
		    missing(&classes->list[i], &classes->list[into]) == NULL)
			return true;
	return false;
}

static bool
pattern_falls(const struct stssl_classes *classes, size_t n, const char *user,
    struct stssl_fall *ret)
{
	const struct stssl_class *from = &classes->list[n];

	for (size_t i = n + 1; i < classes->count; i++) {
		const struct stssl_class *into = &classes->list[i];
		const char *key = missing(from, into);

		if (key == NULL || !takes_pattern(into, user) ||
		    !is_weaker(into, from) || is_caught(classes, i, user))
			continue;
		*ret = (struct stssl_fall){ user, key, into };
		return true;
	}
	return false;
}

bool
stssl_class_falls(
    const struct stssl_classes *classes, size_t n, struct stssl_fall *ret)
{
	const struct stssl_class *c = &classes->list[n];

	if (!c->enabled || c->login == STSSL_LOGIN_REFUSE)
		return false;
	for (size_t i = 0; i < c->users.count; i++)
		if (strcmp(c->users.list[i], "*") == 0)
			return false;
	for (size_t i = 0; i < c->users.count; i++)
		if (pattern_falls(classes, n, c->users.list[i], ret))
			return true;
	return false;
}
