/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A scanner for libConfuse's syntax, stricter than libConfuse's own: what it
 * lets through means the same to both, and what people might read otherwise
 * than libConfuse does is refused.  It knows no key; that is libConfuse's work.
 */
#include <config.h>
#include "policy/scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that may stand outside of quotes, so that no escaping is needed there. */
#define WORD \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/@%"
#define KEY "abcdefghijklmnopqrstuvwxyz0123456789-"

enum token {
	TOKEN_FAILED,
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_EQUALS,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_COUNT
};

/* What the grammar expects next. */
enum place {
	PLACE_WRONG,
	PLACE_KEY,    /* a key, or the end of the section */
	PLACE_AFTER,  /* =, a title or { */
	PLACE_TITLED, /* { */
	PLACE_VALUE,  /* a value, or a list's { */
	PLACE_LIST,   /* a list's value or } */
	PLACE_COMMA,  /* , or } */
	PLACE_END,
	PLACE_COUNT
};

static const enum place steps[PLACE_COUNT][TOKEN_COUNT] = {
	[PLACE_KEY] = { [TOKEN_WORD] = PLACE_AFTER,
	    [TOKEN_CLOSE] = PLACE_KEY,
	    [TOKEN_END] = PLACE_END },
	[PLACE_AFTER] = { [TOKEN_EQUALS] = PLACE_VALUE,
	    [TOKEN_WORD] = PLACE_TITLED,
	    [TOKEN_OPEN] = PLACE_KEY },
	[PLACE_TITLED] = { [TOKEN_OPEN] = PLACE_KEY },
	[PLACE_VALUE] = { [TOKEN_WORD] = PLACE_KEY, [TOKEN_OPEN] = PLACE_LIST },
	[PLACE_LIST] = { [TOKEN_WORD] = PLACE_COMMA,
	    [TOKEN_CLOSE] = PLACE_KEY },
	[PLACE_COMMA] = { [TOKEN_COMMA] = PLACE_LIST,
	    [TOKEN_CLOSE] = PLACE_KEY },
};

struct scanner {
	char *at;
	char *end;
	unsigned line;
	const char *word; /* of the last TOKEN_WORD, without its quotes */
	size_t word_len;
	struct stssl_scan_key key; /* the last one, not yet in the list */
	unsigned section;          /* where we are; 0 = top */
	unsigned sections;         /* how many were opened */
	size_t section_start;      /* its first key in the list */
	unsigned section_line;
	size_t top_count; /* keys at the top but for titled sections */
	int error;
	struct stssl_scan *scan;
	struct stssl_scan_mistake *mistake;
};

/* Note the first mistake. */
static void __attribute__((format(printf, 3, 4)))
mistake(struct scanner *s, unsigned line, const char *fmt, ...)
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
starts(const struct scanner *s, const char *what)
{
	size_t len = strlen(what);

	return (size_t)(s->end - s->at) >= len && memcmp(s->at, what, len) == 0;
}

/* Length of what begins here and has only bytes of `set`. */
static size_t
span(const struct scanner *s, const char *set)
{
	const char *p = s->at;

	while (p < s->end && *p != '\0' && strchr(set, *p) != NULL)
		p++;
	return (size_t)(p - s->at);
}

static void
blank_line(struct scanner *s)
{
	while (s->at < s->end && *s->at != '\n') {
		if (*s->at == '\0') {
			mistake(s, s->line, "a NUL byte");
			return;
		}
		*s->at++ = ' ';
	}
}

/* libConfuse counts a line too many for each of these: blank them all. */
static void
blank_comment(struct scanner *s)
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
			mistake(s, s->line, "a NUL byte");
		else if (*s->at == '\n')
			s->line++;
		else
			*s->at = ' ';
	}
	mistake(s, line, "this comment does not end");
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Go to the next token, over blanks, line ends and comments. */
static void
skip(struct scanner *s)
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
string_char(struct scanner *s, char quote)
{
	char c = *s->at;

	if (c == '\0')
		mistake(s, s->line, "a NUL byte");
	else if (c == '\n' || c == '\r')
		mistake(s, s->line, "this string does not end");
	else if ((unsigned char)c < ' ' || c == '\177')
		mistake(s, s->line, "a control character in a string");
	else if (quote == '"' && starts(s, "${"))
		mistake(s, s->line,
		    "\"${\": the environment is not used; "
		    "write '${' in single quotes");
	else if (quote == '"' && c == '\\' && !starts(s, "\\\"") &&
		 !starts(s, "\\\\"))
		mistake(s, s->line,
		    "only \\\" and \\\\ are known in double quotes");
	return s->error == 0;
}

static enum token
string(struct scanner *s)
{
	char quote = *s->at++;

	s->word = s->at;
	while (s->at < s->end && *s->at != quote) {
		if (!string_char(s, quote))
			return TOKEN_FAILED;
		if (*s->at == '\\' && s->end - s->at > 1) {
			s->at++;
			if (*s->at != '\\' && *s->at != quote)
				continue;
		}
		s->at++;
	}
	if (s->at == s->end) {
		mistake(s, s->line, "this string does not end");
		return TOKEN_FAILED;
	}
	s->word_len = (size_t)(s->at - s->word);
	s->at++;
	return TOKEN_WORD;
}

static enum token
word(struct scanner *s)
{
	size_t len = span(s, WORD);

	s->word = s->at;
	s->word_len = len;
	/* What libConfuse makes of a slash in a word depends on the next. */
	for (; len > 0; len--, s->at++)
		if (starts(s, "//") || starts(s, "/*")) {
			mistake(s, s->line, "put \"%.*s\" in quotes",
			    (int)(s->word_len > 64 ? 64 : s->word_len),
			    s->word);
			return TOKEN_FAILED;
		}
	return TOKEN_WORD;
}

static enum token
stray(struct scanner *s)
{
	unsigned char c = (unsigned char)*s->at;

	if (c == '\0')
		mistake(s, s->line, "a NUL byte");
	else if (starts(s, "+="))
		mistake(s, s->line, "\"+=\" is not known here");
	else if (starts(s, "${"))
		mistake(s, s->line,
		    "\"${\": the environment is not used; "
		    "write '${' in single quotes");
	else if (c > ' ' && c < '\177')
		mistake(s, s->line, "'%c' must be in quotes", c);
	else
		mistake(s, s->line, "a byte \\x%02x outside of quotes", c);
	return TOKEN_FAILED;
}

static enum token
next(struct scanner *s)
{
	static const struct {
		char c;
		enum token token;
	} signs[] = {
		{ '=', TOKEN_EQUALS },
		{ '{', TOKEN_OPEN },
		{ '}', TOKEN_CLOSE },
		{ ',', TOKEN_COMMA },
	};

	skip(s);
	if (s->error != 0)
		return TOKEN_FAILED;
	if (s->at == s->end)
		return TOKEN_END;
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (*s->at == signs[i].c) {
			s->at++;
			return signs[i].token;
		}
	if (*s->at == '"' || *s->at == '\'')
		return string(s);
	return span(s, WORD) > 0 ? word(s) : stray(s);
}

static bool
same_name(const struct stssl_scan_key *k, const char *name, size_t len)
{
	return k->name_len == len && memcmp(k->name, name, len) == 0;
}

/* Titled sections may come often; libConfuse compares their titles. */
static bool
given_before(const struct scanner *s)
{
	const struct stssl_scan *scan = s->scan;

	for (size_t i = s->section_start; i < scan->count; i++) {
		const struct stssl_scan_key *k = &scan->keys[i];

		if (k->section == s->section && !(k->titled && s->key.titled) &&
		    same_name(k, s->key.name, s->key.name_len))
			return true;
	}
	return false;
}

static void
append(struct scanner *s)
{
	struct stssl_scan *scan = s->scan;

	if (scan->count == scan->size) {
		size_t size = scan->size == 0 ? 64 : 2 * scan->size;
		void *keys = reallocarray(scan->keys, size, sizeof *scan->keys);

		if (keys == NULL) {
			s->error = -ENOMEM;
			return;
		}
		scan->keys = keys;
		scan->size = size;
	}
	scan->keys[scan->count++] = s->key;
}

/* Enter the key that is complete now into the list. */
static void
enter(struct scanner *s)
{
	size_t count =
	    s->section != 0 ? s->scan->count - s->section_start : s->top_count;

	/* Without a limit, looking for repeated keys were quadratic. */
	if (!s->key.titled && count >= STSSL_SCAN_KEYS_MAX)
		mistake(s, s->key.line, "too many keys");
	else if (!s->key.titled && given_before(s))
		mistake(s, s->key.line, "%.*s is given twice",
		    (int)s->key.name_len, s->key.name);
	else
		append(s);
	if (!s->key.titled && s->section == 0)
		s->top_count++;
}

static void
take_key(struct scanner *s)
{
	size_t known = 0;

	while (known < s->word_len && strchr(KEY, s->word[known]) != NULL)
		known++;
	if (known == 0 || known < s->word_len || known > 64) {
		mistake(s, s->line, "\"%.*s\" is no key",
		    (int)(s->word_len > 64 ? 64 : s->word_len), s->word);
		return;
	}
	s->key = (struct stssl_scan_key){ .name = s->word,
		.name_len = s->word_len,
		.line = s->line,
		.section = s->section };
}

static void
open_section(struct scanner *s)
{
	if (s->section != 0) {
		mistake(s, s->key.line, "a section inside of a section");
		return;
	}
	s->key.opens = ++s->sections;
	enter(s);
	s->section = s->key.opens;
	s->section_start = s->scan->count;
	s->section_line = s->key.line;
}

static void
close_section(struct scanner *s)
{
	if (s->section == 0)
		mistake(s, s->line, "unexpected '}'");
	s->section = 0;
	s->section_start = 0;
}

static void
unexpected(struct scanner *s, enum token token)
{
	static const char *const texts[TOKEN_COUNT] = {
		[TOKEN_END] = "end of the file",
		[TOKEN_EQUALS] = "'='",
		[TOKEN_OPEN] = "'{'",
		[TOKEN_CLOSE] = "'}'",
		[TOKEN_COMMA] = "','",
	};

	if (token == TOKEN_WORD)
		mistake(s, s->line, "unexpected \"%.*s\"",
		    (int)(s->word_len > 64 ? 64 : s->word_len), s->word);
	else if (token != TOKEN_FAILED)
		mistake(s, s->line, "unexpected %s", texts[token]);
}

/* What a token does at its place, besides leading to the next place. */
static void
act(struct scanner *s, enum place place, enum token token)
{
	if (place == PLACE_KEY && token == TOKEN_WORD)
		take_key(s);
	else if (place == PLACE_AFTER && token == TOKEN_EQUALS)
		enter(s);
	else if (place == PLACE_AFTER && token == TOKEN_WORD)
		s->key.titled = true;
	else if (place != PLACE_VALUE && token == TOKEN_OPEN)
		open_section(s);
	else if (place == PLACE_KEY && token == TOKEN_CLOSE)
		close_section(s);
	else if (token == TOKEN_END && s->section != 0)
		mistake(s, s->section_line, "this section does not end");
}

static int
walk(struct scanner *s)
{
	enum place place = PLACE_KEY;

	while (place != PLACE_END && s->error == 0) {
		enum token token = next(s);
		enum place then = steps[place][token];

		if (then == PLACE_WRONG)
			unexpected(s, token);
		else
			act(s, place, token);
		place = then;
	}
	return s->error;
}

int
stssl_scan(char *text, size_t len, struct stssl_scan *ret,
    struct stssl_scan_mistake *ret_mistake)
{
	struct stssl_scan scan = { 0 };
	struct scanner s = { .at = text,
		.end = text + len,
		.line = 1,
		.scan = &scan,
		.mistake = ret_mistake };
	int r = walk(&s);

	if (r < 0) {
		stssl_scan_done(&scan);
		return r;
	}
	*ret = scan;
	return 0;
}

void
stssl_scan_done(struct stssl_scan *scan)
{
	free(scan->keys);
	*scan = (struct stssl_scan){ 0 };
}

const struct stssl_scan_key *
stssl_scan_find(const struct stssl_scan *scan, unsigned section,
    const char *name, size_t nth)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < scan->count; i++) {
		const struct stssl_scan_key *k = &scan->keys[i];

		if (k->section == section && same_name(k, name, len) &&
		    nth-- == 0)
			return k;
	}
	return NULL;
}
