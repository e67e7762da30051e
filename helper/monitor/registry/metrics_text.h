/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The text of OpenMetrics 1.0.
 */
#ifndef HELPER_MONITOR_REGISTRY_METRICS_TEXT_H
#define HELPER_MONITOR_REGISTRY_METRICS_TEXT_H

#include <stdio.h>

#include "helper/monitor/registry/metrics.h"
#include "helper/monitor/registry/penalties.h"

struct helper_config;
struct x509_inventory;
struct x509_store;

/* Longest text.  Of certificates and lists there are as many as fit. */
#define METRICS_TEXT_MAX 196608

/* What is told of besides the counters; of the generation in use. */
struct metrics_more {
	struct penalty_counts penalties;
	const struct helper_config *config;
	const struct x509_inventory *inventory; /* may be NULL */
	const struct x509_store *store;         /* may be NULL */
};

/* Write it all, up to the "# EOF", to an empty stream that can tell where. */
void metrics_write(
    FILE *to, const struct metrics *metrics, const struct metrics_more *more);

#endif
