/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/mail-stage.h"

#include "helper/worker/tls/tls_inside.h"
#include "status/ascii.h"
#include "status/tools/words.h"
#include "tests/tls-stage.h"

/* "\n" becomes CR LF. */
static const char *
wire(const char *text)
{
	static char buf[8192];
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf[n++] = '\r';
		buf[n++] = *text;
	}
	buf[n] = '\0';
	return buf;
}

void
mail_advise(struct play *p, const char *word)
{
	p->advice.verdict = STSSL_VERDICT_REFUSE;
	if (strcmp(word, "accept") == 0)
		p->advice.verdict = STSSL_VERDICT_ACCEPT;
	if (strcmp(word, "password") == 0) {
		p->advice.verdict = STSSL_VERDICT_PASSWORD;
		p->advice.reason = STSSL_REASON_BY_PASSWORD;
	}
	for (unsigned r = 0; r < STSSL_REASON_COUNT; r++)
		if (strcmp(stssl_reason_word((enum stssl_reason)r), word) == 0)
			p->advice.reason = r;
}

/* The client's end of TLS, once it is there. */
static gnutls_session_t inside;

void
mail_begin_tls(struct play *p, gnutls_certificate_credentials_t credentials)
{
	int r;

	OK(gnutls_init(&inside, GNUTLS_CLIENT | GNUTLS_NONBLOCK));
	OK(gnutls_set_default_priority(inside));
	OK(gnutls_credentials_set(inside, GNUTLS_CRD_CERTIFICATE, credentials));
	gnutls_transport_set_int(inside, p->client);
	do {
		ev_run(p->host.loop, EVRUN_NOWAIT);
		r = gnutls_handshake(inside);
	} while (r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED);
	OK(r);
	/* The server may have something left to read of it. */
	while (p->backend == -1)
		ev_run(p->host.loop, EVRUN_NOWAIT);
}

void
mail_end_tls(void)
{
	gnutls_deinit(inside);
	inside = NULL;
}

static void
say(struct play *p, const char *text)
{
	if (inside == NULL)
		put(p->client, text);
	else
		ck_assert_int_eq(gnutls_record_send(inside, text, strlen(text)),
		    (ssize_t)strlen(text));
}

static void
get_inside(struct play *p, char *buf, size_t size)
{
	ssize_t n;

	do {
		ev_run(p->host.loop, EVRUN_NOWAIT);
		n = gnutls_record_recv(inside, buf, size - 1);
	} while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
	buf[n < 0 ? 0 : n] = '\0';
}

/* "@" stands for any character of base64. */
static bool
fits(const char *text, const char *expected)
{
	for (; *text != '\0' && *expected != '\0'; text++, expected++)
		if (*text != *expected &&
		    (*expected != '@' ||
			(!stssl_is_letter(*text) && !stssl_is_digit(*text) &&
			    strchr("+/=", *text) == NULL)))
			return false;
	return *text == *expected;
}

/* Until as much as is expected has come; an end when nothing is. */
static void
hear(struct play *p, int fd, const char *text)
{
	char buf[8192] = "";
	size_t len = strlen(text), n = 0, before, size;

	do {
		before = n;
		size = len > n ? len - n + 1 : sizeof buf;
		if (fd == p->client && inside != NULL)
			get_inside(p, buf + n, size);
		else
			get(p, fd, buf + n, size);
		n = strlen(buf);
	} while (n > before && n < len);
	ck_assert_msg(fits(buf, text), "expected:\n%s\ngot:\n%s", text, buf);
}

void
mail_step(struct play *p, const char *step)
{
	const char *text = strlen(step) > 2 ? wire(step + 2) : "";

	switch (step[0]) {
	case 'c':
		say(p, text);
		break;
	case 'b':
		put(p->backend, text);
		break;
	case '>':
		hear(p, p->client, text);
		break;
	case '<':
		hear(p, p->backend, text);
		break;
	case 'a':
		mail_advise(p, step + 2);
		break;
	default:
		ck_assert_int_eq(shutdown(p->backend, SHUT_WR), 0);
		break;
	}
}

struct tls_context *
mail_tls(void)
{
	static struct tls_context nothing;

	return &nothing;
}

void
converse(const struct conversation *c)
{
	struct play p = { .listen.protocol = c->protocol, .tls = mail_tls() };

	mail_advise(&p, c->clear);
	begin(&p);
	mail_advise(&p, "password");
	for (int i = 0; i < STEPS && c->steps[i] != NULL; i++)
		mail_step(&p, c->steps[i]);
	ck_assert(p.closed > 0 || is_silent(p.client));
	ck_assert(p.closed > 0 || is_silent(p.backend));
	end(&p);
}
