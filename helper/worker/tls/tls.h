/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper/worker/tls/ is TLS 1.2 and 1.3 as a server, over GnuTLS: connections,
 * and what they share.  GnuTLS's codes stop here: callers get an enum and, for
 * failures, one text.  Keys are the keyholder's (keyremote.h).
 *
 *   tls_context.c    loads certificates, CAs, lists and priorities
 *   tls_handshake.c  brings a connection up
 *   tls.c            its records and its end
 *   tls_tickets.h    resumption
 *   tls_names.h      which certificate is for which host
 *   tls_groups.h     which group keys are exchanged in
 *   peer.c           what is known of the client
 *   ktls.h           records made by the kernel
 */
#ifndef HELPER_WORKER_TLS_TLS_H
#define HELPER_WORKER_TLS_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "conf/conf.h"
#include "setup/config.h"
#include "status/record.h"
#include "status/words.h"

enum tls_result {
	TLS_DONE,
	TLS_WANT_READ,  /* call again when the socket can be read */
	TLS_WANT_WRITE, /* ... written */
	TLS_CLOSED, /* the peer ended properly: close_notify, or user_canceled
	                   of TLS 1.3, which announces it */
	TLS_FAILED, /* anything else: truncated, alert, garbage */
};

struct ktls_keys;
struct x509_store;

/*
 * Certificates, CAs and priorities of one configuration, and a line to the
 * keyholder, who has the keys.
 */
struct tls_context;

/*
 * Load all files of `config` but the keys.  Returns 0 and *ret; or -EBADMSG
 * with *ret_key, the key of the tls section that is at fault, and error->text,
 * what is wrong, for config_tls_error() to complete.
 */
int tls_context_new(const struct tls_config *config, struct tls_context **ret,
    const char **ret_key, struct stssl_error *error);

/*
 * The CAs of clients and their revocation lists, the context's; NULL of NULL.
 * Nothing of a context changes once it is loaded.
 */
const struct x509_store *tls_context_store(const struct tls_context *context);

/*
 * The tickets of stream listeners, the context's.  They are made with it, so
 * that a client may resume with any of the workers that share it.
 */
struct tls_tickets *tls_context_tickets(const struct tls_context *context);

/*
 * Drop everything else.  No connection can be made afterwards.
 */
void tls_context_keep_store(struct tls_context *context);

/*
 * Sign with the keyholder on `line`, which becomes the context's, from now on;
 * until then every handshake that needs a signature fails.
 */
void tls_context_connect(struct tls_context *context, int line);

/* True when the keyholder answers: see keyremote_is_ready(). */
bool tls_context_can_sign(struct tls_context *context);

/* Takes NULL.  Returns NULL. */
struct tls_context *tls_context_free(struct tls_context *context);

/*
 * A session-ticket key (RFC 5077, RFC 8446 4.6.1), and for FTP the control
 * connection's session (RFC 5246 7.3, by its ID).  Connections that share them
 * resume each other's sessions, and no others.  NULL when out of memory or
 * randomness.
 */
struct tls_tickets;
struct tls_tickets *tls_tickets_new(void);

/* Wipes the key.  Takes NULL.  Returns NULL. */
struct tls_tickets *tls_tickets_free(struct tls_tickets *tickets);

/* How a connection gives and takes tickets. */
enum tls_use {
	TLS_SINGLE,  /* it stands alone: as GnuTLS sees fit */
	TLS_CONTROL, /* data connections resume it: by tls_send_ticket() only */
	TLS_DATA,    /* such a one takes tickets and sends none: a client that
	                only writes would lose its upload to them */
};

/* One connection. */
struct tls;

/*
 * Prepare a connection on socket `fd`, which is not blocking and stays the
 * caller's.  `tickets` must outlive the connection.  Returns NULL when out of
 * memory.
 */
struct tls *tls_new(struct tls_context *context, enum tls_use use,
    enum client_certificate client_certificate, struct tls_tickets *tickets,
    int fd);

/*
 * Before the handshake: fail it with unrecognized_name when the client asks
 * for a name (SNI) that no certificate is for.
 */
void tls_refuse_unknown_name(struct tls *tls);

/*
 * Before the handshake: fail it when the client offers protocols (ALPN, RFC
 * 7301), but not this one.  Returns 0 or -ENOMEM.
 */
int tls_require_alpn(struct tls *tls, const char *name);

/* Takes NULL.  Returns NULL.  Sends nothing: see tls_bye(). */
struct tls *tls_free(struct tls *tls);

/*
 * Go on with the handshake.  A client certificate that does not verify does
 * not fail it, but for a key so large that it is an attack.  After TLS_FAILED
 * an alert has been tried and tls_error() says why.
 */
enum tls_result tls_handshake(struct tls *tls);

/*
 * True when a handshake that failed is the client's fault.  It is not when the
 * client has gone without a whole message, as port scanners and health checks
 * do, nor when we could not sign.
 */
bool tls_is_peers_fault(const struct tls *tls);

/*
 * Read up to `size` bytes.  TLS_DONE and *ret_n > 0, or another result and
 * *ret_n untouched.  The end of the socket without close_notify is TLS_FAILED;
 * a record that is wrong, too, and an alert is sent.
 */
enum tls_result tls_read(
    struct tls *tls, void *buf, size_t size, size_t *ret_n);

/* True when tls_read() has plaintext that no readiness of the socket tells. */
bool tls_pending(const struct tls *tls);

/*
 * Write from `buf`.  TLS_DONE and how many bytes are gone in *ret_n; on
 * TLS_WANT_* the call must be repeated with the same bytes in front.
 */
enum tls_result tls_write(
    struct tls *tls, const void *buf, size_t len, size_t *ret_n);

/* Send close_notify; reading stays possible. */
enum tls_result tls_bye(struct tls *tls);

/*
 * Hand over the keys of the next record that is sent: the connection must not
 * write any more.  Returns 0 and *ret, to be wiped; -EBUSY while something is
 * unsent; -ENOTSUP, see ktls_keys_get().
 */
int tls_sending_keys(struct tls *tls, struct ktls_keys *ret);

/*
 * Send one session ticket; what does not fit into the socket goes out before
 * what is written next.  Does nothing below TLS 1.3, and on data connections.
 */
enum tls_result tls_send_ticket(struct tls *tls);

/* Refuse the peer's certificate after the handshake with a fitting alert. */
void tls_refuse_certificate(struct tls *tls);

/*
 * True when an alert is the last that the peer was sent.  It has to arrive
 * before the connection is closed, and must not be overtaken by a reset.
 */
bool tls_has_alerted(const struct tls *tls);

/*
 * The name that the client asked for (SNI, RFC 6066 section 3), without a dot
 * at its end; false when it asked for none, or for something that is no name.
 */
#define TLS_NAME_MAX 253
bool tls_sni(const struct tls *tls, char ret[static TLS_NAME_MAX + 1]);

/*
 * True when one of the context's certificates is for this host name
 * (RFC 6125, wildcards included).
 */
bool tls_context_names(const struct tls_context *context, const char *name);

/* True when the session was resumed, whosever it was. */
bool tls_is_resumed(const struct tls *tls);

/*
 * True when this data connection's session was resumed from the session of the
 * control connection with the same tickets, which nobody but its client can do.
 */
bool tls_resumes_control(const struct tls *tls);

/* What is known of the client's certificate. */
struct tls_certificate {
	bool is_sent;
	enum stssl_failure failure; /* STSSL_FAILURE_NONE: it is good */
	time_t good_until;          /* 0: none was sent, or it does not say */
};

/*
 * Verify the client's certificate by today's facts, on resumed sessions too,
 * and put all SSL_* keys of stssl-status(7) into `record`.
 * Returns 0 and *ret; or what stssl_record_put() says.
 */
int tls_describe(
    struct tls *tls, struct stssl_record *record, struct tls_certificate *ret);

/* "TLS1.2", "TLS1.3", as in log lines. */
const char *tls_version(const struct tls *tls);

/*
 * The chain that the client sent, one certificate behind the other in DER.
 * Returns 0 and *ret_len; -ENOENT when there is none, -E2BIG when it is longer
 * than `size`.
 */
int tls_peer_chain(
    const struct tls *tls, unsigned char *buf, size_t size, size_t *ret_len);

/*
 * From now on tls_describe() says this of the client's certificate, should it
 * be good otherwise.
 */
void tls_condemn(struct tls *tls, enum stssl_failure failure);

/* True when both clients have sent a certificate, and the same. */
bool tls_same_certificate(const struct tls *tls, const struct tls *other);

/* Why the last call failed; a constant of GnuTLS's. */
const char *tls_error(const struct tls *tls);

#endif
