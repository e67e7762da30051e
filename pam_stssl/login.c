/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The steps of one decision, in order.  A step that fails leaves a judgement
 * that refuses; only stssl_judge() can make one that does not.
 */
#include <config.h>
#include "pam_stssl/login.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/ascii.h"
#include "status/clock.h"
#include "status/query.h"
#include "status/quote.h"

void
login_init(struct login *l, const struct options *options, const char *user,
    const char *service)
{
	*l = (struct login) {
		.options = options,
		.user = user,
		.service = service,
		.left_ms = STSSL_QUERY_TIMEOUT_MS,
		.judgement = {
			.verdict = STSSL_VERDICT_REFUSE,
			.reason = STSSL_REASON_INTERNAL,
			.failure = STSSL_FAILURE_OTHER,
			.class_name = "",
			.data_private = true,
		},
	};
	stssl_record_init(&l->record);
}

void
login_done(struct login *l)
{
	stssl_record_done(&l->record);
	l->classes = stssl_classes_free(l->classes);
	l->judgement.class_name = "";
	l->known = false;
}

/* Texts for where strerror(3) would mislead about the helper. */
static const struct {
	int r;
	const char *text;
} texts[] = {
	{ -EACCES, "the status socket is not to be trusted" },
	{ -EBADMSG, "malformed answer" },
	{ -ESTALE, "answer of another version" },
	{ -EPERM, "the helper refuses to answer: backend-user of the listener "
		  "in helper.conf has to be the daemon's user" },
	{ -EMLINK, "connections of more than one client" },
	{ -ETIMEDOUT, "no answer in time" },
	{ -E2BIG, "too many connections" },
	{ -ESRCH, "the session is gone" },
};

static const char *
text_of(int r, char *buf, size_t size)
{
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (texts[i].r == r)
			return texts[i].text;
	}
	return strerror_r(-r, buf, size);
}

/* Refuse for a reason of our own; returns r. */
static int
refuse(struct login *l, enum stssl_reason reason, int r, const char *what)
{
	char text[128];

	l->judgement.verdict = STSSL_VERDICT_REFUSE;
	l->judgement.reason = reason;
	(void)snprintf(l->error.text, sizeof l->error.text, "%s: %s", what,
	    text_of(r, text, sizeof text));
	return r;
}

/* The client's address as the helper says; stssl_query() has checked it. */
static int
take_from_record(struct login *l)
{
	const char *ip = stssl_record_get(&l->record, STSSL_KEY_REMOTE_ADDR);
	const char *port = stssl_record_get(&l->record, STSSL_KEY_REMOTE_PORT);
	unsigned long n = port == NULL ? 0 : strtoul(port, NULL, 10);

	if (ip == NULL || stssl_ip_parse(ip, &l->from) < 0)
		return -1;
	l->from.port = n > UINT16_MAX ? 0 : (uint16_t)n;
	l->has_from = true;
	return 0;
}

/* Without the helper, the client is at the other end of the one connection. */
static void
take_from_connection(struct login *l)
{
	const struct connections *c = &l->connections;

	l->has_from =
	    (c->has_stdin || c->count == 1) && c->list[0].peer.port != 0;
	if (l->has_from)
		l->from = c->list[0].peer;
}

/* Those of this process, or the one that PAM_RHOST stands for. */
static int
find_connections(struct login *l)
{
	struct connections *c = &l->connections;
	int r = connections_find(c);

	if (r < 0 || c->count > 0)
		return r;
	r = connections_by_source(l->rhost, c);
	l->is_by_rhost = c->count > 0;
	return r;
}

int
login_identify(struct login *l)
{
	const struct connections *c = &l->connections;
	int64_t start_ms = stssl_now_ms();
	int r = find_connections(l);

	if (r < 0)
		return refuse(l, STSSL_REASON_INTERNAL, r, "connections");
	if (c->count == 0)
		return 0;
	r = stssl_query(
	    l->options->socket, c->list, c->count, l->left_ms, &l->record);
	l->left_ms -= (int)(stssl_now_ms() - start_ms);
	if (r < 0)
		return refuse(l, STSSL_REASON_HELPER, r, "query");
	/* The session belongs to one client, the login perhaps to another. */
	if (r == 1 && c->is_shared)
		return refuse(l, STSSL_REASON_HELPER, -EMLINK, "query");
	l->known = r == 1;
	if (!l->known)
		take_from_connection(l);
	else if (take_from_record(l) < 0)
		return refuse(l, STSSL_REASON_HELPER, -EBADMSG, "query");
	return 0;
}

static int
judge(struct login *l)
{
	const struct stssl_login who = {
		.user = l->user,
		.service = l->service,
		.record = l->known ? &l->record : NULL,
		.from = l->has_from ? &l->from : NULL,
	};
	const char *path = l->options->classes;
	int r;

	if (l->kept != NULL && stssl_classes_current(l->kept, path)) {
		stssl_judge(l->kept, &who, &l->judgement);
		return 0;
	}
	r = stssl_classes_read(path, &l->classes, &l->error);
	if (r < 0) {
		l->judgement.reason = STSSL_REASON_CONFIGURATION;
		return r;
	}
	stssl_judge(l->classes, &who, &l->judgement);
	return 0;
}

static bool
is_confirmed(const struct login *l)
{
	const struct login_decided *before = l->decided;

	if (before == NULL)
		return true;
	if (before->verdict == STSSL_VERDICT_REFUSE ||
	    strcmp(before->user, l->user) != 0)
		return false;
	return before->verdict == STSSL_VERDICT_PASSWORD ||
	       l->judgement.verdict == STSSL_VERDICT_ACCEPT;
}

/* A login without a password must not go on as one with a password. */
static void
confirm(struct login *l)
{
	struct stssl_judgement *j = &l->judgement;

	if (j->verdict == STSSL_VERDICT_REFUSE || is_confirmed(l))
		return;
	j->verdict = STSSL_VERDICT_REFUSE;
	j->reason = STSSL_REASON_CHANGED;
}

/*
 * The helper enforces data protection by this report: without it, there is no
 * login.  A refusal stands as it is.
 */
static void
report(struct login *l)
{
	const struct stssl_judgement *j = &l->judgement;
	const struct stssl_report words = {
		.session =
		    stssl_record_get(&l->record, STSSL_KEY_STSSL_SESSION),
		.service = l->service,
		.user = l->user,
		.class_name = j->class_name,
		.verdict = stssl_verdict_word(j->verdict),
		.reason = stssl_reason_word(j->reason),
		.data = j->data_private ? "private" : "any",
	};
	int r = stssl_report(l->options->socket, &words, l->left_ms);

	/* The session is gone, or the socket of the helper is. */
	if (r == -ENOENT)
		r = -ESRCH;
	if (r < 0 && j->verdict != STSSL_VERDICT_REFUSE)
		refuse(l, STSSL_REASON_HELPER, r, "report");
}

void
login_decide(struct login *l)
{
	if (login_identify(l) < 0)
		return;
	(void)judge(l);
	confirm(l);
	if (l->known)
		report(l);
}

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
	add_text(&line, "user=", l->user);
	if (judged)
		add_judgement(&line, &l->judgement);
	add_key(&line, "tls=", l, STSSL_KEY_SSL_PROTOCOL, add_word);
	add_key(&line, "verify=", l, STSSL_KEY_SSL_CLIENT_VERIFY, add_word);
	add_key(&line, "cert=", l, STSSL_KEY_SSL_CLIENT_S_DN, add_text);
	add_key(
	    &line, "sha256=", l, STSSL_KEY_SSL_CLIENT_CERT_SHA256, add_word);
	add_text(&line, "error=", l->error.text);
	return buf;
}
