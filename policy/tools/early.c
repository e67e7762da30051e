/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judges for each class that may be the user's as if it were the only one, up
 * to the first one that is the user's for sure.
 */
#include <config.h>
#include "policy/tools/early.h"

#include "policy/class.h"
#include "policy/pattern.h"

static bool
has_host(const struct stssl_class *c)
{
	struct stssl_pattern pattern;

	for (size_t i = 0; i < c->from.count; i++)
		if (stssl_pattern_parse(c->from.list[i], &pattern) == 0 &&
		    pattern.host != NULL)
			return true;
	return false;
}

/*
 * Take away what an Edge does not know of.  Returns whether there was no
 * criterion among it, so that what is left says whose class it is.
 */
static bool
reduce(struct stssl_class *c)
{
	const bool has_names = has_host(c);
	const bool is_sure = c->listeners.count == 0 && c->edges.count == 0 &&
			     c->type == STSSL_TYPE_ANY &&
			     c->groups.count == 0 && !has_names;

	c->listeners.count = 0;
	c->edges.count = 0;
	c->type = STSSL_TYPE_ANY;
	c->groups.count = 0;
	if (has_names)
		c->from.count = 0;
	c->identity.ways = 0;
	return is_sure;
}

/* Is it not for what the certificate is? */
static bool
is_refused(const struct stssl_judgement *j)
{
	return j->verdict == STSSL_VERDICT_REFUSE &&
	       j->reason != STSSL_REASON_BAD_CERTIFICATE &&
	       j->reason != STSSL_REASON_NOT_THIS_USER;
}

void
stssl_judge_early(const struct stssl_classes *classes,
    const struct stssl_login *login, struct stssl_judgement *ret)
{
	struct stssl_class c = { .name = "" };
	struct stssl_classes one = *classes;
	struct stssl_judgement j;
	bool is_sure = false;

	one.list = &c;
	one.count = 0;
	/* No class at all. */
	stssl_judge(&one, login, ret);
	one.count = 1;
	for (size_t i = 0; !is_sure && i < classes->count; i++) {
		c = classes->list[i];
		is_sure = reduce(&c);
		stssl_judge(&one, login, &j);
		if (j.reason == STSSL_REASON_NO_CLASS) {
			is_sure = false;
			continue;
		}
		*ret = j;
		if (is_refused(&j))
			continue;
		ret->verdict = STSSL_VERDICT_PASSWORD;
		ret->reason = STSSL_REASON_BY_PASSWORD;
		break;
	}
	ret->class_name = "";
}
