/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The rules of penalties.  A penalty is the time at which it is over, so it
 * runs down by itself; a source whose penalty is over is forgotten.
 */
#include <config.h>
#include "helper/monitor/registry/penalties.h"

#include <stdlib.h>
#include <string.h>

#include "helper/base/log.h"
#include "helper/base/source.h"
#include "helper/monitor/registry/census.h"
#include "helper/monitor/registry/penalty_table.h"
#include "status/clock.h"

#define MS     1000
#define LOG_MS 1000

struct penalties {
	const struct penalty_config *config;
	int64_t (*now_ms)(void);
	struct penalty_table table;
	struct penalty_counts counts; /* of the past */
	int64_t told_ms;              /* 0: never */
	unsigned untold;
};

/* Forget the penalties that are over.  Returns the time. */
static int64_t
tidy(struct penalties *p)
{
	int64_t now = p->now_ms();
	struct penalty_entry *s;

	while (
	    (s = penalty_table_first(&p->table)) != NULL && s->until_ms <= now)
		penalty_table_remove(&p->table, s);
	return now;
}

static bool
is_refused(
    const struct penalties *p, const struct penalty_entry *s, int64_t now)
{
	return s->until_ms - now > (int64_t)p->config->refuse_above * MS;
}

static bool
is_exempt(const struct penalties *p, const struct stssl_address *peer)
{
	return networks_has(&p->config->exempt, peer);
}

static struct penalty_entry *
find(const struct penalties *p, const struct stssl_address *peer)
{
	uint8_t ip[16];

	client_source(peer, ip);
	return penalty_table_find(&p->table, ip);
}

/* The sources whose penalties end first go. */
static void
make_room(struct penalties *p, size_t room)
{
	while (p->table.count > room) {
		penalty_table_remove(&p->table, penalty_table_first(&p->table));
		p->counts.dropped++;
	}
}

static void
tell(struct penalties *p, struct penalty_entry *s, int64_t now,
    enum penalty_event event)
{
	struct stssl_address address = { .port = 0 };
	char text[STSSL_ADDRESS_TEXT];

	s->is_told = true;
	if (p->told_ms != 0 && now - p->told_ms < LOG_MS) {
		p->untold++;
		return;
	}
	memcpy(address.ip, s->ip, sizeof address.ip);
	log_notice("penalty source=%s%s seconds=%lld reason=%s more=%u",
	    stssl_ip_format(&address, text),
	    stssl_address_is_ipv4(&address) ? "" : "/64",
	    (long long)((s->until_ms - now + MS - 1) / MS), penalty_word(event),
	    p->untold);
	p->told_ms = now;
	p->untold = 0;
}

/* The source with its new penalty; NULL when there is no room for it. */
static struct penalty_entry *
charge(struct penalties *p, const struct stssl_address *peer, int64_t now,
    int64_t ms)
{
	const int64_t latest = now + (int64_t)p->config->max * MS;
	struct penalty_entry *s = find(p, peer), *first;
	int64_t until = (s == NULL ? now : s->until_ms) + ms;
	uint8_t ip[16];

	if (until > latest)
		until = latest;
	if (s != NULL) {
		penalty_table_move(&p->table, s, until);
		return s;
	}
	first = penalty_table_first(&p->table);
	if (p->table.count >= p->config->max_sources && first != NULL &&
	    first->until_ms >= until) {
		p->counts.dropped++;
		return NULL;
	}
	make_room(p, p->config->max_sources - 1);
	client_source(peer, ip);
	return penalty_table_add(&p->table, ip, until);
}

struct penalties *
penalties_new(const struct penalty_config *config, int64_t (*now_ms)(void))
{
	struct penalties *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->config = config;
	p->now_ms = now_ms != NULL ? now_ms : stssl_now_ms;
	return p;
}

struct penalties *
penalties_free(struct penalties *penalties)
{
	if (penalties == NULL)
		return NULL;
	penalty_table_done(&penalties->table);
	free(penalties);
	return NULL;
}

void
penalties_renew(
    struct penalties *penalties, const struct penalty_config *config)
{
	penalties->config = config;
	(void)tidy(penalties);
	make_room(penalties, config->max == 0 ? 0 : config->max_sources);
}

void
penalties_add(struct penalties *penalties, const struct stssl_address *peer,
    enum penalty_event event)
{
	const struct penalty_config *config = penalties->config;
	const int64_t now = tidy(penalties);
	struct penalty_entry *s;

	penalties->counts.events[event]++;
	if (config->max == 0 || config->seconds[event] == 0 ||
	    is_exempt(penalties, peer))
		return;
	s = charge(penalties, peer, now, (int64_t)config->seconds[event] * MS);
	if (s == NULL)
		return;
	s->events[event]++;
	if (!is_refused(penalties, s, now))
		s->is_told = false;
	else if (!s->is_told)
		tell(penalties, s, now, event);
}

bool
penalties_refuses(struct penalties *penalties, const struct stssl_address *peer)
{
	const int64_t now = tidy(penalties);
	struct penalty_entry *s = find(penalties, peer);

	if (s == NULL || is_exempt(penalties, peer))
		return false;
	if (is_refused(penalties, s, now))
		return true;
	s->is_told = false;
	return false;
}

bool
penalties_pardon(struct penalties *penalties, const struct stssl_address *peer)
{
	struct penalty_entry *s;

	(void)tidy(penalties);
	s = find(penalties, peer);
	if (s == NULL)
		return false;
	penalty_table_remove(&penalties->table, s);
	return true;
}

bool
penalties_next(struct penalties *penalties, const struct stssl_address *after,
    struct penalised *ret)
{
	const int64_t now = tidy(penalties);
	const struct penalty_entry *s = penalty_table_after(
	    &penalties->table, after == NULL ? NULL : after->ip);
	struct penalised found = { .seconds = 0 };

	if (s == NULL)
		return false;
	memcpy(found.source.ip, s->ip, sizeof s->ip);
	memcpy(found.events, s->events, sizeof s->events);
	found.seconds = (unsigned)((s->until_ms - now + MS - 1) / MS);
	found.is_refused = is_refused(penalties, s, now) &&
			   !is_exempt(penalties, &found.source);
	*ret = found;
	return true;
}

struct penalty_counts
penalties_count(struct penalties *penalties)
{
	const int64_t now = tidy(penalties);
	struct penalty_counts counts = penalties->counts;

	counts.sources = penalties->table.count;
	for (size_t i = 0; i < counts.sources; i++)
		counts.refused +=
		    is_refused(penalties, penalties->table.heap[i], now);
	return counts;
}
