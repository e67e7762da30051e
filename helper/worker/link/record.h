/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The record of a client's TLS, as the Edge's worker has it and a header
 * carries it: strings "KEY=value", each with its NUL.  No name is among them:
 * those come from the Server's verifier alone.
 */
#ifndef HELPER_WORKER_LINK_RECORD_H
#define HELPER_WORKER_LINK_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "status/record.h"

#define LINK_RECORD_MAX 512

/*
 * The strings of `record` that a header carries, the others left out; *ret_len
 * is how long they are together.  -E2BIG.
 */
int link_record_take(const struct stssl_record *record,
    char ret[static LINK_RECORD_MAX], size_t *ret_len);

/*
 * True for such strings that came from elsewhere: SSL_PROTOCOL, SSL_CIPHER and
 * SSL_SESSION_RESUMED once each, SSL_TLS_SNI at most once, no other key, and
 * each value one that a worker says.
 */
bool link_record_is_sound(const char *text, size_t len);

/* Sound strings: the value of one; NULL when it is not there. */
const char *link_record_get(const char *text, size_t len, enum stssl_key key);

/* Put sound strings into a record.  0, or what stssl_record_put() says. */
int link_record_put(const char *text, size_t len, struct stssl_record *record);

#endif
