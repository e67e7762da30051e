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
		    "{s:s, s:s}", "user", user, "error", command_reason(r)));
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

/* Nothing to show: a user without certificates, or a name mistyped. */
static enum command_status
say_no_file(const struct identity_store *store, const char *name)
{
	struct stssl_user user;
	int real;

	stssl_user_init(&user, name);
	real = stssl_user_is_real(&user);
	stssl_user_done(&user);
	(void)identity_store_refuse(store, name,
	    real == 0 ? "there is no such file, and no such user in the passwd "
			"database"
		      : "the user has no identity file");
	return real == 0 ? COMMAND_FOUND : COMMAND_FINE;
}

static enum command_status
show(const struct arguments *a, const struct identity_store *store)
{
	enum command_status status = COMMAND_FINE;
	json_t *entries;
	char *text;
	int r = identity_store_read(store, a->words[0], &text);

	if (r < 0)
		return identity_store_cannot(store, a->words[0], r);
	if (!identity_store_has(store, a->words[0]))
		status = say_no_file(store, a->words[0]);
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
		    "{s:s, s:O}", "user", a->words[0], "entries", entries)));
	json_decref(entries);
	return status;
}

typedef enum command_status verb_function(
    const struct arguments *a, const struct identity_store *store);

static enum command_status
run_in(const struct arguments *a, verb_function *verb, const char *directory)
{
	enum command_status status;
	struct identity_store store;
	struct stat st;
	int r = identity_store_open(directory, &store);

	if (r == -EPERM)
		return command_cannot_trust(directory);
	if (r == -ENOENT)
		return command_object(directory,
		    "there is no such directory; make it: install -d -m 755");
	/* Neither is followed, and open(2) does not tell which it was. */
	if (r == -ELOOP && lstat(directory, &st) == 0 && !S_ISLNK(st.st_mode))
		r = -ENOTDIR;
	if (r < 0)
		return command_cannot(directory, r);
	status = verb(a, &store);
	identity_store_close(&store);
	return status;
}

/* The first word, if there is one, is a user. */
static enum command_status
run(const struct arguments *a, verb_function *verb)
{
	struct stssl_classes *classes;
	enum command_status status;

	if (a->count > 0 && !stssl_user_valid(a->words[0]))
		return command_object(a->words[0], "that is no user name");
	if (a->directory != NULL)
		return run_in(a, verb, a->directory);
	classes = command_classes(a);
	if (classes == NULL)
		return COMMAND_UNKNOWN;
	status = run_in(a, verb, classes->identities);
	(void)stssl_classes_free(classes);
	return status;
}

enum command_status
command_identity_list(const struct arguments *a)
{
	return run(a, list);
}

enum command_status
command_identity_show(const struct arguments *a)
{
	return run(a, show);
}

enum command_status
command_identity_add(const struct arguments *a)
{
	return run(a, identity_add);
}

enum command_status
command_identity_remove(const struct arguments *a)
{
	return run(a, identity_remove);
}
