/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's counters.  They begin at 0 with the monitor, and a reload
 * leaves them alone.  All is counted when it happens, so that to tell of it
 * costs no walk over sessions.
 */
#ifndef HELPER_MONITOR_REGISTRY_METRICS_H
#define HELPER_MONITOR_REGISTRY_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "helper/base/message.h"
#include "helper/monitor/registry/admission.h"
#include "helper/monitor/role.h"
#include "policy/decide.h"

/* As a record says it. */
enum metrics_tls {
	METRICS_CLEAR,
	METRICS_TLS_1_2,
	METRICS_TLS_1_3,
	METRICS_TLS_COUNT
};

/* What came of the last connection to a backend. */
enum metrics_backend {
	METRICS_BACKEND_UNTRIED,
	METRICS_BACKEND_UP,
	METRICS_BACKEND_DOWN
};

struct metrics_listener {
	size_t sessions[METRICS_TLS_COUNT]; /* now */
	enum metrics_backend backend;
	uint64_t backend_failures;
	uint64_t policy_mismatches;
	/* The other side's policy, of the last link; "": none was told. */
	char policy[2 * MESSAGE_DIGEST_BYTES + 1];
};

/* So many classes are told apart; logins of all others are counted as one. */
#define METRICS_CLASSES 256
/* Longest name, in bytes, of a class that is told apart. */
#define METRICS_CLASS_MAX 64
/* The name of all others. */
#define METRICS_OTHERS "(other)"

struct metrics_class {
	char name[METRICS_CLASS_MAX + 1]; /* UTF-8; "": no class matched */
	uint64_t logins[STSSL_VERDICT_COUNT];
};

/* Fields are for reading, but for those without a function below. */
struct metrics {
	time_t started;
	uint64_t accepted;
	uint64_t sent_away[ADMISSION_COUNT];
	uint64_t handshakes[METRICS_TLS_COUNT];
	uint64_t verdicts[STSSL_VERDICT_COUNT][STSSL_REASON_COUNT];
	uint64_t refusals[STSSL_REASON_COUNT];
	uint64_t bytes_in, bytes_out;
	uint64_t restarts[ROLE_COUNT];

	uint64_t reloads, failed_reloads;
	bool reload_failed;            /* the last one */
	time_t reload_tried, reloaded; /* the last one; the last good one */

	struct metrics_class classes[METRICS_CLASSES];
	size_t class_count;
	uint64_t other_logins[STSSL_VERDICT_COUNT];

	struct metrics_listener *listeners; /* by their numbers */
	size_t listener_count;
};

/* All 0, from `now` on; to be given to metrics_done(). */
void metrics_init(struct metrics *metrics, time_t now);
void metrics_done(struct metrics *metrics);

/* "TLSv1.3" as in a record; "none". */
const char *metrics_tls_word(enum metrics_tls tls);

/* The TLS version in the text of a record, `len` bytes. */
enum metrics_tls metrics_tls_of(const char *text, size_t len);

/*
 * The row of a listener, valid until the row of another one is made; NULL when
 * out of memory, and only for one that there was no row of yet.
 */
struct metrics_listener *metrics_listener(
    struct metrics *metrics, uint32_t listener);

/* A session has begun (from -1), has a version now, or is over (to -1). */
void metrics_session(
    struct metrics *metrics, uint32_t listener, int from, int to);

/* The backend of a listener was connected, or could not be reached. */
void metrics_backend(struct metrics *metrics, uint32_t listener, bool is_up);

/*
 * A link of a listener has told which policy the other side judges by, and
 * whether it is ours: MESSAGE_DIGEST_BYTES; NULL: it does not know.
 */
void metrics_policy(struct metrics *metrics, uint32_t listener, bool is_same,
    const uint8_t *digest);

/* The module decided.  A reason that is none is not counted. */
void metrics_verdict(
    struct metrics *metrics, enum stssl_verdict verdict, const char *reason);

/* Somebody of this class is logged in, or was refused. */
void metrics_login(struct metrics *metrics, const char *class_name,
    enum stssl_verdict verdict);

/* An advisor refused, so that the module is not asked. */
void metrics_refusal(struct metrics *metrics, enum stssl_reason reason);

/* So many bytes more have come from clients and gone to them. */
void metrics_traffic(struct metrics *metrics, uint64_t in, uint64_t out);

/* A reload is over. */
void metrics_reload(struct metrics *metrics, bool is_good, time_t now);

#endif
