/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The grammar of configuration files is a table over the tokens: each does
 * something at its place, and leads to the next place.  The text is read once,
 * and each value is checked at once.
 */
#include <config.h>
#include "conf/scan.h"

#include <assert.h>
#include <errno.h>

#include "conf/value.h"

/* The next thing that the grammar expects. */
enum place {
	PLACE_WRONG, /* the mistake is noted */
	PLACE_KEY,   /* a key, or the end of the section */
	PLACE_EQUALS,
	PLACE_TITLE,
	PLACE_BRACE,
	PLACE_VALUE, /* the value of a key that has one */
	PLACE_FIRST, /* a list's only value, or its { */
	PLACE_ITEM,  /* a list's value or } */
	PLACE_COMMA, /* , or } */
	PLACE_END,
	PLACE_COUNT
};

struct scanner {
	struct stssl_tokens text;
	struct stssl_conf *conf;
	size_t section;                   /* where we are; 0 = top */
	const char *title;                /* of the section that opens next */
	unsigned line;                    /* and its line */
	const struct stssl_conf_key *key; /* the last one */
	char why[STSSL_VALUE_WHY];        /* what is wrong with a value */
};

/* Does the work of a token at its place; returns the next place. */
typedef enum place action(struct scanner *s);

/* Adding to the lists fails only when there is no memory. */
static void
must(struct scanner *s, int r)
{
	if (r < 0)
		s->text.error = r;
}

static enum place
wrong(struct scanner *s, unsigned line, const char *what)
{
	stssl_token_mistake(&s->text, line, "%s", what);
	return PLACE_WRONG;
}

/* Each key but those of TITLED sections is given once. */
static bool
is_new(struct scanner *s, struct stssl_conf_section *in)
{
	uint64_t bit = UINT64_C(1) << (s->key - in->keys);
	bool given = (in->given & bit) != 0;

	assert(s->key - in->keys < STSSL_CONF_KEYS);
	in->given |= bit;
	return !given || s->key->type->shape == STSSL_SHAPE_TITLED;
}

static enum place
key(struct scanner *s)
{
	static const enum place then[STSSL_SHAPE_COUNT] = {
		[STSSL_SHAPE_VALUE] = PLACE_EQUALS,
		[STSSL_SHAPE_LIST] = PLACE_EQUALS,
		[STSSL_SHAPE_SECTION] = PLACE_BRACE,
		[STSSL_SHAPE_TITLED] = PLACE_TITLE,
	};
	struct stssl_conf_section *in = &s->conf->sections[s->section];

	s->key = stssl_conf_key(in->keys, s->text.word);
	s->title = NULL;
	s->line = s->text.line;
	if (s->key == NULL) {
		stssl_token_mistake(&s->text, s->line,
		    "\"%.64s\" is no key %s%s", s->text.word,
		    in->kind == NULL ? "here" : "of ",
		    in->kind == NULL ? "" : in->kind->name);
		return PLACE_WRONG;
	}
	if (!is_new(s, in)) {
		stssl_token_mistake(
		    &s->text, s->line, "%s is given twice", s->key->name);
		return PLACE_WRONG;
	}
	return then[s->key->type->shape];
}

static enum place
equals(struct scanner *s)
{
	struct stssl_conf_section *in = &s->conf->sections[s->section];
	const struct stssl_entry entry = {
		.key = (unsigned)(s->key - in->keys),
		.line = s->line,
		.value = (unsigned)s->conf->value_count,
		.before = in->last,
	};

	in->last = (unsigned)s->conf->entry_count;
	must(s, stssl_tree_entry(s->conf, &entry));
	return s->key->type->shape == STSSL_SHAPE_LIST ? PLACE_FIRST
						       : PLACE_VALUE;
}

/* One value, checked and added to the last entry. */
static bool
take(struct scanner *s)
{
	struct stssl_entry *entry = &s->conf->entries[s->conf->entry_count - 1];
	const char *why =
	    s->key->type->check(s->key, s->text.word, &entry->number, s->why);

	if (why == NULL)
		must(s, stssl_tree_value(s->conf, s->text.word, s->text.line));
	else
		stssl_token_mistake(&s->text, s->text.line,
		    "%s = \"%.128s\": %s", s->key->name, s->text.word, why);
	return why == NULL;
}

static enum place
value(struct scanner *s)
{
	return take(s) ? PLACE_KEY : PLACE_WRONG;
}

static enum place
item(struct scanner *s)
{
	return take(s) ? PLACE_COMMA : PLACE_WRONG;
}

static enum place
another(struct scanner *s)
{
	(void)s;
	return PLACE_ITEM;
}

static enum place
close_list(struct scanner *s)
{
	if (s->conf->entries[s->conf->entry_count - 1].count > 0 ||
	    !s->key->filled)
		return PLACE_KEY;
	stssl_token_mistake(
	    &s->text, s->line, "%s = {}: an empty list", s->key->name);
	return PLACE_WRONG;
}

static enum place
title(struct scanner *s)
{
	const char *why =
	    s->key->check != NULL ? s->key->check(s->text.word) : NULL;

	s->title = s->text.word;
	if (why == NULL)
		return PLACE_BRACE;
	stssl_token_mistake(&s->text, s->text.line, "%s \"%.128s\": %s",
	    s->key->name, s->text.word, why);
	return PLACE_WRONG;
}

static enum place
open_section(struct scanner *s)
{
	const struct stssl_conf_section section = {
		.conf = s->conf,
		.kind = s->key,
		.keys = s->key->keys,
		.title = s->title,
		.line = s->line,
	};

	s->section = s->conf->section_count;
	must(s, stssl_tree_section(s->conf, &section));
	return PLACE_KEY;
}

static enum place
close_section(struct scanner *s)
{
	if (s->section == 0)
		return wrong(s, s->text.line, "unexpected '}'");
	s->section = 0;
	return PLACE_KEY;
}

static enum place
end(struct scanner *s)
{
	if (s->section != 0)
		return wrong(s, s->conf->sections[s->section].line,
		    "this section does not end");
	return PLACE_END;
}

static action *const steps[PLACE_COUNT][STSSL_TOKEN_COUNT] = {
	[PLACE_KEY] = { [STSSL_TOKEN_WORD] = key,
	    [STSSL_TOKEN_CLOSE] = close_section,
	    [STSSL_TOKEN_END] = end },
	[PLACE_EQUALS] = { [STSSL_TOKEN_EQUALS] = equals },
	[PLACE_TITLE] = { [STSSL_TOKEN_WORD] = title },
	[PLACE_BRACE] = { [STSSL_TOKEN_OPEN] = open_section },
	[PLACE_VALUE] = { [STSSL_TOKEN_WORD] = value },
	[PLACE_FIRST] = { [STSSL_TOKEN_WORD] = value,
	    [STSSL_TOKEN_OPEN] = another },
	[PLACE_ITEM] = { [STSSL_TOKEN_WORD] = item,
	    [STSSL_TOKEN_CLOSE] = close_list },
	[PLACE_COMMA] = { [STSSL_TOKEN_COMMA] = another,
	    [STSSL_TOKEN_CLOSE] = close_list },
};

static enum place
unexpected(struct scanner *s, enum place place, enum stssl_token token)
{
	static const char *const tokens[STSSL_TOKEN_COUNT] = {
		[STSSL_TOKEN_END] = "end of the file",
		[STSSL_TOKEN_WORD] = "a word",
		[STSSL_TOKEN_EQUALS] = "'='",
		[STSSL_TOKEN_OPEN] = "'{'",
		[STSSL_TOKEN_CLOSE] = "'}'",
		[STSSL_TOKEN_COMMA] = "','",
	};
	static const char *const places[PLACE_COUNT] = {
		[PLACE_KEY] = "a key",
		[PLACE_EQUALS] = "'='",
		[PLACE_TITLE] = "a title",
		[PLACE_BRACE] = "'{'",
		[PLACE_VALUE] = "a value",
		[PLACE_FIRST] = "a value",
		[PLACE_ITEM] = "a value",
		[PLACE_COMMA] = "',' or '}'",
	};

	if (token == STSSL_TOKEN_WORD)
		stssl_token_mistake(&s->text, s->text.line,
		    "unexpected \"%.64s\" in the place of %s", s->text.word,
		    places[place]);
	else if (token != STSSL_TOKEN_FAILED)
		stssl_token_mistake(&s->text, s->text.line,
		    "unexpected %s in the place of %s", tokens[token],
		    places[place]);
	return PLACE_WRONG;
}

/* Add an empty SECTION for each that was not given. */
static void
add_absent(struct scanner *s, const struct stssl_conf_key *keys)
{
	for (const struct stssl_conf_key *k = keys; k->name != NULL; k++) {
		const struct stssl_conf_section section = {
			.conf = s->conf, .kind = k, .keys = k->keys, .line = 1
		};

		if (k->type->shape == STSSL_SHAPE_SECTION &&
		    (s->conf->sections[0].given >> (k - keys) & 1) == 0)
			must(s, stssl_tree_section(s->conf, &section));
	}
}

int
stssl_scan(struct stssl_conf *conf, size_t len,
    const struct stssl_conf_key *keys, struct stssl_mistake *ret_mistake)
{
	const struct stssl_conf_section top = {
		.conf = conf, .keys = keys, .line = 1
	};
	struct scanner s = {
		.text = { .at = conf->text,
		    .end = conf->text + len,
		    .line = 1 },
		.conf = conf,
	};
	const struct stssl_entry none = { .count = 0 };
	enum place place = PLACE_KEY;

	must(&s, stssl_tree_init(conf, len));
	if (s.text.error == 0)
		must(&s, stssl_tree_section(conf, &top));
	if (s.text.error == 0)
		must(&s, stssl_tree_entry(conf, &none));
	while (place != PLACE_END && s.text.error == 0) {
		enum stssl_token token = stssl_token_next(&s.text);
		action *act = steps[place][token];

		place = act != NULL ? act(&s) : unexpected(&s, place, token);
	}
	if (s.text.error == 0)
		add_absent(&s, keys);
	if (s.text.error == -EBADMSG)
		*ret_mistake = s.text.mistake;
	return s.text.error;
}
