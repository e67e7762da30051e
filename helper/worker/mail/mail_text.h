/* SPDX-License-Identifier: BSD-2-Clause
 *
 * IMAP, POP3 and SMTP as text, before login: strings, base64, replies, lists of
 * capabilities.  Nothing here keeps a state.
 */
#ifndef HELPER_WORKER_MAIL_MAIL_TEXT_H
#define HELPER_WORKER_MAIL_MAIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Base64, RFC 4648 section 4 */

/* Bytes that the text of so many takes, with its NUL. */
#define MAIL_BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)

void mail_base64(const void *data, size_t len, char *ret);

/* Strings of IMAP, RFC 9051 section 4.3: what LOGIN has two of */

enum mail_string {
	MAIL_STRING,       /* an atom or a quoted string, which is in `ret` */
	MAIL_LITERAL,      /* {3}: the client waits before it sends 3 bytes */
	MAIL_LITERAL_PLUS, /* {3+}: it does not, RFC 7888 */
	MAIL_NO_STRING,    /* or one that does not fit */
};

/*
 * One string at *at, which is moved behind it.  A literal is only announced:
 * *ret_len is its length, which is less than `size`, and *at the end of the
 * line.
 */
enum mail_string mail_string(
    const char **at, char *ret, size_t size, size_t *ret_len);

/* True when a literal follows that the line's client does not wait for. */
bool mail_has_literal_plus(const char *line);

/* Replies */

enum mail_reply {
	MAIL_MORE,   /* a line of a reply that goes on; of IMAP, untagged */
	MAIL_GO_ON,  /* the rest of the command is asked for */
	MAIL_DONE,   /* it is done */
	MAIL_FAILED, /* it is not */
	MAIL_GONE,   /* the server says farewell, and closes */
	MAIL_NONSENSE,
};

enum mail_reply mail_imap_reply(const char *line, const char *tag);
enum mail_reply mail_pop3_reply(const char *line, const char *tag);
enum mail_reply mail_smtp_reply(const char *line, const char *tag);

/*
 * True when a failed login is not the fault of who tried, as far as the reply
 * says: RFC 5530, RFC 3206, 4xx.  Without its tag, which is the client's own.
 */
bool mail_is_fault(const char *reply);

/* Capabilities */

/* What a backend offers by which the helper can log in there. */
#define MAIL_OFFERS_PLAIN 1u
#define MAIL_OFFERS_LOGIN 2u

/* The mechanisms among those in a list of words. */
unsigned mail_offers(const char *words);

/* True when this is the line's first word; `=` ends one, too. */
bool mail_begins_with(const char *line, const char *word);

/*
 * A line of IMAP with a list of capabilities in it ("* CAPABILITY ..." or
 * "[CAPABILITY ...]"), in which all that is the helper's is replaced by `ours`.
 * Returns 1, *ret_offers, and the line in `ret`; 0 when there is no list in it;
 * or -EINVAL when it has no end or does not fit.
 */
int mail_capabilities(const char *line, const char *ours, char *ret,
    size_t size, unsigned *ret_offers);

#endif
