/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A configuration file that was read: sections, entries and values in three
 * lists.  Each refers to the next one by numbers, since lists move while they
 * grow.  conf/scan.c fills them, conf/conf.c hands out what is in them.
 */
#ifndef CONF_TREE_H
#define CONF_TREE_H

#include <stdint.h>
#include <sys/queue.h>

#include "conf/key.h"

/* A key that was given, and its values. */
struct stssl_entry {
	unsigned line;
	unsigned value; /* the first */
	unsigned count;
	unsigned before; /* the entry before it in its section, or 0 */
	unsigned key;    /* its row in the section's table */
	int number;      /* the value of a WORD, a NUMBER or a SWITCH */
};

/* Number 0 is the top.  Bit n of `given` is the nth key of the table. */
struct stssl_conf_section {
	struct stssl_conf *conf;
	const struct stssl_conf_key *kind; /* NULL for the top */
	const struct stssl_conf_key *keys;
	const char *title;
	uint64_t given;
	unsigned line;
	unsigned last; /* its last entry, or 0 */
};

/* Memory that is freed with the file. */
struct stssl_room {
	SLIST_ENTRY(stssl_room) next;
	max_align_t bytes[];
};

/* Number 0 of the entries stands for none. */
struct stssl_conf {
	char *path;
	char *text;
	struct stssl_conf_section *sections;
	size_t section_count, section_size;
	struct stssl_entry *entries;
	size_t entry_count, entry_size;
	char **values;
	size_t value_count, value_size;
	unsigned *lines; /* of the values */
	size_t line_size;
	SLIST_HEAD(stssl_rooms, stssl_room) rooms;
};

/*
 * Make lists that a text of `len` bytes will hardly fill, so that they need not
 * move; memory that is never touched costs nothing.  Returns 0 or -ENOMEM.
 */
int stssl_tree_init(struct stssl_conf *conf, size_t len);

/* Free the lists, and all rooms. */
void stssl_tree_done(struct stssl_conf *conf);

/* Each adds one to its list.  They return 0 or -ENOMEM. */
int stssl_tree_section(
    struct stssl_conf *conf, const struct stssl_conf_section *section);
int stssl_tree_entry(struct stssl_conf *conf, const struct stssl_entry *entry);
/* To the last entry. */
int stssl_tree_value(struct stssl_conf *conf, char *value, unsigned line);

/* The values of an entry; none for NULL. */
struct stssl_values stssl_tree_values(
    const struct stssl_conf *conf, const struct stssl_entry *entry);

/*
 * Check that no two sections of one kind have the same title.  Returns 0;
 * -EBADMSG and *ret, the section that has a title for the second time; or
 * -ENOMEM.
 */
int stssl_tree_titles(
    const struct stssl_conf *conf, const struct stssl_conf_section **ret);

#endif
