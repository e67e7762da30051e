/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The events that clients are penalised for, and the section of helper.conf
 * that says how much.
 */
#ifndef SETUP_PENALTIES_H
#define SETUP_PENALTIES_H

#include <stddef.h>

#include "setup/networks.h"

/*
 * The name of an event, its word in helper.conf, in logs and in answers, and
 * the default in seconds.  CRASH and those behind it are told by the monitor
 * itself.
 */
#define PENALTY_EVENTS(X)                             \
	X(HANDSHAKE_FAILED, "handshake-failed", 1)    \
	X(HANDSHAKE_TIMEOUT, "handshake-timeout", 10) \
	X(LOGIN_FAILED, "login-failed", 5)            \
	X(LOGIN_TIMEOUT, "login-timeout", 10)         \
	X(CRASH, "crash", 90)                         \
	X(ADVICE_TIMEOUT, "advice-timeout", 10)

enum penalty_event {
#define X(name, word, seconds) PENALTY_##name,
	PENALTY_EVENTS(X)
#undef X
	PENALTY_COUNT
};

/* All zero: nobody is penalised. */
struct penalty_config {
	unsigned seconds[PENALTY_COUNT];
	unsigned refuse_above; /* seconds */
	unsigned max;          /* seconds; 0: no penalties */
	unsigned max_sources;
	struct networks exempt;
};

/* The event's word; "" for a value that is none of the enum. */
const char *penalty_word(enum penalty_event event);

#endif
