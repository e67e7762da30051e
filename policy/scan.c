/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The grammar of configuration files, as a table over the tokens, and the list
 * of keys with their lines.  It knows the name of no key and no value; to judge
 * them is libConfuse's work.
 */
#include <config.h>
#include "policy/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/token.h"

#define KEY "abcdefghijklmnopqrstuvwxyz0123456789-"

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

static const enum place steps[PLACE_COUNT][STSSL_TOKEN_COUNT] = {
	[PLACE_KEY] = { [STSSL_TOKEN_WORD] = PLACE_AFTER,
	    [STSSL_TOKEN_CLOSE] = PLACE_KEY,
	    [STSSL_TOKEN_END] = PLACE_END },
	[PLACE_AFTER] = { [STSSL_TOKEN_EQUALS] = PLACE_VALUE,
	    [STSSL_TOKEN_WORD] = PLACE_TITLED,
	    [STSSL_TOKEN_OPEN] = PLACE_KEY },
	[PLACE_TITLED] = { [STSSL_TOKEN_OPEN] = PLACE_KEY },
	[PLACE_VALUE] = { [STSSL_TOKEN_WORD] = PLACE_KEY,
	    [STSSL_TOKEN_OPEN] = PLACE_LIST },
	[PLACE_LIST] = { [STSSL_TOKEN_WORD] = PLACE_COMMA,
	    [STSSL_TOKEN_CLOSE] = PLACE_KEY },
	[PLACE_COMMA] = { [STSSL_TOKEN_COMMA] = PLACE_LIST,
	    [STSSL_TOKEN_CLOSE] = PLACE_KEY },
};

struct scanner {
	struct stssl_tokens text;
	struct stssl_scan_key key; /* the last one, not yet in the list */
	unsigned section;          /* where we are; 0 = top */
	unsigned sections;         /* how many were opened */
	size_t section_start;      /* its first key in the list */
	unsigned section_line;
	size_t top_count; /* keys at the top but for titled sections */
	struct stssl_scan *scan;
};

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

		if (k->section == s->section && !k->titled &&
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
			s->text.error = -ENOMEM;
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
		stssl_token_mistake(&s->text, s->key.line, "too many keys");
	else if (!s->key.titled && given_before(s))
		stssl_token_mistake(&s->text, s->key.line,
		    "%.*s is given twice", (int)s->key.name_len, s->key.name);
	else
		append(s);
	if (!s->key.titled && s->section == 0)
		s->top_count++;
}

static void
take_key(struct scanner *s)
{
	size_t known = 0;

	while (known < s->text.word_len &&
	       strchr(KEY, s->text.word[known]) != NULL)
		known++;
	if (known == 0 || known < s->text.word_len || known > 64) {
		stssl_token_mistake(&s->text, s->text.line,
		    "\"%.*s\" is no key",
		    (int)(s->text.word_len > 64 ? 64 : s->text.word_len),
		    s->text.word);
		return;
	}
	s->key = (struct stssl_scan_key){ .name = s->text.word,
		.name_len = s->text.word_len,
		.line = s->text.line,
		.section = s->section };
}

static void
open_section(struct scanner *s)
{
	if (s->section != 0) {
		stssl_token_mistake(
		    &s->text, s->key.line, "a section inside of a section");
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
		stssl_token_mistake(&s->text, s->text.line, "unexpected '}'");
	s->section = 0;
	s->section_start = 0;
}

static void
unexpected(struct scanner *s, enum stssl_token token)
{
	static const char *const texts[STSSL_TOKEN_COUNT] = {
		[STSSL_TOKEN_END] = "end of the file",
		[STSSL_TOKEN_EQUALS] = "'='",
		[STSSL_TOKEN_OPEN] = "'{'",
		[STSSL_TOKEN_CLOSE] = "'}'",
		[STSSL_TOKEN_COMMA] = "','",
	};

	if (token == STSSL_TOKEN_WORD)
		stssl_token_mistake(&s->text, s->text.line,
		    "unexpected \"%.*s\"",
		    (int)(s->text.word_len > 64 ? 64 : s->text.word_len),
		    s->text.word);
	else if (token != STSSL_TOKEN_FAILED)
		stssl_token_mistake(
		    &s->text, s->text.line, "unexpected %s", texts[token]);
}

/* What a token does at its place, besides leading to the next place. */
static void
act(struct scanner *s, enum place place, enum stssl_token token)
{
	if (place == PLACE_KEY && token == STSSL_TOKEN_WORD)
		take_key(s);
	else if (place == PLACE_AFTER && token == STSSL_TOKEN_EQUALS)
		enter(s);
	else if (place == PLACE_AFTER && token == STSSL_TOKEN_WORD)
		s->key.titled = true;
	else if (place != PLACE_VALUE && token == STSSL_TOKEN_OPEN)
		open_section(s);
	else if (place == PLACE_KEY && token == STSSL_TOKEN_CLOSE)
		close_section(s);
	else if (token == STSSL_TOKEN_END && s->section != 0)
		stssl_token_mistake(
		    &s->text, s->section_line, "this section does not end");
}

static int
walk(struct scanner *s)
{
	enum place place = PLACE_KEY;

	while (place != PLACE_END && s->text.error == 0) {
		enum stssl_token token = stssl_token_next(&s->text);
		enum place then = steps[place][token];

		if (then == PLACE_WRONG)
			unexpected(s, token);
		else
			act(s, place, token);
		place = then;
	}
	return s->text.error;
}

int
stssl_scan(char *text, size_t len, struct stssl_scan *ret,
    struct stssl_scan_mistake *ret_mistake)
{
	struct stssl_scan scan = { 0 };
	struct scanner s = { .text = { .at = text,
				 .end = text + len,
				 .line = 1,
				 .mistake = ret_mistake },
		.scan = &scan };
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
