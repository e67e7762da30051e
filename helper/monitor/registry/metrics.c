/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counts.  What others name, classes above all, has a limit in number and in
 * length, so that nobody can make the monitor grow.
 */
#include <config.h>
#include "helper/monitor/registry/metrics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "status/record.h"
#include "status/tools/hex.h"
#include "status/utf8.h"

static const char *const versions[METRICS_TLS_COUNT] = {
	[METRICS_CLEAR] = "none",
	[METRICS_TLS_1_2] = "TLSv1.2",
	[METRICS_TLS_1_3] = "TLSv1.3",
};

const char *
metrics_tls_word(enum metrics_tls tls)
{
	return versions[tls];
}

void
metrics_init(struct metrics *metrics, time_t now)
{
	memset(metrics, 0, sizeof *metrics);
	metrics->started = metrics->reload_tried = metrics->reloaded = now;
}

void
metrics_done(struct metrics *metrics)
{
	free(metrics->listeners);
	metrics->listeners = NULL;
	metrics->listener_count = 0;
}

enum metrics_tls
metrics_tls_of(const char *text, size_t len)
{
	if (len == 0 || text[len - 1] != '\0')
		return METRICS_CLEAR;
	for (const char *at = text; at < text + len; at += strlen(at) + 1) {
		const char *version =
		    stssl_key_value(at, STSSL_KEY_SSL_PROTOCOL);

		for (int i = 0; version != NULL && i < METRICS_TLS_COUNT; i++)
			if (strcmp(version, versions[i]) == 0)
				return (enum metrics_tls)i;
	}
	return METRICS_CLEAR;
}

/* Listeners */

struct metrics_listener *
metrics_listener(struct metrics *metrics, uint32_t listener)
{
	size_t count = (size_t)listener + 1, had = metrics->listener_count;
	struct metrics_listener *rows = metrics->listeners;

	if (count <= had)
		return &rows[listener];
	rows = reallocarray(rows, count, sizeof *rows);
	if (rows == NULL)
		return NULL;
	memset(rows + had, 0, (count - had) * sizeof *rows);
	metrics->listeners = rows;
	metrics->listener_count = count;
	return &rows[listener];
}

void
metrics_session(struct metrics *metrics, uint32_t listener, int from, int to)
{
	struct metrics_listener *row = metrics_listener(metrics, listener);

	if (row == NULL)
		return;
	assert(from < 0 || row->sessions[from] > 0);
	if (from >= 0)
		row->sessions[from]--;
	if (to >= 0)
		row->sessions[to]++;
}

void
metrics_backend(struct metrics *metrics, uint32_t listener, bool is_up)
{
	struct metrics_listener *row = metrics_listener(metrics, listener);

	if (row == NULL)
		return;
	row->backend = is_up ? METRICS_BACKEND_UP : METRICS_BACKEND_DOWN;
	row->backend_failures += !is_up;
}

void
metrics_policy(struct metrics *metrics, uint32_t listener, bool is_same,
    const uint8_t *digest)
{
	struct metrics_listener *row = metrics_listener(metrics, listener);

	if (row == NULL)
		return;
	row->policy_mismatches += !is_same;
	row->policy[0] = '\0';
	if (digest != NULL)
		(void)stssl_hex(digest, MESSAGE_DIGEST_BYTES, row->policy);
}

/* Logins */

void
metrics_verdict(
    struct metrics *metrics, enum stssl_verdict verdict, const char *reason)
{
	for (int i = 0; i < STSSL_REASON_COUNT; i++)
		if ((unsigned)verdict < STSSL_VERDICT_COUNT &&
		    strcmp(reason, stssl_reason_word((enum stssl_reason)i)) ==
			0)
			metrics->verdicts[verdict][i]++;
}

/* NULL: one of the others. */
static struct metrics_class *
find_class(struct metrics *metrics, const char *name)
{
	size_t len = strlen(name);
	struct metrics_class *c;

	for (size_t i = 0; i < metrics->class_count; i++)
		if (strcmp(metrics->classes[i].name, name) == 0)
			return &metrics->classes[i];
	if (metrics->class_count == METRICS_CLASSES ||
	    len > METRICS_CLASS_MAX || !stssl_is_utf8(name, len) ||
	    strcmp(name, METRICS_OTHERS) == 0)
		return NULL;
	c = &metrics->classes[metrics->class_count++];
	memcpy(c->name, name, len + 1);
	return c;
}

void
metrics_login(
    struct metrics *metrics, const char *class_name, enum stssl_verdict verdict)
{
	struct metrics_class *c = find_class(metrics, class_name);

	if ((unsigned)verdict < STSSL_VERDICT_COUNT)
		(c == NULL ? metrics->other_logins : c->logins)[verdict]++;
}

void
metrics_refusal(struct metrics *metrics, enum stssl_reason reason)
{
	if ((unsigned)reason < STSSL_REASON_COUNT)
		metrics->refusals[reason]++;
}

/* The rest */

void
metrics_traffic(struct metrics *metrics, uint64_t in, uint64_t out)
{
	metrics->bytes_in += in;
	metrics->bytes_out += out;
}

void
metrics_reload(struct metrics *metrics, bool is_good, time_t now)
{
	metrics->reload_failed = !is_good;
	metrics->reload_tried = now;
	if (is_good) {
		metrics->reloads++;
		metrics->reloaded = now;
	} else {
		metrics->failed_reloads++;
	}
}
