/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files that are to be believed: in a directory of their own, since whoever can
 * write to a directory can replace what is in it, and /tmp is everybody's.
 */
#ifndef TESTS_PRIVATE_FILE_H
#define TESTS_PRIVATE_FILE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * As mkstemp(3), for a path that ends in "XXXXXX/" and a name: makes the
 * directory, too.  Returns the descriptor of the file, or -1.
 */
static inline int
private_file_make(char *path)
{
	char *slash = strrchr(path, '/');
	bool made;

	*slash = '\0';
	made = mkdtemp(path) != NULL;
	*slash = '/';
	return made ? open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
		    : -1;
}

/* Remove both, if they are there. */
static inline void
private_file_remove(char *path)
{
	char *slash = strrchr(path, '/');

	(void)unlink(path);
	*slash = '\0';
	(void)rmdir(path);
	*slash = '/';
}

#endif
