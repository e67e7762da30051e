/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The grammar of configuration files: a function for each of its parts, which
 * takes the tokens that the part has.  The text is read once, and each value is
 * checked at once.
 */
#include <config.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf/token.h"
#include "conf/tree.h"

struct scanner {
	struct stssl_tokens text;
	struct stssl_conf *conf;
	char why[STSSL_VALUE_WHY]; /* what is wrong with a value */
	/* Sections with a title, by hashes; `mask` is one less than its size */
	const struct stssl_conf_section **titles;
	size_t mask;
};

/* Functions that return a bool return false when a mistake was noted. */
static bool
unexpected(struct scanner *s, enum stssl_token token, const char *place)
{
	static const char *const tokens[STSSL_TOKEN_COUNT] = {
		[STSSL_TOKEN_FAILED] = "a mistake",
		[STSSL_TOKEN_END] = "end of the file",
		[STSSL_TOKEN_EQUALS] = "'='",
		[STSSL_TOKEN_OPEN] = "'{'",
		[STSSL_TOKEN_CLOSE] = "'}'",
		[STSSL_TOKEN_COMMA] = "','",
	};

	if (token == STSSL_TOKEN_WORD)
		return stssl_token_mistake(&s->text, s->text.line,
		    "unexpected \"%.64s\" in the place of %s", s->text.word,
		    place);
	return stssl_token_mistake(&s->text, s->text.line,
	    "unexpected %s in the place of %s", tokens[token], place);
}

static bool
expect(struct scanner *s, enum stssl_token expected, const char *place)
{
	enum stssl_token token = stssl_token_next(&s->text);

	return token == expected || unexpected(s, token, place);
}

/* The word is a value of this entry, the last one. */
static bool
take(struct scanner *s, struct stssl_entry *entry)
{
	const struct stssl_conf_key *key = entry->key;
	struct stssl_conf *conf = s->conf;
	const char *why =
	    key->type->check(key, s->text.word, &entry->number, s->why);

	if (why != NULL)
		return stssl_token_mistake(&s->text, s->text.line,
		    "%s = \"%.128s\": %s", key->name, s->text.word, why);
	conf->lines[conf->value_count] = s->text.line;
	conf->values[conf->value_count++] = s->text.word;
	entry->values.count++;
	return true;
}

/* "value", or "{ value, value }"; a comma may be in front of the }. */
static bool
list(struct scanner *s, struct stssl_entry *entry)
{
	enum stssl_token token = stssl_token_next(&s->text);

	if (token == STSSL_TOKEN_WORD)
		return take(s, entry);
	if (token != STSSL_TOKEN_OPEN)
		return unexpected(s, token, "a value");
	do {
		token = stssl_token_next(&s->text);
		if (token == STSSL_TOKEN_CLOSE)
			break;
		if (token != STSSL_TOKEN_WORD)
			return unexpected(s, token, "a value");
		if (!take(s, entry))
			return false;
		token = stssl_token_next(&s->text);
		if (token != STSSL_TOKEN_COMMA && token != STSSL_TOKEN_CLOSE)
			return unexpected(s, token, "',' or '}'");
	} while (token == STSSL_TOKEN_COMMA);
	if (entry->values.count > 0 || !entry->key->filled)
		return true;
	return stssl_token_mistake(
	    &s->text, entry->line, "%s = {}: an empty list", entry->key->name);
}

static bool
add_entry(struct scanner *s, struct stssl_conf_section *in,
    const struct stssl_conf_key *key, unsigned line)
{
	struct stssl_conf *conf = s->conf;
	struct stssl_entry *entry = &conf->entries[conf->entry_count];

	if (!expect(s, STSSL_TOKEN_EQUALS, "'='"))
		return false;
	*entry = (struct stssl_entry){
		.key = key,
		.values.list = conf->values + conf->value_count,
		.line = line,
		.before = in->last,
	};
	conf->entry_count++;
	in->last = entry;
	if (key->type->shape == STSSL_SHAPE_LIST)
		return list(s, entry);
	return expect(s, STSSL_TOKEN_WORD, "a value") && take(s, entry);
}

/*
 * Has no section of this kind the same title?  The table makes that fast:
 * comparing each with each would slow down every login.  FNV-1a will do for its
 * hashes: root writes the titles, and does not attack itself.
 */
static bool
is_first(struct scanner *s, const struct stssl_conf_section *section)
{
	uint32_t hash = UINT32_C(2166136261);
	size_t i;

	for (const char *c = section->title; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * UINT32_C(16777619);
	for (i = hash & s->mask; s->titles[i] != NULL; i = (i + 1) & s->mask)
		if (s->titles[i]->kind == section->kind &&
		    strcmp(s->titles[i]->title, section->title) == 0)
			return false;
	s->titles[i] = section;
	return true;
}

static bool
read_title(struct scanner *s, struct stssl_conf_section *section)
{
	const struct stssl_conf_key *kind = section->kind;
	const char *why;

	if (!expect(s, STSSL_TOKEN_WORD, "a title"))
		return false;
	section->title = s->text.word;
	why = kind->check != NULL ? kind->check(section->title) : NULL;
	if (why != NULL)
		return stssl_token_mistake(&s->text, s->text.line,
		    "%s \"%.128s\": %s", kind->name, section->title, why);
	return is_first(s, section) ||
	       stssl_token_mistake(&s->text, section->line,
		   "%s \"%.128s\" is given twice", kind->name, section->title);
}

static struct stssl_conf_section *
add_section(
    struct stssl_conf *conf, const struct stssl_conf_key *kind, unsigned line)
{
	struct stssl_conf_section *section =
	    &conf->sections[conf->section_count++];

	*section = (struct stssl_conf_section){
		.conf = conf, .kind = kind, .keys = kind->keys, .line = line
	};
	return section;
}

/* Returns the section that we are in then; NULL for a mistake. */
static struct stssl_conf_section *
read_key(struct scanner *s, struct stssl_conf_section *in)
{
	const struct stssl_conf_key *key =
	    stssl_conf_key(in->keys, s->text.word);
	unsigned line = s->text.line;
	enum stssl_conf_shape shape;
	uint64_t bit;

	if (key == NULL) {
		stssl_token_mistake(&s->text, line, "\"%.64s\" is no key %s%s",
		    s->text.word, in->kind == NULL ? "here" : "of ",
		    in->kind == NULL ? "" : in->kind->name);
		return NULL;
	}
	if (s->text.is_quoted) {
		stssl_token_mistake(
		    &s->text, line, "\"%s\" must not be in quotes", key->name);
		return NULL;
	}
	assert(key - in->keys < STSSL_CONF_KEYS);
	bit = UINT64_C(1) << (key - in->keys);
	shape = key->type->shape;
	if ((in->given & bit) != 0 && shape != STSSL_SHAPE_TITLED) {
		stssl_token_mistake(
		    &s->text, line, "%s is given twice", key->name);
		return NULL;
	}
	in->given |= bit;
	if (shape == STSSL_SHAPE_VALUE || shape == STSSL_SHAPE_LIST)
		return add_entry(s, in, key, line) ? in : NULL;
	in = add_section(s->conf, key, line);
	if (shape == STSSL_SHAPE_TITLED && !read_title(s, in))
		return NULL;
	return expect(s, STSSL_TOKEN_OPEN, "'{'") ? in : NULL;
}

/* The keys at the top and those of each section; none is inside of another. */
static bool
read_keys(struct scanner *s)
{
	struct stssl_conf_section *top = s->conf->sections, *in = top;

	while (in != NULL) {
		enum stssl_token token = stssl_token_next(&s->text);

		if (token == STSSL_TOKEN_WORD)
			in = read_key(s, in);
		else if (token == STSSL_TOKEN_CLOSE && in != top)
			in = top;
		else if (token == STSSL_TOKEN_CLOSE)
			return stssl_token_mistake(
			    &s->text, s->text.line, "unexpected '}'");
		else if (token != STSSL_TOKEN_END)
			return unexpected(s, token, "a key");
		else
			return in == top ||
			       stssl_token_mistake(&s->text, in->line,
				   "this section does not end");
	}
	return false;
}

/* Add an empty SECTION for each that was not given. */
static void
add_absent(struct stssl_conf *conf, const struct stssl_conf_key *keys)
{
	for (const struct stssl_conf_key *k = keys; k->name != NULL; k++)
		if (k->type->shape == STSSL_SHAPE_SECTION &&
		    (conf->sections[0].given >> (k - keys) & 1) == 0)
			(void)add_section(conf, k, 1);
}

static size_t
count(const char *text, const char *end, char c)
{
	size_t n = 0;

	while ((text = memchr(text, c, (size_t)(end - text))) != NULL) {
		text++;
		n++;
	}
	return n;
}

/*
 * Room for all that the text can have: a section has a {, but for the top and
 * those that are not given; an entry has a =; a value has a = or a comma in
 * front of it.  So lists never move.
 */
static int
make_room(struct scanner *s, const char *end)
{
	struct stssl_conf *conf = s->conf;
	size_t sections = count(conf->text, end, '{') + 1 + STSSL_CONF_KEYS;
	size_t entries = count(conf->text, end, '=') + 1;
	size_t values = count(conf->text, end, ',') + entries;

	s->mask = 1;
	while (s->mask < 2 * sections)
		s->mask = 2 * s->mask + 1;
	s->titles = calloc(s->mask + 1, sizeof *s->titles);
	conf->sections = reallocarray(NULL, sections, sizeof *conf->sections);
	conf->entries = reallocarray(NULL, entries, sizeof *conf->entries);
	conf->values = reallocarray(NULL, values, sizeof *conf->values);
	conf->lines = reallocarray(NULL, values, sizeof *conf->lines);
	return s->titles != NULL && conf->sections != NULL &&
		       conf->entries != NULL && conf->values != NULL &&
		       conf->lines != NULL
		   ? 0
		   : -ENOMEM;
}

int
stssl_scan(struct stssl_conf *conf, size_t len,
    const struct stssl_conf_key *keys, struct stssl_error *error)
{
	const char *end = conf->text + len,
		   *nul = conf->text + strlen(conf->text);
	const struct stssl_conf_key top = { .keys = keys };
	struct scanner s = {
		.text = { .path = conf->path,
		    .error = error,
		    .at = conf->text,
		    .line = 1 },
		.conf = conf,
	};
	int r = make_room(&s, end);

	if (r == 0) {
		add_section(conf, &top, 1)->kind = NULL;
		if (nul != end)
			(void)stssl_token_mistake(&s.text,
			    1 + (unsigned)count(conf->text, nul, '\n'),
			    "a NUL byte");
		r = read_keys(&s) ? 0 : -EBADMSG;
	}
	if (r == 0)
		add_absent(conf, keys);
	free(s.titles);
	return r;
}
