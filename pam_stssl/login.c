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

#include "status/clock.h"

void
login_init(struct login *l, const struct stssl_options *options,
    const char *user, const char *service)
{
	*l = (struct login) {
		.options = options,
		.user = user,
		.service = service,
		.line = { options->socket, -1 },
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
	stssl_hang_up(&l->line);
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
	{ -EXDEV, "of another connection than those of this process" },
	{ -ESRCH, "the session is gone" },
	{ -ENOTSUP, "a method or a type of key that does not count" },
	{ -ELIBACC, "libmd, which hashes keys, cannot be loaded" },
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

/*
 * Those of this process, or the one that PAM_RHOST stands for; sshd always has
 * its client's.
 */
static int
find_connections(struct login *l)
{
	struct connections *c = &l->connections;
	int r = connections_find(c);

	if (r < 0 || c->count > 0 || l->options->ssh)
		return r;
	r = connections_by_source(l->rhost, c);
	l->is_by_rhost = c->count > 0;
	return r;
}

/* PAM_RHOST is a session's address, and the connections are not of it. */
static bool
is_elsewhere(const struct login *l)
{
	const struct connections *c = &l->connections;
	struct stssl_address from;

	if (l->rhost == NULL || stssl_ip_parse(l->rhost, &from) < 0 ||
	    !stssl_address_is_source(&from))
		return false;
	for (size_t i = 0; i < c->count; i++)
		if (stssl_address_same_ip(&c->list[i].peer, &from))
			return false;
	return true;
}

/* The helper connects to backends on loopback, and to nothing else. */
static bool
may_be_helpers(const struct connections *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (stssl_address_is_loopback(&c->list[i].local))
			return true;
	return false;
}

/* sshd has to do without the helper where there is none. */
static bool
is_absent(const struct stssl_options *o, int r)
{
	return o->ssh && (r == -ENOENT || r == -ECONNREFUSED);
}

static int
find_session(struct login *l)
{
	const struct connections *c = &l->connections;
	int64_t start_ms = stssl_now_ms();
	int r = find_connections(l);

	if (r < 0)
		return refuse(l, STSSL_REASON_INTERNAL, r, "connections");
	if (c->count == 0)
		return 0;
	if (l->options->ssh && !may_be_helpers(c)) {
		take_from_connection(l);
		return 0;
	}
	r = stssl_query(&l->line, c->list, c->count, l->left_ms, &l->record);
	if (is_absent(l->options, r))
		r = 0;
	l->left_ms -= (int)(stssl_now_ms() - start_ms);
	if (r < 0)
		return refuse(l, STSSL_REASON_HELPER, r, "query");
	/* The session belongs to one client, the login perhaps to another. */
	if (r == 1 && c->is_shared)
		return refuse(l, STSSL_REASON_HELPER, -EMLINK, "query");
	l->known = r == 1;
	if (!l->known && !l->options->ssh && is_elsewhere(l))
		return refuse(l, STSSL_REASON_HELPER, -EXDEV, "PAM_RHOST");
	if (!l->known)
		take_from_connection(l);
	else if (take_from_record(l) < 0)
		return refuse(l, STSSL_REASON_HELPER, -EBADMSG, "query");
	return 0;
}

/* The record of one of sshd's keys; of no key, when there is none. */
static int
show_key(struct login *l, size_t n)
{
	bool has_key = n < l->ssh.count;
	int r;

	stssl_record_done(&l->record);
	r = stssl_record_put(
	    &l->record, STSSL_KEY_SSL_PROTOCOL, STSSL_PROTOCOL_SSH);
	if (r == 0)
		r = stssl_record_put(&l->record, STSSL_KEY_SSL_CLIENT_VERIFY,
		    has_key ? "SUCCESS" : "NONE");
	if (r == 0 && has_key)
		r = stssl_record_put(&l->record,
		    STSSL_KEY_SSL_CLIENT_SPKI_SHA256, l->ssh.keys[n]);
	return r == 0 ? 0 : refuse(l, STSSL_REASON_INTERNAL, r, SSH_INFO);
}

/* sshd's text is read even if it is the helper's record that counts. */
static int
take_ssh(struct login *l)
{
	int r = ssh_info_parse(l->ssh_text, &l->ssh);

	if (r < 0)
		return refuse(l, STSSL_REASON_SSH_INFO, r, SSH_INFO);
	l->by_ssh = !l->known;
	return l->by_ssh ? show_key(l, 0) : 0;
}

int
login_identify(struct login *l)
{
	int r = find_session(l);

	return r == 0 && l->options->ssh ? take_ssh(l) : r;
}

static void
judge_record(struct login *l, const struct stssl_classes *classes)
{
	const struct stssl_login who = {
		.user = l->user,
		.service = l->service,
		.record = l->known || l->by_ssh ? &l->record : NULL,
		.from = l->has_from ? &l->from : NULL,
	};

	stssl_judge(classes, &who, &l->judgement);
}

/*
 * Every key has to be the user's, so the one with the strictest verdict counts,
 * and is left in the record.  The order is that of enum stssl_verdict.
 */
static void
judge_all(struct login *l, const struct stssl_classes *classes)
{
	struct stssl_judgement strictest;
	size_t n = 0;

	judge_record(l, classes);
	strictest = l->judgement;
	for (size_t i = 1; i < l->ssh.count && l->by_ssh; i++) {
		if (show_key(l, i) < 0)
			return;
		judge_record(l, classes);
		if (l->judgement.verdict < strictest.verdict) {
			strictest = l->judgement;
			n = i;
		}
	}
	if (l->ssh.count > 1 && l->by_ssh && show_key(l, n) < 0)
		return;
	l->judgement = strictest;
}

static int
judge(struct login *l)
{
	const char *path = l->options->classes;
	int r;

	if (l->kept != NULL && stssl_classes_current(l->kept, path)) {
		judge_all(l, l->kept);
		return 0;
	}
	r = stssl_classes_read(path, &l->classes, &l->error);
	if (r < 0) {
		l->judgement.reason = STSSL_REASON_CONFIGURATION;
		return r;
	}
	judge_all(l, l->classes);
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

/* Has PAM's auth let in the client?  A key that sshd likes is no password. */
static bool
has_password(const struct login *l)
{
	return !l->needs_password || l->ssh.password ||
	       (l->decided != NULL &&
		   l->decided->verdict == STSSL_VERDICT_PASSWORD);
}

/* A login without a password must not go on as one with a password. */
static void
confirm(struct login *l)
{
	struct stssl_judgement *j = &l->judgement;

	if (j->verdict == STSSL_VERDICT_REFUSE)
		return;
	if (!is_confirmed(l))
		j->reason = STSSL_REASON_CHANGED;
	else if (j->verdict == STSSL_VERDICT_PASSWORD && !has_password(l))
		j->reason = STSSL_REASON_NO_PASSWORD;
	else
		return;
	j->verdict = STSSL_VERDICT_REFUSE;
}

static int
send_verdict(struct login *l)
{
	const struct stssl_judgement *j = &l->judgement;
	const struct {
		enum stssl_key key;
		const char *value;
	} rows[] = {
		{ STSSL_KEY_STSSL_ASK, "verdict" },
		{ STSSL_KEY_STSSL_SESSION,
		    stssl_record_get(&l->record, STSSL_KEY_STSSL_SESSION) },
		{ STSSL_KEY_STSSL_SERVICE, l->service },
		{ STSSL_KEY_STSSL_USER, l->user },
		{ STSSL_KEY_STSSL_CLASS, j->class_name },
		{ STSSL_KEY_STSSL_VERDICT, stssl_verdict_word(j->verdict) },
		{ STSSL_KEY_STSSL_REASON, stssl_reason_word(j->reason) },
		{ STSSL_KEY_STSSL_DATA, j->data_private ? "private" : "any" },
	};
	struct stssl_record verdict;
	int r = 0;

	stssl_record_init(&verdict);
	for (size_t i = 0; r == 0 && i < sizeof rows / sizeof rows[0]; i++)
		r = stssl_record_put(&verdict, rows[i].key, rows[i].value);
	if (r == 0)
		r = stssl_report(&l->line, &verdict, l->left_ms);
	stssl_record_done(&verdict);
	return r;
}

/*
 * The helper enforces data protection by this report: without it, there is no
 * login.  A refusal stands as it is.
 */
static void
report(struct login *l)
{
	int r = send_verdict(l);

	/* The session is gone, or the socket of the helper is. */
	if (r == -ENOENT)
		r = -ESRCH;
	if (r < 0 && l->judgement.verdict != STSSL_VERDICT_REFUSE)
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
