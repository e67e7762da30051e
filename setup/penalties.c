/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The words of the events that clients are penalised for.
 */
#include <config.h>
#include "setup/penalties.h"

static const char *const words[PENALTY_COUNT] = {
#define X(name, word, seconds) [PENALTY_##name] = word,
	PENALTY_EVENTS(X)
#undef X
};

const char *
penalty_word(enum penalty_event event)
{
	return (unsigned)event < PENALTY_COUNT ? words[event] : "";
}
