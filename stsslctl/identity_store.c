/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads and writes identity files under a lock on their directory.
 */
#include <config.h>
#include "stsslctl/identity_store.h"

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
#include "status/tools/directory.h"
#include "status/trust.h"
#include "stsslctl/output.h"
#include "stsslctl/replace.h"

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
	int r = stssl_trusted_directory(directory, &store.fd);

	if (r < 0)
		return r;
	r = fstat(store.fd, &store.st) == -1 ? -errno : lock(store.fd);
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

/* The path of a user's file, for messages. */
static char *
path_of(const struct identity_store *store, const char *user)
{
	return output_format("%s/%s", store->directory, user);
}

enum command_status
identity_store_cannot(
    const struct identity_store *store, const char *user, int error)
{
	char *path = path_of(store, user);

	(void)(error == -EPERM ? command_cannot_trust(path)
			       : command_cannot(path, error));
	free(path);
	return COMMAND_UNKNOWN;
}

enum command_status
identity_store_refuse(
    const struct identity_store *store, const char *user, const char *why)
{
	char *path = path_of(store, user);

	(void)command_refuse(path, why);
	free(path);
	return COMMAND_FOUND;
}

static int
is_user(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && stssl_user_valid(entry->d_name);
}

int
identity_store_users(const struct identity_store *store, struct dirent ***ret)
{
	int count = scandirat(store->fd, ".", ret, is_user, alphasort);

	return count < 0 ? -errno : count;
}

void
identity_store_users_free(struct dirent **users, int count)
{
	while (count > 0)
		free(users[--count]);
	free(users);
}

int
identity_store_read(
    const struct identity_store *store, const char *user, char **ret)
{
	char *text;
	size_t len = 0;
	int r = stssl_trusted_read_at(
	    store->fd, user, STSSL_IDENTITY_MAX, &text, &len);

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

bool
identity_store_has(const struct identity_store *store, const char *user)
{
	struct stat st;

	return fstatat(store->fd, user, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int
identity_store_write(
    const struct identity_store *store, const char *user, const char *text)
{
	bool for_all = (store->st.st_mode & S_IXOTH) != 0;
	struct replace_like like = { for_all ? 0644 : 0640, store->st.st_gid };
	struct stat st;

	if (strlen(text) > STSSL_IDENTITY_MAX)
		return -EFBIG;
	if (text[0] == '\0')
		return unlinkat(store->fd, user, 0) == 0 &&
			       fsync(store->fd) == 0
			   ? 0
			   : -errno;
	if (fstatat(store->fd, user, &st, AT_SYMLINK_NOFOLLOW) == 0)
		like = (struct replace_like){ st.st_mode & 0644, st.st_gid };
	return replace_file_at(store->fd, user, &like, text);
}
