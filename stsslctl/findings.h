/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The errors and warnings of `check`, each with the place to be mended.
 */
#ifndef STSSLCTL_FINDINGS_H
#define STSSLCTL_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

enum finding_level {
	FINDING_HINT,    /* works as it is meant, and could be better */
	FINDING_WARNING, /* works, but may not be meant so */
	FINDING_ERROR,   /* does not work, or is not safe */
	FINDING_LEVEL_COUNT
};

struct findings {
	json_t *list;
	size_t count[FINDING_LEVEL_COUNT];
};

void findings_init(struct findings *f);
void findings_done(struct findings *f);

/*
 * Add a finding, unless it is there already (long lists are not searched).
 * `line` is 0 if there is none; `file` may be NULL.
 */
void findings_add(struct findings *f, enum finding_level level,
    const char *file, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* Add the error of a configuration file, which reads "file:line: what". */
void findings_add_conf(struct findings *f, enum finding_level level,
    const char *file, const struct stssl_error *error);

/* Print them, a line each ("error: FILE:LINE: what"), or as JSON. */
void findings_print(const struct findings *f, bool json);

#endif
