/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares the criteria of classes with what there is: the helper's listeners
 * and links, PAM services and groups.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <errno.h>
#include <fnmatch.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy/class.h"
#include "stsslctl/stack.h"

struct places {
	const struct helper_config *config;
	const char *pam_dir;
};

static bool
is_listener(const struct places *places, const char *pattern)
{
	const struct helper_config *config = places->config;

	for (size_t i = 0; i < config->listener_count; i++)
		if (fnmatch(pattern, config->listeners[i].name, 0) == 0)
			return true;
	return false;
}

static bool
is_edge(const struct places *places, const char *pattern)
{
	const struct link_pins *edges = &places->config->link.edges;

	for (size_t i = 0; i < edges->count; i++)
		if (fnmatch(pattern, edges->list[i].name, 0) == 0)
			return true;
	return false;
}

static bool
has_file(const char *directory, const char *name)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof path, "%s/%s", directory, name);

	return len < (int)sizeof path && access(path, F_OK) == 0;
}

/* libpam looks into one more directory than administrators write to. */
static bool
is_service(const struct places *places, const char *name)
{
	return has_file(places->pam_dir, name) ||
	       (strcmp(places->pam_dir, STACK_DIR) == 0 &&
		   has_file("/usr/lib/pam.d", name));
}

/* What the databases cannot say is not said to be missing. */
static bool
is_group(const struct places *places, const char *name)
{
	(void)places;
	if (name[strspn(name, "0123456789")] == '\0')
		return true;
	errno = 0;
	return getgrnam(name) != NULL ||
	       (errno != 0 && errno != ENOENT && errno != ESRCH);
}

struct place {
	const char *key, *why;
	bool (*is_there)(const struct places *places, const char *value);
};

static void
check_values(const struct places *places, const struct place *place,
    const struct stssl_class *c, const char *path, struct findings *findings)
{
	const struct stssl_values values =
	    stssl_conf_values(c->section, place->key);
	struct stssl_error error;

	for (size_t i = 0; i < values.count; i++) {
		if (place->is_there(places, values.list[i]))
			continue;
		(void)stssl_conf_wrong(
		    c->section, place->key, i, place->why, &error);
		findings_add_conf(findings, FINDING_WARNING, path, &error);
	}
}

/* An Edge has the classes of its Server, and these are about places there. */
static bool
is_at_edge(const struct helper_config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].link_to.count > 0)
			return true;
	return false;
}

static bool
takes_links(const struct helper_config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].tls == LISTEN_LINK)
			return true;
	return false;
}

void
check_places(const struct helper_config *config, const char *pam_dir,
    const struct stssl_classes *classes, const char *path,
    struct findings *findings)
{
	const struct places places = { config, pam_dir };
	const struct place keys[] = {
		{ "listener", "the helper has no such listener", is_listener },
		{ "edge",
		    takes_links(config)
			? "link { edges } names no such Edge"
			: "no listener of the helper has tls = link",
		    is_edge },
		{ "service", "there is no such PAM service", is_service },
		{ "group", "there is no such group", is_group },
	};

	if (is_at_edge(config))
		return;
	for (size_t i = 0; i < classes->count; i++)
		for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
			if (classes->list[i].enabled)
				check_values(&places, &keys[k],
				    &classes->list[i], path, findings);
}
