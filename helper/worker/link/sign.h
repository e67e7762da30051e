/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The Server signs for an Edge that has a certificate without its key.
 */
#ifndef HELPER_WORKER_LINK_SIGN_H
#define HELPER_WORKER_LINK_SIGN_H

#include <stdint.h>

#include "helper/base/keywire.h"

struct session;

/* Answer the request.  NULL, or what is wrong with it, for the log. */
const char *link_sign(
    struct session *s, const uint8_t bytes[static KEY_WIRE_REQUEST]);

#endif
