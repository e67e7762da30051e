/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The messages between the monitor and workers, advisors, the keyholder, the
 * verifier, the reviewer and the inquirer, over SOCK_SEQPACKET pairs, each
 * between the monitor and one other; message_ring.h has the workers' second
 * way.  Each a struct, of exact length; a role that meets an impossible message
 * exits, its peer sees the end of the channel.
 */
#ifndef HELPER_BASE_MESSAGE_H
#define HELPER_BASE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "helper/base/end_reason.h"
#include "helper/base/proxy_fault.h"
#include "status/address.h"
#include "status/record.h"
#include "status/words.h"
#include "x509/chain.h"

/* The bytes that may follow a message, at most. */
#define MESSAGE_MORE_MAX STSSL_RECORD_MAX

/* How often a session connects to its backend: for TLS it may do so anew. */
#define MESSAGE_SOURCES 2

/* A worker takes over this client; its socket comes with the message. */
struct message_client {
	uint64_t session;
	uint32_t listener;   /* index into helper_config.listeners */
	uint32_t is_proxied; /* 0 or 1: a header of PROXY has to come first */
	struct stssl_address peer;
	struct stssl_address local;
	/* Where its backend connections come from, one after the other. */
	struct stssl_address sources[MESSAGE_SOURCES];
};

/*
 * The record to answer with for this connection, its text behind the struct.
 * With `is_proven`, what the verifier has told of its certificate belongs to
 * it; else it says itself that there is none, or none that is good.
 */
struct message_publish {
	uint64_t session;
	uint64_t is_proven;                 /* 0 or 1 */
	struct stssl_connection connection; /* as the backend sees it */
	uint32_t text_len;
	uint32_t is_welcome; /* as MESSAGE_WELCOME */
};

/* That record no longer holds: sent before the backend socket is closed. */
struct message_withdraw {
	uint64_t session;
};

/* How many bytes its client has sent and received, data connections too. */
struct message_traffic {
	uint64_t session;
	uint64_t in, out;
	uint32_t kernel_tls; /* 0 or 1: the kernel did TLS for some of it */
};

/* Something went wrong that its client is penalised for. */
struct message_failed {
	uint64_t session;
	uint32_t event; /* enum penalty_event below PENALTY_CRASH */
};

/* The backend of its listener could not be reached for this session. */
struct message_unreachable {
	uint64_t session;
};

/* SHA-256 of a policy. */
#define MESSAGE_DIGEST_BYTES 32

/* Both sides of the session's link have said which policy they judge by. */
struct message_compared {
	uint64_t session;
	uint32_t is_same;
	uint32_t is_known; /* 0: the other side does not know its own */
	uint8_t digest[MESSAGE_DIGEST_BYTES]; /* the other side's */
};

/*
 * The session is over, and its record holds no longer: sent before the backend
 * socket is closed.  With the last word on its bytes.
 */
struct message_closed {
	uint64_t session;
	uint64_t in, out;
};

/*
 * The header of PROXY has come to a session that has to have one, and says
 * whose connection it is; or there is no good one.
 */
struct message_introduce {
	uint64_t session;
	uint32_t fault;  /* enum proxy_fault */
	uint32_t is_own; /* 0 or 1: the proxy's own connection */
	struct stssl_address client;
};

/* To that: the client may come in.  If not, MESSAGE_END comes instead. */
struct message_admitted {
	uint64_t session;
};

/* In a worker's ring: the next is in its channel.  There: only a wakeup. */
struct message_next {
	uint32_t zero;
};

/*
 * The client of a session, whose socket comes with the message, is an Edge with
 * data for another session: the one that it has is over, without
 * MESSAGE_CLOSED.
 */
struct message_route {
	uint64_t session; /* that is over */
	uint64_t to;      /* as the Edge says: whatever it likes */
};

/* To the worker that has the session: the data, a socket. */
struct message_data {
	uint64_t session;
};

/* Longest class name that is told; of a longer one, its beginning. */
#define MESSAGE_CLASS_MAX 256

/* The module has decided for this session. */
struct message_verdict {
	uint64_t session;
	uint32_t verdict;                       /* enum stssl_verdict */
	uint32_t data_private;                  /* 0 or 1 */
	char class_name[MESSAGE_CLASS_MAX + 1]; /* NUL-terminated */
};

/* Longest user name that can be logged in with, stssl-classes.conf(5). */
#define MESSAGE_USER_MAX 256

/* What a question to an advisor is about. */
enum message_about {
	ABOUT_USER,        /* what would class policy say for him? */
	ABOUT_CERTIFICATE, /* whom does it let in? */
	ABOUT_CLEAR,       /* may passwords cross in clear, whoever it is? */
	ABOUT_DIGEST,      /* which policy is it? No record is needed */
	ABOUT_COUNT
};

/*
 * A question about the session, given the record that is published for it.
 * `serial` comes back with the answer.  That to ABOUT_DIGEST is ACCEPT, with
 * what `stsslctl digest` says, 64 hexadecimal digits, as the user.
 */
struct message_ask {
	uint64_t session;
	uint64_t serial;
	uint32_t about;                  /* enum message_about */
	char user[MESSAGE_USER_MAX + 1]; /* NUL-terminated; for ABOUT_USER */
};

/* The advisor's answer.  It grants nothing: the module decides. */
struct message_advice {
	uint64_t session;
	uint64_t serial;
	uint32_t verdict; /* enum stssl_verdict */
	uint32_t reason;  /* enum stssl_reason */
	uint32_t failure; /* enum stssl_failure, or its COUNT */
	char user[MESSAGE_USER_MAX + 1];
};

/*
 * A worker's question as an advisor gets it: without the session, with the
 * record behind the struct.
 */
struct message_question {
	uint32_t listener; /* index into helper_config.listeners */
	uint32_t text_len;
	uint32_t about;
	char user[MESSAGE_USER_MAX + 1]; /* NUL-terminated */
};

/* To the last question: fields as in struct message_advice. */
struct message_answer {
	uint32_t verdict;
	uint32_t reason;
	uint32_t failure;
	char user[MESSAGE_USER_MAX + 1]; /* what was asked, if it was a text */
};

/* The session is authenticated: no newcomer any more. */
struct message_welcome {
	uint64_t session;
};

/* This session must end now, whatever it does. */
struct message_end {
	uint64_t session;
	uint32_t reason; /* enum message_end_reason */
};

/* No more clients will come: exit when the last session has ended. */
struct message_drain {
	uint32_t zero;
};

/* The IPv4 address of the name in a listener's passive-address. */
struct message_address {
	uint32_t listener; /* index into helper_config.listeners */
	uint8_t ip[16];
};

/* The same, as the inquirer has found it. */
struct message_resolved {
	uint32_t listener;
	uint8_t ip[16];
};

/* End sessions without a transfer now, the others when it is done; exit. */
struct message_stop {
	uint32_t grace_ms;
};

/* The state of this session's certificate now. */
struct message_reviewed {
	uint64_t session;
	uint32_t failure; /* enum stssl_failure, or its COUNT: it is good */
};

/*
 * The owner of this certificate has signed the handshake of a session that this
 * worker has; with `is_foreign` it may have been any time ago.  What is known
 * of the certificate is behind the struct, as a record.
 */
struct message_proven {
	uint64_t session;
	int64_t good_until;  /* time_t; 0: it does not say */
	uint32_t worker;     /* its process id */
	uint32_t is_1_3;     /* the handshake; 0 for TLS 1.2 */
	uint32_t is_foreign; /* 0 or 1: PROOF_FOREIGN */
	uint32_t failure;    /* enum stssl_failure, or its COUNT: it is good */
	uint32_t text_len;
	uint32_t zero;
};

/*
 * The same in advance of MESSAGE_PROVEN, for OCSP: the chain, one certificate
 * behind the other in DER.
 */
struct message_chain {
	uint64_t session;
	uint32_t worker;
	uint32_t der_len;
};

/*
 * What does OCSP say of this session's certificate, which verifies?  Its chain
 * is behind the struct.
 */
struct message_inquiry {
	uint64_t session;
	uint32_t der_len;
};

/* The answer of OCSP. */
struct message_found {
	uint64_t session;
	uint32_t found; /* enum x509_ocsp */
};

/* The same, for the worker. */
struct message_checked {
	uint64_t session;
	uint32_t found;
};

/*
 * A line between a worker and the keyholder comes with the message; both get
 * an end.  It carries the requests of helper/base/keyrequest.h.
 */
struct message_keys {
	uint32_t worker; /* its process id */
};

/*
 * A line between a worker and the verifier comes with the message; both get an
 * end.  It carries the structs of helper/base/proof.h.
 */
struct message_verifier {
	uint32_t worker; /* its process id */
};

/* The keys are there; or are not, and why is behind the struct. */
struct message_loaded {
	uint32_t key; /* the number of the one that is not good */
	uint32_t text_len;
};

/* This worker asked for something that is not to be signed. */
struct message_refused {
	uint32_t worker;
};

/* Longest text of MESSAGE_LOADED. */
#define MESSAGE_LOADED_MAX 512

/* name, struct, who sends it, what may follow the struct */
#define MESSAGES(X)                                      \
	X(CLIENT, client, MONITOR, 0)                    \
	X(VERDICT, verdict, MONITOR, 0)                  \
	X(ADVICE, advice, MONITOR, 0)                    \
	X(STOP, stop, MONITOR, 0)                        \
	X(ADDRESS, address, MONITOR, 0)                  \
	X(END, end, MONITOR, 0)                          \
	X(KEYS, keys, MONITOR, 0)                        \
	X(DRAIN, drain, MONITOR, 0)                      \
	X(QUESTION, question, MONITOR, STSSL_RECORD_MAX) \
	X(INQUIRY, inquiry, MONITOR, X509_CHAIN_BYTES)   \
	X(CHECKED, checked, MONITOR, 0)                  \
	X(PUBLISH, publish, WORKER, STSSL_RECORD_MAX)    \
	X(WITHDRAW, withdraw, WORKER, 0)                 \
	X(ASK, ask, WORKER, 0)                           \
	X(VERIFIER, verifier, MONITOR, 0)                \
	X(WELCOME, welcome, WORKER, 0)                   \
	X(TRAFFIC, traffic, WORKER, 0)                   \
	X(FAILED, failed, WORKER, 0)                     \
	X(CLOSED, closed, WORKER, 0)                     \
	X(ANSWER, answer, ADVISOR, 0)                    \
	X(LOADED, loaded, KEYHOLDER, MESSAGE_LOADED_MAX) \
	X(REFUSED, refused, KEYHOLDER, 0)                \
	X(RESOLVED, resolved, INQUIRER, 0)               \
	X(REVIEWED, reviewed, REVIEWER, 0)               \
	X(PROVEN, proven, VERIFIER, STSSL_RECORD_MAX)    \
	X(CHAIN, chain, VERIFIER, X509_CHAIN_BYTES)      \
	X(FOUND, found, INQUIRER, 0)                     \
	X(UNREACHABLE, unreachable, WORKER, 0)           \
	X(COMPARED, compared, WORKER, 0)                 \
	X(INTRODUCE, introduce, WORKER, 0)               \
	X(ADMITTED, admitted, MONITOR, 0)                \
	X(ROUTE, route, WORKER, 0)                       \
	X(DATA, data, MONITOR, 0)                        \
	X(NEXT, next, WORKER, 0)

enum message_type {
	MESSAGE_NONE,
#define X(name, body, sender, more) MESSAGE_##name,
	MESSAGES(X)
#undef X
	MESSAGE_COUNT
};

enum message_sender {
	SENDER_MONITOR,
	SENDER_WORKER,
	SENDER_ADVISOR,
	SENDER_KEYHOLDER,
	SENDER_REVIEWER,
	SENDER_INQUIRER,
	SENDER_VERIFIER
};

struct message {
	uint32_t type; /* enum message_type */
	uint32_t zero;
	union {
#define X(name, body, sender, more) struct message_##body body;
		MESSAGES(X)
#undef X
	} u;
};

/*
 * Send one message, with `fd` unless it is -1, and with `more_len` bytes behind
 * it, which only some may have, see above.  Returns 0; -EAGAIN when the channel
 * is full (a channel that blocks waits for SO_SNDTIMEO); -EPIPE when the other
 * end is gone; or what sendmsg(2) says.
 */
int message_send(int channel, const struct message *m, int fd, const void *more,
    size_t more_len);

/*
 * Receive one message from `sender` without blocking.  `more` has room for
 * MESSAGE_MORE_MAX bytes; without it, NULL, a message that has more is
 * impossible.  What the monitor says to workers and to advisors is told apart
 * by them.
 * *ret_fd is -1 when no descriptor came; it is close-on-exec.
 * Returns 0; -EAGAIN when there is none; -EPIPE at the end of the channel;
 * -EMFILE, and *m, for one that comes with a socket, which is lost because this
 * process has no descriptor left; -EBADMSG for an impossible message (wrong
 * type, length, descriptor, a name without end), whose descriptors are closed.
 */
int message_receive(int channel, enum message_sender sender, struct message *m,
    int *ret_fd, void *more);

#endif
