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
	"data-session", "backend-data", "backend-passive-ports",
	"implicit-prot", "certificate-reply", "login-timeout",
	"failed-login-delay" };

/* And for streams only: FTP's daemons have limits of their own. */
static const char *const stream_keys[] = { "idle-timeout" };

static int
out_of_memory(struct stssl_error *error)
{
	(void)snprintf(error->text, sizeof error->text, "out of memory");
	return -ENOMEM;
}

/* Key exchange that is to outlive quantum computers, by GnuTLS's name.  Debian's
 * GnuTLS 3.7 and 3.8.9 do not have it. */
#define HYBRID "X25519-MLKEM768"

/* NULL for an empty string. */
static const char *
text_or_null(const struct stssl_conf_section *section, const char *key)
{
	const char *text = stssl_conf_text(section, key);

	return text != NULL && text[0] != '\0' ? text : NULL;
}

static int
get_addresses(const struct stssl_conf_section *section, struct listen_config *l)
{
	struct stssl_values texts = stssl_conf_values(section, "address");
	int r = 0;

	l->addresses = calloc(texts.count + 1, sizeof *l->addresses);
	if (l->addresses == NULL)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < texts.count; i++)
		r = stssl_address_parse(texts.list[i], &l->addresses[i]);
	l->address_count = texts.count;
	return r;
}

static void
get_tls(const struct stssl_conf_section *section, struct tls_config *tls)
{
	const struct stssl_values certificates =
	    stssl_conf_values(section, "certificate");
	const struct stssl_values cas = stssl_conf_values(section, "client-ca");
	const struct stssl_values crls =
	    stssl_conf_values(section, "client-crl");

	tls->certificates = certificates.list;
	tls->certificate_count = certificates.count;
	tls->keys = stssl_conf_values(section, "key").list;
	tls->client_cas = cas.list;
	tls->client_ca_count = cas.count;
	tls->client_crls = crls.list;
	tls->client_crl_count = crls.count;
	tls->on_revocation =
	    (enum on_revocation)stssl_conf_word(section, "on-revocation");
	tls->stale_crl = (enum stale_crl)stssl_conf_word(section, "stale-crl");
	tls->ocsp = (enum ocsp_mode)stssl_conf_word(section, "ocsp");
	tls->ocsp_responder = text_or_null(section, "ocsp-responder");
	tls->ocsp_seconds =
	    (unsigned)stssl_conf_number(section, "ocsp-timeout");
	tls->priority = stssl_conf_text(section, "priority");
	if (!stssl_conf_given(section, "priority"))
		tls->group = HYBRID;
	tls->kernel = (enum kernel_tls)stssl_conf_word(section, "kernel-tls");
}

static int
get_limits(const struct stssl_conf_section *section, struct listen_config *l)
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
		{ "idle-timeout", &l->idle_seconds },
		{ "login-timeout", &l->login_seconds },
		{ "failed-login-delay", &l->failed_login_seconds },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		*numbers[i].value =
		    (unsigned)stssl_conf_number(section, numbers[i].key);
	return config_newcomers_parse(
	    stssl_conf_text(section, "max-unauthenticated"), &l->max_newcomers);
}

static int
get_passive_address(
    const struct stssl_conf_section *section, struct listen_config *l)
{
	const char *text = text_or_null(section, "passive-address");

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
get_choices(const struct stssl_conf_section *section, struct listen_config *l)
{
	int tls = stssl_conf_word(section, "tls");

	l->protocol =
	    (enum listen_protocol)stssl_conf_word(section, "protocol");
	if (tls < 0)
		tls = l->protocol == LISTEN_FTP ? LISTEN_EXPLICIT
						: LISTEN_IMPLICIT;
	l->tls = (enum listen_tls)tls;
	l->client_certificate = (enum client_certificate)stssl_conf_word(
	    section, "client-certificate");
	l->data_session =
	    (enum data_session)stssl_conf_word(section, "data-session");
	l->backend_data =
	    (enum backend_mode)stssl_conf_word(section, "backend-data");
	l->refuse_unknown_name = stssl_conf_word(section, "unknown-name") != 0;
	l->certificate_reply_331 =
	    stssl_conf_word(section, "certificate-reply") != 0;
	l->implicit_private = stssl_conf_word(section, "implicit-prot") != 0;
}

/* Values were valid when they were read; absent ones get their defaults. */
static int
get_listener(const struct stssl_conf_section *section, struct listen_config *l)
{
	const char *backend = stssl_conf_text(section, "backend");
	const char *ports = stssl_conf_text(section, "passive-ports");
	int r = get_addresses(section, l);

	l->name = stssl_conf_title(section);
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
	if (r == 0)
		r = config_ports_parse(
		    stssl_conf_text(section, "backend-passive-ports"),
		    &l->backend_low, &l->backend_high);
	return r;
}

static int
get_listeners(struct helper_config *config)
{
	const struct stssl_conf_section *section = NULL;
	int r = 0;

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

static const struct stssl_conf_section *
tls_section(const struct helper_config *config)
{
	return stssl_conf_next(config->conf, "tls", NULL);
}

static const struct stssl_conf_section *
penalties_section(const struct helper_config *config)
{
	return stssl_conf_next(config->conf, "penalties", NULL);
}

static int
get_all(struct helper_config *config)
{
	const struct stssl_conf_section *top = stssl_conf_top(config->conf);
	const struct stssl_values users =
	    stssl_conf_values(top, "status-users");
	int r;

	config->user = text_or_null(top, "user");
	config->workers = (unsigned)stssl_conf_number(top, "workers");
	config->sessions_per_worker =
	    (unsigned)stssl_conf_number(top, "sessions-per-worker");
	config->status_socket = stssl_conf_text(top, "status-socket");
	config->status_group = text_or_null(top, "status-group");
	config->status_users = users.list;
	config->status_user_count = users.count;
	config->classes = stssl_conf_text(top, "classes");
	get_tls(tls_section(config), &config->tls);
	r = penalty_config_get(penalties_section(config), &config->penalties);
	return r == 0 ? get_listeners(config) : r;
}

/* A client waits for it no longer than it waited for TLS. */
static int
check_ocsp(const struct helper_config *config,
    const struct stssl_conf_section *section, struct stssl_error *error)
{
	const struct tls_config *tls = &config->tls;

	if (tls->ocsp == OCSP_OFF)
		return 0;
	if (tls->client_ca_count == 0)
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

static int
check_tls(const struct helper_config *config,
    const struct stssl_conf_section *section, struct stssl_error *error)
{
	size_t certificates = config->tls.certificate_count;
	size_t keys = stssl_conf_values(section, "key").count;

	if (certificates == 0)
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

/* Keys of the other protocol's, of which there are `count`. */
static int
check_keys(const struct stssl_conf_section *section, const char *const keys[],
    size_t count, const char *protocol, struct stssl_error *error)
{
	for (size_t i = 0; i < count; i++)
		if (stssl_conf_given(section, keys[i]))
			return stssl_conf_error(section, keys[i], error,
			    "%s: only with protocol = %s", keys[i], protocol);
	return 0;
}

/* What a listener that is no FTP one must not have. */
static int
check_stream(const struct stssl_conf_section *section,
    const struct listen_config *l, struct stssl_error *error)
{
	if (l->tls == LISTEN_EXPLICIT)
		return stssl_conf_error(section, "tls", error,
		    "tls = explicit: only with protocol = ftp");
	return check_keys(section, ftp_keys,
	    sizeof ftp_keys / sizeof ftp_keys[0], "ftp", error);
}

static int
check_listener(const struct helper_config *config,
    const struct stssl_conf_section *section, const struct listen_config *l,
    struct stssl_error *error)
{
	if (l->backend.len == 0)
		return stssl_conf_error(section, "backend", error,
		    "listen \"%s\": backend is missing", l->name);
	if (l->client_certificate == CLIENT_REQUIRE &&
	    config->tls.client_ca_count == 0)
		return stssl_conf_error(section, "client-certificate", error,
		    "client-certificate = require: client-ca is missing in tls");
	if (l->protocol == LISTEN_STREAM)
		return check_stream(section, l, error);
	if (l->backend.u.sa.sa_family == AF_UNIX)
		return stssl_conf_error(section, "backend", error,
		    "backend = unix: only with protocol = stream");
	return check_keys(section, stream_keys,
	    sizeof stream_keys / sizeof stream_keys[0], "stream", error);
}

static int
check_all(const struct helper_config *config, struct stssl_error *error)
{
	const struct stssl_conf_section *section = NULL;
	int r = check_tls(config, tls_section(config), error);

	if (r == 0)
		r = check_penalties(config, error);
	if (r == 0 && config->listener_count == 0)
		return stssl_conf_error(stssl_conf_top(config->conf), "listen",
		    error, "no listen section");
	for (size_t i = 0; r == 0 && i < config->listener_count; i++) {
		section = stssl_conf_next(config->conf, "listen", section);
		r = check_listener(
		    config, section, &config->listeners[i], error);
	}
	return r;
}

int
config_tls_error(const struct helper_config *config, const char *key,
    const char *text, struct stssl_error *error)
{
	char copy[STSSL_ERROR_TEXT];

	(void)snprintf(copy, sizeof copy, "%s", text);
	return stssl_conf_error(tls_section(config), key, error, "%s", copy);
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
	/* All values are valid: it can only be short of memory. */
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
	for (size_t i = 0; i < config->listener_count; i++) {
		free(config->listeners[i].addresses);
		free(config->listeners[i].passive_address);
	}
	free(config->listeners);
	penalty_config_done(&config->penalties);
	(void)stssl_conf_free(config->conf);
	free(config);
	return NULL;
}
