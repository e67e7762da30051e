/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Conversations with a session of mail, line by line.  Each step begins with
 * who does what, and a line break in it stands for CR LF:
 *
 *	c TEXT  the client says it       > TEXT  the client gets it
 *	b TEXT  the backend says it      < TEXT  the backend gets it
 *	B       the backend closes       >       the client gets its end
 *	a WORD  the advisor will accept, ask for the password, or refuse with
 *	        this reason
 *
 * "@" in what is expected stands for any character of base64.
 */
#ifndef TESTS_MAIL_STAGE_H
#define TESTS_MAIL_STAGE_H

#include <gnutls/gnutls.h>

#include "tests/session-stage.h"

#define STEPS 24

struct conversation {
	const char *what;
	enum listen_protocol protocol;
	const char *clear; /* what the advisor says of passwords in clear */
	const char *steps[STEPS];
};

#define IMAP_READY "b * OK [CAPABILITY IMAP4rev1 ID] ready\n"
#define IMAP_BEGIN                                                         \
	IMAP_READY,                                                        \
	    "> * OK [CAPABILITY IMAP4rev1 ID SASL-IR STARTTLS AUTH=PLAIN " \
	    "AUTH=LOGIN] ready\n"
#define POP3_BEGIN "b +OK ready <1@x>\n", "> +OK ready \n"
#define SMTP_BEGIN "b 220 mx ESMTP\n", "> 220 mx ESMTP\n"
#define SMTP_HELLO                                                       \
	SMTP_BEGIN, "c EHLO me\n", "< EHLO me\n",                        \
	    "b 250-mx\n250-SIZE 9\n250 AUTH PLAIN\n",                    \
	    "> 250-mx\n250-STARTTLS\n250-AUTH PLAIN LOGIN\n250-SIZE 9\n" \
	    "250 HELP\n"

/* A context without anything, which sessions can ask nevertheless. */
struct tls_context *mail_tls(void);

/* Have it, to the last step; fails where anything differs. */
void converse(const struct conversation *c);

/* From now on the client speaks TLS; and no more. */
void mail_begin_tls(
    struct play *p, gnutls_certificate_credentials_t credentials);
void mail_end_tls(void);

/* One step of it, and what the advisor will say from now on. */
void mail_step(struct play *p, const char *step);
void mail_advise(struct play *p, const char *word);

#endif
