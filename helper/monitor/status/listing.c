/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes records: strings of the record, of the verdict, and of the registry.
 */
#include <config.h>
#include "helper/monitor/status/listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/monitor/registry/metrics_text.h"
#include "helper/worker/tls/tls.h"
#include "status/clock.h"
#include "status/tools/words.h"

/* Longer than any string that is made here. */
#define STRING_MAX 512

struct out {
	char *text;
	size_t len;
};

static void
put(struct out *out, const char *string)
{
	size_t len = strlen(string) + 1;

	if (len > STSSL_RECORD_MAX - out->len)
		return;
	memcpy(out->text + out->len, string, len);
	out->len += len;
}

static void
put_value(struct out *out, enum stssl_key key, const char *value)
{
	const char *name = stssl_key_name(key);
	const size_t name_len = strlen(name), value_len = strlen(value);

	if (name_len + value_len + 2 > STSSL_RECORD_MAX - out->len)
		return;
	memcpy(out->text + out->len, name, name_len);
	out->len += name_len;
	out->text[out->len++] = '=';
	memcpy(out->text + out->len, value, value_len + 1);
	out->len += value_len + 1;
}

static void
put_count(struct out *out, enum stssl_key key, uint64_t count)
{
	char number[32];

	(void)snprintf(number, sizeof number, "%" PRIu64, count);
	put_value(out, key, number);
}

/* Everything but the version, which is in front, and the certificate. */
static void
put_strings(struct out *out, const char *text, size_t len)
{
	for (const char *at = text; at < text + len; at += strlen(at) + 1)
		if (stssl_key_value(at, STSSL_KEY_STSSL_VERSION) == NULL &&
		    stssl_key_value(at, STSSL_KEY_SSL_CLIENT_CERT) == NULL)
			put(out, at);
}

/* A session that has no record yet, or none any more. */
static void
put_session(
    struct out *out, const struct session_entry *entry, const char *listener)
{
	char number[32], ip[STSSL_ADDRESS_TEXT];

	put_value(out, STSSL_KEY_STSSL_RESULT, "found");
	(void)snprintf(number, sizeof number, "%" PRIx64, entry->session);
	put_value(out, STSSL_KEY_STSSL_SESSION, number);
	put_value(out, STSSL_KEY_STSSL_LISTENER, listener);
	put_value(
	    out, STSSL_KEY_REMOTE_ADDR, stssl_ip_format(&entry->peer, ip));
	(void)snprintf(number, sizeof number, "%" PRIu16, entry->peer.port);
	put_value(out, STSSL_KEY_REMOTE_PORT, number);
}

static size_t
describe(const struct session_entry *entry, const char *listener,
    char buf[static STSSL_RECORD_MAX])
{
	struct out out = { buf, 0 };
	char age[32];

	put(&out, STSSL_RECORD_FRONT);
	(void)snprintf(age, sizeof age, "%" PRId64,
	    (stssl_now_ms() - entry->since_ms) / 1000);
	put_value(&out, STSSL_KEY_STSSL_AGE, age);
	put_count(&out, STSSL_KEY_STSSL_BYTES_IN, entry->bytes_in);
	put_count(&out, STSSL_KEY_STSSL_BYTES_OUT, entry->bytes_out);
	put_value(
	    &out, STSSL_KEY_STSSL_KERNEL_TLS, entry->kernel_tls ? "yes" : "no");
	if (entry->record == RECORD_KNOWN)
		put_strings(&out, entry->text, entry->text_len);
	else
		put_session(&out, entry, listener);
	if (entry->login.text != NULL)
		put_strings(&out, entry->login.text, entry->login.len);
	return out.len;
}

/* NULL behind the last. */
static const char *
name_of(const struct monitor *m, uint32_t listener)
{
	const struct helper_config *config = m->generation->config;

	return listener < config->listener_count
		   ? config->listeners[listener].name
		   : NULL;
}

size_t
listing_session(const struct monitor *m, uint64_t *session,
    char buf[static STSSL_RECORD_MAX])
{
	const struct session_entry *entry =
	    registry_after(m->registry, *session);
	struct out out = { buf, 0 };

	*session = entry == NULL ? 0 : entry->session;
	if (entry != NULL)
		return describe(entry, name_of(m, entry->listener), buf);
	put(&out, STSSL_RECORD_FRONT);
	put_value(&out, STSSL_KEY_STSSL_RESULT, "none");
	return out.len;
}

char *
listing_metrics(const struct monitor *m, size_t *ret_len)
{
	const struct metrics_more more = { penalties_count(m->penalties),
		m->generation->config, m->generation->inventory,
		tls_context_store(m->generation->tls) };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL)
		return NULL;
	metrics_write(to, registry_metrics(m->registry), &more);
	if (fclose(to) != 0) {
		free(text);
		return NULL;
	}
	*ret_len = len;
	return text;
}

size_t
listing_part(const char *text, size_t len, char buf[static STSSL_RECORD_MAX])
{
	static const char front[] =
	    STSSL_RECORD_FRONT "\0STSSL_RESULT=found\0STSSL_METRICS=";

	if (len > LISTING_PART_MAX)
		len = LISTING_PART_MAX;
	memcpy(buf, front, sizeof front - 1);
	memcpy(buf + sizeof front - 1, text, len);
	buf[sizeof front - 1 + len] = '\0';
	return sizeof front + len;
}

/* "ADDRESS SECONDS refused|counted EVENT=COUNT...", events that there were. */
static void
put_source(struct out *out, unsigned index, const struct penalised *p)
{
	char string[STRING_MAX], ip[STSSL_ADDRESS_TEXT];
	int n = snprintf(string, sizeof string, "%s_%u=%s %u %s",
	    stssl_key_name(STSSL_KEY_STSSL_SOURCE), index,
	    stssl_ip_format(&p->source, ip), p->seconds,
	    p->is_refused ? "refused" : "counted");
	size_t len = n > 0 ? (size_t)n : 0;

	for (int i = 0; i < PENALTY_COUNT; i++) {
		if (p->events[i] == 0 || len >= sizeof string)
			continue;
		n = snprintf(string + len, sizeof string - len, " %s=%" PRIu32,
		    penalty_word((enum penalty_event)i), p->events[i]);
		len += n > 0 ? (size_t)n : 0;
	}
	if (len < sizeof string)
		put(out, string);
}

/* As many as there are numbers: the shortest question is not for one each. */
size_t
listing_penalties(const struct monitor *m, const struct stssl_address *after,
    char buf[static STSSL_RECORD_MAX])
{
	struct out out = { buf, 0 };
	struct penalised p;
	unsigned n = 0;

	put(&out, STSSL_RECORD_FRONT);
	if (!penalties_next(m->penalties, after, &p)) {
		put_value(&out, STSSL_KEY_STSSL_RESULT, "none");
		return out.len;
	}
	put_value(&out, STSSL_KEY_STSSL_RESULT, "found");
	do
		put_source(&out, n++, &p);
	while (
	    n < STSSL_INDEX_MAX && penalties_next(m->penalties, &p.source, &p));
	return out.len;
}
