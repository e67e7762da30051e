/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper/worker/ftp/ is the FTP gateway: it reads what clients and backends say
 * on control connections, answers what is about TLS, and takes the place of
 * both on data connections.  A session (session.h) runs it by ftp_protocol.
 * This header is what its files share; nothing else includes it.
 *
 *   ftp_protocol.c    FTP as a session sees it: how it begins and ends
 *   ftp.c             whose turn it is, and who waits for whom
 *   ftp_commands.c    the table of commands
 *   ftp_login.c       USER, PASS, SITE AUTH
 *   ftp_protection.c  AUTH, PBSZ, PROT, HOST
 *   ftp_data.c        PASV, EPSV, PORT, EPRT: where data connections go
 *   ftp_transfer.c    RETR, STOR, LIST, ABOR: transfers and what came of them
 *   ftp_replies.c     what backends say to the rest
 *   ftp_log.c         the lines of an audit: logins and transfers
 *   ftp_text.h        command lines, replies and addresses as text
 *   data.h            a data connection, with client_data.h and backend_data.h
 *   passive.h         ports that are listened on for one
 *
 * One command is with the backend at a time; ABOR alone may follow a transfer
 * that is running.  So replies keep the order of their commands, be they the
 * backend's or ours.
 */
#ifndef HELPER_WORKER_FTP_FTP_H
#define HELPER_WORKER_FTP_FTP_H

#include <stdbool.h>

#include "helper/worker/ftp/data.h"
#include "helper/worker/ftp/ftp_text.h"
#include "helper/worker/login.h"
#include "helper/worker/relay/lines.h"
#include "helper/worker/session.h"
#include "policy/decide.h"

/* A transfer, and what may be sent while it runs. */
#define FTP_QUEUE 4

enum ftp_phase {
	FTP_GREETING, /* the backend's 220 is to come */
	FTP_COMMAND,  /* the client's turn */
	FTP_REPLY,    /* the backend's turn: something is in the queue */
	FTP_ADVICE,   /* USER, PASS or SITE AUTH waits for the advisor */
	FTP_ADVISED,  /* and is to go on */
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
typedef void ftp_handler(struct ftp *f, const struct ftp_command *c);

/* Handles a line of a backend's reply, which is in f->reply. */
typedef void ftp_on_reply(struct ftp *f);

/* What the log is to say of a transfer when it is over. */
struct ftp_note {
	bool is_due; /* it has begun, and the line is not written */
	const char *direction;
	char *file; /* as the client called it; NULL: too little memory */
	ev_tstamp begun;
	/* Of the data connection, kept when it is dropped: */
	bool has_run; /* the backend has announced it */
	bool has_lost_end, is_private;
	uint64_t bytes;
	const char *version, *proof;
};

struct ftp {
	struct session *session;
	enum ftp_phase phase;
	struct lines client, backend;
	char *next; /* the client's next line, read but not its turn yet */
	size_t next_len;
	struct ftp_reply reply;
	ftp_on_reply *queue[FTP_QUEUE];
	unsigned queued;

	char *gathered; /* lines of a reply that ours may take the place of */
	bool in_reply;  /* the client has had the first lines of one, not all */
	bool is_backend_touched; /* by a command that it may remember */
	bool has_backend_ended;
	unsigned bad_lines, strangers;
	char *waiting; /* STOR's, USER's, PASS's line */

	struct {
		bool
		    has_user; /* the backend has a name, and wants a password */
		bool is_done, by_certificate;
		bool is_site_auth;   /* the certificate says who it is */
		enum login_by tried; /* in this attempt, at the backend */
		char user[MESSAGE_USER_MAX + 1];
		struct message_advice advice; /* in FTP_ADVISED */
		struct login_delay delay;
	} login;

	struct {
		bool is_private;    /* PROT P */
		bool wants_private; /* the same, as the Server was asked */
		bool had_stranger;  /* in the place of an Edge's data */
		bool epsv_all;
		enum ftp_data_way way;
		struct stssl_address target; /* of PORT, EPRT */
	} offer;                             /* of a data connection */
	struct data *data;

	struct {
		bool is_running;  /* the queue's first is a transfer */
		bool swallow_150; /* we said it already */
		bool has_150;     /* the backend has said it */
		char *held;       /* the last reply, until the data are out */
		/*
		 * A backend has done with a transfer when its client still
		 * reads, and counts it as idle from then on: it hears a NOOP
		 * now and then.
		 */
		struct ev_timer keep_awake;
		struct ftp_note note;
	} transfer;
};

/* ftp.c */

/* Take all turns that can be taken, then watch for what can bring the next. */
void ftp_run(struct session *s);

/* Queue a reply, or a line of one, for the client. */
void ftp_say(struct ftp *f, const char *reply);

/* Pass on the line of f->reply. */
void ftp_pass_reply(struct ftp *f);

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

/* True when the client's control connection is protected. */
bool ftp_is_secure(const struct ftp *f);

/* ftp_commands.c: what the client says, once per line. */
void ftp_command(struct ftp *f, char *line, size_t len);
/* True when a line may be handled although a transfer is running. */
bool ftp_may_interrupt(const char *line, size_t len);

/* ftp_protection.c */
ftp_handler ftp_do_auth, ftp_do_pbsz, ftp_do_prot, ftp_do_host;

/* ftp_data.c */
ftp_handler ftp_do_pasv, ftp_do_epsv, ftp_do_port, ftp_do_eprt;
/* Forget the data connection, breaking it off where it is not finished. */
void ftp_drop_data(struct ftp *f);
/* An Edge has connected with data: struct protocol's data(). */
void ftp_take_data(struct session *s, int fd);

/* ftp_transfer.c */
ftp_handler ftp_do_download, ftp_do_mlsd, ftp_do_upload, ftp_do_stou,
    ftp_do_abor;
/* Go on with a transfer whose data connection has changed. */
void ftp_transfer_changed(struct ftp *f);

/* ftp_login.c */
ftp_handler ftp_user, ftp_pass;
void ftp_site_auth(struct ftp *f);
/* A login has failed: say so after the delay, or end the session. */
void ftp_login_failed(struct ftp *f, const char *reply);
/* Say it when that time is over; false when it is not. */
bool ftp_end_penalty(struct ftp *f);
/* Keep advice that was asked for. */
void ftp_advice(struct session *s, const struct message_advice *advice);
/* Go on with the command that waited for it; false when none did. */
bool ftp_follow_advice(struct ftp *f);

/*
 * ftp_log.c: lines for the audit, see stssl-helper(8).  The backend has decided
 * about a login: f->reply is its last line.
 */
void ftp_log_login(struct ftp *f);

/*
 * A transfer begins; its data connection is about to be dropped; and it is
 * over, `reply` being what the client was told, or NULL when it was told
 * nothing.  The first and the last make one line.
 */
void ftp_log_begin(
    struct ftp *f, const struct ftp_command *c, enum data_direction direction);
void ftp_log_data(struct ftp *f);
void ftp_log_transfer(struct ftp *f, const char *reply);

/* ftp_replies.c */
ftp_on_reply ftp_on_other, ftp_on_greeting, ftp_on_login, ftp_on_feat,
    ftp_on_noop;
/* True for the last line of the last reply to a command. */
bool ftp_is_last(const struct ftp *f);
/*
 * A reply of several lines ends with the code that it began with (RFC 959
 * section 4.2).  So where the helper may say something else in its place, no
 * line of it goes out before the last.
 *
 * Keeps the line in f->reply.  Returns NULL until the last; then the whole
 * reply, lines apart, which is the caller's to free().  It is no longer than a
 * line may be: lines that do not fit are left out, but the last always stands,
 * and the first when the last fits behind it, so that it remains a reply.
 * Without memory it is the end, and NULL.
 */
char *ftp_gather(struct ftp *f);

#endif
