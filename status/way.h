/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The way down a path: nobody who is not to be trusted can lead it elsewhere.
 */
#ifndef STATUS_WAY_H
#define STATUS_WAY_H

#include <stdbool.h>
#include <sys/stat.h>

#define STSSL_OTHERS_WRITE (S_IWGRP | S_IWOTH)

/* Root's, or of the user this process runs as. */
bool stssl_is_ours(const struct stat *st);

/* That, and neither its group nor others can write to it. */
bool stssl_is_safe(const struct stat *st);

/* The same of a directory; in a sticky one others have only what is theirs. */
bool stssl_is_safe_above(const struct stat *dir);

/* Where a path has led so far, and where it leads on. */
struct stssl_way {
	int fd;             /* of the directory; -1 before the beginning */
	struct stat dir;    /* of fd */
	struct stat above;  /* of the directory that this one is in */
	const char *name;   /* the last component, in `rest` */
	char *rest;         /* ours */
	bool follows_links; /* else they are refused with -ELOOP */
	unsigned links;     /* that were followed */
};

/*
 * Go down to the directory of a path's last component.  All that is above must
 * be stssl_is_safe_above(), links in it stssl_is_ours(); the directory itself
 * is for the caller to judge.  Returns 0; -EPERM; -ELOOP; -ENOMEM; or what
 * open(2) and readlink(2) say.  stssl_way_end() is to be called in any case.
 */
int stssl_way_go(const char *path, bool follows_links, struct stssl_way *ret);

void stssl_way_end(struct stssl_way *way);

#endif
