/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The FTP gateway's control connection: what ftp.c (turns and order),
 * ftp_commands.c (what clients say, with ftp_protection.c and ftp_data.c),
 * ftp_login.c (who they are) and ftp_replies.c (what backends say) share.
 * Nothing else includes this.
 *
 * One command is with the backend at a time; ABOR alone may follow a transfer
 * that is running.  So replies keep the order of their commands,
 * whoever writes them.
 */
#ifndef HELPER_WORKER_FTP_FTP_H
#define HELPER_WORKER_FTP_FTP_H

#include <stdbool.h>

#include "helper/worker/ftp/data.h"
#include "helper/worker/ftp/ftp_text.h"
#include "helper/worker/relay/lines.h"
#include "helper/worker/session.h"

#define FTP_NO_DATA "425 No data connection can be offered."

/* A transfer, and what may be sent while it runs. */
#define FTP_QUEUE 4

enum ftp_phase {
	FTP_GREETING, /* the backend's 220 is to come */
	FTP_COMMAND,  /* the client's turn */
	FTP_REPLY,    /* the backend's turn: something is in the queue */
	FTP_ADVICE,   /* USER, PASS or SITE AUTH waits for the advisor */
	FTP_PENALTY,  /* the reply to a failed login waits */
	FTP_UPLOAD,   /* 150 is out, data TLS comes up, STOR waits */
	FTP_UPGRADE,  /* 234 is to be written, then TLS */
	FTP_CLOSING,  /* what is queued is to be written, then the end */
	FTP_CLOSED,
};

/* How the client asked for its data connection. */
enum ftp_data_way {
	FTP_PASV,
	FTP_EPSV,
	FTP_PORT
};

struct ftp;

/* Handles a client's command. */
typedef void ftp_handler(struct ftp *f, const char *line, const char *arg);

/* Handles a line of a backend's reply. */
typedef void ftp_on_reply(
    struct ftp *f, enum ftp_reply_part part, const char *line, size_t len);

struct ftp {
	struct session *session;
	enum ftp_phase phase;
	struct lines client, backend;
	char *next; /* the client's next line, read but not its turn yet */
	size_t next_len;
	struct ftp_reply reply;
	ftp_on_reply *queue[FTP_QUEUE];
	unsigned queued;

	bool eat_greeting; /* it was said once, before AUTH */
	bool is_touched;   /* the backend has a command that it may remember */
	bool has_user;     /* the backend has a name, and wants a password */
	bool logged_in, by_certificate;
	bool is_site_auth; /* the certificate says who it is */
	bool private;      /* PROT P */
	bool epsv_all;
	bool feat_open; /* in a FEAT reply of several lines */
	bool in_reply;  /* the client has had the first lines of one, not all */
	bool backend_ended;
	unsigned bad_lines, refusals, strangers;

	char user[MESSAGE_USER_MAX + 1];
	uint64_t serial; /* of the last question to the advisor */
	bool has_advice;
	struct message_advice advice;
	struct ev_timer penalty;
	char *refusal; /* what is said after it */

	struct data_context context;
	bool backend_is_passive; /* on data connections */
	struct data *data;
	enum ftp_data_way way;
	struct stssl_address target; /* of PORT, EPRT */
	bool transferring;           /* the queue's first is a transfer */
	bool swallow_150;            /* we said it already */
	char *waiting;               /* STOR's, USER's, PASS's line */
	char *gathered; /* lines of a reply that ours may take the place of */
	char *held;     /* the last reply, until the data are out */
	/*
	 * A backend has done with a transfer when its client still reads, and
	 * counts it as idle from then on: it hears a NOOP now and then.
	 */
	struct ev_timer keep_awake;
};

/* ftp.c, for the others. */

/* Queue a reply for the client, a line for the backend. */
void ftp_say(struct ftp *f, const char *reply);
void ftp_pass_on(struct ftp *f, const char *line, size_t len);

/* Give the backend a command; `on_reply` gets what it says to it. */
void ftp_ask(struct ftp *f, const char *line, ftp_on_reply *on_reply);

/* The first of the queue is answered. */
void ftp_answered(struct ftp *f);

/* Wait for the backend if it has something to answer, else for the client. */
void ftp_await(struct ftp *f);

/*
 * Say `reply` and end the session when it is written.  In the middle of another
 * reply nothing is said: it would be taken for a line of that.
 */
void ftp_end(struct ftp *f, const char *reply);

/* The backend has let the user in. */
void ftp_logged_in(struct ftp *f);

/* True when the control connection is protected. */
bool ftp_is_secure(const struct ftp *f);

/* Forget the data connection, breaking it off where it is not finished. */
void ftp_drop_data(struct ftp *f);

/* ftp_commands.c: what the client says, once per line. */
void ftp_command(struct ftp *f, char *line, size_t len);
/* Whether a line may be handled although a transfer is running. */
bool ftp_may_interrupt(const char *line, size_t len);

/* ftp_protection.c, ftp_data.c */
ftp_handler ftp_do_auth, ftp_do_pbsz, ftp_do_prot, ftp_do_ccc,
    ftp_do_protected_command, ftp_do_adat, ftp_do_host;
ftp_handler ftp_do_pasv, ftp_do_epsv, ftp_do_port, ftp_do_eprt, ftp_do_download,
    ftp_do_mlsd, ftp_do_upload, ftp_do_stou, ftp_do_abor;

/* ftp_login.c */
ftp_handler ftp_user, ftp_pass;
void ftp_site_auth(struct ftp *f);
/* A login has failed: say so after a while, or end the session. */
void ftp_login_failed(struct ftp *f, const char *reply);
/* Say it when the while is over; false when it is not. */
bool ftp_end_penalty(struct ftp *f);
/* Keep advice that was asked for; false when it is stale. */
bool ftp_advice(struct session *s, const struct message_advice *advice);
/* Go on with the command that waited for it; false when none did. */
bool ftp_follow_advice(struct ftp *f);

/* ftp_replies.c */
ftp_on_reply ftp_on_other, ftp_on_greeting, ftp_on_login, ftp_on_feat,
    ftp_on_active, ftp_on_passive, ftp_on_transfer, ftp_on_abort, ftp_on_noop;
/* Tell why there is no data connection, and forget it. */
void ftp_say_failure(struct ftp *f);
/* Go on with a transfer whose data connection has changed. */
void ftp_transfer_changed(struct ftp *f);
/* Keep the reply to a transfer until its data are out; takes `reply`. */
void ftp_hold(struct ftp *f, char *reply);

#endif
