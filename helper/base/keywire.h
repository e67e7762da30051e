/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests for signatures as they go over links, stssl-link(7): the Edge has a
 * certificate, and the Server its key.  The names of keys and algorithms are
 * those that both machines know.
 */
#ifndef HELPER_BASE_KEYWIRE_H
#define HELPER_BASE_KEYWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/keyrequest.h"

/* A header, which may come in its place, is not shorter. */
#define KEY_WIRE_FRONT 16
/* Mark, certificate, scheme, length, four zeroes, what is signed. */
#define KEY_WIRE_REQUEST (8 + KEY_NAME + 2 + 2 + 4 + KEY_DATA_MAX)
/* Mark, length, six zeroes, signature. */
#define KEY_WIRE_ANSWER (8 + 2 + 6 + KEY_SIGNATURE_MAX)

/* Does a request begin like that? */
bool key_wire_is_request(const uint8_t bytes[static KEY_WIRE_FRONT]);

/*
 * Of a request algorithm, length and data are written, of an answer the
 * signature with its length.
 */
void key_wire_write_request(const uint8_t name[static KEY_NAME],
    const struct key_request *request, uint8_t ret[static KEY_WIRE_REQUEST]);
void key_wire_write_answer(
    const struct key_answer *answer, uint8_t ret[static KEY_WIRE_ANSWER]);

/*
 * False when it is none, or of another form than these write.  The key's number
 * is left 0; whether it is proper is another question.
 */
bool key_wire_read_request(const uint8_t bytes[static KEY_WIRE_REQUEST],
    uint8_t ret_name[static KEY_NAME], struct key_request *ret);
bool key_wire_read_answer(
    const uint8_t bytes[static KEY_WIRE_ANSWER], struct key_answer *ret);

#endif
