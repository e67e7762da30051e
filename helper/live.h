/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What stssl-status(7) tells of a session to administrators: its record, what
 * was decided for it, and its age.
 */
#ifndef HELPER_LIVE_H
#define HELPER_LIVE_H

#include <stddef.h>

#include "helper/question.h"
#include "helper/registry.h"
#include "status/record.h"

/*
 * Write the answer to "list" for this session; `listener` is the name of its
 * listener.  The certificate itself is left out, and so is what does not fit.
 * Returns its length.
 */
size_t live_describe(const struct session_entry *entry, const char *listener,
    char buf[static STSSL_RECORD_MAX]);

/* Keep what was decided with the session.  Out of memory forgets it. */
void live_login(struct session_entry *entry, const struct question *q);

/*
 * Write the answer to "metrics"; `listener` as in helper/answer.h.  Returns its
 * length, or 0 when out of memory.
 */
size_t live_metrics(struct registry *registry,
    const char *(*listener)(void *owner, uint32_t listener), void *owner,
    char buf[static STSSL_RECORD_MAX]);

#endif
