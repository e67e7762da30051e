/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What helper.conf says, stssl-helper.conf(5).  setup/config_read.h reads it.
 */
#ifndef SETUP_CONFIG_H
#define SETUP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "conf/key.h"
#include "setup/networks.h"
#include "setup/penalties.h"
#include "setup/pins.h"
#include "status/address.h"

#define HELPER_CONF         "/etc/stssl/helper.conf"
#define CONFIG_SESSIONS_MAX 1000000

struct stssl_conf;
struct stssl_conf_section;

enum listen_protocol {
	LISTEN_FTP,
	LISTEN_STREAM,
	LISTEN_POSTGRESQL,
	LISTEN_IMAP,
	LISTEN_POP3,
	LISTEN_SMTP
};
enum listen_tls {
	LISTEN_EXPLICIT,
	LISTEN_IMPLICIT,
	LISTEN_LINK,       /* the clients are Edges, stssl-link(7) */
	LISTEN_BY_PROTOCOL /* in the file only: implicit for streams */
};
/* What the backend is told at the beginning of each connection. */
enum send_proxy {
	SEND_PROXY_OFF,
	SEND_PROXY_V2
};
enum client_certificate {
	CLIENT_NONE,
	CLIENT_REQUEST,
	CLIENT_REQUIRE
};
enum data_session {
	DATA_ANY,
	DATA_PREFER,
	DATA_CERTIFICATE,
	DATA_RESUMED
};

/* How the backend makes data connections (RFC 959 section 3.3). */
enum backend_mode {
	BACKEND_ACTIVE,  /* it connects to us */
	BACKEND_PASSIVE, /* we connect to it */
	BACKEND_BY_PLACE /* active on this machine, passive elsewhere */
};

/* Where sessions are connected to: an IP address and a port, or a path. */
struct backend_address {
	socklen_t len; /* 0: nowhere */
	bool is_link;  /* there is a Server, stssl-link(7) */
	union {
		struct sockaddr sa;
		struct sockaddr_storage inet;
		struct sockaddr_un un;
	} u;
};

/* 0, 0: the system chooses. */
struct port_range {
	unsigned low, high;
};

/*
 * How many sessions may be unauthenticated: from `begin` on `rate` per cent of
 * new clients are sent away, more and more until at `full` all are.  Without
 * limit when `full` is 0.
 */
struct newcomer_limit {
	unsigned begin, rate, full;
};

struct listen_config {
	const struct stssl_conf_section *section; /* for messages with a line */
	const char *name;
	struct {
		struct stssl_address *list;
		size_t count; /* 0: only by socket activation */
	} addresses;
	/* Those who say whose connection it is, PROXY protocol. */
	struct networks proxies;
	enum listen_protocol protocol;
	enum listen_tls tls;
	/* One of the two: `len` 0 when the backend is a link. */
	struct backend_address backend;
	struct {
		struct backend_address *list; /* IP addresses, all of links */
		size_t count;                 /* 0: the backend is none */
	} link_to;
	bool per_session; /* each session connects from its own address */
	enum send_proxy send_proxy;
	const char *service; /* the name when it is not given */
	/* May ask and report about its sessions, besides root; or NULL. */
	const char *backend_user;
	enum client_certificate client_certificate;
	struct port_range passive_ports;
	const char *passive_name; /* passive-address, if it is a name */
	/*
	 * The address of passive-address, NULL without one.  It is all zero
	 * until a name is resolved, and nothing else is ever written to.
	 */
	struct stssl_address *passive_address;
	enum data_session data_session;
	enum backend_mode backend_data;
	struct port_range backend_ports; /* that it may open */
	bool refuse_unknown_name;        /* in SNI */
	bool certificate_reply_331;      /* instead of 232 */
	unsigned idle_seconds;           /* of a stream; 0: no limit */
	bool implicit_private;           /* tls = implicit begins with PROT P */
	unsigned max_sessions, max_sessions_per_address; /* 0: no limit */
	unsigned max_newcomers_per_address;
	struct newcomer_limit max_newcomers;
	unsigned handshake_seconds, login_seconds, failed_login_seconds;
};

/* What happens to a session whose certificate is no longer good. */
enum on_revocation {
	ON_REVOCATION_END,
	ON_REVOCATION_LOG
};
/* How a revocation list that is out of date is treated. */
enum stale_crl {
	STALE_CRL_REFUSE,
	STALE_CRL_WARN
};
/* Whether OCSP is asked, and how a certificate without an answer is treated. */
enum ocsp_mode {
	OCSP_OFF,
	OCSP_SOFT, /* as good */
	OCSP_HARD  /* as not good */
};

/* Whether the kernel encrypts data connections. */
enum kernel_tls {
	KERNEL_TLS_OFF,
	KERNEL_TLS_AUTO /* where it can */
};

/* In place of a key: the Server has it, stssl-link(7). */
#define CONFIG_KEY_LINK "link:"

/* True for a key in a token (RFC 7512), false for a file. */
bool config_key_is_url(const char *key);

struct tls_config {
	struct stssl_values certificates;
	/* The nth belongs to the nth certificate; see CONFIG_KEY_LINK. */
	struct stssl_values keys;
	struct stssl_values client_cas;
	struct stssl_values client_crls;
	enum stale_crl stale_crl;
	enum on_revocation on_revocation;
	enum ocsp_mode ocsp;
	const char *ocsp_responder; /* NULL: the certificate names it */
	unsigned ocsp_seconds;
	const char *priority;
	const char *group; /* added where GnuTLS has it; or NULL */
	enum kernel_tls kernel;
};

/* How a Server treats an Edge whose policy is another. */
enum edge_policy {
	EDGE_POLICY_REFUSE,
	EDGE_POLICY_LOG
};

/* Links between Edge and Server, stssl-link(7). */
struct link_config {
	const char *certificate, *key; /* NULL: there are no links */
	struct link_pins edges;        /* that a Server takes, with names */
	struct link_pins servers;      /* that an Edge trusts */
	/* Those that Edges show to clients, besides tls_config's. */
	struct stssl_values edge_certificates;
	struct stssl_values edge_keys; /* none, or all of theirs */
	enum edge_policy policy;
};

struct helper_config {
	struct stssl_conf *conf; /* for messages with a line, and the strings */
	const char *user;        /* NULL: do not change */
	unsigned workers;
	unsigned sessions_per_worker;
	const char *status_socket;
	const char *status_group;         /* NULL: the process's own */
	struct stssl_values status_users; /* may ask, besides root and us */
	const char *classes;
	struct tls_config tls;
	struct link_config link;
	struct penalty_config penalties;
	struct listen_config *listeners;
	size_t listener_count;
};

#endif
