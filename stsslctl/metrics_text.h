/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The helper's counters, as text.
 */
#ifndef STSSLCTL_METRICS_TEXT_H
#define STSSLCTL_METRICS_TEXT_H

#include <stdio.h>

/*
 * Ask the helper.  Returns 0 and *ret, the whole text of OpenMetrics, to be
 * freed; or a negative errno: as ask(), and -EBADMSG when it has no end, or a
 * control character.
 */
int metrics_get(const char *socket, char **ret);

/*
 * Write that text as Prometheus's older format, 0.0.4, has it: samples are the
 * same, and counters are named as their samples are.
 */
void metrics_plain(FILE *to, const char *text);

#endif
