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
#include "policy/classes.h"
#include "policy/entries.h"
#include "policy/user.h"
#include "stsslctl/command.h"
#include "stsslctl/identity_change.h"
#include "stsslctl/identity_store.h"
#include "stsslctl/output.h"

/* All entries with their lines; for a faulty line "entry" is null. */
static json_t *
entries_of(char *text)
{
	json_t *list = output_need(json_array());
	char entry[STSSL_ENTRY_MAX];

	for (int number = 1; text != NULL; number++) {
		const char *line = strsep(&text, "\n");
		int r = stssl_entry_read(line, entry);

		if (r != 0)
			output_append(list,
			    output_need(json_pack("{s:i, s:o, s:o}", "line",
				number, "text", output_string(line), "entry",
				output_string(r < 0 ? NULL : entry))));
	}
	return list;
}

/* How many entries the user has, or why that is not known. */
static json_t *
user_of(const struct identity_store *store, const char *user)
{
	json_t *entries;
	char *text;
	int r = identity_store_read(store, user, &text), count;

	if (r < 0)
		return output_need(json_pack(
		    "{s:s, s:s}", "user", user, "error", strerror(-r)));
	entries = entries_of(text);
	free(text);
	count = (int)json_array_size(entries);
	json_decref(entries);
	return output_need(
	    json_pack("{s:s, s:i}", "user", user, "entries", count));
}

static void
print_users(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const json_t *entries = json_object_get(one, "entries");

		(void)printf("%s: ", output_get(one, "user"));
		if (entries == NULL)
			(void)puts(output_get(one, "error"));
		else
			(void)printf(
			    "%lld\n", (long long)json_integer_value(entries));
	}
}

static enum command_status
list(const struct arguments *a, const struct identity_store *store)
{
	json_t *all = output_need(json_array());
	struct dirent **users;
	int count = identity_store_users(store, &users);

	if (count < 0) {
		json_decref(all);
		return command_cannot(store->directory, count);
	}
	for (int i = 0; i < count; i++)
		output_append(all, user_of(store, users[i]->d_name));
	identity_store_users_free(users, count);
	if (!a->json)
		print_users(all);
	else
		output_json(output_need(json_pack("{s:o, s:O}", "directory",
		    output_string(store->directory), "users", all)));
	json_decref(all);
	return COMMAND_FINE;
}

/* A line as it stands in the file, with its number. */
static void
print_entry(const json_t *one, bool is_faulty)
{
	(void)printf("%lld: ",
	    (long long)json_integer_value(json_object_get(one, "line")));
	output_text(stdout, output_get(one, "text"));
	(void)puts(is_faulty ? " (faulty)" : "");
}

static enum command_status
show(const struct arguments *a, const struct identity_store *store)
{
	enum command_status status = COMMAND_FINE;
	json_t *entries;
	char *text;
	int r = identity_store_read(store, a->words[1], &text);

	if (r < 0)
		return identity_store_cannot(store, a->words[1], r);
	entries = entries_of(text);
	free(text);
	for (size_t i = 0; i < json_array_size(entries); i++) {
		const json_t *one = json_array_get(entries, i);
		bool is_faulty = output_get(one, "entry") == NULL;

		if (is_faulty)
			status = COMMAND_FOUND;
		if (!a->json)
			print_entry(one, is_faulty);
	}
	if (a->json)
		output_json(output_need(json_pack(
		    "{s:s, s:O}", "user", a->words[1], "entries", entries)));
	json_decref(entries);
	return status;
}

/* `words` is how many come behind the verb. */
static const struct verb {
	const char *word;
	int words;
	bool adds;
	enum command_status (*run)(
	    const struct arguments *a, const struct identity_store *store);
} verbs[] = {
	{ "list", 0, false, list },
	{ "show", 1, false, show },
	{ "add", 2, true, identity_add },
	{ "remove", 2, false, identity_remove },
};

static const struct verb *
find_verb(const char *word)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(word, verbs[i].word) == 0)
			return &verbs[i];
	return NULL;
}

/* The verb; NULL if words or options do not fit. */
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
