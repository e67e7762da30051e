/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Turns helper.conf into struct helper_config by the rows of config_keys.c,
 * which check single values, and refuses values that do not fit together.
 * Nothing of a faulty file is used.
 */
#include <config.h>
#include "setup/config_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "setup/config_keys.h"
#include "setup/links.h"
#include "status/address.h"

static int
out_of_memory(struct stssl_error *error)
{
	(void)snprintf(error->text, sizeof error->text, "out of memory");
	return -ENOMEM;
}

/*
 * GnuTLS's name of a key exchange that is safe from quantum computers.  GnuTLS
 * 3.7 and Debian's 3.8.9 do not have it.
 */
#define HYBRID "X25519-MLKEM768"

static const struct stssl_conf_section *
tls_section(const struct helper_config *config)
{
	return stssl_conf_next(config->conf, "tls", NULL);
}

static const struct stssl_conf_section *
link_section(const struct helper_config *config)
{
	return stssl_conf_next(config->conf, "link", NULL);
}

static const struct stssl_conf_section *
penalties_section(const struct helper_config *config)
{
	return stssl_conf_next(config->conf, "penalties", NULL);
}

/* An address is known at once; a name has to be resolved. */
static int
set_passive_address(struct listen_config *l)
{
	if (l->passive_name == NULL)
		return 0;
	l->passive_address = calloc(1, sizeof *l->passive_address);
	if (l->passive_address == NULL)
		return -ENOMEM;
	if (stssl_ip_parse(l->passive_name, l->passive_address) == 0)
		l->passive_name = NULL;
	return 0;
}

/* A backend that is no link has its place alone. */
static void
set_backend(struct listen_config *l)
{
	if (l->link_to.count != 1 || l->link_to.list[0].is_link)
		return;
	l->backend = l->link_to.list[0];
	l->link_to.count = 0;
}

/* Values were valid when they were read; absent ones have their defaults. */
static int
get_listener(const struct stssl_conf_section *section, struct listen_config *l)
{
	int r = stssl_conf_fill(section, l);

	set_backend(l);
	l->section = section;
	l->name = stssl_conf_title(section);
	if (l->service == NULL)
		l->service = l->name;
	if (l->tls == LISTEN_BY_PROTOCOL)
		l->tls = l->protocol == LISTEN_STREAM ? LISTEN_IMPLICIT
						      : LISTEN_EXPLICIT;
	return r == 0 ? set_passive_address(l) : r;
}

/* It fails only when there is no memory. */
static int
get_all(struct helper_config *config)
{
	const struct stssl_conf_section *section = NULL;
	int r = stssl_conf_fill(stssl_conf_top(config->conf), config);

	if (!stssl_conf_given(tls_section(config), "priority"))
		config->tls.group = HYBRID;
	config->listeners = calloc(stssl_conf_count(config->conf, "listen") + 1,
	    sizeof *config->listeners);
	if (config->listeners == NULL)
		return -ENOMEM;
	while (r == 0 && (section = stssl_conf_next(
			      config->conf, "listen", section)) != NULL)
		r = get_listener(
		    section, &config->listeners[config->listener_count++]);
	return r;
}

/* A client waits for OCSP no longer than for TLS. */
static int
check_ocsp(const struct helper_config *config,
    const struct stssl_conf_section *section, struct stssl_error *error)
{
	const struct tls_config *tls = &config->tls;

	if (tls->ocsp == OCSP_OFF)
		return 0;
	if (tls->client_cas.count == 0)
		return stssl_conf_error(
		    section, "ocsp", error, "ocsp: client-ca is missing");
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].handshake_seconds < tls->ocsp_seconds)
			return stssl_conf_error(section, "ocsp-timeout", error,
			    "ocsp-timeout = %u: longer than handshake-timeout "
			    "of listen \"%s\"",
			    tls->ocsp_seconds, config->listeners[i].name);
	return 0;
}

/* Where all listeners are for Edges, these have the certificates. */
static bool
needs_certificate(const struct helper_config *config)
{
	bool needs = config->listener_count == 0;

	for (size_t i = 0; i < config->listener_count; i++)
		needs = needs || config->listeners[i].tls != LISTEN_LINK;
	return needs;
}

static int
check_tls(const struct helper_config *config,
    const struct stssl_conf_section *section, struct stssl_error *error)
{
	size_t certificates = config->tls.certificates.count;
	size_t keys = config->tls.keys.count;

	if (certificates == 0 && needs_certificate(config))
		return stssl_conf_error(section, "certificate", error,
		    "tls: certificate is missing");
	if (keys != certificates)
		return stssl_conf_error(section, "key", error,
		    "key: %zu given for %zu certificates", keys, certificates);
	return check_ocsp(config, section, error);
}

static int
check_penalties(const struct helper_config *config, struct stssl_error *error)
{
	const struct penalty_config *p = &config->penalties;

	if (p->max == 0 || p->refuse_above < p->max)
		return 0;
	return stssl_conf_error(penalties_section(config), "refuse-above",
	    error, "refuse-above = %u: not below max = %u", p->refuse_above,
	    p->max);
}

static bool
has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list != '\0'; list += strspn(list, " ,")) {
		size_t n = strcspn(list, " ,");

		if (n == len && memcmp(list, word, len) == 0)
			return true;
		list += n;
	}
	return false;
}

/* Keys that are for other protocols. */
static int
check_keys(const struct listen_config *l, struct stssl_error *error)
{
	const struct stssl_conf_key *key =
	    stssl_conf_key(config_keys, "listen")->keys;
	const char *protocol =
	    stssl_conf_key(key, "protocol")->words[l->protocol];

	for (; key->name != NULL; key++)
		if (key->only != NULL && !has_word(key->only, protocol) &&
		    stssl_conf_given(l->section, key->name))
			return stssl_conf_error(l->section, key->name, error,
			    "%s: only with protocol = %s", key->name,
			    key->only);
	return 0;
}

/* PAM_RHOST is to be an address that no other machine can have. */
static int
check_source(const struct listen_config *l, struct stssl_error *error)
{
	struct stssl_address a;

	if (!l->per_session)
		return 0;
	if (l->protocol == LISTEN_FTP)
		return stssl_conf_error(l->section, "backend-source", error,
		    "backend-source = per-session: not with protocol = ftp");
	/* A backend that is told the client's address has no other for PAM. */
	if (l->send_proxy != SEND_PROXY_OFF)
		return stssl_conf_error(l->section, "send-proxy", error,
		    "send-proxy: not with backend-source = per-session, which "
		    "needs the address that it would hide");
	if (stssl_address_from(&l->backend.u.inet, &a) < 0 ||
	    !stssl_address_is_ipv4(&a) || !stssl_address_is_loopback(&a) ||
	    stssl_address_is_source(&a))
		return stssl_conf_error(l->section, "backend-source", error,
		    "backend-source = per-session: only with a backend in "
		    "127.0.0.0/8, and not in 127.64.0.0/10");
	return 0;
}

static int
check_listener(const struct helper_config *config,
    const struct listen_config *l, struct stssl_error *error)
{
	if (l->backend.len == 0 && l->link_to.count == 0)
		return stssl_conf_error(l->section, "backend", error,
		    "listen \"%s\": backend is missing", l->name);
	if (l->client_certificate == CLIENT_REQUIRE &&
	    config->tls.client_cas.count == 0)
		return stssl_conf_error(l->section, "client-certificate", error,
		    "client-certificate = require: "
		    "client-ca is missing in tls");
	if (l->protocol == LISTEN_STREAM && l->tls == LISTEN_EXPLICIT)
		return stssl_conf_error(l->section, "tls", error,
		    "tls = explicit: not with protocol = stream");
	if (l->protocol != LISTEN_STREAM &&
	    l->backend.u.sa.sa_family == AF_UNIX)
		return stssl_conf_error(l->section, "backend", error,
		    "backend = unix: only with protocol = stream");
	if (check_source(l, error) < 0)
		return -EINVAL;
	return check_keys(l, error);
}

static int
check_all(const struct helper_config *config, struct stssl_error *error)
{
	int r = check_tls(config, tls_section(config), error);

	if (r == 0)
		r = check_penalties(config, error);
	if (r == 0 && config->listener_count == 0)
		return stssl_conf_error(stssl_conf_top(config->conf), "listen",
		    error, "no listen section");
	if (r == 0)
		r = config_check_links(config, error);
	for (size_t i = 0; r == 0 && i < config->listener_count; i++)
		r = check_listener(config, &config->listeners[i], error);
	return r;
}

/* `text` may be error->text. */
static int
tell(const struct stssl_conf_section *section, const char *key,
    const char *text, struct stssl_error *error)
{
	char copy[STSSL_ERROR_TEXT];

	(void)snprintf(copy, sizeof copy, "%s", text);
	return stssl_conf_error(section, key, error, "%s", copy);
}

int
config_tls_error(const struct helper_config *config, const char *key,
    const char *text, struct stssl_error *error)
{
	return tell(tls_section(config), key, text, error);
}

int
config_link_error(const struct helper_config *config, const char *key,
    const char *text, struct stssl_error *error)
{
	return tell(link_section(config), key, text, error);
}

int
config_key_error(const struct helper_config *config, size_t number,
    const char *text, struct stssl_error *error)
{
	const size_t own = config->tls.certificates.count;

	return tell(number < own ? tls_section(config) : link_section(config),
	    number > own ? "edge-key" : "key", text, error);
}

int
config_read(
    const char *path, struct helper_config **ret, struct stssl_error *error)
{
	struct helper_config *config = calloc(1, sizeof *config);
	int r;

	if (config == NULL)
		return out_of_memory(error);
	r = stssl_conf_read(path, config_keys, &config->conf, error);
	if (r < 0)
		goto fail;
	if (get_all(config) < 0) {
		r = out_of_memory(error);
		goto fail;
	}
	r = check_all(config, error);
	if (r < 0)
		goto fail;
	*ret = config;
	return 0;

fail:
	(void)config_free(config);
	return r;
}

struct helper_config *
config_free(struct helper_config *config)
{
	if (config == NULL)
		return NULL;
	for (size_t i = 0; i < config->listener_count; i++)
		free(config->listeners[i].passive_address);
	free(config->listeners);
	(void)stssl_conf_free(config->conf);
	free(config);
	return NULL;
}
