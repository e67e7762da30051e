/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session: one client's control connection with its backend connection, from
 * the moment the worker gets it to its end.  Does what is the same for every
 * protocol: TLS, the record, the backend, deadlines.  What the bytes mean is
 * the protocol's matter (ftp.c, tunnel.c).
 */
#ifndef HELPER_WORKER_SESSION_H
#define HELPER_WORKER_SESSION_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/base/message.h"
#include "helper/worker/relay/stream.h"
#include "helper/worker/tls/tls.h"
#include "setup/config.h"
#include "status/address.h"
#include "status/record.h"
#include "x509/ocsp.h"

/* What a session needs of the process it lives in. */
struct session_host {
	struct ev_loop *loop;
	const struct helper_config *config;
	struct tls_context *tls;
	struct tls_tickets *tickets; /* for stream listeners */
	double noop_seconds;         /* see ftp.h: keep_awake */
	bool kernel_tls; /* the kernel can, and may, encrypt downloads */
	bool stopping;   /* sessions end as soon as they are not busy */

	/*
	 * Make the record known, or unknown, to whoever asks.  Publishing
	 * returns 0 only when the monitor has it: a session that could not
	 * publish forwards nothing.  `is_welcome` says what welcome() says, at
	 * the same time.
	 */
	int (*publish)(struct session_host *host, uint64_t session,
	    const struct stssl_connection *connection,
	    const struct stssl_record *record, bool is_welcome);
	void (*withdraw)(struct session_host *host, uint64_t session);
	/*
	 * Ask what class policy says for `user`, or, with NULL, whom the
	 * certificate lets in; session_advice() is called
	 * with the answer, always, if only to refuse at the deadline.
	 */
	void (*ask)(struct session_host *host, uint64_t session,
	    uint64_t serial, const char *user);
	/*
	 * Ask what OCSP says of the certificate whose chain this is in DER;
	 * session_checked() is called with the answer, if one comes in time.
	 * Returns 0 when the question is on its way.
	 */
	int (*check)(struct session_host *host, uint64_t session,
	    const void *der, size_t len);
	/* Something went wrong that its client is to be penalised for. */
	void (*failed)(struct session_host *host, uint64_t session,
	    enum penalty_event event);
	/* The session is authenticated: it counts as a newcomer no more. */
	void (*welcome)(struct session_host *host, uint64_t session);
	/* Take in what the monitor has said: verdicts. */
	void (*listen)(struct session_host *host);
	/*
	 * The session is over, its connections and its memory about to go.
	 * Withdraws its record, and says how many bytes there were.
	 */
	void (*closed)(struct session_host *host, uint64_t session);
};

enum session_state {
	SESSION_START,
	SESSION_HANDSHAKE, /* TLS with the client */
	SESSION_CHECK,     /* OCSP, if it is asked */
	SESSION_CONNECT,   /* TCP with the backend */
	SESSION_OPEN,      /* the protocol has it */
	SESSION_CLOSED,
};

struct protocol;

struct session {
	struct session_host *host;
	uint64_t id;
	const struct listen_config *listen;
	const struct protocol *protocol;
	void *protocol_state;
	enum session_state state;
	struct stssl_address peer, local;
	struct stssl_connection to_backend; /* as we see it */
	struct stream client, backend;
	struct tls *prepared;        /* for session_start_tls() */
	struct tls_tickets *tickets; /* its own, for FTP */
	struct stssl_record
	    record;               /* from the handshake until it is published */
	struct ev_timer deadline; /* of what is being done */
	struct ev_timer login;    /* of all until the client is logged in */
	uint64_t data_in, data_out; /* of data connections that have ended */
	bool
	    keeps_backend; /* the same as before TLS, and its greeting is said */
	bool published, welcome;
	bool has_to_log_in; /* until it has */
	bool ending;        /* session_end_for() */
	enum message_end_reason end_reason;
	bool is_checked; /* and what was found */
	enum x509_ocsp found;
	bool certificate_failed; /* and why */
	enum stssl_failure certificate_failure;
	bool kernel_tls;      /* it has encrypted some of this one's */
	bool data_private;    /* the verdict demands protected data */
	bool implied_private; /* AUTH SSL, AUTH TLS-P: PROT P from the start */
};

/* What a protocol does at each turn of a session's life. */
struct protocol {
	bool has_login_deadline;
	enum tls_use tls_use;
	/* The backend is connected, the record published.  0 or -errno. */
	int (*open)(struct session *s);
	/* Something that was watched for is possible. */
	void (*run)(struct session *s);
	/* End it with a word to the client, if the protocol has words. */
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
	 * Keep advice; true when it was waited for and the session is to be
	 * run.  NULL when the protocol never asks.
	 */
	bool (*advice)(struct session *s, const struct message_advice *advice);
	/*
	 * Add what the protocol's other connections, those that are there,
	 * have had from the client and sent to it.  NULL: it has none.
	 */
	void (*count)(const struct session *s, uint64_t *in, uint64_t *out);
	/* True when it is the client who is waited for, not the backend. */
	bool (*awaits_client)(const struct session *s);
	/* True while a transfer runs that a stop should wait for. */
	bool (*is_busy)(const struct session *s);
};

extern const struct protocol ftp_protocol;
extern const struct protocol tunnel_protocol;

/*
 * Take over client socket `fd`; session_run() then begins.  The session ends by
 * itself and says so by host->closed().  NULL, and fd is closed, when out of
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

/* What host->ask() asked for; the session goes on from the event loop. */
void session_advice(struct session *s, const struct message_advice *advice);

/* The same for host->check(). */
void session_checked(struct session *s, enum x509_ocsp found);

/*
 * It has to end, whatever it does: from the event loop, with a word to the
 * client and a line in the log.
 */
void session_end_for(struct session *s, enum message_end_reason reason);

/* The service stops: end now, unless a transfer runs and `force` is false. */
void session_stop(struct session *s, bool force);

/*
 * For protocols.  session_end() marks it closed, freed when session_run()
 * returns; session_prepare_tls() makes what TLS needs, 0 or -ENOMEM, so that
 * session_start_tls() cannot fail for want of it; that one drops the backend
 * connection with all that was said on it in clear, unless nothing was, and
 * begins the handshake; session_limit()
 * sets a deadline where none is running; session_unlimit() lifts it, and the
 * login deadline; session_welcome() says that the client is authenticated;
 * session_failed() that it did something to be penalised for;
 * session_time_out() ends it now, `word` being the event in the log, and it is
 * gone;
 * session_note() logs something with the session's name in front.
 */
void session_end(struct session *s);
int session_prepare_tls(struct session *s);
void session_start_tls(struct session *s);
void session_limit(struct session *s);
void session_unlimit(struct session *s);
void session_welcome(struct session *s);
void session_failed(struct session *s, enum penalty_event event);
void session_time_out(struct session *s, const char *word);
void session_note(const struct session *s, const char *event, const char *what);

#endif
