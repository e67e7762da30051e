/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The log line of a login: its keys, and when they are left out.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "pam_stssl/login.h"
#include "status/ascii.h"
#include "status/quote.h"

/* A log line that is being written. */
struct line {
	char *text;
	size_t used;
};

static void
add(struct line *line, const char *name, const char *value)
{
	size_t room = LOGIN_TEXT - line->used;
	int n = snprintf(line->text + line->used, room, "%s%s%s",
	    line->used == 0 ? "" : " ", name, value);

	/* A field that does not fit is left out. */
	if (n < 0 || (size_t)n >= room)
		line->text[line->used] = '\0';
	else
		line->used += (size_t)n;
}

/* name="value", nothing at all for no value. */
static void
add_text(struct line *line, const char *name, const char *value)
{
	char quoted[STSSL_QUOTE_MAX];

	if (value != NULL && value[0] != '\0')
		add(line, name, stssl_quote(quoted, sizeof quoted, value));
}

/* The same without quotes where that is safe. */
static void
add_word(struct line *line, const char *name, const char *value)
{
	static const char safe[] = STSSL_LETTERS STSSL_DIGITS ".:_-[]";

	if (value != NULL && value[strspn(value, safe)] == '\0')
		add(line, name, value);
	else
		add_text(line, name, value);
}

static void
add_judgement(struct line *line, const struct stssl_judgement *j)
{
	add_text(line, "class=", j->class_name);
	add_word(line, "verdict=", stssl_verdict_word(j->verdict));
	add_word(line, "reason=", stssl_reason_word(j->reason));
}

/* A key of the record; absent keys are left out. */
static void
add_key(struct line *line, const char *name, const struct login *l,
    enum stssl_key key, void (*how)(struct line *, const char *, const char *))
{
	const char *value = stssl_record_get(&l->record, key);

	if (value != NULL)
		how(line, name, value);
}

const char *
login_format(const struct login *l, const char *word, bool judged,
    char buf[static LOGIN_TEXT])
{
	struct line line = { .text = buf };
	char peer[STSSL_ADDRESS_TEXT];

	add(&line, word, "");
	add_key(&line, "session=", l, STSSL_KEY_STSSL_SESSION, add_word);
	add_key(&line, "listener=", l, STSSL_KEY_STSSL_LISTENER, add_word);
	if (l->has_from)
		add_word(&line, "peer=", stssl_address_format(&l->from, peer));
	add_key(&line, "edge=", l, STSSL_KEY_STSSL_EDGE, add_word);
	add_text(&line, "user=", l->user);
	if (judged)
		add_judgement(&line, &l->judgement);
	add_key(&line, "tls=", l, STSSL_KEY_SSL_PROTOCOL, add_word);
	add_key(&line, "verify=", l, STSSL_KEY_SSL_CLIENT_VERIFY, add_word);
	add_key(&line, "cert=", l, STSSL_KEY_SSL_CLIENT_S_DN, add_text);
	add_key(
	    &line, "sha256=", l, STSSL_KEY_SSL_CLIENT_CERT_SHA256, add_word);
	if (l->by_ssh)
		add_key(&line, "spki=", l, STSSL_KEY_SSL_CLIENT_SPKI_SHA256,
		    add_word);
	add_text(&line, "error=", l->error.text);
	return buf;
}
