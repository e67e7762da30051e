/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Collects all names that the certificate may stand for, then judges each of
 * them.  To be collected grants nothing: stssl_judge() decides anew about each
 * name.
 */
#include <config.h>
#include "policy/tools/whose.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/class.h"
#include "policy/entries.h"
#include "policy/hosts.h"
#include "policy/identity.h"
#include "status/file.h"

/* The distinct names; `buf` is for one identity file and its NUL. */
struct names {
	const struct stssl_record *record;
	struct stssl_entries entries; /* that name the certificate */
	char list[STSSL_WHOSE_NAMES][STSSL_USER_MAX + 1];
	size_t count;
	char buf[STSSL_IDENTITY_MAX + 1];
};

static int
add(struct names *names, const char *user)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], user) == 0)
			return 0;
	if (names->count == STSSL_WHOSE_NAMES)
		return -ENOTUNIQ;
	memcpy(names->list[names->count++], user, strlen(user) + 1);
	return 0;
}

static int
add_drawn(struct names *names, const struct stssl_class *c)
{
	int r = 0;

	for (int i = 0; r == 0 && i < STSSL_IDENTITY_COUNT; i++) {
		struct stssl_way_tried tried = { .way =
						     (enum stssl_identity)i };

		if ((c->identity.ways & 1u << i) == 0 ||
		    tried.way == STSSL_IDENTITY_FILE)
			continue;
		stssl_draw(&c->identity, names->record, &tried);
		if (tried.end == STSSL_WAY_USER)
			r = add(names, tried.name);
	}
	return r;
}

/* The length; 0 for what is no identity file and so names nobody. */
static ssize_t
read_file(struct names *names, int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	size_t len;
	int r;

	if (fd == -1)
		return errno == ELOOP || errno == ENOENT || errno == ENXIO
			   ? 0
			   : -errno;
	r = stssl_read_all(fd, STSSL_IDENTITY_MAX, names->buf, &len);
	(void)close(fd);
	if (r == -EISDIR || r == -EAGAIN || r == -EFBIG)
		return 0;
	return r < 0 ? r : (ssize_t)len;
}

/*
 * Owner and mode are left to the judge: a file that has no entry for this
 * certificate need not be looked at any closer.
 */
static int
add_owner(struct names *names, int dir_fd, const struct dirent *entry)
{
	unsigned line;
	ssize_t len;

	if (entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN)
		return 0;
	if (!stssl_user_valid(entry->d_name))
		return 0;
	len = read_file(names, dir_fd, entry->d_name);
	if (len <= 0)
		return (int)len;
	if (stssl_entries_match(
		&names->entries, names->buf, (size_t)len, &line) != 1)
		return 0;
	return add(names, entry->d_name);
}

static int
add_owners(struct names *names, const char *directory)
{
	DIR *dir = opendir(directory);
	int r = 0;

	if (dir == NULL)
		return errno == ENOENT ? 0 : -errno;
	for (unsigned n = 0; r == 0; n++) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (entry == NULL) {
			r = -errno;
			break;
		}
		r = n == STSSL_WHOSE_FILES
			? -E2BIG
			: add_owner(names, dirfd(dir), entry);
	}
	(void)closedir(dir);
	return r;
}

static int
collect(struct names *names, const struct stssl_classes *classes)
{
	unsigned ways = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < classes->count; i++) {
		const struct stssl_class *c = &classes->list[i];

		if (c->enabled) {
			ways |= c->identity.ways;
			r = add_drawn(names, c);
		}
	}
	if (r == 0 && (ways & 1u << STSSL_IDENTITY_FILE) != 0)
		r = add_owners(names, classes->identities);
	return r;
}

/* 1 when this user is logged in by certificate, 0 when not, or an error. */
static int
is_let_in(const struct stssl_classes *classes, const struct stssl_login *login,
    const char *user)
{
	struct stssl_login as = *login;
	struct stssl_judgement judgement;

	as.user = user;
	stssl_judge(classes, &as, &judgement);
	if (judgement.reason == STSSL_REASON_INTERNAL)
		return -EIO;
	if (judgement.reason == STSSL_REASON_HELPER)
		return -EBADMSG;
	return judgement.verdict == STSSL_VERDICT_ACCEPT;
}

static int
choose(const struct names *names, const struct stssl_classes *classes,
    const struct stssl_login *login, char ret_user[static STSSL_USER_MAX + 1])
{
	struct stssl_hosts own = { .asked = false };
	struct stssl_login as = *login;
	const char *only = NULL;

	if (as.hosts == NULL)
		as.hosts = &own;
	for (size_t i = 0; i < names->count; i++) {
		int r = is_let_in(classes, &as, names->list[i]);

		if (r < 0)
			return r;
		if (r == 1 && only != NULL)
			return -ENOTUNIQ;
		if (r == 1)
			only = names->list[i];
	}
	if (only == NULL)
		return 0;
	memcpy(ret_user, only, strlen(only) + 1);
	return 1;
}

/* Only a verified certificate is worth a search. */
static bool
is_verified(const struct stssl_record *record)
{
	const char *verify = record == NULL ? NULL
					    : stssl_record_get(record,
						  STSSL_KEY_SSL_CLIENT_VERIFY);

	return verify != NULL && strcmp(verify, "SUCCESS") == 0;
}

int
stssl_whose(const struct stssl_classes *classes,
    const struct stssl_login *login, char ret_user[static STSSL_USER_MAX + 1])
{
	struct names *names;
	int r;

	if (!is_verified(login->record))
		return 0;
	names = malloc(sizeof *names);
	if (names == NULL)
		return -ENOMEM;
	names->record = login->record;
	names->count = 0;
	r = stssl_entries_of(login->record, &names->entries);
	if (r < 0) {
		free(names);
		return r;
	}
	r = collect(names, classes);
	if (r == 0)
		r = choose(names, classes, login, ret_user);
	stssl_entries_done(&names->entries);
	free(names);
	return r;
}
