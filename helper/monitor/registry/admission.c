/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares counts with limits; remembers nothing of clients.
 */
#include <config.h>
#include "helper/monitor/registry/admission.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "helper/base/log.h"

#define LOG_SECONDS 1.0

static const struct {
	const char *word, *reply;
} refusals[ADMISSION_COUNT] = {
	[ADMISSION_YES] = { "none", "" },
	[ADMISSION_SESSIONS] = { "max-sessions",
	    "Too many sessions, try again later." },
	[ADMISSION_ADDRESS] = { "max-sessions-per-address",
	    "Too many sessions from your address." },
	[ADMISSION_NEWCOMERS] = { "max-unauthenticated",
	    "Too many clients are logging in, try again later." },
	[ADMISSION_ADDRESSES_NEWCOMERS] = { "max-unauthenticated-per-address",
	    "Too many clients from your address are logging in." },
	[ADMISSION_PENALTY] = { "penalty",
	    "Too many failures from your address, try again later." },
	[ADMISSION_HEADER] = { "proxy-header", "" },
	[ADMISSION_INTERNAL] = { "internal", "" },
};

/* In front of it, in place of a greeting. */
static const char *const words[] = {
	[LISTEN_FTP] = "421",
	[LISTEN_STREAM] = NULL,
	[LISTEN_IMAP] = "* BYE",
	[LISTEN_POP3] = "-ERR [SYS/TEMP]",
	[LISTEN_SMTP] = "421 4.3.2",
};

const char *
admission_word(enum admission admission)
{
	return refusals[admission].word;
}

/* 0 stands for no limit. */
static bool
is_full(size_t count, unsigned limit)
{
	return limit > 0 && count >= limit;
}

/* Per cent of the clients to send away with `count` newcomers there. */
static unsigned
dropped_share(const struct newcomer_limit *limit, size_t count)
{
	if (limit->full == 0 || count < limit->begin)
		return 0;
	if (count >= limit->full)
		return 100;
	return limit->rate + (100 - limit->rate) *
				 (unsigned)(count - limit->begin) /
				 (limit->full - limit->begin);
}

static bool
is_unlucky(unsigned share)
{
	unsigned chance;

	if (share == 0 || share >= 100)
		return share > 0;
	return getrandom(&chance, sizeof chance, 0) != sizeof chance ||
	       chance % 100 < share;
}

enum admission
admission_check_address(const struct listen_config *listen,
    const struct census *census, uint32_t listener,
    const struct stssl_address *peer)
{
	const struct census_count same = census_of(census, listener, peer);

	if (is_full(same.sessions, listen->max_sessions_per_address))
		return ADMISSION_ADDRESS;
	if (is_full(same.newcomers, listen->max_newcomers_per_address))
		return ADMISSION_ADDRESSES_NEWCOMERS;
	return ADMISSION_YES;
}

enum admission
admission_check(const struct listen_config *listen, const struct census *census,
    uint32_t listener, const struct stssl_address *peer)
{
	const struct census_count all = census_of(census, listener, NULL);
	enum admission same = ADMISSION_YES;

	if (is_full(all.sessions, listen->max_sessions))
		return ADMISSION_SESSIONS;
	if (peer != NULL)
		same = admission_check_address(listen, census, listener, peer);
	if (same != ADMISSION_YES)
		return same;
	if (is_unlucky(dropped_share(&listen->max_newcomers, all.newcomers)))
		return ADMISSION_NEWCOMERS;
	return ADMISSION_YES;
}

void
admission_refuse(const struct listen_config *listen, enum admission why, int fd)
{
	const char *word = words[listen->protocol], *text = refusals[why].reply;
	char reply[128];

	if (word == NULL || *text == '\0' || listen->tls != LISTEN_EXPLICIT)
		return;
	(void)snprintf(reply, sizeof reply, "%s %s\r\n", word, text);
	(void)send(fd, reply, strlen(reply), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
admission_note(struct admission_log *log, ev_tstamp now,
    const struct listen_config *listen, enum admission why,
    const struct stssl_address *peer)
{
	char text[STSSL_ADDRESS_TEXT];

	if (log->told > 0. && now - log->told < LOG_SECONDS) {
		log->untold++;
		return;
	}
	log_notice("sent-away listener=%s peer=%s reason=%s more=%u",
	    listen->name, stssl_address_format(peer, text), refusals[why].word,
	    log->untold);
	log->told = now;
	log->untold = 0;
}
