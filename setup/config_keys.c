/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of helper.conf as tables: one row makes a key known, one checks its
 * values.  What can be said of a value alone is said here, with its line; what
 * needs several keys is config.c's.
 */
#include <config.h>
#include "setup/config_keys.h"

#include <errno.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "setup/config_values.h"
#include "policy/choice.h"
#include "policy/classes.h"
#include "status/query.h"

#define NAME_BYTES 64

static cfg_opt_t tls_options[] = {
	CFG_STR_LIST("certificate", NULL, CFGF_NONE),
	CFG_STR_LIST("key", NULL, CFGF_NONE),
	CFG_STR_LIST("client-ca", NULL, CFGF_NONE),
	CFG_STR_LIST("client-crl", NULL, CFGF_NONE),
	CFG_STR("stale-crl", NULL, CFGF_NONE),
	CFG_STR("on-revocation", NULL, CFGF_NONE),
	CFG_STR("ocsp", NULL, CFGF_NONE),
	CFG_STR("ocsp-responder", "", CFGF_NONE),
	CFG_INT("ocsp-timeout", 3, CFGF_NONE),
	CFG_STR("priority",
	    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA"
	    ":%SERVER_PRECEDENCE",
	    CFGF_NONE),
	CFG_END(),
};

static cfg_opt_t listen_options[] = {
	CFG_STR_LIST("address", NULL, CFGF_NONE),
	CFG_STR("protocol", NULL, CFGF_NONE),
	CFG_STR("tls", NULL, CFGF_NONE),
	CFG_STR("backend", NULL, CFGF_NONE),
	CFG_STR("service", NULL, CFGF_NONE),
	CFG_STR("client-certificate", NULL, CFGF_NONE),
	CFG_STR("unknown-name", NULL, CFGF_NONE),
	CFG_STR("passive-ports", NULL, CFGF_NONE),
	CFG_STR("passive-address", NULL, CFGF_NONE),
	CFG_STR("data-session", NULL, CFGF_NONE),
	CFG_STR("implicit-prot", NULL, CFGF_NONE),
	CFG_INT("max-sessions", 20000, CFGF_NONE),
	CFG_INT("max-sessions-per-address", 1000, CFGF_NONE),
	CFG_STR("max-unauthenticated", "500:30:5000", CFGF_NONE),
	CFG_INT("max-unauthenticated-per-address", 200, CFGF_NONE),
	CFG_INT("handshake-timeout", 10, CFGF_NONE),
	CFG_INT("login-timeout", 60, CFGF_NONE),
	CFG_INT("failed-login-delay", 1, CFGF_NONE),
	CFG_END(),
};

static cfg_opt_t options[] = {
	CFG_STR("user", "stssl", CFGF_NONE),
	CFG_INT("workers", 0, CFGF_NONE),
	CFG_INT("sessions-per-worker", 4096, CFGF_NONE),
	CFG_STR("status-socket", STSSL_STATUS_SOCKET, CFGF_NONE),
	CFG_STR("status-group", "", CFGF_NONE),
	CFG_STR_LIST("status-users", NULL, CFGF_NONE),
	CFG_STR("classes", STSSL_CLASSES_CONF, CFGF_NONE),
	CFG_SEC("tls", tls_options, CFGF_NONE),
	CFG_SEC("listen", listen_options,
	    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END(),
};

/* Keys that take one word; its index is the value of the enum. */
static const struct stssl_choice choices[] = {
	{ "protocol", { [LISTEN_FTP] = "ftp", [LISTEN_STREAM] = "stream" } },
	{ "tls", { [LISTEN_EXPLICIT] = "explicit",
		     [LISTEN_IMPLICIT] = "implicit" } },
	{ "client-certificate", { [CLIENT_NONE] = "none",
				    [CLIENT_REQUEST] = "request",
				    [CLIENT_REQUIRE] = "require" } },
	{ "data-session", { [DATA_ANY] = "any",
			      [DATA_PREFER] = "prefer",
			      [DATA_CERTIFICATE] = "certificate",
			      [DATA_RESUMED] = "resumed" } },
	{ "unknown-name", { [false] = "default", [true] = "refuse" } },
	{ "implicit-prot", { [false] = "C", [true] = "P" } },
	{ "on-revocation",
	    { [ON_REVOCATION_END] = "end", [ON_REVOCATION_LOG] = "log" } },
	{ "ocsp", { [OCSP_OFF] = "off",
		      [OCSP_SOFT] = "soft",
		      [OCSP_HARD] = "hard" } },
	{ "stale-crl",
	    { [STALE_CRL_REFUSE] = "refuse", [STALE_CRL_WARN] = "warn" } },
	{ NULL, { NULL } },
};

/* Keys that take a number. */
static const struct range {
	const char *key;
	long low, high;
} ranges[] = {
	{ "workers", 0, 256 },
	{ "sessions-per-worker", 1, 65536 },
	{ "max-sessions", 0, CONFIG_SESSIONS_MAX },
	{ "max-sessions-per-address", 0, CONFIG_SESSIONS_MAX },
	{ "max-unauthenticated-per-address", 0, CONFIG_SESSIONS_MAX },
	{ "ocsp-timeout", 1, 600 },
	{ "handshake-timeout", 1, 600 },
	{ "login-timeout", 1, 3600 },
	{ "failed-login-delay", 0, 60 },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int
check_choice(cfg_t *cfg, cfg_opt_t *opt)
{
	return stssl_choice_check(choices, cfg, opt);
}

static int
check_number(cfg_t *cfg, cfg_opt_t *opt)
{
	const long value = cfg_opt_getnint(opt, 0);

	for (size_t i = 0; i < COUNT(ranges); i++) {
		const struct range *r = &ranges[i];

		if (strcmp(opt->name, r->key) != 0 ||
		    (value >= r->low && value <= r->high))
			continue;
		cfg_error(cfg, "%s = %ld: not in %ld ... %ld", opt->name, value,
		    r->low, r->high);
		return -1;
	}
	return 0;
}

/* Names end up in log lines and in systemd's FileDescriptorName. */
static bool
is_name(const char *text)
{
	size_t len = strspn(text,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "._-");

	return len > 0 && len <= NAME_BYTES && text[len] == '\0';
}

static int
check_name(cfg_t *cfg, cfg_opt_t *opt)
{
	if (is_name(stssl_value_last(opt)))
		return 0;
	return stssl_value_wrong(
	    cfg, opt, "not a name of letters, digits, . _ -");
}

/* A name, or empty for none. */
static int
check_name_or_none(cfg_t *cfg, cfg_opt_t *opt)
{
	return stssl_value_last(opt)[0] == '\0' ? 0 : check_name(cfg, opt);
}

static int
check_title(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);

	if (is_name(cfg_title(section)))
		return 0;
	cfg_error(cfg, "listen \"%.64s\": not a name of letters, digits, . _ -",
	    cfg_title(section));
	return -1;
}

static int
check_path(cfg_t *cfg, cfg_opt_t *opt)
{
	if (stssl_value_last(opt)[0] != '/')
		return stssl_value_wrong(cfg, opt, "not an absolute path");
	return 0;
}

static int
check_socket(cfg_t *cfg, cfg_opt_t *opt)
{
	struct sockaddr_un un;

	if (strlen(stssl_value_last(opt)) >= sizeof un.sun_path)
		return stssl_value_wrong(cfg, opt, "too long for a socket");
	return check_path(cfg, opt);
}

static int
check_file(cfg_t *cfg, cfg_opt_t *opt)
{
	mode_t mode;
	const char *why = config_file_fault(stssl_value_last(opt), &mode);

	return why != NULL ? stssl_value_wrong(cfg, opt, why) : 0;
}

static int
check_file_or_directory(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *path = stssl_value_last(opt);
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return access(path, R_OK | X_OK) == 0
			   ? 0
			   : stssl_value_wrong(cfg, opt, strerror(errno));
	return check_file(cfg, opt);
}

static int
check_key(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *why;
	mode_t mode = 0;
	struct stat st;

	if (strncmp(stssl_value_last(opt), "pkcs11:", strlen("pkcs11:")) == 0)
		return 0;
	why = config_file_fault(stssl_value_last(opt), &mode);
	/* Whether it can be read is for the one who loads it to find out. */
	if (why != NULL && errno == EACCES &&
	    stat(stssl_value_last(opt), &st) == 0 && S_ISREG(st.st_mode)) {
		mode = st.st_mode;
		why = NULL;
	}
	if (why == NULL && (mode & (S_IWGRP | S_IRWXO)) != 0)
		why = "others can read or change it";
	return why != NULL ? stssl_value_wrong(cfg, opt, why) : 0;
}

/* http only: answers are signed, and TLS would ask for the next answer. */
static int
check_url(cfg_t *cfg, cfg_opt_t *opt)
{
	if (!config_is_http_url(stssl_value_last(opt)))
		return stssl_value_wrong(cfg, opt, "not an http:// URL");
	return 0;
}

static int
check_address(cfg_t *cfg, cfg_opt_t *opt)
{
	struct stssl_address address;

	if (stssl_address_parse(stssl_value_last(opt), &address) < 0)
		return stssl_value_wrong(
		    cfg, opt, "not an IP address with a port");
	return 0;
}

static int
check_backend(cfg_t *cfg, cfg_opt_t *opt)
{
	struct backend_address backend;

	if (config_backend_parse(stssl_value_last(opt), &backend) < 0)
		return stssl_value_wrong(
		    cfg, opt, "not an IP address with a port, nor unix:/PATH");
	return 0;
}

static int
check_ports(cfg_t *cfg, cfg_opt_t *opt)
{
	unsigned low, high;

	if (config_ports_parse(stssl_value_last(opt), &low, &high) < 0)
		return stssl_value_wrong(
		    cfg, opt, "not a range of ports, LOW-HIGH");
	return 0;
}

static int
check_passive_address(cfg_t *cfg, cfg_opt_t *opt)
{
	struct stssl_address address;
	const char *text = stssl_value_last(opt);

	if (text[0] != '\0' && stssl_ip_parse(text, &address) < 0 &&
	    !config_is_host_name(text))
		return stssl_value_wrong(
		    cfg, opt, "not an IP address, nor a host name");
	return 0;
}

static int
check_newcomers(cfg_t *cfg, cfg_opt_t *opt)
{
	struct newcomer_limit limit;

	if (config_newcomers_parse(stssl_value_last(opt), &limit) < 0)
		return stssl_value_wrong(
		    cfg, opt, "not of the form BEGIN:RATE:FULL, nor 0");
	return 0;
}

static const struct stssl_conf_validator validators[] = {
	{ "user", check_name_or_none },
	{ "workers", check_number },
	{ "sessions-per-worker", check_number },
	{ "status-socket", check_socket },
	{ "status-group", check_name_or_none },
	{ "status-users", check_name },
	{ "classes", check_path },
	{ "tls|certificate", check_file },
	{ "tls|key", check_key },
	{ "tls|client-ca", check_file },
	{ "tls|client-crl", check_file_or_directory },
	{ "tls|stale-crl", check_choice },
	{ "tls|on-revocation", check_choice },
	{ "tls|ocsp", check_choice },
	{ "tls|ocsp-responder", check_url },
	{ "tls|ocsp-timeout", check_number },
	{ "listen", check_title },
	{ "listen|address", check_address },
	{ "listen|protocol", check_choice },
	{ "listen|tls", check_choice },
	{ "listen|backend", check_backend },
	{ "listen|service", check_name },
	{ "listen|client-certificate", check_choice },
	{ "listen|unknown-name", check_choice },
	{ "listen|passive-ports", check_ports },
	{ "listen|passive-address", check_passive_address },
	{ "listen|data-session", check_choice },
	{ "listen|implicit-prot", check_choice },
	{ "listen|max-sessions", check_number },
	{ "listen|max-sessions-per-address", check_number },
	{ "listen|max-unauthenticated", check_newcomers },
	{ "listen|max-unauthenticated-per-address", check_number },
	{ "listen|handshake-timeout", check_number },
	{ "listen|login-timeout", check_number },
	{ "listen|failed-login-delay", check_number },
	{ NULL, NULL },
};

int
config_keys_read(
    const char *path, struct stssl_conf **ret, struct stssl_error *error)
{
	return stssl_conf_read(path, options, validators, ret, error);
}

int
config_choice(cfg_t *section, const char *key, int otherwise)
{
	return stssl_choice_get(choices, section, key, otherwise);
}
