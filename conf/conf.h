/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a configuration file by a table of its keys.  stssl-classes.conf(5) has
 * the syntax.  The first mistake ends the reading, with one message,
 * "file:line: what"; nothing of a faulty file is used.
 *
 * Values are made in the text itself and listed in a few arrays, so that a
 * file of many sections costs few allocations.  Nothing in here is shared
 * between threads, writes to a stream, or ends the process: any thread of any
 * daemon can use it.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/key.h"

#define STSSL_CONF_MAX (4 * 1024 * 1024)

struct stssl_conf;
struct stssl_conf_section;

/*
 * Read `path`, a trusted file (status/trust.h) of at most STSSL_CONF_MAX bytes,
 * by `keys`, which must outlive it.  Returns 0 and *ret, to be freed by
 * stssl_conf_free(); or a negative errno (-EBADMSG for a mistake in the text)
 * with error->text set.
 */
int stssl_conf_read(const char *path, const struct stssl_conf_key *keys,
    struct stssl_conf **ret, struct stssl_error *error);

/* Frees all values, too.  Takes NULL.  Returns NULL. */
struct stssl_conf *stssl_conf_free(struct stssl_conf *conf);

/* The keys at the top. */
const struct stssl_conf_section *stssl_conf_top(const struct stssl_conf *conf);

/*
 * The section of this name behind `last`, or the first one when `last` is NULL;
 * NULL when there is none.  A SECTION is there even if the file has none.
 */
const struct stssl_conf_section *stssl_conf_next(const struct stssl_conf *conf,
    const char *name, const struct stssl_conf_section *last);

/* How many sections of this name there are. */
size_t stssl_conf_count(const struct stssl_conf *conf, const char *name);

/* The title of a TITLED section. */
const char *stssl_conf_title(const struct stssl_conf_section *section);

/* True when the key was given.  Here and below, it is one of the section's. */
bool stssl_conf_given(
    const struct stssl_conf_section *section, const char *key);

/* The values of any key, as they were given; none when it was not. */
struct stssl_values stssl_conf_values(
    const struct stssl_conf_section *section, const char *key);

/*
 * All values of a section at once, each at the `place` of its key in *ret; at
 * the top those of each SECTION, too, but not of TITLED ones.  A key that was
 * not given has its default; a LIST or an ARRAY is empty then, and a VALUE
 * without a default leaves its field as it is.  Returns 0; or, with an ARRAY
 * only, -ENOMEM.
 */
int stssl_conf_fill(const struct stssl_conf_section *section, void *ret);

/*
 * Tell a mistake in `key` of a section that was found after the file was read:
 * fills error->text with the file, the line on which the key was given (the
 * section's when it was not, 1 at the top) and the text.  For "" the line is
 * the section's.  Always returns -EBADMSG.
 */
int stssl_conf_error(const struct stssl_conf_section *section, const char *key,
    struct stssl_error *error, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for value `i` of a key, with its line and itself. */
int stssl_conf_wrong(const struct stssl_conf_section *section, const char *key,
    size_t i, const char *why, struct stssl_error *error);

#endif
