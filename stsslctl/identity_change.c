/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Changes one identity file; all other lines stay as they are, comments
 * included.
 */
#include <config.h>
#include "stsslctl/identity_change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/entries.h"
#include "policy/identity.h"
#include "stsslctl/identity_source.h"
#include "stsslctl/output.h"

/* Comments that begin like this are removed with the entry below them. */
#define MARK "# stsslctl: "

static bool
is_of(const struct stssl_entries *entries, const char *entry)
{
	const char *at = NULL;

	while ((at = stssl_entries_next(entries, at)) != NULL)
		if (strcmp(at, entry) == 0)
			return true;
	return false;
}

/* Is one of the entries in `text`?  Faulty lines are passed over. */
static bool
has_any(char *text, const struct stssl_entries *entries)
{
	char entry[STSSL_ENTRY_MAX];

	while (text != NULL)
		if (stssl_entry_read(strsep(&text, "\n"), entry) > 0 &&
		    is_of(entries, entry))
			return true;
	return false;
}

/* Refuses if another user has an entry, or has a file nobody can read. */
static enum command_status
check_others(const struct identity_store *store, const char *user,
    const struct stssl_entries *entries)
{
	enum command_status status = COMMAND_FINE;
	struct dirent **users;
	int count = identity_store_users(store, &users);

	if (count < 0)
		return identity_store_cannot(store, "", count);
	for (int i = 0; i < count && status == COMMAND_FINE; i++) {
		const char *other = users[i]->d_name;
		char *text;
		int r;

		if (strcmp(other, user) == 0)
			continue;
		r = identity_store_read(store, other, &text);
		if (r < 0) {
			status = identity_store_cannot(store, other, r);
			continue;
		}
		if (has_any(text, entries))
			status = identity_store_refuse(store, other,
			    "has the certificate already; with --shared "
			    "two users can have it");
		free(text);
	}
	identity_store_users_free(users, count);
	return status;
}

/*
 * Read the user's file to change it.  The caller frees *ret; *ret_has says
 * whether one of the entries is in it.
 */
static enum command_status
read_own(const struct identity_store *store, const char *user,
    const struct stssl_entries *entries, char **ret, bool *ret_has)
{
	char *text, *copy, why[64];
	int r = identity_store_read(store, user, &text);
	unsigned line;

	if (r < 0) {
		(void)identity_store_cannot(store, user, r);
		return COMMAND_UNKNOWN;
	}
	copy = output_copy(text);
	r = stssl_entries_match(entries, copy, strlen(copy), &line);
	free(copy);
	if (r < 0) {
		free(text);
		(void)snprintf(
		    why, sizeof why, "line %u is faulty: mend it first", line);
		(void)identity_store_refuse(store, user, why);
		return COMMAND_FOUND;
	}
	*ret = text;
	*ret_has = r > 0;
	return COMMAND_FINE;
}

/* Prints `done` and the path on success. */
static enum command_status
write_back(const struct identity_store *store, const char *user,
    const char *text, const char *done)
{
	int r = identity_store_write(store, user, text);

	if (r < 0)
		return identity_store_cannot(store, user, r);
	(void)printf("%s: ", done);
	output_text(stdout, store->directory);
	(void)printf("/%s\n", user);
	return COMMAND_FINE;
}

/* The text with `entry` behind it, under a comment about what it names. */
static char *
with_entry(const char *text, const char *about, const char *entry)
{
	size_t len = strlen(text);
	const struct tm now = output_now();
	char day[32];

	(void)strftime(day, sizeof day, "%Y-%m-%d", &now);
	return output_format("%s%s" MARK "%s, added %s\n%s\n", text,
	    len > 0 && text[len - 1] != '\n' ? "\n" : "", about, day, entry);
}

static enum command_status
append(const struct identity_store *store, const char *user, const char *about,
    char *entry)
{
	const struct stssl_entries one = { entry, strlen(entry) + 1 };
	char *text, *fresh, done[STSSL_ENTRY_MAX + 8];
	enum command_status status;
	bool has;

	status = read_own(store, user, &one, &text, &has);
	if (status != COMMAND_FINE)
		return status;
	if (has) {
		(void)printf("there already %s\n", entry);
	} else {
		fresh = with_entry(text, about, entry);
		(void)snprintf(done, sizeof done, "added %s", entry);
		status = write_back(store, user, fresh, done);
		free(fresh);
	}
	free(text);
	return status;
}

static enum command_status
add(const struct arguments *a, const struct identity_store *store,
    const struct identity_source *source, bool by_key)
{
	enum command_status status = COMMAND_FINE;
	struct stssl_entries entries;
	char entry[STSSL_ENTRY_MAX];

	if (stssl_entries_of(&source->record, &entries) < 0)
		output_no_memory();
	if (!a->shared)
		status = check_others(store, a->words[0], &entries);
	identity_source_entry(source, by_key, entry);
	if (status == COMMAND_FINE)
		status = append(store, a->words[0], source->about, entry);
	if (status == COMMAND_FINE)
		identity_source_warn(source, a->words[1]);
	stssl_entries_done(&entries);
	return status;
}

enum command_status
identity_add(const struct arguments *a, const struct identity_store *store)
{
	bool by_key = a->by != NULL && strcmp(a->by, "spki") == 0;
	bool by_cert = a->by != NULL && strcmp(a->by, "cert") == 0;
	enum command_status status;
	struct identity_source source;
	struct x509_error error;

	if (a->by != NULL && !by_key && !by_cert)
		return command_object("--by", "takes cert or spki");
	if (identity_source_read(a->words[1], &source, &error) < 0)
		return command_say(error.text);
	if (source.is_key && by_cert)
		status = command_object(
		    "--by", "is spki for an SSH key, which is no certificate");
	else
		status = add(a, store, &source, by_key || source.is_key);
	identity_source_done(&source);
	return status;
}

/* The entries to remove: the one given, or all of what is in a file. */
static int
read_what(const char *what, struct stssl_entries *ret, struct x509_error *error)
{
	char entry[STSSL_ENTRY_MAX];
	struct identity_source source;
	int r;

	if (stssl_entry_read(what, entry) > 0) {
		ret->len = strlen(entry) + 1;
		ret->text = strdup(entry);
		return ret->text == NULL ? -ENOMEM : 0;
	}
	r = identity_source_read(what, &source, error);
	/* All entries have one. */
	if (r == -ENOENT && strchr(what, ':') != NULL)
		return x509_fault(
		    error, what, "neither an entry without fault nor a file");
	if (r < 0)
		return r;
	r = stssl_entries_of(&source.record, ret);
	identity_source_done(&source);
	return r;
}

/*
 * Write to `ret`, which has room for two bytes more than `text`, the text
 * without these entries, and without the comment that with_entry() has put
 * above each; `text` is chopped up.  Returns how many there were.
 */
static unsigned
without(char *text, const struct stssl_entries *entries, char *ret)
{
	char entry[STSSL_ENTRY_MAX];
	size_t len = 0, comment = 0;
	unsigned removed = 0;
	bool ours = false;

	while (text != NULL && *text != '\0') {
		const char *line = strsep(&text, "\n");

		if (stssl_entry_read(line, entry) > 0 &&
		    is_of(entries, entry)) {
			removed++;
			if (ours)
				len = comment;
			ours = false;
			continue;
		}
		ours = strncmp(line, MARK, strlen(MARK)) == 0;
		comment = len;
		memcpy(ret + len, line, strlen(line));
		len += strlen(line);
		ret[len++] = '\n';
	}
	ret[len] = '\0';
	return removed;
}

static enum command_status
cut_out(const struct identity_store *store, const char *user,
    const struct stssl_entries *entries)
{
	char *text, *fresh, done[64];
	enum command_status status;
	bool has;

	status = read_own(store, user, entries, &text, &has);
	if (status != COMMAND_FINE)
		return status;
	if (!has) {
		free(text);
		return identity_store_refuse(store, user, "no such entry");
	}
	/* A copy has the size: the result is at most one newline longer. */
	fresh = output_format("%s\n", text);
	(void)snprintf(
	    done, sizeof done, "removed %u", without(text, entries, fresh));
	status = write_back(store, user, fresh, done);
	free(fresh);
	free(text);
	return status;
}

enum command_status
identity_remove(const struct arguments *a, const struct identity_store *store)
{
	enum command_status status;
	struct stssl_entries entries;
	struct x509_error error;
	int r = read_what(a->words[1], &entries, &error);

	if (r == -ENOMEM)
		output_no_memory();
	if (r < 0)
		return command_say(error.text);
	status = cut_out(store, a->words[0], &entries);
	stssl_entries_done(&entries);
	return status;
}
