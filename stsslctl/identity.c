/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl identity: which certificates belong to whom, in identity files.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/class.h"
#include "policy/entries.h"
#include "policy/user.h"
#include "stsslctl/command.h"
#include "stsslctl/identity_change.h"
#include "stsslctl/identity_store.h"
#include "stsslctl/output.h"

/* One user's entries, while they are looked at. */
struct listing {
	const struct identity_store *store;
	json_t *list;
};

static enum command_status
cannot(const struct identity_store *store, const char *user, int r)
{
	char *path = identity_store_path(store, user);
	enum command_status status =
	    r == -EPERM ? command_cannot_trust(path) : command_cannot(path, r);

	free(path);
	return status;
}

/* Every entry with its line, and every line that is none. */
static json_t *
entries_of(char *text)
{
	json_t *list = output_need(json_array());
	char entry[STSSL_ENTRY_MAX];
	json_int_t number = 0;

	while (text != NULL) {
		const char *line = strsep(&text, "\n");
		int r = stssl_entry_read(line, entry);
		json_t *one;

		number++;
		if (r == 0)
			continue;
		one = output_need(json_object());
		output_set(one, "line", output_need(json_integer(number)));
		output_set(one, "text", output_string(line));
		output_set(
		    one, "entry", r < 0 ? json_null() : output_string(entry));
		output_append(list, one);
	}
	return list;
}

static int
list_user(void *owner, const char *user)
{
	struct listing *l = owner;
	json_t *one = output_need(json_object()), *entries;
	char *text;
	int r = identity_store_read(l->store, user, &text);

	output_set(one, "user", output_string(user));
	if (r == 0) {
		entries = entries_of(text);
		free(text);
		output_set(one, "entries",
		    output_need(
			json_integer((json_int_t)json_array_size(entries))));
		json_decref(entries);
	} else {
		output_set(one, "error", output_string(strerror(-r)));
	}
	output_append(l->list, one);
	return 0;
}

static void
print_users(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const char *error =
		    json_string_value(json_object_get(one, "error"));

		(void)printf(
		    "%s: ", json_string_value(json_object_get(one, "user")));
		if (error != NULL)
			(void)puts(error);
		else
			(void)printf(
			    "%lld\n", (long long)json_integer_value(
					  json_object_get(one, "entries")));
	}
}

static enum command_status
list(const struct arguments *a, const struct identity_store *store)
{
	struct listing l = { store, output_need(json_array()) };
	int r = identity_store_each(store, list_user, &l);
	json_t *all;

	if (r < 0) {
		json_decref(l.list);
		return command_cannot(store->directory, r);
	}
	if (!a->json) {
		print_users(l.list);
		json_decref(l.list);
		return COMMAND_FINE;
	}
	all = output_need(json_object());
	output_set(all, "directory", output_string(store->directory));
	output_set(all, "users", l.list);
	output_json(all);
	return COMMAND_FINE;
}

/* A line as it stands in the file, with its number. */
static void
print_entries(const json_t *entries)
{
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *one = json_array_get(entries, i);
		bool faulty = json_is_null(json_object_get(one, "entry"));

		(void)printf("%lld: ", (long long)json_integer_value(
					   json_object_get(one, "line")));
		output_text(
		    stdout, json_string_value(json_object_get(one, "text")));
		(void)puts(faulty ? " (faulty)" : "");
	}
}

static bool
is_fine(const json_t *entries)
{
	for (size_t i = 0; i < json_array_size(entries); i++)
		if (json_is_null(
			json_object_get(json_array_get(entries, i), "entry")))
			return false;
	return true;
}

static enum command_status
show(const struct arguments *a, const struct identity_store *store)
{
	enum command_status status;
	json_t *all, *entries;
	char *text;
	int r = identity_store_read(store, a->words[1], &text);

	if (r < 0)
		return cannot(store, a->words[1], r);
	entries = entries_of(text);
	free(text);
	status = is_fine(entries) ? COMMAND_FINE : COMMAND_FOUND;
	if (!a->json) {
		print_entries(entries);
		json_decref(entries);
		return status;
	}
	all = output_need(json_object());
	output_set(all, "user", output_string(a->words[1]));
	output_set(all, "entries", entries);
	output_json(all);
	return status;
}

static enum command_status
add(const struct arguments *a, const struct identity_store *store)
{
	const struct identity_addition addition = { a->words[1], a->words[2],
		a->by != NULL && strcmp(a->by, "spki") == 0, a->shared };

	return identity_add(store, &addition);
}

static enum command_status
take_away(const struct arguments *a, const struct identity_store *store)
{
	return identity_remove(store, a->words[1], a->words[2]);
}

/* How many words come behind the verb. */
static const struct verb {
	const char *word;
	int words;
	bool adds;
	enum command_status (*run)(
	    const struct arguments *a, const struct identity_store *store);
} verbs[] = {
	{ "list", 0, false, list },
	{ "show", 1, false, show },
	{ "add", 2, true, add },
	{ "remove", 2, false, take_away },
};

static const struct verb *
find_verb(const char *word)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(word, verbs[i].word) == 0)
			return &verbs[i];
	return NULL;
}

/* NULL when the words, or the options, are not those of a verb. */
static const struct verb *
verb_of(const struct arguments *a)
{
	const struct verb *verb = a->count == 0 ? NULL : find_verb(a->words[0]);

	if (verb == NULL || a->count - 1 != verb->words)
		return NULL;
	if (!verb->adds && (a->shared || a->by != NULL))
		return NULL;
	if (a->by != NULL && strcmp(a->by, "cert") != 0 &&
	    strcmp(a->by, "spki") != 0)
		return NULL;
	return verb;
}

static enum command_status
run(const struct arguments *a, const struct verb *verb, const char *directory)
{
	enum command_status status;
	struct identity_store store;
	int r = identity_store_open(directory, &store);

	if (r == -EPERM)
		return command_cannot_trust(directory);
	if (r < 0)
		return command_cannot(directory, r);
	status = verb->run(a, &store);
	identity_store_close(&store);
	return status;
}

enum command_status
command_identity(const struct arguments *a)
{
	const struct verb *verb = verb_of(a);
	struct stssl_classes *classes;
	enum command_status status;

	if (verb == NULL)
		return COMMAND_USAGE;
	if (a->count > 1 && !stssl_user_valid(a->words[1]))
		return command_say("that is no user name");
	if (a->directory != NULL)
		return run(a, verb, a->directory);
	classes = command_classes(a);
	if (classes == NULL)
		return COMMAND_UNKNOWN;
	status = run(a, verb, classes->identities);
	(void)stssl_classes_free(classes);
	return status;
}
