/* SPDX-License-Identifier: BSD-2-Clause
 *
 * OCSP responders that have failed: not to be asked again for some seconds, and
 * not to be complained of more than once in a minute.
 */
#ifndef HELPER_INQUIRER_RESPONDERS_H
#define HELPER_INQUIRER_RESPONDERS_H

#include <stdbool.h>
#include <time.h>

#include "status/tools/url.h"

/* When one more fails, the one that failed first is forgotten. */
#define RESPONDERS_MAX     32
#define RESPONDERS_REST    5
#define RESPONDERS_SILENCE 60

struct responder {
	char url[STSSL_URL_MAX + 1];
	time_t rest_until, silent_until;
};

/* All zero is empty.  Times are of a clock that nobody sets. */
struct responders {
	struct responder list[RESPONDERS_MAX];
	size_t next; /* to be forgotten */
};

/* Is it better left alone? */
bool responders_rest(
    const struct responders *responders, const char *url, time_t now);

/* It did not answer. */
void responders_failed(
    struct responders *responders, const char *url, time_t now);

/* True when there is to be a complaint about it, which counts as made. */
bool responders_complain(
    struct responders *responders, const char *url, time_t now);

#endif
