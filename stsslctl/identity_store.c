/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads and writes identity files under a lock on their directory.
 */
#include <config.h>
#include "stsslctl/identity_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/identity.h"
#include "policy/user.h"
#include "status/trust.h"
#include "stsslctl/output.h"
#include "stsslctl/replace.h"

static int
check(int fd, struct identity_store *store)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return -errno;
	if ((st.st_uid != 0 && st.st_uid != geteuid()) ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return -EPERM;
	store->for_all = (st.st_mode & S_IXOTH) != 0;
	store->gid = st.st_gid;
	return 0;
}

static int
lock(int fd)
{
	while (flock(fd, LOCK_EX) == -1)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int
identity_store_open(const char *directory, struct identity_store *ret)
{
	struct identity_store store = { .directory = directory };
	int r;

	store.fd =
	    open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (store.fd == -1)
		/* What O_DIRECTORY says of a link that is not followed. */
		return errno == ENOTDIR ? -ELOOP : -errno;
	r = check(store.fd, &store);
	if (r == 0)
		r = lock(store.fd);
	if (r < 0) {
		close(store.fd);
		return r;
	}
	*ret = store;
	return 0;
}

void
identity_store_close(struct identity_store *store)
{
	close(store->fd);
	store->fd = -1;
}

char *
identity_store_path(const struct identity_store *store, const char *user)
{
	char *path;

	if (asprintf(&path, "%s/%s", store->directory, user) < 0)
		output_no_memory();
	return path;
}

int
identity_store_read(
    const struct identity_store *store, const char *user, char **ret)
{
	char *path = identity_store_path(store, user), *text;
	size_t len = 0;
	int r = stssl_trusted_read(path, STSSL_IDENTITY_MAX, &text, &len);

	free(path);
	if (r == -ENOENT) {
		text = strdup("");
		r = text == NULL ? -ENOMEM : 0;
	}
	if (r == 0 && strlen(text) != len) {
		free(text);
		r = -EILSEQ;
	}
	if (r == 0)
		*ret = text;
	return r;
}

static int
is_user(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && stssl_user_valid(entry->d_name);
}

int
identity_store_each(const struct identity_store *store,
    int (*each)(void *owner, const char *user), void *owner)
{
	struct dirent **names;
	int count = scandir(store->directory, &names, is_user, alphasort);
	int r = 0;

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = each(owner, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return r;
}

static int
write_text(FILE *to, const void *data)
{
	return fputs(data, to) == EOF ? -errno : 0;
}

static int
replace(const struct identity_store *store, const char *path, const char *text)
{
	struct replace_like like = { store->for_all ? 0644 : 0640, store->gid };
	struct stat st;

	if (lstat(path, &st) == 0)
		like = (struct replace_like){ st.st_mode & 0644, st.st_gid };
	return replace_file(path, &like, write_text, text);
}

int
identity_store_write(
    const struct identity_store *store, const char *user, const char *text)
{
	char *path;
	int r;

	if (strlen(text) > STSSL_IDENTITY_MAX)
		return -EFBIG;
	path = identity_store_path(store, user);
	if (text[0] != '\0')
		r = replace(store, path, text);
	else if (unlink(path) == 0 && fsync(store->fd) == 0)
		r = 0;
	else
		r = -errno;
	free(path);
	return r;
}
