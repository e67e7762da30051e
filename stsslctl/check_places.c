/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares the criteria of classes that are about places of the helper with
 * its listeners and links.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <fnmatch.h>

#include "policy/class.h"

static bool
is_listener(const struct helper_config *config, const char *pattern)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (fnmatch(pattern, config->listeners[i].name, 0) == 0)
			return true;
	return false;
}

static bool
is_edge(const struct helper_config *config, const char *pattern)
{
	const struct link_pins *edges = &config->link.edges;

	for (size_t i = 0; i < edges->count; i++)
		if (fnmatch(pattern, edges->list[i].name, 0) == 0)
			return true;
	return false;
}

struct place {
	const char *key, *why;
	bool (*is_there)(
	    const struct helper_config *config, const char *pattern);
};

static void
check_patterns(const struct helper_config *config, const struct place *place,
    const struct stssl_class *c, const char *path, struct findings *findings)
{
	const struct stssl_values patterns =
	    stssl_conf_values(c->section, place->key);
	struct stssl_error error;

	for (size_t i = 0; i < patterns.count; i++) {
		if (place->is_there(config, patterns.list[i]))
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
check_places(const struct helper_config *config,
    const struct stssl_classes *classes, const char *path,
    struct findings *findings)
{
	const struct place places[] = {
		{ "listener", "the helper has no such listener", is_listener },
		{ "edge",
		    takes_links(config)
			? "link { edges } names no such Edge"
			: "no listener of the helper has tls = link",
		    is_edge },
	};

	if (is_at_edge(config))
		return;
	for (size_t i = 0; i < classes->count; i++)
		for (size_t p = 0; p < sizeof places / sizeof places[0]; p++)
			if (classes->list[i].enabled)
				check_patterns(config, &places[p],
				    &classes->list[i], path, findings);
}
