/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A session of mail between a client and a backend that the input plays.  Its
 * first byte is the protocol: i, p or s.  Each further line is who does what,
 * as for fuzz_act(), and:
 *
 *	n TEXT  the client says TEXT, and the line goes on
 *
 * Until the backend has let somebody in, it must hear nothing but what the
 * helper has written: no command of the client's can be slipped in.
 */
#include <config.h>
#include "helper/worker/session.h"

#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "helper/worker/mail/mail_text.h"
#include "tests/fuzz-host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct stage {
	struct fuzz_session f; /* first: the host is the stage */
	bool is_welcome;
	char line[8192]; /* of the backend's, as far as it has come */
	size_t len;
};

static struct stage *
stage_of(struct session_host *host)
{
	return (struct stage *)(void *)host;
}

void
host_listen(struct session_host *host)
{
	(void)host;
}

void
host_welcome(const struct session *s)
{
	stage_of(s->host)->is_welcome = true;
}

/* What a backend may hear before a login. */
static const char *const allowed[] = {
	[LISTEN_IMAP] = "^([^ ]+ (CAPABILITY|AUTHENTICATE PLAIN|"
			"LOGIN \"([^\\\"]|\\\\.)*\" \"([^\\\"]|\\\\.)*\")|"
			"[A-Za-z0-9+/=]*)$",
	[LISTEN_POP3] = "^(CAPA|USER .+|PASS .*)$",
	[LISTEN_SMTP] = "^((EHLO|HELO) [^ ]+|AUTH PLAIN [A-Za-z0-9+/=]+|"
			"AUTH LOGIN|[A-Za-z0-9+/=]*)$",
};

static void
check_line(const struct stage *s)
{
	regex_t may;

	if (s->is_welcome)
		return;
	if (strlen(s->line) != s->len ||
	    regcomp(&may, allowed[s->f.listen.protocol],
		REG_EXTENDED | REG_NOSUB) != 0)
		abort();
	if (regexec(&may, s->line, 0, NULL, 0) != 0)
		abort();
	regfree(&may);
}

/* The backend hears; CR LF ends a line, and nothing else does. */
static void
hear(struct stage *s)
{
	char buf[16384];
	ssize_t n =
	    s->f.fd[FUZZ_BACKEND] == -1
		? 0
		: recv(s->f.fd[FUZZ_BACKEND], buf, sizeof buf, MSG_DONTWAIT);

	for (ssize_t i = 0; i < n; i++) {
		if (s->len == sizeof s->line - 1)
			s->len = 0;
		s->line[s->len++] = buf[i];
		if (buf[i] != '\n')
			continue;
		s->len -= s->len > 1 && s->line[s->len - 2] == '\r' ? 2 : 1;
		s->line[s->len] = '\0';
		check_line(s);
		s->len = 0;
	}
	if (s->f.fd[FUZZ_CLIENT] != -1)
		(void)recv(s->f.fd[FUZZ_CLIENT], buf, sizeof buf, MSG_DONTWAIT);
}

static void
act(struct stage *s, const char *line, size_t len)
{
	size_t skip = len < 2 ? len : 2;

	if (!fuzz_act(&s->f, line[0], line + skip, len - skip) &&
	    line[0] == 'n')
		fuzz_say(s->f.fd[FUZZ_CLIENT], line + skip, len - skip, "");
}

static enum listen_protocol
protocol_of(uint8_t letter)
{
	if (letter == 'p')
		return LISTEN_POP3;
	return letter == 's' ? LISTEN_SMTP : LISTEN_IMAP;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stage s = { .f.verdict = STSSL_VERDICT_PASSWORD };

	if (size == 0)
		return 0;
	(void)signal(SIGPIPE, SIG_IGN);
	s.f.listen.protocol = protocol_of(data[0]);
	fuzz_begin(&s.f);
	for (size_t at = 1; at < size && s.f.session != NULL;) {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t len =
		    end == NULL ? size - at : (size_t)(end - data) - at;

		if (len > 0)
			act(&s, (const char *)data + at, len);
		at += len + 1;
		fuzz_turn(&s.f);
		hear(&s);
	}
	fuzz_finish(&s.f);
	return 0;
}
