/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The matrix as a page that needs nothing else, for a screen and for paper.
 */
#ifndef STSSLCTL_MATRIX_HTML_H
#define STSSLCTL_MATRIX_HTML_H

#include <jansson.h>

/*
 * The page about the matrix, which matrix_json() made: HTML 5 in UTF-8, with
 * the host and the time.  Returns it, to be freed by the caller; out of memory
 * ends the process.
 */
char *matrix_html(const json_t *matrix);

#endif
