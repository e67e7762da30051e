/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The matrix as a page that needs nothing else, for a screen and for paper.
 */
#ifndef STSSLCTL_MATRIX_HTML_H
#define STSSLCTL_MATRIX_HTML_H

#include <jansson.h>

/*
 * Write the matrix, as `stsslctl matrix --json` prints it, to `file`, which is
 * replaced as a whole.  Returns 0 or a negative errno.
 */
int matrix_html_write(const json_t *matrix, const char *file);

#endif
