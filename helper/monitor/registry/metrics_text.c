/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes counters as text.  No two samples may have the same labels: a reader
 * would take none of them.
 */
#include <config.h>
#include "helper/monitor/registry/metrics_text.h"

#include <inttypes.h>
#include <string.h>

#include "setup/config.h"
#include "status/utf8.h"
#include "x509/inventory.h"
#include "x509/store.h"

/* Of the name of a file, a certificate or a list: bytes. */
#define FOREIGN_MAX 1024
/* No row begins behind this; the longest one fits. */
#define ROWS_END (METRICS_TEXT_MAX - 16384)

/* A family of samples; its unit is "seconds" or "bytes" if its name says so. */
static void
write_head(FILE *to, const char *name, const char *type, const char *help)
{
	const char *last = strrchr(name, '_') + 1;

	(void)fprintf(to, "# TYPE %s %s\n", name, type);
	if (strcmp(last, "seconds") == 0 || strcmp(last, "bytes") == 0)
		(void)fprintf(to, "# UNIT %s %s\n", name, last);
	(void)fprintf(to, "# HELP %s %s\n", name, help);
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

/*
 * A foreign text: cut, and each byte that could do harm as \xNN.  What is in
 * UTF-8 stays.
 */
static void
write_foreign(FILE *to, const char *text)
{
	size_t len = strlen(text);
	bool is_utf8 = len <= FOREIGN_MAX && stssl_is_utf8(text, len);

	for (size_t left = FOREIGN_MAX; *text != '\0' && left > 0; left--) {
		const unsigned char c = (unsigned char)*text;
		const char one[2] = { *text++, '\0' };

		if (c < ' ' || c == 0x7f || (c > 0x7f && !is_utf8))
			(void)fprintf(to, "\\\\x%02x", c);
		else
			write_value(to, one);
	}
}

/* A sample without labels; and one with a label. */
static void
write_plain(FILE *to, const char *name, int64_t value)
{
	(void)fprintf(to, "%s %" PRId64 "\n", name, value);
}

static void
write_labelled(FILE *to, const char *name, const char *label, const char *value,
    uint64_t count)
{
	(void)fprintf(to, "%s{%s=\"", name, label);
	write_foreign(to, value);
	(void)fprintf(to, "\"} %" PRIu64 "\n", count);
}

/* The helper itself */

static void
write_self(FILE *to, const struct metrics *metrics)
{
	static const char *const roles[ROLE_COUNT] = {
		[ROLE_WORKER] = "worker",
		[ROLE_KEYHOLDER] = "keyholder",
		[ROLE_ADVISOR] = "advisor",
		[ROLE_INQUIRER] = "inquirer",
		[ROLE_REVIEWER] = "reviewer",
		[ROLE_VERIFIER] = "verifier",
	};

	write_head(to, "stssl_build", "info", "The helper that runs.");
	(void)fputs(
	    "stssl_build_info{version=\"" PACKAGE_VERSION "\"} 1\n", to);
	write_head(to, "stssl_start_timestamp_seconds", "gauge",
	    "When it was started: counters began at 0.");
	write_plain(to, "stssl_start_timestamp_seconds", metrics->started);
	write_head(to, "stssl_restarts", "counter",
	    "Processes that ended by themselves, and were replaced.");
	for (int i = 0; i < ROLE_COUNT; i++)
		write_labelled(to, "stssl_restarts_total", "role", roles[i],
		    metrics->restarts[i]);
}

static void
write_reloads(FILE *to, const struct metrics *metrics)
{
	write_head(to, "stssl_reloads", "counter", "Reloads.");
	write_labelled(
	    to, "stssl_reloads_total", "result", "done", metrics->reloads);
	write_labelled(to, "stssl_reloads_total", "result", "failed",
	    metrics->failed_reloads);
	write_head(to, "stssl_last_reload_successful", "gauge",
	    "0 when the last reload took nothing over.");
	write_plain(
	    to, "stssl_last_reload_successful", !metrics->reload_failed);
	write_head(to, "stssl_last_reload_timestamp_seconds", "gauge",
	    "When the last reload was tried; the start, before any.");
	write_plain(
	    to, "stssl_last_reload_timestamp_seconds", metrics->reload_tried);
	write_head(to, "stssl_last_reload_success_timestamp_seconds", "gauge",
	    "When what is in use was loaded.");
	write_plain(to, "stssl_last_reload_success_timestamp_seconds",
	    metrics->reloaded);
}

/* Listeners */

static void
write_sessions(
    FILE *to, const struct metrics *metrics, const struct helper_config *config)
{
	write_head(to, "stssl_sessions", "gauge", "Sessions now.");
	for (size_t i = 0; i < config->listener_count; i++)
		for (int t = 0; t < METRICS_TLS_COUNT; t++) {
			(void)fputs("stssl_sessions{listener=\"", to);
			write_foreign(to, config->listeners[i].name);
			(void)fprintf(to, "\",tls=\"%s\"} %zu\n",
			    metrics_tls_word((enum metrics_tls)t),
			    i < metrics->listener_count
				? metrics->listeners[i].sessions[t]
				: 0);
		}
}

/* Of a backend that was not tried yet it is not known whether it is up. */
static void
write_backends(
    FILE *to, const struct metrics *metrics, const struct helper_config *config)
{
	const struct metrics_listener none = { .backend_failures = 0 };
	const struct metrics_listener *rows = metrics->listeners;
	const size_t count = metrics->listener_count;

	write_head(to, "stssl_backend_up", "gauge",
	    "0 when the last connection to the backend failed.");
	for (size_t i = 0; i < count && i < config->listener_count; i++)
		if (rows[i].backend != METRICS_BACKEND_UNTRIED)
			write_labelled(to, "stssl_backend_up", "listener",
			    config->listeners[i].name,
			    rows[i].backend == METRICS_BACKEND_UP);
	write_head(to, "stssl_backend_failures", "counter",
	    "Clients for whom the backend could not be reached.");
	for (size_t i = 0; i < config->listener_count; i++)
		write_labelled(to, "stssl_backend_failures_total", "listener",
		    config->listeners[i].name,
		    (i < count ? rows[i] : none).backend_failures);
}

/* Samples are there for listeners with links only. */
static void
write_links(
    FILE *to, const struct metrics *metrics, const struct helper_config *config)
{
	const struct metrics_listener *rows = metrics->listeners;
	const size_t count = metrics->listener_count;
	const struct listen_config *l = config->listeners;

	write_head(to, "stssl_link_policy", "info",
	    "The policy of the other side of a listener's last link.");
	for (size_t i = 0; i < count && i < config->listener_count; i++) {
		if (rows[i].policy[0] == '\0')
			continue;
		(void)fputs("stssl_link_policy_info{listener=\"", to);
		write_foreign(to, l[i].name);
		(void)fprintf(to, "\",sha256=\"%s\"} 1\n", rows[i].policy);
	}
	write_head(to, "stssl_link_policy_mismatches", "counter",
	    "Links between sides with different policies.");
	for (size_t i = 0; i < config->listener_count; i++)
		if (l[i].tls == LISTEN_LINK || l[i].link_to.count > 0)
			write_labelled(to, "stssl_link_policy_mismatches_total",
			    "listener", l[i].name,
			    i < count ? rows[i].policy_mismatches : 0);
}

static void
write_clients(FILE *to, const struct metrics *metrics)
{
	write_head(to, "stssl_accepted", "counter", "Clients accepted.");
	write_plain(to, "stssl_accepted_total", (int64_t)metrics->accepted);
	write_head(to, "stssl_handshakes", "counter",
	    "Handshakes after which the backend was connected.");
	for (int t = METRICS_TLS_1_2; t < METRICS_TLS_COUNT; t++)
		write_labelled(to, "stssl_handshakes_total", "tls",
		    metrics_tls_word((enum metrics_tls)t),
		    metrics->handshakes[t]);
	write_head(to, "stssl_traffic_bytes", "counter",
	    "Bytes from clients and to them, inside of TLS.");
	write_labelled(to, "stssl_traffic_bytes_total", "direction", "in",
	    metrics->bytes_in);
	write_labelled(to, "stssl_traffic_bytes_total", "direction", "out",
	    metrics->bytes_out);
	write_head(
	    to, "stssl_sent_away", "counter", "Clients who were not let in.");
	for (int i = ADMISSION_YES + 1; i < ADMISSION_COUNT; i++)
		write_labelled(to, "stssl_sent_away_total", "reason",
		    admission_word((enum admission)i), metrics->sent_away[i]);
}

/* Logins */

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
write_class(FILE *to, const char *name, const uint64_t *logins)
{
	for (int v = 0; v < STSSL_VERDICT_COUNT; v++) {
		if (logins[v] == 0)
			continue;
		(void)fputs("stssl_logins_total{class=\"", to);
		write_foreign(to, name);
		(void)fprintf(to, "\",verdict=\"%s\"} %" PRIu64 "\n",
		    stssl_verdict_word((enum stssl_verdict)v), logins[v]);
	}
}

static void
write_logins(FILE *to, const struct metrics *metrics)
{
	write_head(to, "stssl_logins", "counter",
	    "Sessions logged in, and users refused, by class.");
	for (size_t i = 0; i < metrics->class_count; i++)
		write_class(
		    to, metrics->classes[i].name, metrics->classes[i].logins);
	write_class(to, METRICS_OTHERS, metrics->other_logins);
}

static void
write_refusals(FILE *to, const struct metrics *metrics)
{
	write_head(to, "stssl_refusals", "counter",
	    "Users who were refused before the password.");
	for (int r = 0; r < STSSL_REASON_COUNT; r++)
		if (metrics->refusals[r] > 0)
			write_labelled(to, "stssl_refusals_total", "reason",
			    stssl_reason_word((enum stssl_reason)r),
			    metrics->refusals[r]);
}

static void
write_penalties(FILE *to, const struct penalty_counts *penalties)
{
	write_head(to, "stssl_penalties", "counter",
	    "What clients are penalised for.");
	for (int i = 0; i < PENALTY_COUNT; i++)
		write_labelled(to, "stssl_penalties_total", "reason",
		    penalty_word((enum penalty_event)i), penalties->events[i]);
	write_head(to, "stssl_penalised_sources", "gauge",
	    "Sources with a penalty now.");
	write_labelled(to, "stssl_penalised_sources", "refused", "no",
	    penalties->sources - penalties->refused);
	write_labelled(to, "stssl_penalised_sources", "refused", "yes",
	    penalties->refused);
	write_head(to, "stssl_penalised_sources_dropped", "counter",
	    "Sources for which there was no room.");
	write_plain(to, "stssl_penalised_sources_dropped_total",
	    (int64_t)penalties->dropped);
}

/* Ends of certificates and lists */

static void
write_certificate(FILE *to, const struct x509_item *item)
{
	static const char *const uses[] = {
		[X509_USE_SERVER] = "server",
		[X509_USE_CLIENT_CA] = "client-ca",
		[X509_USE_LINK] = "link",
		[X509_USE_EDGE] = "edge",
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
	for (size_t i = 0; i < count && ftell(to) < ROWS_END; i++)
		write_certificate(to, &items[i]);
}

/* They are numbered all through: a file may be named twice. */
static void
write_lists(FILE *to, const struct x509_store *store)
{
	static const char name[] = "stssl_crl_expiration_timestamp_seconds";
	size_t count = 0;
	const struct x509_list *lists =
	    store == NULL ? NULL : x509_store_lists(store, &count);

	write_head(to, name, "gauge",
	    "When a revocation list is out of date: its nextUpdate.");
	for (size_t i = 0; i < count && ftell(to) < ROWS_END; i++) {
		(void)fprintf(to, "%s{file=\"", name);
		write_foreign(to, lists[i].file);
		(void)fprintf(to, "\",number=\"%zu\",issuer=\"", i + 1);
		write_foreign(to, lists[i].issuer);
		(void)fprintf(
		    to, "\"} %" PRId64 "\n", (int64_t)lists[i].next_update);
	}
}

void
metrics_write(
    FILE *to, const struct metrics *metrics, const struct metrics_more *more)
{
	write_self(to, metrics);
	write_reloads(to, metrics);
	write_sessions(to, metrics, more->config);
	write_backends(to, metrics, more->config);
	write_links(to, metrics, more->config);
	write_clients(to, metrics);
	write_verdicts(to, metrics);
	write_logins(to, metrics);
	write_refusals(to, metrics);
	write_penalties(to, &more->penalties);
	/* Lists are fewer than CAs may be. */
	write_lists(to, more->store);
	write_certificates(to, more->inventory);
	(void)fputs("# EOF\n", to);
}
