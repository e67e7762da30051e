/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The directory of identity files, locked while it is looked at and changed:
 * of two who change it at a time, the second sees what the first wrote.
 */
#ifndef STSSLCTL_IDENTITY_STORE_H
#define STSSLCTL_IDENTITY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct identity_store {
	const char *directory; /* borrowed; for messages */
	int fd;                /* all is done here; holds the lock */
	bool for_all;          /* everybody may search the directory */
	gid_t gid;
};

/*
 * Open and lock the directory, waiting for whoever has it.  Returns 0, to be
 * closed by identity_store_close(); or the errors of stssl_trusted_directory().
 */
int identity_store_open(const char *directory, struct identity_store *ret);
void identity_store_close(struct identity_store *store);

/*
 * The path of a user's file for messages, to be freed.  Out of memory ends the
 * process.
 */
char *identity_store_path(const struct identity_store *store, const char *user);

/*
 * The text of a user's file; "" when there is none.  Returns 0 and *ret, to be
 * freed; -EILSEQ for a NUL in it; or as stssl_trusted_read().
 */
int identity_store_read(
    const struct identity_store *store, const char *user, char **ret);

/*
 * Call `each` for every user who has a file, in the order of their names,
 * until it returns something else than 0, and return that.
 */
int identity_store_each(const struct identity_store *store,
    int (*each)(void *owner, const char *user), void *owner);

/*
 * Put `text` in place of a user's file; "" removes it.  A file that is there
 * keeps its mode and group; a new one can be read by whom the directory can be
 * searched by.  Returns 0, -EFBIG past STSSL_IDENTITY_MAX, or a negative errno.
 */
int identity_store_write(
    const struct identity_store *store, const char *user, const char *text);

#endif
