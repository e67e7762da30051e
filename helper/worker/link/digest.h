/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares the policies of a link's sides.
 */
#ifndef HELPER_WORKER_LINK_DIGEST_H
#define HELPER_WORKER_LINK_DIGEST_H

#include "helper/worker/link/hello.h"

struct message_advice;
struct session;

/* Ours, out of the answer to ABOUT_DIGEST; unknown when it is none. */
struct link_digest link_digest_of(const struct message_advice *advice);

/*
 * Are they the same?  The monitor hears of it, and the log of two that differ;
 * one that is not known is like none.  `peer`, " KEY=value", is the other side,
 * unless the session's label has it.
 */
bool link_digest_compare(const struct session *s, const char *peer,
    const struct link_digest *ours, const struct link_digest *theirs);

#endif
