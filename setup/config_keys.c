/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of helper.conf as tables: one row is all there is to say about a key
 * and its value alone.  What needs several keys is config_read.c's.
 */
#include <config.h>
#include "setup/config_keys.h"

#include "conf/tools/types.h"
#include "policy/classes.h"
#include "setup/config.h"
#include "setup/config_values.h"
#include "status/query.h"

/* The struct that the rows of a table fill is `struct IN`. */
#define FIELD(field) (((struct IN *)NULL)->field)
/* The place of a field, which has to be of this type. */
#define AT(expected, field) \
	.place = _Generic(FIELD(field), expected : offsetof(struct IN, field))

/* What a row says, by type; an enum without negative values is an unsigned. */
#define TEXT(key, field) \
	.name = key, .type = STSSL_CONF_TEXT, AT(const char *, field)
#define LIST(key, field, how)                               \
	.name = key, .type = STSSL_CONF_LIST, .check = how, \
	AT(struct stssl_values, field)
#define WORD(key, field, otherwise)                              \
	.name = key, .type = STSSL_CONF_WORD, .word = otherwise, \
	AT(unsigned, field)
#define SWITCH(key, field, no, yes)                                   \
	.name = key, .type = STSSL_CONF_SWITCH, .words = { no, yes }, \
	AT(bool, field)
#define NUMBER(key, field, otherwise, from, to)                      \
	.name = key, .type = STSSL_CONF_NUMBER, .number = otherwise, \
	.low = from, .high = to, AT(unsigned, field)
#define VALUE(key, field, how, otherwise)                    \
	.name = key, .type = STSSL_CONF_VALUE, .parse = how, \
	.text = otherwise, .width = sizeof FIELD(field),     \
	.place = offsetof(struct IN, field)
#define ARRAY(key, field, how)                               \
	.name = key, .type = STSSL_CONF_ARRAY, .parse = how, \
	.width = sizeof *FIELD(field).list,                  \
	.place = offsetof(struct IN, field)

/* Protocols, and those that keys are for. */
#define FTP        "ftp"
#define STREAM     "stream"
#define POSTGRESQL "postgresql"
#define MAIL       "imap, pop3, smtp"

#undef IN
#define IN tls_config
static const struct stssl_conf_key tls_keys[] = {
	{ LIST("certificate", certificates, config_check_file) },
	{ LIST("key", keys, config_check_key_or_link) },
	{ LIST("client-ca", client_cas, config_check_file) },
	{ LIST("client-crl", client_crls, config_check_file_or_directory) },
	{ WORD("stale-crl", stale_crl, STALE_CRL_REFUSE),
	    .words = { [STALE_CRL_REFUSE] = "refuse",
		[STALE_CRL_WARN] = "warn" } },
	{ WORD("on-revocation", on_revocation, ON_REVOCATION_END),
	    .words = { [ON_REVOCATION_END] = "end",
		[ON_REVOCATION_LOG] = "log" } },
	{ WORD("ocsp", ocsp, OCSP_OFF), .words = { [OCSP_OFF] = "off",
					    [OCSP_SOFT] = "soft",
					    [OCSP_HARD] = "hard" } },
	{ TEXT("ocsp-responder", ocsp_responder), .check = config_check_url },
	{ NUMBER("ocsp-timeout", ocsp_seconds, 3, 1, 600) },
	{ TEXT("priority", priority),
	    .text = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA"
		    ":-GROUP-ALL:+GROUP-X25519:+GROUP-ALL:%SERVER_PRECEDENCE" },
	{ WORD("kernel-tls", kernel, KERNEL_TLS_AUTO),
	    .words = { [KERNEL_TLS_OFF] = "off", [KERNEL_TLS_AUTO] = "auto" } },
	{ .name = NULL },
};

#undef IN
#define IN penalty_config
static const struct stssl_conf_key penalty_keys[] = {
#define X(name, word, cost) \
	{ NUMBER(word, seconds[PENALTY_##name], cost, 0, 3600) },
	PENALTY_EVENTS(X)
#undef X
	    { NUMBER("refuse-above", refuse_above, 15, 0, 3600) },
	{ NUMBER("max", max, 600, 0, 86400) },
	{ NUMBER("max-sources", max_sources, 65536, 1, 1000000) },
	{ ARRAY("exempt", exempt, config_parse_network) },
	{ .name = NULL },
};

#undef IN
#define IN link_config
static const struct stssl_conf_key link_keys[] = {
	{ TEXT("certificate", certificate), .check = config_check_file },
	{ TEXT("key", key), .check = config_check_key },
	{ ARRAY("edges", edges, config_parse_pin) },
	{ LIST("edge-certificate", edge_certificates, config_check_file) },
	{ LIST("edge-key", edge_keys, config_check_key) },
	{ WORD("edge-policy", policy, EDGE_POLICY_REFUSE),
	    .words = { [EDGE_POLICY_REFUSE] = "refuse",
		[EDGE_POLICY_LOG] = "log" } },
	{ ARRAY("servers", servers, config_parse_pin) },
	{ .name = NULL },
};

#undef IN
#define IN listen_config
static const struct stssl_conf_key listen_keys[] = {
	{ ARRAY("address", addresses, config_parse_address) },
	{ ARRAY("accept-proxy", proxies, config_parse_network) },
	{ WORD("protocol", protocol, LISTEN_FTP),
	    .words = { [LISTEN_FTP] = FTP,
		[LISTEN_STREAM] = STREAM,
		[LISTEN_POSTGRESQL] = POSTGRESQL,
		[LISTEN_IMAP] = "imap",
		[LISTEN_POP3] = "pop3",
		[LISTEN_SMTP] = "smtp" } },
	{ WORD("tls", tls, LISTEN_BY_PROTOCOL),
	    .words = { [LISTEN_EXPLICIT] = "explicit",
		[LISTEN_IMPLICIT] = "implicit",
		[LISTEN_LINK] = "link" } },
	{ ARRAY("backend", link_to, config_parse_backend) },
	{ SWITCH("backend-source", per_session, "any", "per-session") },
	{ WORD("send-proxy", send_proxy, SEND_PROXY_OFF),
	    .words = { [SEND_PROXY_OFF] = "off", [SEND_PROXY_V2] = "v2" } },
	{ TEXT("service", service), .check = config_check_name },
	{ VALUE("backend-user", backend_user, config_parse_name, NULL) },
	{ WORD("client-certificate", client_certificate, CLIENT_REQUEST),
	    .words = { [CLIENT_NONE] = "none",
		[CLIENT_REQUEST] = "request",
		[CLIENT_REQUIRE] = "require" } },
	{ SWITCH("unknown-name", refuse_unknown_name, "default", "refuse") },
	{ VALUE("passive-ports", passive_ports, config_parse_ports, NULL),
	    .only = FTP },
	{ VALUE("passive-address", passive_name, config_parse_host, NULL),
	    .only = FTP },
	{ WORD("data-session", data_session, DATA_PREFER),
	    .words = { [DATA_ANY] = "any",
		[DATA_PREFER] = "prefer",
		[DATA_CERTIFICATE] = "certificate",
		[DATA_RESUMED] = "resumed" },
	    .only = FTP },
	{ WORD("backend-data", backend_data, BACKEND_BY_PLACE),
	    .words = { [BACKEND_ACTIVE] = "active",
		[BACKEND_PASSIVE] = "passive" },
	    .only = FTP },
	{ VALUE("backend-passive-ports", backend_ports,
	      config_parse_backend_ports, "1024-65535"),
	    .only = FTP },
	{ SWITCH("implicit-prot", implicit_private, "C", "P"), .only = FTP },
	{ SWITCH("certificate-reply", certificate_reply_331, "232", "331"),
	    .only = FTP },
	{ NUMBER("idle-timeout", idle_seconds, 0, 0, 604800),
	    .only = STREAM ", " POSTGRESQL ", " MAIL },
	{ NUMBER("max-sessions", max_sessions, 20000, 0, CONFIG_SESSIONS_MAX) },
	{ NUMBER("max-sessions-per-address", max_sessions_per_address, 1000, 0,
	    CONFIG_SESSIONS_MAX) },
	{ VALUE("max-unauthenticated", max_newcomers, config_parse_newcomers,
	    "500:30:5000") },
	{ NUMBER("max-unauthenticated-per-address", max_newcomers_per_address,
	    200, 0, CONFIG_SESSIONS_MAX) },
	{ NUMBER("handshake-timeout", handshake_seconds, 10, 1, 600) },
	{ NUMBER("login-timeout", login_seconds, 60, 1, 3600),
	    .only = FTP ", " POSTGRESQL ", " MAIL },
	{ NUMBER("failed-login-delay", failed_login_seconds, 1, 0, 60),
	    .only = FTP ", " MAIL },
	{ .name = NULL },
};

#undef IN
#define IN helper_config
const struct stssl_conf_key config_keys[] = {
	{ VALUE("user", user, config_parse_name, "stssl") },
	{ NUMBER("workers", workers, 0, 0, 256) },
	{ NUMBER("sessions-per-worker", sessions_per_worker, 4096, 1, 65536) },
	{ TEXT("status-socket", status_socket), .check = config_check_socket,
	    .text = STSSL_STATUS_SOCKET },
	{ VALUE("status-group", status_group, config_parse_name, NULL) },
	{ LIST("status-users", status_users, config_check_name) },
	{ TEXT("classes", classes), .check = config_check_path,
	    .text = STSSL_CLASSES_CONF },
	{ .name = "tls",
	    .type = STSSL_CONF_SECTION,
	    .keys = tls_keys,
	    AT(struct tls_config, tls) },
	{ .name = "link",
	    .type = STSSL_CONF_SECTION,
	    .keys = link_keys,
	    AT(struct link_config, link) },
	{ .name = "penalties",
	    .type = STSSL_CONF_SECTION,
	    .keys = penalty_keys,
	    AT(struct penalty_config, penalties) },
	{ .name = "listen",
	    .type = STSSL_CONF_TITLED,
	    .keys = listen_keys,
	    .check = config_check_name },
	{ .name = NULL },
};
