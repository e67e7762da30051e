/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session: one client's control connection with its backend connection, from
 * the moment the worker gets it to its end.  Does what is the same for every
 * protocol: TLS, the record, the backend, deadlines.  A protocol knows what the
 * bytes mean: ftp/, postgresql.c and tunnel.c, a struct protocol each.
 */
#ifndef HELPER_WORKER_SESSION_H
#define HELPER_WORKER_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/base/message.h"
#include "helper/base/proof.h"
#include "helper/worker/host.h"
#include "helper/worker/session_state.h"
#include "helper/worker/tls/tls_types.h"
#include "status/address.h"
#include "x509/ocsp.h"

/* What a protocol does at each turn of a session's life. */
struct protocol {
	bool has_login_deadline;
	bool has_urgent_data; /* which is to stay where it is */
	enum tls_use tls_use;
	const char *alpn; /* that a client has to agree to; NULL: any */
	/* The backend is connected, the record published.  0 or -errno. */
	int (*open)(struct session *s);
	/* Something that was watched for is possible. */
	void (*run)(struct session *s);
	/*
	 * End it with a word to the client.  NULL: the protocol has no words,
	 * and a reset says that this is no proper end.
	 */
	void (*refuse)(struct session *s, const char *why);
	/*
	 * True when the backend has been told nothing yet that it could
	 * remember, and has nothing left to say: TLS may begin in front of it.
	 * NULL for never.
	 */
	bool (*is_untouched)(const struct session *s);
	/* Free protocol_state; called before the streams are closed. */
	void (*close)(struct session *s);
	/*
	 * Keep the answer to session_ask(); the session is run afterwards.
	 * NULL when the protocol never asks.
	 */
	void (*advice)(struct session *s, const struct message_advice *advice);
	/*
	 * An Edge has connected with data for the session, on socket `fd`: take
	 * it, or close it.  Something else may be running just now.  NULL: the
	 * protocol has no data.
	 */
	void (*data)(struct session *s, int fd);
	/*
	 * Add what the protocol's other connections, those that are there,
	 * have had from the client and sent to it.  NULL: it has none.
	 */
	void (*count)(const struct session *s, uint64_t *in, uint64_t *out);
	/* True when the client is waited for, not the backend. */
	bool (*awaits_client)(const struct session *s);
	/* True while a transfer runs that a stop should wait for. */
	bool (*is_busy)(const struct session *s);
};

extern const struct protocol ftp_protocol;
extern const struct protocol imap_protocol;
extern const struct protocol pop3_protocol;
extern const struct protocol smtp_protocol;
extern const struct protocol postgresql_protocol;
extern const struct protocol tunnel_protocol;

/*
 * Take over client socket `fd`; session_run() then begins.  The session ends by
 * itself and says so by host_closed().  NULL, and fd is closed, when out of
 * memory.
 */
struct session *session_new(
    struct session_host *host, const struct message_client *client, int fd);

/* Something happened: go on.  The session may be gone afterwards. */
void session_run(struct session *s);

/* End at once.  The session is gone afterwards. */
void session_kill(struct session *s);

/* Bytes that its client has sent and received so far, in all. */
void session_count(
    const struct session *s, uint64_t *ret_in, uint64_t *ret_out);

/* The module's verdict for it has come. */
void session_verdict(struct session *s, const struct message_verdict *verdict);

/* The answer to host_ask(); the session goes on from the event loop. */
void session_advice(struct session *s, const struct message_advice *advice);

/* OCSP has answered about its certificate. */
void session_checked(struct session *s, enum x509_ocsp found);

/* An Edge has connected with data for it, on socket `fd`. */
void session_data(struct session *s, int fd);

/* The answer to host_prove(); NULL when there will be none. */
void session_proven(struct session *s, const struct proof_answer *answer);

/* The client whom host_introduce() has named may come in. */
void session_admitted(struct session *s);

/*
 * It has to end, whatever it does: from the event loop, with a word to the
 * client and a line in the log.
 */
void session_end_for(struct session *s, enum message_end_reason reason);

/* The service stops: end now, unless a transfer runs and `force` is false. */
void session_stop(struct session *s, bool force);

/* For protocols */

/* True when the client has TLS; behind an Edge, when it has TLS with that. */
bool session_is_secure(const struct session *s);

/* Its version of TLS, "TLS1.3", as in log lines; NULL in clear. */
const char *session_tls_version(const struct session *s);

/* True when the client is an Edge's, and `client` is the link from it. */
bool session_is_from_link(const struct session *s);

/* True when the backend is a Server, and `backend` is the link to it. */
bool session_is_to_link(const struct session *s);

/*
 * From now on bytes only go through, as on a stream listener, after those that
 * were read from the client and from the backend already (BUFFER_RELAY, taken
 * over; or NULL).  The protocol is closed.  The session may be gone afterwards,
 * marked as with session_end().
 */
void session_tunnel(
    struct session *s, struct buffer *from_client, struct buffer *from_backend);

/* Mark it closed: it is freed when session_run() returns. */
void session_end(struct session *s);

/* The same with a reset, so that neither side takes it for a proper end. */
void session_break(struct session *s);

/*
 * The same with a last line to the client, CR LF included.  It is said at once
 * or not at all: a client that does not read is not told.
 */
void session_end_saying(struct session *s, const char *line);

/*
 * Make what TLS needs, so that session_start_tls() cannot fail for want of it.
 * Returns 0 or -ENOMEM.
 */
int session_prepare_tls(struct session *s);

/*
 * Drop the backend connection with all that was said on it in clear, unless
 * nothing was, and begin the handshake.
 */
void session_start_tls(struct session *s);

/* Set a deadline where none is running; lift it, and the login deadline. */
void session_limit(struct session *s);
void session_unlimit(struct session *s);

/*
 * Ask what host_ask() asks.  The protocol's advice() is called with the
 * answer, always, if only with a refusal at a deadline.
 */
void session_ask(struct session *s, enum message_about about, const char *user);

/* The client is authenticated. */
void session_welcome(struct session *s);

/* End it now, with `word` as the event in the log: it is gone afterwards. */
void session_time_out(struct session *s, const char *word);

/* Forget what was decided in an earlier attempt to log in. */
void session_forget_verdict(struct session *s);

/*
 * "session=7f3a listener=ftp peer=192.0.2.1:40022", for every log line, and
 * with " edge=dmz1" behind it of an Edge's client.
 */
#define SESSION_LABEL (STSSL_ADDRESS_TEXT + 128 + LINK_PIN_NAME + 8)
const char *session_label(
    const struct session *s, char buf[static SESSION_LABEL]);

/* Log something with the session's name in front. */
void session_note(const struct session *s, const char *event, const char *what);

/* The same for a stranger's connection where a data connection is awaited. */
void session_note_stranger(
    const struct session *s, const char *key, const struct stssl_address *from);

#endif
