/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A key that would do nothing is refused: an administrator relies on it.
 */
#include <config.h>
#include "setup/links.h"

#include <stdbool.h>
#include <string.h>

#include "conf/conf.h"
#include "setup/config_keys.h"

#define AS_SERVER "tls = link"
#define AS_EDGE   "a backend that is a link"

/* Which side of links this machine is; both, for a test. */
struct sides {
	bool is_server, is_edge;
};

static const struct stssl_conf_section *
link_section(const struct helper_config *config)
{
	return stssl_conf_next(config->conf, "link", NULL);
}

static struct sides
sides_of(const struct helper_config *config)
{
	struct sides sides = { false, false };

	for (size_t i = 0; i < config->listener_count; i++) {
		const struct listen_config *l = &config->listeners[i];

		sides.is_server = sides.is_server || l->tls == LISTEN_LINK;
		sides.is_edge = sides.is_edge || l->link_to.count > 0;
	}
	return sides;
}

/* Listeners */

/* A key that a listener must not have, and who does its work. */
struct idle_key {
	const char *name, *why;
};

static const struct idle_key idle_at_server[] = {
	{ "accept-proxy", "the Edge says who its client is" },
	{ "client-certificate", "the Edge asks its clients" },
	{ "unknown-name", "the Edge has the certificates" },
	{ "passive-ports", "data come over links" },
	{ "passive-address", "data come over links" },
	{ "data-session", "it is always resumed" },
	{ "implicit-prot", "the Edge has its own" },
	{ NULL, NULL },
};
static const struct idle_key idle_at_edge[] = {
	{ "backend-source", "the Server has the backend" },
	{ "backend-user", "the Server has the backend" },
	{ "send-proxy", "the Server is told in any case" },
	{ "backend-data", "data go over links" },
	{ "backend-passive-ports", "data go over links" },
	{ "certificate-reply", "the Server replies" },
	{ NULL, NULL },
};

static int
check_idle(const struct listen_config *l, const struct idle_key *idle,
    const char *role, struct stssl_error *error)
{
	for (; idle->name != NULL; idle++)
		if (stssl_conf_given(l->section, idle->name))
			return stssl_conf_error(l->section, idle->name, error,
			    "%s: not with %s: %s", idle->name, role, idle->why);
	return 0;
}

static int
check_protocol(
    const struct listen_config *l, const char *role, struct stssl_error *error)
{
	const struct stssl_conf_key *listen =
	    stssl_conf_key(config_keys, "listen")->keys;

	if (l->protocol == LISTEN_FTP || l->protocol == LISTEN_STREAM)
		return 0;
	return stssl_conf_error(l->section, "protocol", error,
	    "protocol = %s: not with %s, which takes ftp and stream",
	    stssl_conf_key(listen, "protocol")->words[l->protocol], role);
}

/* Several backends are links, all of them. */
static int
check_backends(const struct listen_config *l, struct stssl_error *error)
{
	for (size_t i = 0; i < l->link_to.count; i++)
		if (!l->link_to.list[i].is_link)
			return stssl_conf_wrong(l->section, "backend", i,
			    "of several backends each must be a link", error);
	return 0;
}

static int
check_listener(const struct listen_config *l, struct stssl_error *error)
{
	const bool is_server = l->tls == LISTEN_LINK;
	const bool is_edge = l->link_to.count > 0;
	int r = check_backends(l, error);

	if (r == 0 && is_server && is_edge)
		return stssl_conf_error(l->section, "backend", error,
		    "backend: not a link with tls = link");
	if (r == 0 && (is_server || is_edge))
		r = check_protocol(l, is_server ? AS_SERVER : AS_EDGE, error);
	if (r == 0 && is_server)
		r = check_idle(l, idle_at_server, AS_SERVER, error);
	if (r == 0 && is_edge)
		r = check_idle(l, idle_at_edge, AS_EDGE, error);
	return r;
}

/* The section */

static const struct {
	const char *name;
	struct sides of; /* the sides that use it */
	bool is_needed;
} link_keys[] = {
	{ "certificate", { true, true }, true },
	{ "key", { true, true }, true },
	{ "edges", { true, false }, true },
	{ "edge-certificate", { true, false }, false },
	{ "edge-key", { true, false }, false },
	{ "edge-policy", { true, false }, false },
	{ "servers", { false, true }, true },
};

static int
check_keys(const struct stssl_conf_section *section, struct sides sides,
    struct stssl_error *error)
{
	for (size_t i = 0; i < sizeof link_keys / sizeof link_keys[0]; i++) {
		const char *name = link_keys[i].name;
		const struct sides of = link_keys[i].of;
		const bool is_used = (of.is_server && sides.is_server) ||
				     (of.is_edge && sides.is_edge);

		if (is_used && link_keys[i].is_needed &&
		    stssl_conf_values(section, name).count == 0)
			return stssl_conf_error(
			    section, name, error, "link: %s is missing", name);
		if (!is_used && stssl_conf_given(section, name))
			return stssl_conf_error(section, name, error,
			    "%s: no listener has %s%s%s", name,
			    of.is_server ? AS_SERVER : "",
			    of.is_server && of.is_edge ? ", nor " : "",
			    of.is_edge ? AS_EDGE : "");
	}
	return 0;
}

/* Of names several may be the same: an Edge that gets another key has two. */
static int
check_pins(const struct stssl_conf_section *section, const char *key,
    const struct link_pins *pins, bool need_name, struct stssl_error *error)
{
	for (size_t i = 0; i < pins->count; i++) {
		const struct link_pins before = { pins->list, i };

		if (need_name && pins->list[i].name[0] == '\0')
			return stssl_conf_wrong(section, key, i,
			    "the name is missing in front", error);
		if (config_pin_find(&before, pins->list[i].sha256) != NULL)
			return stssl_conf_wrong(
			    section, key, i, "it is given twice", error);
	}
	return 0;
}

static int
check_edge_keys(const struct helper_config *config, struct stssl_error *error)
{
	const size_t keys = config->link.edge_keys.count;
	const size_t certificates = config->link.edge_certificates.count;

	if (keys == 0 || keys == certificates)
		return 0;
	return stssl_conf_error(link_section(config), "edge-key", error,
	    "edge-key: %zu given for %zu certificates", keys, certificates);
}

static bool
has_servers_key(const struct helper_config *config)
{
	const struct stssl_values *keys = &config->tls.keys;

	for (size_t i = 0; i < keys->count; i++)
		if (strcmp(keys->list[i], CONFIG_KEY_LINK) == 0)
			return true;
	return false;
}

/*
 * Nobody signs where there is no link; and for data it is too late, since the
 * link then carries FTP: these have to resume.
 */
static int
check_servers_key(const struct helper_config *config, struct stssl_error *error)
{
	if (!has_servers_key(config))
		return 0;
	for (size_t i = 0; i < config->listener_count; i++) {
		const struct listen_config *l = &config->listeners[i];

		if (l->tls != LISTEN_LINK && l->link_to.count == 0)
			return stssl_conf_error(l->section, "backend", error,
			    "backend: must be a link, for a key of tls is "
			    "\"" CONFIG_KEY_LINK "\"");
		if (l->link_to.count > 0 && l->protocol == LISTEN_FTP &&
		    l->data_session != DATA_RESUMED)
			return stssl_conf_error(l->section, "data-session",
			    error,
			    "data-session: must be resumed, for a key of tls "
			    "is \"" CONFIG_KEY_LINK "\"");
	}
	return 0;
}

int
config_check_links(
    const struct helper_config *config, struct stssl_error *error)
{
	const struct stssl_conf_section *section = link_section(config);
	int r = 0;

	for (size_t i = 0; r == 0 && i < config->listener_count; i++)
		r = check_listener(&config->listeners[i], error);
	if (r == 0)
		r = check_servers_key(config, error);
	if (r == 0)
		r = check_keys(section, sides_of(config), error);
	if (r == 0)
		r = check_edge_keys(config, error);
	if (r == 0)
		r = check_pins(
		    section, "edges", &config->link.edges, true, error);
	if (r == 0)
		r = check_pins(
		    section, "servers", &config->link.servers, false, error);
	return r;
}
