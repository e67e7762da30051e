/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A scanner for libConfuse's tokens that is stricter than libConfuse's own:
 * what it lets through means the same to both, and what people might read
 * otherwise than libConfuse does is refused.
 */
#include <config.h>
#include "policy/token.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* All that may stand outside of quotes, so that no escaping is needed there. */
static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
	       c == ':' || c == '/' || c == '@' || c == '%';
}

void
stssl_token_mistake(struct stssl_tokens *s, unsigned line, const char *fmt, ...)
{
	va_list ap;

	if (s->error != 0)
		return;
	s->error = -EBADMSG;
	s->mistake->line = line;
	va_start(ap, fmt);
	(void)vsnprintf(s->mistake->what, sizeof s->mistake->what, fmt, ap);
	va_end(ap);
}

static bool
starts(const struct stssl_tokens *s, const char *what)
{
	size_t len = strlen(what);

	return (size_t)(s->end - s->at) >= len && memcmp(s->at, what, len) == 0;
}

/* Length of the word that begins here. */
static size_t
span(const struct stssl_tokens *s)
{
	const char *p = s->at;

	while (p < s->end && is_word(*p))
		p++;
	return (size_t)(p - s->at);
}

static void
blank_line(struct stssl_tokens *s)
{
	while (s->at < s->end && *s->at != '\n') {
		if (*s->at == '\0') {
			stssl_token_mistake(s, s->line, "a NUL byte");
			return;
		}
		*s->at++ = ' ';
	}
}

/* libConfuse counts a line too many for each of these: blank them all. */
static void
blank_comment(struct stssl_tokens *s)
{
	unsigned line = s->line;

	memset(s->at, ' ', 2);
	for (s->at += 2; s->at < s->end; s->at++) {
		if (starts(s, "*/")) {
			memset(s->at, ' ', 2);
			s->at += 2;
			return;
		}
		if (*s->at == '\0')
			stssl_token_mistake(s, s->line, "a NUL byte");
		else if (*s->at == '\n')
			s->line++;
		else
			*s->at = ' ';
	}
	stssl_token_mistake(s, line, "this comment does not end");
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Go to the next token, over blanks, line ends and comments. */
static void
skip(struct stssl_tokens *s)
{
	while (s->at < s->end && s->error == 0) {
		if (*s->at == '#' || starts(s, "//"))
			blank_line(s);
		else if (starts(s, "/*"))
			blank_comment(s);
		else if (is_blank(*s->at))
			s->line += *s->at++ == '\n';
		else
			return;
	}
}

/* One character of a string may be wrong. */
static bool
string_char(struct stssl_tokens *s, char quote)
{
	char c = *s->at;

	if (c == '\0')
		stssl_token_mistake(s, s->line, "a NUL byte");
	else if (c == '\n' || c == '\r')
		stssl_token_mistake(s, s->line, "this string does not end");
	else if ((unsigned char)c < ' ' || c == '\177')
		stssl_token_mistake(
		    s, s->line, "a control character in a string");
	else if (quote == '"' && starts(s, "${"))
		stssl_token_mistake(s, s->line,
		    "\"${\": the environment is not used; "
		    "write '${' in single quotes");
	else if (quote == '"' && c == '\\' && !starts(s, "\\\"") &&
		 !starts(s, "\\\\"))
		stssl_token_mistake(s, s->line,
		    "only \\\" and \\\\ are known in double quotes");
	return s->error == 0;
}

static enum stssl_token
string(struct stssl_tokens *s)
{
	char quote = *s->at++;

	s->word = s->at;
	while (s->at < s->end && *s->at != quote) {
		if (!string_char(s, quote))
			return STSSL_TOKEN_FAILED;
		if (*s->at == '\\' && s->end - s->at > 1) {
			s->at++;
			if (*s->at != '\\' && *s->at != quote)
				continue;
		}
		s->at++;
	}
	if (s->at == s->end) {
		stssl_token_mistake(s, s->line, "this string does not end");
		return STSSL_TOKEN_FAILED;
	}
	s->word_len = (size_t)(s->at - s->word);
	s->at++;
	return STSSL_TOKEN_WORD;
}

static enum stssl_token
word(struct stssl_tokens *s)
{
	size_t len = span(s);

	s->word = s->at;
	s->word_len = len;
	/* What libConfuse makes of a slash in a word depends on the next. */
	for (; len > 0; len--, s->at++)
		if (starts(s, "//") || starts(s, "/*")) {
			stssl_token_mistake(s, s->line,
			    "put \"%.*s\" in quotes",
			    (int)(s->word_len > 64 ? 64 : s->word_len),
			    s->word);
			return STSSL_TOKEN_FAILED;
		}
	return STSSL_TOKEN_WORD;
}

static enum stssl_token
stray(struct stssl_tokens *s)
{
	unsigned char c = (unsigned char)*s->at;

	if (c == '\0')
		stssl_token_mistake(s, s->line, "a NUL byte");
	else if (starts(s, "+="))
		stssl_token_mistake(s, s->line, "\"+=\" is not known here");
	else if (starts(s, "${"))
		stssl_token_mistake(s, s->line,
		    "\"${\": the environment is not used; "
		    "write '${' in single quotes");
	else if (c > ' ' && c < '\177')
		stssl_token_mistake(s, s->line, "'%c' must be in quotes", c);
	else
		stssl_token_mistake(
		    s, s->line, "a byte \\x%02x outside of quotes", c);
	return STSSL_TOKEN_FAILED;
}

enum stssl_token
stssl_token_next(struct stssl_tokens *s)
{
	static const struct {
		char c;
		enum stssl_token token;
	} signs[] = {
		{ '=', STSSL_TOKEN_EQUALS },
		{ '{', STSSL_TOKEN_OPEN },
		{ '}', STSSL_TOKEN_CLOSE },
		{ ',', STSSL_TOKEN_COMMA },
	};

	skip(s);
	if (s->error != 0)
		return STSSL_TOKEN_FAILED;
	if (s->at == s->end)
		return STSSL_TOKEN_END;
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (*s->at == signs[i].c) {
			s->at++;
			return signs[i].token;
		}
	if (*s->at == '"' || *s->at == '\'')
		return string(s);
	return span(s) > 0 ? word(s) : stray(s);
}
