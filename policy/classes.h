/* SPDX-License-Identifier: BSD-2-Clause
 *
 * classes.conf: the ordered list of user classes, stssl-classes.conf(5).
 */
#ifndef POLICY_CLASSES_H
#define POLICY_CLASSES_H

#include <stdbool.h>

#include "conf/conf.h"

#define STSSL_CLASSES_CONF "/etc/stssl/classes.conf"

struct stssl_classes;

/*
 * Read and check the whole file.  Returns 0 and *ret, to be freed by
 * stssl_classes_free(); or a negative errno with error->text set to
 * "file:line: what".  Thread-safe.
 */
int stssl_classes_read(
    const char *path, struct stssl_classes **ret, struct stssl_error *error);

/*
 * Is the file at `path` surely the one that the classes were read from, and
 * unchanged?  See policy/stamp.h.
 */
bool stssl_classes_current(
    const struct stssl_classes *classes, const char *path);

/* Takes NULL.  Returns NULL. */
struct stssl_classes *stssl_classes_free(struct stssl_classes *classes);

#endif
