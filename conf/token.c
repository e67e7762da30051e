/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the tokens in the text of a configuration file.  Most bytes are in
 * words, blanks and comments; a table of the kinds of bytes passes over these
 * fast.
 */
#include <config.h>
#include "conf/token.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define B 1 /* a blank */
#define P 2 /* nothing special in a string */
#define W 6 /* that, and may stand outside of quotes */

/* All of W is harmless without quotes, so that no escaping is needed there. */
static const uint8_t kinds[256] = {
	/* clang-format off */
	0, 0, 0, 0, 0, 0, 0, 0, 0, B, 0, 0, 0, B, 0, 0, /* \t \r */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	B|P, P, 0, P, 0, W, P, 0, P, P, P, P, P, W, W, W, /* % - . / */
	W, W, W, W, W, W, W, W, W, W, W, P, P, P, P, P, /* 0-9 : */
	W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, /* @ A-O */
	W, W, W, W, W, W, W, W, W, W, W, P, 0, P, P, W, /* P-Z _ */
	P, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, /* a-o */
	W, W, W, W, W, W, W, W, W, W, W, P, P, P, P, 0, /* p-z */
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
	/* clang-format on */
};

#define BLANK B
#define PLAIN P
#define WORD  (W & ~P)

void
stssl_token_mistake(struct stssl_tokens *s, unsigned line, const char *fmt, ...)
{
	va_list ap;

	if (s->error != 0)
		return;
	s->error = -EBADMSG;
	s->mistake.line = line;
	va_start(ap, fmt);
	(void)vsnprintf(s->mistake.what, sizeof s->mistake.what, fmt, ap);
	va_end(ap);
}

static bool
starts(const struct stssl_tokens *s, const char *what)
{
	return s->at[0] == what[0] && s->end - s->at > 1 && s->at[1] == what[1];
}

/* How many bytes of this kind begin here; the NUL at the end is of none. */
static size_t
span(const struct stssl_tokens *s, uint8_t kind)
{
	const char *p = s->at;

	while ((kinds[(unsigned char)*p] & kind) != 0)
		p++;
	return (size_t)(p - s->at);
}

/* Go to `to`, over text in which only NUL bytes are wrong. */
static void
skip_to(struct stssl_tokens *s, char *to)
{
	for (char *nl; (nl = memchr(s->at, '\n', (size_t)(to - s->at))) != NULL;
	     s->line++) {
		if (memchr(s->at, '\0', (size_t)(nl - s->at)) != NULL)
			break;
		s->at = nl + 1;
	}
	if (memchr(s->at, '\0', (size_t)(to - s->at)) != NULL)
		stssl_token_mistake(s, s->line, "a NUL byte");
	s->at = to;
}

static void
skip_line(struct stssl_tokens *s)
{
	char *nl = memchr(s->at, '\n', (size_t)(s->end - s->at));

	skip_to(s, nl != NULL ? nl : s->end);
}

static void
skip_comment(struct stssl_tokens *s)
{
	char *end = memmem(s->at + 2, (size_t)(s->end - s->at) - 2, "*/", 2);

	if (end == NULL)
		stssl_token_mistake(s, s->line, "this comment does not end");
	else
		skip_to(s, end + 2);
}

/* Go to the next token, over blanks, line ends and comments. */
static void
skip(struct stssl_tokens *s)
{
	while (s->error == 0) {
		s->at += span(s, BLANK);
		switch (*s->at) {
		case '\n':
			s->at++;
			s->line++;
			continue;
		case '#':
			skip_line(s);
			continue;
		case '/':
			if (s->at[1] != '/' && s->at[1] != '*')
				return;
			if (s->at[1] == '/')
				skip_line(s);
			else
				skip_comment(s);
			continue;
		default:
			return;
		}
	}
}

/* Check a character of a string that is not plain. */
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

/* True when a backslash begins an escape; else it stands for itself. */
static bool
is_escape(const struct stssl_tokens *s, char quote)
{
	return *s->at == '\\' && s->end - s->at > 1 &&
	       (s->at[1] == '\\' || s->at[1] == quote);
}

static enum stssl_token
string(struct stssl_tokens *s)
{
	char quote = *s->at++;
	char *to = s->at;

	s->word = to;
	for (;;) {
		size_t plain = span(s, PLAIN);

		if (to != s->at)
			memmove(to, s->at, plain);
		to += plain;
		s->at += plain;
		if (s->at == s->end || *s->at == quote)
			break;
		if (!string_char(s, quote))
			return STSSL_TOKEN_FAILED;
		if (is_escape(s, quote))
			s->at++;
		*to++ = *s->at++;
	}
	if (s->at == s->end) {
		stssl_token_mistake(s, s->line, "this string does not end");
		return STSSL_TOKEN_FAILED;
	}
	s->at++;
	*to = '\0';
	s->word_len = (size_t)(to - s->word);
	return STSSL_TOKEN_WORD;
}

/* True for a word that some people take to begin a comment. */
static bool
looks_commented(const struct stssl_tokens *s)
{
	const char *last = s->word + s->word_len - 1;

	return memchr(s->word, '/', s->word_len) != NULL &&
	       (memmem(s->word, s->word_len, "//", 2) != NULL ||
		   (*last == '/' && *s->at == '*'));
}

static enum stssl_token
word(struct stssl_tokens *s)
{
	s->word = s->at;
	s->word_len = span(s, WORD);
	s->at += s->word_len;
	if (looks_commented(s)) {
		stssl_token_mistake(s, s->line, "put \"%.*s\" in quotes",
		    s->word_len > 64 ? 64 : (int)s->word_len, s->word);
		return STSSL_TOKEN_FAILED;
	}
	s->cut = s->at;
	s->under_cut = *s->at;
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

static enum stssl_token
sign(struct stssl_tokens *s, enum stssl_token token)
{
	s->at++;
	return token;
}

static enum stssl_token
token(struct stssl_tokens *s)
{
	skip(s);
	if (s->error != 0)
		return STSSL_TOKEN_FAILED;
	if ((kinds[(unsigned char)*s->at] & WORD) != 0)
		return word(s);
	switch (*s->at) {
	case '"':
	case '\'':
		return string(s);
	case '=':
		return sign(s, STSSL_TOKEN_EQUALS);
	case ',':
		return sign(s, STSSL_TOKEN_COMMA);
	case '{':
		return sign(s, STSSL_TOKEN_OPEN);
	case '}':
		return sign(s, STSSL_TOKEN_CLOSE);
	default:
		return s->at == s->end ? STSSL_TOKEN_END : stray(s);
	}
}

/* The NUL behind a word may stand on the next token, which is put back. */
enum stssl_token
stssl_token_next(struct stssl_tokens *s)
{
	char *cut = s->cut;
	enum stssl_token next;

	s->cut = NULL;
	if (cut != NULL)
		*cut = s->under_cut;
	next = token(s);
	if (cut != NULL)
		*cut = '\0';
	if (s->cut != NULL)
		*s->cut = '\0';
	return next;
}
