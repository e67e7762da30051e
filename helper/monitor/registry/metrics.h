/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's counters, and their text for OpenMetrics.  Counters begin at 0
 * with the monitor.
 */
#ifndef HELPER_MONITOR_REGISTRY_METRICS_H
#define HELPER_MONITOR_REGISTRY_METRICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "helper/monitor/registry/admission.h"
#include "helper/monitor/registry/penalties.h"
#include "policy/decide.h"

struct x509_inventory;

/* As a record says it. */
enum metrics_tls {
	METRICS_CLEAR,
	METRICS_TLS_1_2,
	METRICS_TLS_1_3,
	METRICS_TLS_COUNT
};

struct metrics {
	uint64_t accepted;
	uint64_t sent_away[ADMISSION_COUNT];
	uint64_t handshakes[METRICS_TLS_COUNT];
	uint64_t verdicts[STSSL_VERDICT_COUNT][STSSL_REASON_COUNT];
	uint64_t refusals[STSSL_REASON_COUNT];
	uint64_t bytes_in, bytes_out;
};

/* The TLS version in the text of a record, `len` bytes. */
enum metrics_tls metrics_tls_of(const char *text, size_t len);

/* The module decided.  A reason that is none is not counted. */
void metrics_verdict(
    struct metrics *metrics, enum stssl_verdict verdict, const char *reason);

/* An advisor refused, so that the module is not asked. */
void metrics_refusal(struct metrics *metrics, enum stssl_reason reason);

/* So many bytes more have come from clients and gone to them. */
void metrics_traffic(struct metrics *metrics, uint64_t in, uint64_t out);

/* How many sessions there are now, for one listener. */
struct metrics_now {
	const char *listener;
	size_t sessions[METRICS_TLS_COUNT];
};

/*
 * Write it all, up to the "# EOF", to a stream whose position is that in a
 * record.  Of certificates there are as many as there is room for; `inventory`
 * may be NULL.
 */
void metrics_write(FILE *to, const struct metrics *metrics,
    const struct penalty_counts *penalties, const struct metrics_now *now,
    size_t count, const struct x509_inventory *inventory);

#endif
