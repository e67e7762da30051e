/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The directory of identity files.  It is locked while a command reads and
 * changes it, so that no change is lost.
 */
#ifndef STSSLCTL_IDENTITY_STORE_H
#define STSSLCTL_IDENTITY_STORE_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "stsslctl/command.h"

struct identity_store {
	const char *directory; /* borrowed; for messages */
	int fd;                /* of the directory; holds the lock */
	struct stat st;        /* of it; new files get its group */
};

/*
 * Open and lock the directory, waiting until nobody else has it.  Returns 0, to
 * be closed by identity_store_close(); or as stssl_trusted_directory().
 */
int identity_store_open(const char *directory, struct identity_store *ret);
void identity_store_close(struct identity_store *store);

/* command_cannot() or command_cannot_trust() for a user's file. */
enum command_status identity_store_cannot(
    const struct identity_store *store, const char *user, int error);

/* command_refuse() for a user's file. */
enum command_status identity_store_refuse(
    const struct identity_store *store, const char *user, const char *why);

/*
 * The users who have a file, in the order of their names.  Returns how many and
 * *ret, to be freed by identity_store_users_free(); or a negative errno.
 */
int identity_store_users(
    const struct identity_store *store, struct dirent ***ret);
void identity_store_users_free(struct dirent **users, int count);

/*
 * The text of a user's file; "" when there is none.  Returns 0 and *ret, to be
 * freed; -EILSEQ for a NUL in it; or as stssl_trusted_read().
 */
int identity_store_read(
    const struct identity_store *store, const char *user, char **ret);

/* Does the user have a file? */
bool identity_store_has(const struct identity_store *store, const char *user);

/*
 * Put `text` in place of a user's file; "" removes it.  A file that is there
 * keeps its mode and group; a new one can be read by all who can search the
 * directory.  Returns 0, -EFBIG past STSSL_IDENTITY_MAX, or a negative errno.
 */
int identity_store_write(
    const struct identity_store *store, const char *user, const char *text);

#endif
