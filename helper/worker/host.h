/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session's view of the worker that it lives in: the loop, the
 * configuration, and a way to tell the monitor something.  Unit tests of
 * sessions put functions of their own in its place.
 */
#ifndef HELPER_WORKER_HOST_H
#define HELPER_WORKER_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "helper/base/message.h"
#include "helper/base/proxy_fault.h"
#include "helper/worker/voice.h"
#include "setup/penalties.h"
#include "status/address.h"

struct ev_loop;
struct helper_config;
struct session;
struct tls_context;
struct tls_tickets;

struct session_host {
	struct ev_loop *loop;
	const struct helper_config *config;
	struct tls_context *tls;
	struct tls_tickets *tickets; /* for stream listeners */
	double noop_seconds;         /* see ftp.h: keep_awake */
	bool kernel_tls;     /* the kernel can, and may, encrypt downloads */
	bool kernel_uploads; /* ... decrypt uploads */
	bool stopping;       /* sessions end as soon as they are not busy */

	/* Not for sessions. */
	bool is_draining;   /* the worker ends with its last session */
	int channel;        /* from the monitor */
	struct voice voice; /* to the monitor */
	int status;         /* the worker's, when it has left the loop */
	void *by_id;        /* tsearch(3) tree of the sessions */
	TAILQ_HEAD(sessions, session) sessions; /* the same, for all of them */
	size_t count;
};

/*
 * Make the session's record known for `connection`, or unknown.  Publishing
 * returns 0 only when the monitor has it: a session that could not publish
 * forwards nothing.  `is_welcome` says what host_welcome() says, at the same
 * time.
 */
int host_publish(const struct session *s,
    const struct stssl_connection *connection, bool is_welcome);
void host_withdraw(const struct session *s);

/*
 * Ask an advisor; `user` is for ABOUT_USER, else NULL.  session_advice() is
 * called with the answer, if one comes.
 */
void host_ask(
    const struct session *s, enum message_about about, const char *user);

/*
 * Hand in the session's handshake, which is over, to the verifier;
 * session_proven() is called with the answer, and session_checked() with that
 * of OCSP, if it is asked.  Returns 0 when the proof is on its way.
 */
int host_prove(const struct session *s);

/* Something went wrong that the session's client is to be penalised for. */
void host_failed(const struct session *s, enum penalty_event event);

/*
 * Say whose connection the header of PROXY says it is, NULL for the proxy's
 * own; or what is wrong with the header.  session_admitted() is called, or
 * session_end_for(), when there is nothing wrong with it.
 */
void host_introduce(const struct session *s, enum proxy_fault fault,
    const struct stssl_address *client);

/*
 * Give away the session's client, which is an Edge's data for session `to`.
 * The session ends without host_closed() telling of it.
 */
void host_route(struct session *s, uint64_t to);

/* The session is authenticated: it counts as a newcomer no more. */
void host_welcome(const struct session *s);

/* The backend could not be reached. */
void host_unreachable(const struct session *s);

/*
 * The sides of its link have compared their policies; `digest`, of
 * MESSAGE_DIGEST_BYTES, is the other side's, NULL when it does not know it.
 */
void host_compared(
    const struct session *s, bool is_same, const uint8_t *digest);

/* Take in what the monitor has said by now: verdicts, above all; worker.c. */
void host_listen(struct session_host *host);

/*
 * The session is over, its connections and its memory about to go.  Withdraws
 * its record, and says how many bytes there were.
 */
void host_closed(struct session *s, uint64_t in, uint64_t out);

/* For the worker */

/* From now on it speaks through `ring` and the channel. */
void host_begin(struct session_host *host, struct ring *ring);
void host_done(struct session_host *host);

/* Find out, and log, what the kernel's TLS can do. */
void host_ask_kernel(struct session_host *host);

/* 0, or -ENOMEM. */
int host_add(struct session_host *host, struct session *s);

/* NULL when it has ended. */
struct session *host_find(struct session_host *host, uint64_t id);

/* Without the monitor there is nothing left to do: leave the loop. */
void host_give_up(struct session_host *host);

/* Tell the monitor that a session has ended, be it that it never began. */
void host_tell_closed(
    struct session_host *host, uint64_t session, uint64_t in, uint64_t out);

/*
 * Tell the monitor how many bytes a session has had, if there are more than the
 * last time.  Returns whether there are.
 */
bool host_tell_traffic(struct session *s, uint64_t in, uint64_t out);

#endif
