/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper/worker/mail/ stands in front of IMAP, POP3 and SMTP until a user is
 * logged in: it does STARTTLS, takes logins from the client in all forms that
 * the protocol has, and logs in at the backend by one of them.  From then on
 * bytes only go through (session_tunnel()).  A session runs it by
 * imap_protocol, pop3_protocol or smtp_protocol.  This header is what its files
 * share; nothing else includes it.
 *
 *   mail_protocol.c   mail as a session sees it: how it begins and ends
 *   mail.c            whose turn it is
 *   mail_dialects.c   what the three protocols differ in, as tables
 *   mail_commands.c   commands, but for logins
 *   mail_offers.c     greetings and lists of capabilities
 *   mail_login.c      what all logins have in common; and the advisor
 *   mail_sasl.c       AUTHENTICATE, AUTH
 *   mail_userpass.c   LOGIN, USER, PASS
 *   mail_backend.c    the login at the backend
 *   mail_text.h       strings, base64, replies, capabilities
 *
 * The backend hears nothing of a client before login but questions for its
 * capabilities, and then one login at a time.  So no command can be slipped in,
 * and replies keep the order of their commands.
 */
#ifndef HELPER_WORKER_MAIL_MAIL_H
#define HELPER_WORKER_MAIL_MAIL_H

#include <stdbool.h>

#include "helper/worker/login.h"
#include "helper/worker/mail/mail_text.h"
#include "helper/worker/relay/lines.h"
#include "helper/worker/session.h"

#define MAIL_VERB_MAX     15
#define MAIL_TAG_MAX      63
#define MAIL_PASSWORD_MAX 1023

enum mail_phase {
	MAIL_START,
	MAIL_POLICY,   /* the advisor is asked about passwords in clear */
	MAIL_GREETING, /* the backend's is to come */
	MAIL_COMMAND,  /* the client's turn */
	MAIL_RESPONSE, /* the client's turn: the rest of a login */
	MAIL_REPLY,    /* the backend's turn */
	MAIL_ADVICE,   /* a login waits for the advisor */
	MAIL_ADVISED,  /* and is to go on */
	MAIL_PENALTY,  /* the reply to a failed login waits */
	MAIL_UPGRADE,  /* what is queued is to be written, then TLS */
	MAIL_RELAY,    /* ... then nothing is to be done any more */
	MAIL_CLOSING,  /* ... then the end */
	MAIL_CLOSED,
};

/* What is said to a client, each protocol in its own way. */
enum mail_status {
	MAIL_SAYS_DONE,
	MAIL_SAYS_HELP,
	MAIL_SAYS_TLS,     /* begin with it */
	MAIL_SAYS_LATER,   /* a fault of ours, it may be better next time */
	MAIL_SAYS_UNKNOWN, /* no command, or not before login */
	MAIL_SAYS_NOT_NOW, /* a command out of its order */
	MAIL_SAYS_SYNTAX,
	MAIL_SAYS_MECHANISM, /* not one that there is */
	MAIL_SAYS_CANCELLED, /* by the client */
	MAIL_SAYS_NEEDS_TLS,
	MAIL_SAYS_DENIED,  /* this login */
	MAIL_SAYS_NOT_HIS, /* the name is not that of the certificate */
	MAIL_SAYS_BYE,     /* at the client's wish */
	MAIL_SAYS_END,     /* at ours; never with a tag */
	MAIL_SAYS_COUNT
};

enum mail_mechanism {
	MAIL_PLAIN,
	MAIL_LOGIN,
	MAIL_EXTERNAL,
	MAIL_COMMAND_LOGIN, /* IMAP's LOGIN, POP3's USER and PASS */
};

struct mail;

/* Handles a client's command; `arg` is the rest of the line. */
typedef void mail_handler(struct mail *m, const char *arg);

/* Handles a line of the backend's, in m->reply. */
typedef void mail_on_reply(struct mail *m);

/* A command has a handler, or is answered here. */
struct mail_command {
	char verb[MAIL_VERB_MAX + 1];
	mail_handler *handle;
	const char *before; /* a line in front of the answer, or NULL */
	enum mail_status status;
	const char *text;
};

/* A login at the backend, where it offers that; lines as mail_backend.c says */
struct mail_way {
	unsigned needs;
	const char *lines[3];
};

struct mail_dialect {
	bool is_tagged;
	const struct mail_command *commands; /* the last one has no verb */
	const char *says[MAIL_SAYS_COUNT];
	const char *farewell; /* a line in front of MAIL_SAYS_BYE, or NULL */
	const char *go_on;    /* in front of what a client is asked for */
	enum mail_reply (*reply)(const char *line, const char *tag);
	enum mail_reply (*greeting)(const char *line);
	mail_on_reply *show_greeting; /* the line that greets */
	bool done_goes_on; /* MAIL_DONE may also ask for the next line */
	const struct mail_way *ways; /* the last one has no lines */
};

struct mail {
	struct session *session;
	const struct mail_dialect *dialect;
	enum mail_phase phase;
	struct lines client, backend;
	char tag[MAIL_TAG_MAX + 1]; /* of the command that is being handled */
	unsigned bad_commands;
	bool is_backend_touched; /* it has been told something of the client */
	bool has_backend_ended;
	bool in_reply;   /* the client has had some lines of one, not all */
	bool may_clear;  /* passwords may cross in clear, as the advisor says */
	unsigned offers; /* the backend's mechanisms, as far as it has said */
	struct {
		enum mail_reply kind;
		const char *line;
	} reply; /* a line of the backend's, until the handler returns */
	mail_on_reply *on_reply;   /* in MAIL_GREETING, MAIL_REPLY */
	mail_handler *on_response; /* in MAIL_RESPONSE */
	char *held; /* an untagged line that only counts if the login does */

	struct {
		enum mail_mechanism mechanism;
		unsigned step;   /* how much of it the client has given */
		bool in_literal; /* one of IMAP's is to come */
		size_t literal;  /* how long it is */
		bool has_user;   /* POP3: USER was right */
		enum login_by by;
		char user[MESSAGE_USER_MAX + 1];
		char password[MAIL_PASSWORD_MAX + 1];
		void (*then)(struct mail *m); /* after the advisor's yes */
		struct message_advice advice; /* in MAIL_ADVISED */
		struct login_delay delay;
		const struct mail_way *way;
		unsigned line; /* of the way, that is the next to say */
	} login;
};

extern const struct mail_dialect mail_imap, mail_pop3, mail_smtp;

/* mail.c */

/* Take all turns that can be taken, then watch for what can bring the next. */
void mail_run(struct session *s);

/* Keep advice that was asked for. */
void mail_advice(struct session *s, const struct message_advice *advice);

/* Go on with that, unless the session is closed by now. */
void mail_turn_to(struct mail *m, enum mail_phase phase);

/* The backend has said farewell, in m->reply: the client hears it, too. */
void mail_pass_farewell(struct mail *m);

/* Queue a line for the client, as it is. */
void mail_show(struct mail *m, const char *line);

/* The same for an answer; mail_phrase() writes it to `buf`. */
#define MAIL_ANSWER_MAX 512
void mail_say(struct mail *m, enum mail_status status, const char *text);
const char *mail_phrase(const struct mail *m, enum mail_status status,
    const char *text, char buf[static MAIL_ANSWER_MAX]);

/* Ask the client for the rest of its login: `prompt`, then its next line. */
void mail_prompt(struct mail *m, const char *prompt, mail_handler *on_response);

/* Queue a line for the backend, whose reply `on_reply` gets, line by line. */
void mail_ask(struct mail *m, const char *line, mail_on_reply *on_reply);

/* The client's turn. */
void mail_await(struct mail *m);

/*
 * Say why, and end the session when it is written.  In the middle of another
 * reply nothing is said: it would be taken for a line of that.
 */
void mail_end(struct mail *m, const char *why);

/* The same for a backend that nobody can understand. */
void mail_end_nonsense(struct mail *m);

/* True when the connection is protected. */
bool mail_is_secure(const struct mail *m);

/* mail_commands.c: what the client says, once per line. */
void mail_command(struct mail *m, char *line, size_t len);

/* Commands; the dialects name them. */
mail_handler mail_do_starttls, mail_do_quit;
mail_handler mail_do_capability, mail_do_capa, mail_do_ehlo, mail_do_helo;
mail_handler mail_do_auth, mail_do_login, mail_do_user, mail_do_pass;

/* mail_offers.c */
mail_on_reply mail_on_greeting;
mail_on_reply mail_show_imap_greeting, mail_show_pop3_greeting,
    mail_show_smtp_greeting;
enum mail_reply mail_imap_greeting(const char *line);
enum mail_reply mail_pop3_greeting(const char *line);
enum mail_reply mail_smtp_greeting(const char *line);

/* mail_login.c */

/* A login has failed: say so after the delay, or end the session. */
void mail_login_failed(struct mail *m, const char *reply);
/* Say it when that time is over; false when it is not. */
bool mail_end_penalty(struct mail *m);
/* Go on with the login that waited for the advisor; false when none did. */
bool mail_follow_advice(struct mail *m);
/* Forget what the client has given of its login. */
void mail_forget_login(struct mail *m);

/* Refuse it without asking the advisor. */
void mail_refuse_login(struct mail *m, enum stssl_reason reason);
/* The same for one that is no attempt yet, at once. */
void mail_reject_login(
    struct mail *m, enum mail_status status, const char *text);

/* Take what the client has given.  False: it will not do, and was answered. */
bool mail_set_user(struct mail *m, const char *name);
bool mail_check_user(struct mail *m); /* m->login.user, set already */
bool mail_set_password(struct mail *m, const char *password);
bool mail_check_password(struct mail *m); /* m->login.password, set already */

/*
 * Ask the advisor about m->login.user, or with EXTERNAL and without a name
 * whose the certificate is; `then` is called if it does not refuse.
 */
void mail_ask_advisor(struct mail *m, void (*then)(struct mail *m));
/* What can follow: all is there for the login at the backend. */
void mail_go_to_backend(struct mail *m);

/* mail_backend.c */

/* True when there is a way to log in at the backend. */
bool mail_has_way(const struct mail *m);
/* Log m->login.user in, with m->login.password. */
void mail_log_in(struct mail *m);

#endif
