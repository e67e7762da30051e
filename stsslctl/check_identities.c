/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads every identity file with the code that logins are decided by, and
 * compares their entries.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/entries.h"
#include "policy/identity.h"
#include "policy/user.h"
#include "status/quote.h"
#include "status/trust.h"
#include "stsslctl/output.h"

/* An entry in its canonical form. */
struct entry {
	char *text;
	char *file;
	unsigned line;
};

struct identities {
	const char *directory;
	const struct access_user *reader;
	struct findings *findings;
	struct entry *entries;
	size_t count, size;
};

static void
remember(
    struct identities *all, const char *file, const char *text, unsigned line)
{
	if (all->count == all->size) {
		all->size = all->size == 0 ? 64 : all->size * 2;
		all->entries =
		    realloc(all->entries, all->size * sizeof *all->entries);
		if (all->entries == NULL)
			output_no_memory();
	}
	all->entries[all->count++] =
	    (struct entry){ output_copy(text), output_copy(file), line };
}

static const char *
why(int r)
{
	switch (r) {
	case -EPERM:
		return "others than root can write to it: it does not count";
	case -ELOOP:
		return "a symbolic link: it does not count";
	case -EINVAL:
		return "not a file";
	case -EFBIG:
		return "too large: it does not count";
	default:
		return strerror(-r);
	}
}

/* Checks all lines, though the first faulty one makes the file useless. */
static void
check_text(struct identities *all, const char *file, char *text, size_t len)
{
	char entry[STSSL_ENTRY_MAX];
	unsigned number = 0;

	if (strlen(text) != len)
		findings_add(all->findings, FINDING_ERROR, file, 0,
		    "a NUL in it: it does not count");
	while (text != NULL) {
		const char *line = strsep(&text, "\n");
		int r = stssl_entry_read(line, entry);

		number++;
		if (r < 0)
			findings_add(all->findings, FINDING_ERROR, file, number,
			    "faulty entry: the file does not count");
		if (r > 0)
			remember(all, file, entry, number);
	}
}

static void
check_owner(const struct identities *all, const char *file, const char *user)
{
	errno = 0;
	if (getpwnam(user) == NULL)
		findings_add(all->findings, FINDING_WARNING, file, 0,
		    errno == 0 ? "there is no such user in the passwd database"
			       : "the passwd database gave no answer");
	access_check_readable(
	    file, all->reader, FINDING_ERROR, "", all->findings);
}

static void
check_file(struct identities *all, const char *user)
{
	char *file = output_format("%s/%s", all->directory, user), *text;
	size_t len;
	int r;

	r = stssl_trusted_read(file, STSSL_IDENTITY_MAX, &text, &len);
	if (!stssl_user_valid(user))
		findings_add(all->findings, FINDING_WARNING, file, 0,
		    "not the name of a user: it is never read");
	else if (r < 0)
		findings_add(
		    all->findings, FINDING_ERROR, file, 0, "%s", why(r));
	else {
		check_text(all, file, text, len);
		check_owner(all, file, user);
	}
	if (r == 0)
		free(text);
	free(file);
}

static int
compare(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;
	int order = strcmp(one->text, other->text);

	if (order == 0)
		order = strcmp(one->file, other->file);
	return order != 0 ? order : (int)one->line - (int)other->line;
}

/* An entry in two files is reported; twice in one file it does no harm. */
static void
check_duplicates(struct identities *all)
{
	if (all->count > 0)
		qsort(all->entries, all->count, sizeof *all->entries, compare);
	for (size_t i = 1; i < all->count; i++) {
		const struct entry *a = &all->entries[i - 1];
		const struct entry *b = &all->entries[i];

		if (strcmp(a->text, b->text) == 0 &&
		    strcmp(a->file, b->file) != 0)
			findings_add(all->findings, FINDING_WARNING, b->file,
			    b->line, "the same entry as in %s:%u", a->file,
			    a->line);
	}
}

static void
check_directory(const struct identities *all)
{
	const struct access_user reader = { .uid = geteuid() };

	access_check_owned(all->directory, &reader, all->findings);
	access_check_readable(
	    all->directory, all->reader, FINDING_ERROR, "", all->findings);
}

/* Files that begin with a dot are temporary. */
static int
is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

void
check_identities(const char *directory, const struct access_user *reader,
    struct findings *findings)
{
	struct identities all = {
		.directory = directory, .reader = reader, .findings = findings
	};
	struct dirent **names;
	int count = scandir(directory, &names, is_shown, alphasort);

	if (count < 0) {
		if (errno != ENOENT)
			findings_add(findings, FINDING_ERROR, directory, 0,
			    "%s", strerror(errno));
		return;
	}
	check_directory(&all);
	for (int i = 0; i < count; i++) {
		check_file(&all, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	check_duplicates(&all);
	for (size_t i = 0; i < all.count; i++) {
		free(all.entries[i].text);
		free(all.entries[i].file);
	}
	free(all.entries);
}
