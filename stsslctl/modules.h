/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a PAM module does, known by its name and sometimes its arguments: ask
 * for a password, keep certain users out, or something else.
 */
#ifndef STSSLCTL_MODULES_H
#define STSSLCTL_MODULES_H

#include <stdbool.h>

#include "stsslctl/stack.h"

/* The kind of the module of a line. */
enum module_kind module_kind(const struct stack_line *line);

/*
 * Is there such a module?  A name without a path is looked for in `dir`, or
 * when that is NULL, in the directories where modules usually are.
 */
bool module_exists(const char *module, const char *dir);

#endif
