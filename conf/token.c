/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finds the tokens in the text of a configuration file.  Most bytes are in
 * words, blanks and comments; a table of the kinds of bytes passes over these
 * fast.
 */
#include <config.h>
#include "conf/token.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "conf/tree.h"
#include "status/ascii.h"

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

#define ENVIRONMENT                             \
	"\"${\": the environment is not used; " \
	"write '${' in single quotes"

bool
stssl_token_mistake(struct stssl_tokens *s, unsigned line, const char *fmt, ...)
{
	va_list ap;

	if (s->failed)
		return false;
	s->failed = true;
	va_start(ap, fmt);
	stssl_conf_say(s->error, s->path, line, fmt, ap);
	va_end(ap);
	return false;
}

static bool
starts(const char *at, const char *what)
{
	return at[0] == what[0] && at[1] == what[1];
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

static bool
skip_comment(struct stssl_tokens *s)
{
	const char *end = strstr(s->at + 2, "*/");

	if (end == NULL)
		return stssl_token_mistake(
		    s, s->line, "this comment does not end");
	for (; s->at < end + 2; s->at++)
		s->line += *s->at == '\n';
	return true;
}

/* Go to the next token, over blanks, line ends and comments. */
static void
skip(struct stssl_tokens *s)
{
	for (;;) {
		s->at += span(s, BLANK);
		if (*s->at == '\n') {
			s->at++;
			s->line++;
		} else if (*s->at == '#' || starts(s->at, "//")) {
			s->at = strchrnul(s->at, '\n');
		} else if (!starts(s->at, "/*") || !skip_comment(s)) {
			return;
		}
	}
}

/* The reason why a byte that is not plain cannot be in a string, or NULL. */
static const char *
wrong_in_string(const char *at, char quote)
{
	if (*at == '\0' || *at == '\n' || *at == '\r')
		return "this string does not end";
	if (stssl_is_control(*at))
		return "a control character in a string";
	if (quote == '"' && starts(at, "${"))
		return ENVIRONMENT;
	if (quote == '"' && *at == '\\' && at[1] != '"' && at[1] != '\\')
		return "only \\\" and \\\\ are known in double quotes";
	return NULL;
}

static enum stssl_token
string(struct stssl_tokens *s)
{
	char quote = *s->at++;
	char *to = s->at;

	s->word = to;
	s->is_quoted = true;
	for (;;) {
		size_t plain = span(s, PLAIN);
		const char *why;

		if (to != s->at)
			memmove(to, s->at, plain);
		to += plain;
		s->at += plain;
		if (*s->at == quote)
			break;
		why = wrong_in_string(s->at, quote);
		if (why != NULL) {
			stssl_token_mistake(s, s->line, "%s", why);
			return STSSL_TOKEN_FAILED;
		}
		/* Any other backslash stands for itself. */
		if (*s->at == '\\' && (s->at[1] == '\\' || s->at[1] == quote))
			s->at++;
		*to++ = *s->at++;
	}
	s->at++;
	*to = '\0';
	return STSSL_TOKEN_WORD;
}

/* True for a word that some people take to begin a comment. */
static bool
looks_commented(const char *word, size_t len)
{
	return memchr(word, '/', len) != NULL &&
	       (memmem(word, len, "//", 2) != NULL ||
		   starts(word + len - 1, "/*"));
}

static enum stssl_token
word(struct stssl_tokens *s)
{
	size_t len = span(s, WORD);

	s->word = s->at;
	s->is_quoted = false;
	s->at += len;
	if (looks_commented(s->word, len)) {
		stssl_token_mistake(s, s->line, "put \"%.*s\" in quotes",
		    len > 64 ? 64 : (int)len, s->word);
		return STSSL_TOKEN_FAILED;
	}
	s->cut = s->at;
	s->under_cut = *s->at;
	return STSSL_TOKEN_WORD;
}

static enum stssl_token
stray(struct stssl_tokens *s)
{
	char c = *s->at;

	if (starts(s->at, "+="))
		stssl_token_mistake(s, s->line, "\"+=\" is not known here");
	else if (starts(s->at, "${"))
		stssl_token_mistake(s, s->line, ENVIRONMENT);
	else if (stssl_is_graph(c))
		stssl_token_mistake(s, s->line, "'%c' must be in quotes", c);
	else
		stssl_token_mistake(s, s->line,
		    "a byte \\x%02x outside of quotes", (unsigned char)c);
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
	if (s->failed)
		return STSSL_TOKEN_FAILED;
	if ((kinds[(unsigned char)*s->at] & WORD) != 0)
		return word(s);
	switch (*s->at) {
	case '\0':
		return STSSL_TOKEN_END;
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
		return stray(s);
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
