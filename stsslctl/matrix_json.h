/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The matrix as a JSON object, of which text and HTML are made, too.
 */
#ifndef STSSLCTL_MATRIX_JSON_H
#define STSSLCTL_MATRIX_JSON_H

#include <jansson.h>

struct stssl_classes;

/*
 * The object that stsslctl(8) describes, of classes that were read from `file`.
 * Never returns NULL: out of memory ends the process.
 */
json_t *matrix_json(const struct stssl_classes *classes, const char *file);

#endif
