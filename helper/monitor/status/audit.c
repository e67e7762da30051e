/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes key=value pairs on one line.  Text of clients and workers is quoted,
 * or printed only when it is harmless.
 */
#include <config.h>
#include "helper/monitor/status/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "helper/base/log.h"
#include "policy/decide.h"
#include "status/ascii.h"
#include "status/quote.h"

/* Words, hex digits, versions; "-" for what is absent or not like that. */
static const char *
plain(const char *text)
{
	size_t len =
	    text == NULL ? 0 : strspn(text, STSSL_LETTERS STSSL_DIGITS ".:_-");

	return len == 0 || len > 64 || text[len] != '\0' ? "-" : text;
}

/* "TLS1.3" for "TLSv1.3", "none" in clear. */
static const char *
protocol(const struct stssl_record *record, char *buf, size_t size)
{
	const char *said = stssl_record_get(record, STSSL_KEY_SSL_PROTOCOL);

	if (said == NULL)
		return "none";
	if (strncmp(said, "TLSv", 4) != 0)
		return plain(said);
	(void)snprintf(buf, size, "TLS%s", said + 4);
	return plain(buf);
}

/* "", or what is known of the certificate, with a blank in front. */
static const char *
certificate(const struct stssl_record *record, char *buf, size_t size)
{
	const char *dn = stssl_record_get(record, STSSL_KEY_SSL_CLIENT_S_DN);
	const char *sha256 =
	    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_CERT_SHA256);
	char quoted[STSSL_QUOTE_MAX];

	buf[0] = '\0';
	/* Some certificates have no subject. */
	if (dn != NULL || sha256 != NULL)
		(void)snprintf(buf, size, " cert=%s sha256=%s verify=%s",
		    stssl_quote(quoted, sizeof quoted, dn), plain(sha256),
		    plain(
			stssl_record_get(record, STSSL_KEY_SSL_CLIENT_VERIFY)));
	return buf;
}

/* "192.0.2.7:40022", and " edge=dmz1" behind it where one says so. */
#define CLIENT_TEXT (STSSL_ADDRESS_TEXT + 80)
static const char *
client(const struct session_entry *entry, const struct stssl_record *record,
    char buf[static CLIENT_TEXT])
{
	const char *edge = stssl_record_get(record, STSSL_KEY_STSSL_EDGE);
	char peer[STSSL_ADDRESS_TEXT];

	(void)snprintf(buf, CLIENT_TEXT, "%s%s%s",
	    stssl_address_format(&entry->peer, peer),
	    edge == NULL ? "" : " edge=", edge == NULL ? "" : plain(edge));
	return buf;
}

/* " uid=101" with a blank in front, "" for root. */
static const char *
by(uid_t reporter, char buf[static 24])
{
	(void)snprintf(buf, 24, " uid=%lu", (unsigned long)reporter);
	return reporter == 0 ? "" : buf;
}

void
audit_login(const struct session_entry *entry, const struct request *request,
    uid_t reporter, int r)
{
	char user[STSSL_QUOTE_MAX], class_name[STSSL_QUOTE_MAX / 2];
	char peer[CLIENT_TEXT], tls[16], cert[STSSL_QUOTE_MAX + 192];
	char who[24];
	struct stssl_record record;

	stssl_record_init(&record);
	(void)stssl_record_decode(entry->text, entry->text_len, &record);
	log_notice(
	    "login session=%" PRIx64 " listener=%s peer=%s user=%s "
	    "class=%s service=%s verdict=%s reason=%s data=%s tls=%s%s%s%s",
	    entry->session,
	    plain(stssl_record_get(&record, STSSL_KEY_STSSL_LISTENER)),
	    client(entry, &record, peer),
	    stssl_quote(user, sizeof user, request->user),
	    stssl_quote(class_name, sizeof class_name, request->class_name),
	    plain(request->service), stssl_verdict_word(request->verdict),
	    plain(request->reason), request->data_private ? "private" : "any",
	    protocol(&record, tls, sizeof tls),
	    certificate(&record, cert, sizeof cert), by(reporter, who),
	    r < 0 ? " lost=yes" : "");
	stssl_record_done(&record);
}

void
audit_advice(const struct session_entry *entry, const char *user,
    const struct message_advice *advice)
{
	char name[STSSL_QUOTE_MAX], peer[CLIENT_TEXT];
	char tls[16], cert[STSSL_QUOTE_MAX + 192];
	struct stssl_record record;

	if (advice->verdict != STSSL_VERDICT_REFUSE)
		return;
	stssl_record_init(&record);
	/* Without a record there is less to tell. */
	if (entry->text != NULL)
		(void)stssl_record_decode(
		    entry->text, entry->text_len, &record);
	log_notice("refused session=%" PRIx64 " listener=%s peer=%s user=%s "
		   "reason=%s tls=%s%s",
	    entry->session,
	    plain(stssl_record_get(&record, STSSL_KEY_STSSL_LISTENER)),
	    client(entry, &record, peer), stssl_quote(name, sizeof name, user),
	    stssl_reason_word((enum stssl_reason)advice->reason),
	    protocol(&record, tls, sizeof tls),
	    certificate(&record, cert, sizeof cert));
	stssl_record_done(&record);
}
