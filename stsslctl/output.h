/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Output for terminals and for programs.  Text from files, certificates or
 * clients may hold any byte: only printable ASCII reaches a terminal, and JSON
 * is always valid.
 */
#ifndef STSSLCTL_OUTPUT_H
#define STSSLCTL_OUTPUT_H

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "status/quote.h"

/* Print `text` with \xNN for every byte that is not printable ASCII. */
void output_text(FILE *to, const char *text);

/*
 * A JSON string; one that is not UTF-8 has \xNN for the bytes that are not
 * ASCII.  null for NULL.  Never returns NULL: out of memory ends the process.
 */
json_t *output_string(const char *text);

/* Out of memory: says so and ends the process. */
_Noreturn void output_no_memory(void);

/* `value`, which may not be NULL: out of memory ends the process. */
json_t *output_need(json_t *value);

/* A copy of `text`; out of memory ends the process. */
char *output_copy(const char *text);

/* As asprintf(3), but out of memory ends the process; to be freed. */
char *output_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *output_vformat(const char *fmt, va_list args)
    __attribute__((format(printf, 1, 0)));

/* The time now, in UTC. */
struct tm output_now(void);

/* Set `key` of `object` to `value`, whose reference is taken. */
void output_set(json_t *object, const char *key, json_t *value);

/* The string `key` of `object`; NULL when it has none. */
const char *output_get(const json_t *object, const char *key);

/* The same in quotes, written to `buf`. */
const char *output_quoted(
    const json_t *object, const char *key, char buf[static STSSL_QUOTE_MAX]);

/* Append `value`, whose reference is taken. */
void output_append(json_t *array, json_t *value);

/* Print it, indented, in ASCII, with a newline; gives the reference up. */
void output_json(json_t *value);

#endif
