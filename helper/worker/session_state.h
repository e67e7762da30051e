/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session, as its own files, its protocol and its host know it.
 */
#ifndef HELPER_WORKER_SESSION_STATE_H
#define HELPER_WORKER_SESSION_STATE_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "helper/base/message.h"
#include "helper/worker/link/hello.h"
#include "helper/worker/proxy/reader.h"
#include "helper/worker/relay/stream.h"
#include "helper/worker/tls/tls.h"
#include "setup/config.h"
#include "status/address.h"
#include "status/record.h"
#include "x509/ocsp.h"

struct link_edge;
struct link_server;
struct session_host;
struct protocol;

enum session_state {
	SESSION_HEADER,    /* of PROXY, if one has to come */
	SESSION_ADMISSION, /* of the client that it has named */
	SESSION_START,
	SESSION_ROUTE,     /* an Edge's: is it a session, or data of one? */
	SESSION_DIAL_LINK, /* to a Server: TCP, TLS, and its HELLO */
	SESSION_HANDSHAKE, /* TLS with the client, or with an Edge */
	SESSION_GREET,     /* an Edge; then its header is awaited */
	SESSION_PROVE,     /* the verifier, if there is a certificate */
	SESSION_CHECK,     /* OCSP, if it is asked */
	SESSION_CONNECT,   /* TCP with the backend */
	SESSION_TELL,      /* the Server, in a header, who the client is */
	SESSION_OPEN,      /* the protocol has it */
	SESSION_CLOSED,
};

struct session {
	uint64_t id; /* first: the worker finds it by that */
	TAILQ_ENTRY(session) others;
	uint64_t bytes_told; /* that the monitor knows of, in and out */
	struct session_host *host;
	const struct listen_config *listen;
	const struct protocol *protocol;
	void *protocol_state;
	enum session_state state;
	/* Of the connection, as the client sees it. */
	struct stssl_address peer, local;
	struct stssl_address sources[MESSAGE_SOURCES];
	unsigned connects;          /* how many of these are used */
	struct stssl_address bound; /* `local` as it is on this machine */
	struct proxy_reader proxy;
	bool is_proxied; /* a proxy has said what `peer` and `local` are */
	bool is_unknown; /* it has not yet, or the client is not let in */
	struct stssl_connection to_backend; /* as we see it */
	struct stream client, backend;
	struct tls *prepared;        /* for session_start_tls() */
	struct tls_tickets *tickets; /* its own, for FTP and for links */
	struct link_edge *edge;      /* NULL unless it goes through a link, */
	struct link_server *server;  /* or comes through one */
	/* From the handshake until it is published. */
	struct stssl_record record;
	struct ev_timer deadline; /* of what is being done */
	struct ev_timer login;    /* of all until the client is logged in */
	bool has_to_log_in;       /* until it has */
	bool published, welcome;
	/* The backend connection is that of before TLS, and has greeted. */
	bool keeps_backend;
	struct {
		bool is_due;
		enum message_end_reason reason;
	} end;                              /* session_end_for() */
	struct tls_certificate certificate; /* the client's */
	char fingerprint[2 * 32 + 1];       /* SHA-256, in hex; or empty */
	struct {
		bool is_known;
		char *subject; /* for one line in the log */
		char *name;    /* for send-proxy */
	} proof;
	struct {
		bool is_known;
		enum x509_ocsp found;
	} ocsp;
	struct {
		uint64_t serial;
		bool is_open;
		struct ev_timer deadline;
	} question; /* session_ask(), the last one */
	/* By the module, in the last attempt to log in: for the log. */
	struct {
		enum stssl_verdict verdict; /* COUNT: nothing yet */
		char class_name[MESSAGE_CLASS_MAX + 1];
	} decided;
	struct {
		uint8_t bytes[LINK_ROUTE_BYTES];
		size_t len;   /* so many have come */
		bool is_over; /* the client is another session's data */
	} route;              /* of an Edge's connection: link/route.h */
	struct {
		uint64_t in, out;    /* bytes of connections that have ended */
		uint32_t scope;      /* of its addresses: socket_scope() */
		bool is_encrypted;   /* by the kernel: some downloads */
		bool is_decrypted;   /* ... some uploads */
		bool is_private;     /* the verdict demands PROT P */
		bool starts_private; /* AUTH SSL, AUTH TLS-P imply it */
	} data;                      /* connections */
};

#endif
