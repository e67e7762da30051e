/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counters, and OpenMetrics 1.0.
 */
#include <config.h>
#include "helper/monitor/registry/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "status/record.h"
#include "x509/inventory.h"

/* Of a file's name, or a certificate's. */
#define FOREIGN_MAX 256
/* No row of a certificate begins behind this: the text must fit a record. */
#define CERTIFICATES_END (STSSL_RECORD_MAX - 4096)

static const char *const versions[METRICS_TLS_COUNT] = {
	[METRICS_CLEAR] = "none",
	[METRICS_TLS_1_2] = "TLSv1.2",
	[METRICS_TLS_1_3] = "TLSv1.3",
};

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

void
metrics_refusal(struct metrics *metrics, enum stssl_reason reason)
{
	if ((unsigned)reason < STSSL_REASON_COUNT)
		metrics->refusals[reason]++;
}

void
metrics_traffic(struct metrics *metrics, uint64_t in, uint64_t out)
{
	metrics->bytes_in += in;
	metrics->bytes_out += out;
}

static void
write_head(FILE *to, const char *name, const char *type, const char *help)
{
	(void)fprintf(
	    to, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

/* A label's value: backslash, quote and newline get a backslash. */
static void
write_value(FILE *to, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\n')
			(void)fputs("\\n", to);
		else if (*text == '\\' || *text == '"')
			(void)fprintf(to, "\\%c", *text);
		else
			(void)fputc(*text, to);
}

/* A counter with one label. */
static void
write_count(FILE *to, const char *name, const char *label, const char *value,
    uint64_t count)
{
	(void)fprintf(
	    to, "%s_total{%s=\"%s\"} %" PRIu64 "\n", name, label, value, count);
}

static void
write_now(FILE *to, const struct metrics_now *now, size_t count)
{
	write_head(to, "stssl_sessions", "gauge", "Sessions now.");
	for (size_t i = 0; i < count; i++)
		for (int t = 0; t < METRICS_TLS_COUNT; t++) {
			(void)fputs("stssl_sessions{listener=\"", to);
			write_value(to, now[i].listener);
			(void)fprintf(to, "\",tls=\"%s\"} %zu\n", versions[t],
			    now[i].sessions[t]);
		}
}

static void
write_verdicts(FILE *to, const struct metrics *metrics)
{
	write_head(to, "stssl_verdicts", "counter",
	    "What the module decided; it decides twice in a login.");
	for (int v = 0; v < STSSL_VERDICT_COUNT; v++)
		for (int r = 0; r < STSSL_REASON_COUNT; r++)
			if (metrics->verdicts[v][r] > 0)
				(void)fprintf(to,
				    "stssl_verdicts_total{verdict=\"%s\","
				    "reason=\"%s\"} %" PRIu64 "\n",
				    stssl_verdict_word((enum stssl_verdict)v),
				    stssl_reason_word((enum stssl_reason)r),
				    metrics->verdicts[v][r]);
}

static void
write_refusals(FILE *to, const struct metrics *metrics)
{
	write_head(to, "stssl_refusals", "counter",
	    "Users who were refused before the password.");
	for (int r = 0; r < STSSL_REASON_COUNT; r++)
		if (metrics->refusals[r] > 0)
			write_count(to, "stssl_refusals", "reason",
			    stssl_reason_word((enum stssl_reason)r),
			    metrics->refusals[r]);
}

static void
write_bytes(FILE *to, const struct metrics *metrics)
{
	write_head(to, "stssl_traffic_bytes", "counter",
	    "Bytes from clients and to them, inside of TLS.");
	(void)fputs("# UNIT stssl_traffic_bytes bytes\n", to);
	write_count(
	    to, "stssl_traffic_bytes", "direction", "in", metrics->bytes_in);
	write_count(
	    to, "stssl_traffic_bytes", "direction", "out", metrics->bytes_out);
}

static void
write_sent_away(FILE *to, const struct metrics *metrics)
{
	write_head(
	    to, "stssl_sent_away", "counter", "Clients who were not let in.");
	for (int i = ADMISSION_YES + 1; i < ADMISSION_COUNT; i++)
		write_count(to, "stssl_sent_away", "reason",
		    admission_word((enum admission)i), metrics->sent_away[i]);
}

static void
write_penalties(FILE *to, const struct penalty_counts *penalties)
{
	write_head(to, "stssl_penalties", "counter",
	    "What clients are penalised for.");
	for (int i = 0; i < PENALTY_COUNT; i++)
		write_count(to, "stssl_penalties", "reason",
		    penalty_word((enum penalty_event)i), penalties->events[i]);
	write_head(to, "stssl_penalised_sources", "gauge",
	    "Sources with a penalty now.");
	(void)fprintf(to,
	    "stssl_penalised_sources{refused=\"no\"} %zu\n"
	    "stssl_penalised_sources{refused=\"yes\"} %zu\n",
	    penalties->sources - penalties->refused, penalties->refused);
	write_head(to, "stssl_penalised_sources_dropped", "counter",
	    "Sources for which there was no room.");
	(void)fprintf(to, "stssl_penalised_sources_dropped_total %" PRIu64 "\n",
	    penalties->dropped);
}

/* A foreign text: cut, and what is not printable ASCII made harmless. */
static void
write_foreign(FILE *to, const char *text)
{
	char clean[FOREIGN_MAX + 1];
	size_t len = 0;

	for (; *text != '\0' && len < FOREIGN_MAX; text++)
		clean[len++] =
		    (char)(*text >= ' ' && *text <= '~' ? *text : '?');
	clean[len] = '\0';
	write_value(to, clean);
}

static void
write_certificate(FILE *to, const struct x509_item *item)
{
	static const char *const uses[] = {
		[X509_USE_SERVER] = "server",
		[X509_USE_CLIENT_CA] = "client-ca",
	};

	(void)fprintf(to,
	    "stssl_certificate_expiration_timestamp_seconds{use=\"%s\","
	    "file=\"",
	    uses[item->use]);
	write_foreign(to, item->file);
	(void)fprintf(to, "\",number=\"%u\",subject=\"", item->number);
	write_foreign(to, item->subject);
	(void)fprintf(to, "\"} %" PRId64 "\n", (int64_t)item->until);
}

/* As many as there is room for: a directory of CAs may have more. */
static void
write_certificates(FILE *to, const struct x509_inventory *inventory)
{
	size_t count = 0;
	const struct x509_item *items =
	    inventory == NULL ? NULL : x509_inventory_items(inventory, &count);

	write_head(to, "stssl_certificate_expiration_timestamp_seconds",
	    "gauge", "When a certificate ends, in seconds since 1970.");
	(void)fputs("# UNIT stssl_certificate_expiration_timestamp_seconds "
		    "seconds\n",
	    to);
	for (size_t i = 0; i < count && ftell(to) < CERTIFICATES_END; i++)
		write_certificate(to, &items[i]);
}

void
metrics_write(FILE *to, const struct metrics *metrics,
    const struct penalty_counts *penalties, const struct metrics_now *now,
    size_t count, const struct x509_inventory *inventory)
{
	write_now(to, now, count);
	write_head(to, "stssl_accepted", "counter", "Clients accepted.");
	(void)fprintf(
	    to, "stssl_accepted_total %" PRIu64 "\n", metrics->accepted);
	write_head(to, "stssl_handshakes", "counter",
	    "Handshakes after which the backend was connected.");
	for (int t = METRICS_TLS_1_2; t < METRICS_TLS_COUNT; t++)
		write_count(to, "stssl_handshakes", "tls", versions[t],
		    metrics->handshakes[t]);
	write_verdicts(to, metrics);
	write_refusals(to, metrics);
	write_bytes(to, metrics);
	write_sent_away(to, metrics);
	write_penalties(to, penalties);
	write_certificates(to, inventory);
	(void)fputs("# EOF\n", to);
}
