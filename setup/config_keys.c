/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of helper.conf as tables: one row is all there is to say about a key.
 * What can be said of a value alone is said here, with its line; what
 * needs several keys is config.c's.
 */
#include <config.h>
#include "setup/config_keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/classes.h"
#include "setup/config_values.h"
#include "status/query.h"

#define NAME_BYTES 64

/* Names end up in log lines and in systemd's FileDescriptorName. */
static bool
is_name(const char *text)
{
	size_t len = strspn(text,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "._-");

	return len > 0 && len <= NAME_BYTES && text[len] == '\0';
}

static const char *
check_name(const char *value, char why[static STSSL_CONF_WHY])
{
	(void)why;
	return is_name(value) ? NULL : "not a name of letters, digits, . _ -";
}

/* A name, or empty for none. */
static const char *
check_name_or_none(const char *value, char why[static STSSL_CONF_WHY])
{
	return value[0] == '\0' ? NULL : check_name(value, why);
}

static const char *
check_path(const char *value, char why[static STSSL_CONF_WHY])
{
	(void)why;
	return value[0] == '/' ? NULL : "not an absolute path";
}

static const char *
check_socket(const char *value, char why[static STSSL_CONF_WHY])
{
	struct sockaddr_un un;

	if (strlen(value) >= sizeof un.sun_path)
		return "too long for a socket";
	return check_path(value, why);
}

static const char *
check_file(const char *value, char why[static STSSL_CONF_WHY])
{
	mode_t mode;

	(void)why;
	return config_file_fault(value, &mode);
}

static const char *
check_file_or_directory(const char *value, char why[static STSSL_CONF_WHY])
{
	struct stat st;

	if (stat(value, &st) == 0 && S_ISDIR(st.st_mode))
		return access(value, R_OK | X_OK) == 0 ? NULL : strerror(errno);
	return check_file(value, why);
}

static const char *
check_key(const char *value, char buf[static STSSL_CONF_WHY])
{
	const char *why;
	mode_t mode = 0;
	struct stat st;

	(void)buf;
	if (strncmp(value, "pkcs11:", strlen("pkcs11:")) == 0)
		return NULL;
	why = config_file_fault(value, &mode);
	/* Whether it can be read is for the one who loads it to find out. */
	if (why != NULL && errno == EACCES && stat(value, &st) == 0 &&
	    S_ISREG(st.st_mode)) {
		mode = st.st_mode;
		why = NULL;
	}
	if (why == NULL && (mode & (S_IWGRP | S_IRWXO)) != 0)
		why = "others can read or change it";
	return why;
}

/* http only: answers are signed, and TLS would ask for the next answer. */
static const char *
check_url(const char *value, char why[static STSSL_CONF_WHY])
{
	(void)why;
	return config_is_http_url(value) ? NULL : "not an http:// URL";
}

static const char *
check_address(const char *value, char why[static STSSL_CONF_WHY])
{
	struct stssl_address address;

	(void)why;
	if (stssl_address_parse(value, &address) < 0)
		return "not an IP address with a port";
	return NULL;
}

static const char *
check_backend(const char *value, char why[static STSSL_CONF_WHY])
{
	struct backend_address backend;

	(void)why;
	if (config_backend_parse(value, &backend) < 0)
		return "not an IP address with a port, nor unix:/PATH";
	return NULL;
}

static const char *
check_ports(const char *value, char why[static STSSL_CONF_WHY])
{
	unsigned low, high;

	(void)why;
	if (config_ports_parse(value, &low, &high) < 0)
		return "not a range of ports, LOW-HIGH";
	return NULL;
}

/* Ports below belong to other services: a backend must not lead there. */
static const char *
check_backend_ports(const char *value, char why[static STSSL_CONF_WHY])
{
	unsigned low, high;

	(void)why;
	if (config_ports_parse(value, &low, &high) < 0 || low < 1024)
		return "not a range of ports, LOW-HIGH, from 1024 on";
	return NULL;
}

static const char *
check_passive_address(const char *value, char why[static STSSL_CONF_WHY])
{
	struct stssl_address address;

	(void)why;
	if (value[0] != '\0' && stssl_ip_parse(value, &address) < 0 &&
	    !config_is_host_name(value))
		return "not an IP address, nor a host name";
	return NULL;
}

static const char *
check_newcomers(const char *value, char why[static STSSL_CONF_WHY])
{
	struct newcomer_limit limit;

	(void)why;
	if (config_newcomers_parse(value, &limit) < 0)
		return "not of the form BEGIN:RATE:FULL, nor 0";
	return NULL;
}

/* A host's name is somebody else's word, and would have to be looked up. */
static const char *
check_exempt(const char *value, char why[static STSSL_CONF_WHY])
{
	struct stssl_pattern pattern;
	int r = stssl_pattern_parse(value, &pattern);

	(void)why;
	if (r < 0)
		return stssl_pattern_error(r);
	return pattern.host == NULL ? NULL : "not an address pattern";
}

/* Rows for the types that have nothing unusual. */
#define LIST(key, how)                                             \
	{                                                          \
		.name = key, .type = STSSL_CONF_LIST, .check = how \
	}
#define TEXT(key, how, otherwise)                                   \
	{                                                           \
		.name = key, .type = STSSL_CONF_TEXT, .check = how, \
		.text = otherwise                                   \
	}
#define NUMBER(key, otherwise, from, to)                                     \
	{                                                                    \
		.name = key, .type = STSSL_CONF_NUMBER, .number = otherwise, \
		.low = from, .high = to                                      \
	}

static const struct stssl_conf_key tls_keys[] = {
	LIST("certificate", check_file),
	LIST("key", check_key),
	LIST("client-ca", check_file),
	LIST("client-crl", check_file_or_directory),
	{ .name = "stale-crl",
	    .type = STSSL_CONF_WORD,
	    .words = { [STALE_CRL_REFUSE] = "refuse",
		[STALE_CRL_WARN] = "warn" },
	    .word = STALE_CRL_REFUSE },
	{ .name = "on-revocation",
	    .type = STSSL_CONF_WORD,
	    .words = { [ON_REVOCATION_END] = "end",
		[ON_REVOCATION_LOG] = "log" },
	    .word = ON_REVOCATION_END },
	{ .name = "ocsp",
	    .type = STSSL_CONF_WORD,
	    .words = { [OCSP_OFF] = "off",
		[OCSP_SOFT] = "soft",
		[OCSP_HARD] = "hard" },
	    .word = OCSP_OFF },
	TEXT("ocsp-responder", check_url, ""),
	NUMBER("ocsp-timeout", 3, 1, 600),
	TEXT("priority", NULL,
	    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA"
	    ":-GROUP-ALL:+GROUP-X25519:+GROUP-ALL:%SERVER_PRECEDENCE"),
	{ .name = "kernel-tls",
	    .type = STSSL_CONF_WORD,
	    .words = { [KERNEL_TLS_OFF] = "off", [KERNEL_TLS_AUTO] = "auto" },
	    .word = KERNEL_TLS_OFF },
	{ .name = NULL },
};

static const struct stssl_conf_key penalty_keys[] = {
#define X(name, word, seconds) NUMBER(word, seconds, 0, 3600),
	PENALTY_EVENTS(X)
#undef X
	    NUMBER("refuse-above", 15, 0, 3600),
	NUMBER("max", 600, 0, 86400),
	NUMBER("max-sources", 65536, 1, 1000000),
	LIST("exempt", check_exempt),
	{ .name = NULL },
};

static const struct stssl_conf_key listen_keys[] = {
	LIST("address", check_address),
	{ .name = "protocol",
	    .type = STSSL_CONF_WORD,
	    .words = { [LISTEN_FTP] = "ftp", [LISTEN_STREAM] = "stream" },
	    .word = LISTEN_FTP },
	{ .name = "tls",
	    .type = STSSL_CONF_WORD,
	    .words = { [LISTEN_EXPLICIT] = "explicit",
		[LISTEN_IMPLICIT] = "implicit" },
	    .word = -1 },
	TEXT("backend", check_backend, NULL),
	TEXT("service", check_name, NULL),
	{ .name = "client-certificate",
	    .type = STSSL_CONF_WORD,
	    .words = { [CLIENT_NONE] = "none",
		[CLIENT_REQUEST] = "request",
		[CLIENT_REQUIRE] = "require" },
	    .word = CLIENT_REQUEST },
	{ .name = "unknown-name",
	    .type = STSSL_CONF_WORD,
	    .words = { [false] = "default", [true] = "refuse" },
	    .word = false },
	TEXT("passive-ports", check_ports, NULL),
	TEXT("passive-address", check_passive_address, NULL),
	{ .name = "data-session",
	    .type = STSSL_CONF_WORD,
	    .words = { [DATA_ANY] = "any",
		[DATA_PREFER] = "prefer",
		[DATA_CERTIFICATE] = "certificate",
		[DATA_RESUMED] = "resumed" },
	    .word = DATA_PREFER },
	{ .name = "backend-data",
	    .type = STSSL_CONF_WORD,
	    .words = { [BACKEND_ACTIVE] = "active",
		[BACKEND_PASSIVE] = "passive" },
	    .word = BACKEND_BY_PLACE },
	TEXT("backend-passive-ports", check_backend_ports, "1024-65535"),
	{ .name = "implicit-prot",
	    .type = STSSL_CONF_WORD,
	    .words = { [false] = "C", [true] = "P" },
	    .word = false },
	{ .name = "certificate-reply",
	    .type = STSSL_CONF_WORD,
	    .words = { [false] = "232", [true] = "331" },
	    .word = false },
	NUMBER("idle-timeout", 0, 0, 604800),
	NUMBER("max-sessions", 20000, 0, CONFIG_SESSIONS_MAX),
	NUMBER("max-sessions-per-address", 1000, 0, CONFIG_SESSIONS_MAX),
	TEXT("max-unauthenticated", check_newcomers, "500:30:5000"),
	NUMBER("max-unauthenticated-per-address", 200, 0, CONFIG_SESSIONS_MAX),
	NUMBER("handshake-timeout", 10, 1, 600),
	NUMBER("login-timeout", 60, 1, 3600),
	NUMBER("failed-login-delay", 1, 0, 60),
	{ .name = NULL },
};

const struct stssl_conf_key config_keys[] = {
	TEXT("user", check_name_or_none, "stssl"),
	NUMBER("workers", 0, 0, 256),
	NUMBER("sessions-per-worker", 4096, 1, 65536),
	TEXT("status-socket", check_socket, STSSL_STATUS_SOCKET),
	TEXT("status-group", check_name_or_none, ""),
	LIST("status-users", check_name),
	TEXT("classes", check_path, STSSL_CLASSES_CONF),
	{ .name = "tls", .type = STSSL_CONF_SECTION, .keys = tls_keys },
	{ .name = "penalties",
	    .type = STSSL_CONF_SECTION,
	    .keys = penalty_keys },
	{ .name = "listen",
	    .type = STSSL_CONF_TITLED,
	    .check = check_name,
	    .keys = listen_keys },
	{ .name = NULL },
};
