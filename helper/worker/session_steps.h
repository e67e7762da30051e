/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of a session share: session.c (its life and its end),
 * session_steps.c (from one state to the next), session_proxy.c,
 * session_proof.c, session_ocsp.c and link/ (some of the steps) and
 * session_record.c (what is said of it).  Nothing else includes this.
 */
#ifndef HELPER_WORKER_SESSION_STEPS_H
#define HELPER_WORKER_SESSION_STEPS_H

#include <ev.h>

#include "helper/worker/session.h"

/* For its streams: session_run(). */
void session_on_stream(void *owner);

/* End it, and tell the client why, if the protocol has words. */
void session_refuse(struct session *s, const char *why);

/* Do what its state can do now, and set the next state. */
void session_step(struct session *s);

/* Its step while the header of PROXY is awaited; and there was none in time. */
void session_step_header(struct session *s);
void session_lack_header(struct session *s);

/*
 * What the backend is told of the client, at most PROXY_ANNOUNCE_MAX bytes,
 * while there is a record; returns how many, 0 when it wants to hear nothing.
 * And telling it, before anything else: 0 or -errno.
 */
size_t session_announcement(const struct session *s, uint8_t *ret);
int session_announce(struct session *s, const uint8_t *bytes, size_t len);

/*
 * TLS stands: ask OCSP, then admit the session; and its step until there is an
 * answer.
 */
void session_begin_check(struct session *s);
void session_step_check(struct session *s);

/* The same for the verifier, in front of OCSP. */
void session_begin_proof(struct session *s);
void session_step_proof(struct session *s);

/* Is there a certificate that verifies, and is OCSP to be asked? */
bool session_ocsp_matters(
    enum ocsp_mode mode, const struct tls_certificate *certificate);

/* All is known of the certificate: refuse it, or go on to the backend. */
void session_admit(struct session *s);

/*
 * Go on, once what is in front of it is done: with the handshake of
 * session_start_tls(); with the backend; and with the protocol, for the
 * backend is there.
 */
void session_shake_hands(struct session *s);
void session_connect(struct session *s);
void session_open(struct session *s);

/* The backend cannot be had, -errno: end it, and log why. */
void session_give_up_backend(struct session *s, int r);

/* Would a word be one to the client now, and come in clear or by TLS? */
bool session_can_be_told(const struct session *s);

/*
 * Can its client have this address?  A proxy on another machine speaks of its
 * own loopback addresses, and here they would be this machine's.
 */
bool session_is_possible(
    const struct session *s, const struct stssl_address *client);

/* The only one that runs, of what is being done. */
void session_set_deadline(struct session *s, ev_tstamp seconds);

/* Make its record anew from what is known now.  0, -ENOMEM or -E2BIG. */
int session_describe(struct session *s);

/* 0, or why the record is not the monitor's: then forward nothing. */
int session_publish(struct session *s);

/* Withdraw the record, then close. */
void session_close_backend(struct session *s);

/* End it, for there is no record of it. */
void session_lack_record(struct session *s, int r);

/* While there is a record: the client's TLS session was resumed. */
bool session_is_resumed(const struct session *s);

/* One line about the handshake. */
void session_log_handshake(const struct session *s);
void session_forget_subject(struct session *s);

#endif
