/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Turns helper.conf, whose single values config_keys.c has checked, into
 * struct helper_config, and refuses what does not fit together.  Nothing of a
 * faulty file is used.
 */
#include <config.h>
#include "setup/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup/config_keys.h"
#include "setup/config_values.h"

/* Keys that mean something for FTP only. */
static const char *const ftp_keys[] = { "passive-ports", "passive-address",
	"data-session", "implicit-prot", "login-timeout",
	"failed-login-delay" };

static int
out_of_memory(struct stssl_error *error)
{
	(void)snprintf(error->text, sizeof error->text, "out of memory");
	return -ENOMEM;
}

/* NULL for an empty string. */
static char *
text_or_null(cfg_t *section, const char *key)
{
	char *text = cfg_getstr(section, key);

	return text != NULL && text[0] != '\0' ? text : NULL;
}

/* The strings of a list, which stay the tree's. */
static int
get_list(cfg_t *section, const char *key, char ***ret, size_t *ret_count)
{
	size_t count = cfg_size(section, key);
	char **list = calloc(count + 1, sizeof *list);

	if (list == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		list[i] = cfg_getnstr(section, key, (unsigned)i);
	*ret = list;
	*ret_count = count;
	return 0;
}

static int
get_addresses(cfg_t *section, struct listen_config *l)
{
	size_t count = cfg_size(section, "address");
	int r = 0;

	l->addresses = calloc(count + 1, sizeof *l->addresses);
	if (l->addresses == NULL)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = stssl_address_parse(
		    cfg_getnstr(section, "address", (unsigned)i),
		    &l->addresses[i]);
	l->address_count = count;
	return r;
}

static int
get_tls(cfg_t *section, struct tls_config *tls)
{
	const struct {
		const char *key;
		char ***list;
		size_t *count;
	} lists[] = {
		{ "certificate", &tls->certificates, &tls->certificate_count },
		{ "client-ca", &tls->client_cas, &tls->client_ca_count },
		{ "client-crl", &tls->client_crls, &tls->client_crl_count },
	};
	size_t key_count;
	int r = get_list(section, "key", &tls->keys, &key_count);

	for (size_t i = 0; r == 0 && i < sizeof lists / sizeof lists[0]; i++)
		r = get_list(
		    section, lists[i].key, lists[i].list, lists[i].count);
	tls->on_revocation = (enum on_revocation)config_choice(
	    section, "on-revocation", ON_REVOCATION_END);
	tls->stale_crl = (enum stale_crl)config_choice(
	    section, "stale-crl", STALE_CRL_REFUSE);
	tls->ocsp = (enum ocsp_mode)config_choice(section, "ocsp", OCSP_OFF);
	tls->ocsp_responder = text_or_null(section, "ocsp-responder");
	tls->ocsp_seconds = (unsigned)cfg_getint(section, "ocsp-timeout");
	tls->priority = cfg_getstr(section, "priority");
	return r;
}

static int
get_limits(cfg_t *section, struct listen_config *l)
{
	const struct {
		const char *key;
		unsigned *value;
	} numbers[] = {
		{ "max-sessions", &l->max_sessions },
		{ "max-sessions-per-address", &l->max_sessions_per_address },
		{ "max-unauthenticated-per-address",
		    &l->max_newcomers_per_address },
		{ "handshake-timeout", &l->handshake_seconds },
		{ "login-timeout", &l->login_seconds },
		{ "failed-login-delay", &l->failed_login_seconds },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		*numbers[i].value =
		    (unsigned)cfg_getint(section, numbers[i].key);
	return config_newcomers_parse(
	    cfg_getstr(section, "max-unauthenticated"), &l->max_newcomers);
}

static int
get_passive_address(cfg_t *section, struct listen_config *l)
{
	char *text = text_or_null(section, "passive-address");

	if (text == NULL)
		return 0;
	l->passive_address = calloc(1, sizeof *l->passive_address);
	if (l->passive_address == NULL)
		return -ENOMEM;
	if (stssl_ip_parse(text, l->passive_address) < 0)
		l->passive_name = text;
	return 0;
}

static void
get_choices(cfg_t *section, struct listen_config *l)
{
	l->protocol = (enum listen_protocol)config_choice(
	    section, "protocol", LISTEN_FTP);
	l->tls = (enum listen_tls)config_choice(section, "tls",
	    l->protocol == LISTEN_FTP ? LISTEN_EXPLICIT : LISTEN_IMPLICIT);
	l->client_certificate = (enum client_certificate)config_choice(
	    section, "client-certificate", CLIENT_REQUEST);
	l->data_session = (enum data_session)config_choice(
	    section, "data-session", DATA_PREFER);
	l->refuse_unknown_name =
	    config_choice(section, "unknown-name", false) != 0;
	l->implicit_private =
	    config_choice(section, "implicit-prot", false) != 0;
}

/* Values were valid when they were read; absent ones get their defaults. */
static int
get_listener(cfg_t *section, struct listen_config *l)
{
	const char *backend = cfg_getstr(section, "backend");
	char *ports = cfg_getstr(section, "passive-ports");
	int r = get_addresses(section, l);

	l->name = cfg_title(section);
	l->service = text_or_null(section, "service");
	if (l->service == NULL)
		l->service = l->name;
	get_choices(section, l);
	if (r == 0)
		r = get_passive_address(section, l);
	if (r == 0)
		r = get_limits(section, l);
	if (r == 0 && backend != NULL)
		r = config_backend_parse(backend, &l->backend);
	if (r == 0 && ports != NULL)
		r = config_ports_parse(
		    ports, &l->passive_low, &l->passive_high);
	return r;
}

static int
get_listeners(cfg_t *tree, struct helper_config *config)
{
	size_t count = cfg_size(tree, "listen");
	int r = 0;

	config->listeners = calloc(count + 1, sizeof *config->listeners);
	if (config->listeners == NULL)
		return -ENOMEM;
	config->listener_count = count;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = get_listener(cfg_getnsec(tree, "listen", (unsigned)i),
		    &config->listeners[i]);
	return r;
}

static int
get_all(cfg_t *tree, struct helper_config *config)
{
	int r;

	config->user = text_or_null(tree, "user");
	config->workers = (unsigned)cfg_getint(tree, "workers");
	config->sessions_per_worker =
	    (unsigned)cfg_getint(tree, "sessions-per-worker");
	config->status_socket = cfg_getstr(tree, "status-socket");
	config->status_group = text_or_null(tree, "status-group");
	config->classes = cfg_getstr(tree, "classes");
	r = get_list(tree, "status-users", &config->status_users,
	    &config->status_user_count);
	if (r == 0)
		r = get_tls(cfg_getsec(tree, "tls"), &config->tls);
	return r == 0 ? get_listeners(tree, config) : r;
}

/* A client waits for it no longer than it waited for TLS. */
static int
check_ocsp(const struct helper_config *config, cfg_t *section,
    struct stssl_error *error)
{
	const struct tls_config *tls = &config->tls;

	if (tls->ocsp == OCSP_OFF)
		return 0;
	if (tls->client_ca_count == 0)
		return stssl_conf_error(config->conf, section, "ocsp", error,
		    "ocsp: client-ca is missing");
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].handshake_seconds < tls->ocsp_seconds)
			return stssl_conf_error(config->conf, section,
			    "ocsp-timeout", error,
			    "ocsp-timeout = %u: longer than handshake-timeout "
			    "of listen \"%s\"",
			    tls->ocsp_seconds, config->listeners[i].name);
	return 0;
}

static int
check_tls(const struct helper_config *config, cfg_t *section,
    struct stssl_error *error)
{
	size_t certificates = cfg_size(section, "certificate");
	size_t keys = cfg_size(section, "key");

	if (certificates == 0)
		return stssl_conf_error(config->conf, section, "certificate",
		    error, "tls: certificate is missing");
	if (keys != certificates)
		return stssl_conf_error(config->conf, section, "key", error,
		    "key: %zu given for %zu certificates", keys, certificates);
	return check_ocsp(config, section, error);
}

/* What a listener that is no FTP one must not have. */
static int
check_stream(const struct helper_config *config, cfg_t *section,
    const struct listen_config *l, struct stssl_error *error)
{
	if (l->tls == LISTEN_EXPLICIT)
		return stssl_conf_error(config->conf, section, "tls", error,
		    "tls = explicit: only with protocol = ftp");
	for (size_t i = 0; i < sizeof ftp_keys / sizeof ftp_keys[0]; i++)
		if ((cfg_getopt(section, ftp_keys[i])->flags & CFGF_MODIFIED) !=
		    0)
			return stssl_conf_error(config->conf, section,
			    ftp_keys[i], error, "%s: only with protocol = ftp",
			    ftp_keys[i]);
	return 0;
}

static int
check_listener(const struct helper_config *config, cfg_t *section,
    const struct listen_config *l, struct stssl_error *error)
{
	if (l->backend.len == 0)
		return stssl_conf_error(config->conf, section, "backend", error,
		    "listen \"%s\": backend is missing", l->name);
	if (l->client_certificate == CLIENT_REQUIRE &&
	    config->tls.client_ca_count == 0)
		return stssl_conf_error(config->conf, section,
		    "client-certificate", error,
		    "client-certificate = require: client-ca is missing in tls");
	if (l->protocol == LISTEN_STREAM)
		return check_stream(config, section, l, error);
	if (l->backend.u.sa.sa_family == AF_UNIX)
		return stssl_conf_error(config->conf, section, "backend", error,
		    "backend = unix: only with protocol = stream");
	return 0;
}

static int
check_all(
    const struct helper_config *config, cfg_t *tree, struct stssl_error *error)
{
	int r = check_tls(config, cfg_getsec(tree, "tls"), error);

	if (r == 0 && config->listener_count == 0)
		return stssl_conf_error(
		    config->conf, tree, "listen", error, "no listen section");
	for (size_t i = 0; r == 0 && i < config->listener_count; i++)
		r = check_listener(config,
		    cfg_getnsec(tree, "listen", (unsigned)i),
		    &config->listeners[i], error);
	return r;
}

int
config_tls_error(const struct helper_config *config, const char *key,
    const char *text, struct stssl_error *error)
{
	cfg_t *tree = stssl_conf_tree(config->conf);
	char copy[STSSL_ERROR_TEXT];

	(void)snprintf(copy, sizeof copy, "%s", text);
	return stssl_conf_error(
	    config->conf, cfg_getsec(tree, "tls"), key, error, "%s", copy);
}

int
config_read(
    const char *path, struct helper_config **ret, struct stssl_error *error)
{
	struct helper_config *config = calloc(1, sizeof *config);
	cfg_t *tree;
	int r;

	if (config == NULL)
		return out_of_memory(error);
	r = config_keys_read(path, &config->conf, error);
	if (r < 0)
		goto fail;
	tree = stssl_conf_tree(config->conf);
	/* All values are valid: it can only be short of memory. */
	if (get_all(tree, config) < 0) {
		r = out_of_memory(error);
		goto fail;
	}
	r = check_all(config, tree, error);
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
	for (size_t i = 0; i < config->listener_count; i++) {
		free(config->listeners[i].addresses);
		free(config->listeners[i].passive_address);
	}
	free(config->listeners);
	free(config->status_users);
	free(config->tls.certificates);
	free(config->tls.keys);
	free(config->tls.client_cas);
	free(config->tls.client_crls);
	(void)stssl_conf_free(config->conf);
	free(config);
	return NULL;
}
