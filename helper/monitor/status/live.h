/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What stssl-status(7) tells administrators: one session after the other, with
 * its record, what was decided for it, and its age; what is counted; and who
 * has a penalty.
 */
#ifndef HELPER_MONITOR_STATUS_LIVE_H
#define HELPER_MONITOR_STATUS_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "helper/monitor/generation.h"
#include "helper/monitor/registry/registry.h"
#include "helper/monitor/status/question.h"
#include "status/record.h"

/* Where facts come from; `listener` and `generation` are those of answer.h. */
struct live_source {
	struct registry *registry;
	struct penalties *penalties;
	const struct generation *generation;
	const char *(*listener)(void *owner, uint32_t listener);
	void *owner;
};

/*
 * Write the answer to a question of kind QUESTION_LIST, QUESTION_METRICS
 * or QUESTION_PENALTIES.
 * The certificate itself is left out, and so is what does not fit.  Returns its
 * length; 0, which is no answer, when out of memory.
 */
size_t live_answer(const struct live_source *source, const struct question *q,
    char buf[static STSSL_RECORD_MAX]);

/* Keep what was decided with the session.  Out of memory forgets it. */
void live_login(struct session_entry *entry, const struct question *q);

#endif
