/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the configuration files of other daemons say, as lists of keys and
 * values.  Only as much of their syntax is known as `check` needs.
 */
#ifndef STSSLCTL_SETTINGS_H
#define STSSLCTL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "stsslctl/findings.h"

/* A daemon may have several servers: number 0, and virtual ones from 1 on. */
#define SETTINGS_GLOBAL (~0U) /* for all servers that do not say otherwise */

/* Files include each other at most this deep. */
#define SETTINGS_DEPTH 16

struct setting {
	char *key;
	char *value; /* one blank between its words */
	char *file;
	unsigned line;
	unsigned server;
};

struct settings {
	const char *etc;           /* what stands for /etc */
	struct findings *findings; /* for files that cannot be read */
	struct setting *list;
	size_t count;
	unsigned servers; /* how many there are */
	bool last;        /* of a key that is given twice the last counts */
	unsigned server;  /* while reading: whose the next lines are, */
	unsigned depth;   /* and how many files include them */
};

/*
 * Read the configuration at `path`, a path below /etc, into *s, of which `etc`
 * and `findings` are set.  Returns false if there is none.
 */
typedef bool settings_reader(struct settings *s, const char *path);

settings_reader settings_vsftpd;  /* vsftpd.conf(5): a file */
settings_reader settings_proftpd; /* a file, and what it includes */

/*
 * Debian's directory with a file for each key.  Authentications are settings
 * if the directory auth beside it has a link to them; STANDALONE_OR_INETD comes
 * from /etc/default.
 */
settings_reader settings_pureftpd;

void settings_done(struct settings *s);

/* The file that stands for `path`, to be freed; no memory ends the process. */
char *settings_path(const struct settings *s, const char *path);

/*
 * Read a whole file of settings.  Returns its text, to be freed, or NULL: it
 * is not there, or cannot be read, with a finding.
 */
char *settings_text(const struct settings *s, const char *path);

/* Call `take` with each file that fits a pattern of glob(7), in their order. */
void settings_files(struct settings *s, const char *pattern,
    void (*take)(struct settings *s, const char *file));

/* Append a setting; the list has copies of all of it. */
void settings_add(struct settings *s, const struct setting *setting);

/*
 * The setting of `server` with this key, in capital or small letters; else that
 * of all servers; else NULL.
 */
const struct setting *settings_find(
    const struct settings *s, unsigned server, const char *key);

#endif
