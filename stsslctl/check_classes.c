/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table of questions that are asked about each class.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <fnmatch.h>
#include <string.h>

#include "policy/class.h"
#include "policy/tools/shadow.h"
#include "status/quote.h"

/* Is there anything to say about class number `n`?  -EBADMSG and what, or 0. */
typedef int question(
    const struct stssl_classes *classes, size_t n, struct stssl_error *ret);

static int
is_shadowed(
    const struct stssl_classes *classes, size_t n, struct stssl_error *ret)
{
	const struct stssl_class *by = stssl_class_shadow(classes, n);
	const struct stssl_class *c = &classes->list[n];
	char one[STSSL_QUOTE_MAX], other[STSSL_QUOTE_MAX];

	if (by == NULL)
		return 0;
	return stssl_conf_error(c->section, "", ret,
	    "nobody is ever in class %s: class %s takes all its users",
	    stssl_quote(one, sizeof one, c->name),
	    stssl_quote(other, sizeof other, by->name));
}

static int
falls(const struct stssl_classes *classes, size_t n, struct stssl_error *ret)
{
	char user[STSSL_QUOTE_MAX], into[STSSL_QUOTE_MAX];
	struct stssl_fall fall;

	if (!stssl_class_falls(classes, n, &fall))
		return 0;
	return stssl_conf_error(classes->list[n].section, "user", ret,
	    "user %s is in class %s, which asks for less, when %s does not "
	    "fit",
	    stssl_quote(user, sizeof user, fall.user),
	    stssl_quote(into, sizeof into, fall.into->name), fall.key);
}

/* These keys look like criteria of `refuse`, and are not. */
static int
has_idle_keys(
    const struct stssl_classes *classes, size_t n, struct stssl_error *ret)
{
	static const char *const keys[] = { "identity", "email-domain",
		"upn-domain", "map" };
	const struct stssl_class *c = &classes->list[n];

	if (c->login != STSSL_LOGIN_REFUSE)
		return 0;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (stssl_conf_given(c->section, keys[i]))
			return stssl_conf_error(c->section, keys[i], ret,
			    "%s changes nothing with login = refuse: all users "
			    "of the class are refused, whatever they show",
			    keys[i]);
	return 0;
}

/* Is the pattern written for this name, rather than for every name? */
static bool
is_meant_for(const char *pattern, const char *name)
{
	return strcspn(pattern, "*?[\\") >= strlen("ftp") &&
	       fnmatch(pattern, name, FNM_CASEFOLD) == 0;
}

static int
misses_anonymous(
    const struct stssl_classes *classes, size_t n, struct stssl_error *ret)
{
	static const char *const names[] = { "anonymous", "ftp" };
	const struct stssl_class *c = &classes->list[n];
	bool meant = false;

	for (size_t i = 0; i < c->users.count; i++)
		for (size_t j = 0; j < sizeof names / sizeof names[0]; j++)
			meant =
			    meant || is_meant_for(c->users.list[i], names[j]);
	if (!meant || !c->enabled || classes->names == STSSL_NAMES_LOWER)
		return 0;
	return stssl_conf_error(c->section, "user", ret,
	    "vsftpd takes ANONYMOUS and FTP, too, for anonymous, and this "
	    "class does not see them without user-names = lower");
}

static question *const questions[] = { is_shadowed, falls, has_idle_keys,
	misses_anonymous };

void
check_classes(const struct stssl_classes *classes, const char *path,
    struct findings *findings)
{
	struct stssl_error error;

	if (classes->count == 0)
		findings_add(findings, FINDING_WARNING, path, 0,
		    "there is no class, so that everybody is refused");
	for (size_t i = 0; i < classes->count; i++)
		for (size_t q = 0; q < sizeof questions / sizeof questions[0];
		     q++)
			if (questions[q](classes, i, &error) < 0)
				findings_add_conf(
				    findings, FINDING_WARNING, path, &error);
}
