/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a classes.conf without mistakes says that may not be meant.
 */
#ifndef STSSLCTL_CHECK_CLASSES_H
#define STSSLCTL_CHECK_CLASSES_H

#include "policy/classes.h"
#include "stsslctl/findings.h"

/* Add a warning for each; the classes were read from `path`. */
void check_classes(const struct stssl_classes *classes, const char *path,
    struct findings *findings);

#endif
