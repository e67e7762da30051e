/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Three sets of the whole range, as bits, say which addresses are not to be
 * drawn; a search tree has those in use.
 */
#include <config.h>
#include "helper/monitor/registry/sources.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "helper/base/log.h"
#include "helper/monitor/registry/survey.h"
#include "helper/monitor/registry/tap.h"
#include "status/clock.h"
#include "status/address.h"

#define RANGE ((size_t)(~STSSL_SOURCE_MASK) + 1)
/* As long as a connection may be in TIME_WAIT, and twice. */
#define REST_MS 120000
/* Four million are there: so many are not taken by bad luck. */
#define TRIES 64
/* A frame is written in far less. */
#define YIELDS 1000
/* To look at all connections of the machine takes some milliseconds. */
#define SURVEY_MS 10000

struct source {
	uint32_t index; /* first: the tree compares it */
	uint64_t losses;
	bool is_seen, is_shared;
	uint16_t port;           /* of the first connection */
	struct stssl_address to; /* where it leads */
};

struct set {
	unsigned long bits[RANGE / (sizeof(unsigned long) * CHAR_BIT)];
};

struct sources {
	struct tap *tap;
	void *in_use;
	struct set foreign;  /* others have connected from there */
	struct set rests[2]; /* the younger ones first */
	int64_t turned_ms;   /* when those became older ones */
	uint64_t losses;     /* how often something was missed */
	bool is_blind;       /* since the last survey */
	int64_t surveyed_ms;
};

static bool
has(const struct set *set, uint32_t n)
{
	const size_t bits = sizeof set->bits[0] * CHAR_BIT;

	return (set->bits[n / bits] >> n % bits & 1) != 0;
}

static void
put(struct set *set, uint32_t n)
{
	const size_t bits = sizeof set->bits[0] * CHAR_BIT;

	set->bits[n / bits] |= 1ul << n % bits;
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static struct source *
find(const struct sources *s, uint32_t n)
{
	void *node = tfind(&n, &s->in_use, compare);

	return node == NULL ? NULL : *(struct source **)node;
}

/* The range's addresses are numbered from 0. */
static uint32_t
index_of(const struct stssl_address *a)
{
	uint32_t ip;

	memcpy(&ip, a->ip + STSSL_IPV4_BYTE, sizeof ip);
	return ntohl(ip) & ~STSSL_SOURCE_MASK;
}

struct stssl_address
sources_address(const struct source *source)
{
	const uint32_t ip = htonl(STSSL_SOURCE_NETWORK | source->index);

	return stssl_address_ipv4(&ip, 0);
}

void
sources_saw(struct sources *s, const struct stssl_connection *c)
{
	const uint32_t n = index_of(&c->local);
	struct source *source = find(s, n);

	if (source == NULL) {
		put(&s->foreign, n);
	} else if (!source->is_seen) {
		source->is_seen = true;
		source->port = c->local.port;
		source->to = c->peer;
	} else if (source->port != c->local.port ||
		   memcmp(&source->to, &c->peer, sizeof source->to) != 0) {
		source->is_shared = true;
	}
	/* else it is the same segment, sent again */
}

static void
lose(struct sources *s)
{
	s->losses++;
	if (!s->is_blind)
		log_warning("backend-source: connections were missed; logins "
			    "of the sessions that are there are refused");
	s->is_blind = true;
}

/* Take in all that has happened. */
static void
listen_to_tap(struct sources *s)
{
	struct stssl_connection c;
	unsigned yields = 0;
	int r = s->tap == NULL ? 0 : 1;

	while (r == 1 || (r == -EAGAIN && yields++ < YIELDS)) {
		r = tap_next(s->tap, &c);
		if (r == 1)
			sources_saw(s, &c);
		else if (r == -EAGAIN)
			(void)sched_yield();
	}
	if (s->tap != NULL && (r < 0 || tap_has_lost(s->tap)))
		lose(s);
}

/* Somebody's, unless it is in use: then it is told by what is seen. */
static void
note(void *owner, const struct stssl_address *address)
{
	struct sources *s = owner;
	const uint32_t n = index_of(address);

	if (find(s, n) == NULL)
		put(&s->foreign, n);
}

/* After connections were missed: who is connected now?  Not all the time. */
static int
survey(struct sources *s)
{
	const int64_t now_ms = stssl_now_ms();

	if (now_ms - s->surveyed_ms < SURVEY_MS)
		return -EAGAIN;
	s->surveyed_ms = now_ms;
	if (survey_connections(note, s) < 0)
		return -EAGAIN;
	s->is_blind = false;
	return 0;
}

struct sources *
sources_new(struct tap *tap)
{
	struct sources *s = calloc(1, sizeof *s);

	if (s == NULL) {
		(void)tap_free(tap);
		return NULL;
	}
	s->tap = tap;
	s->turned_ms = stssl_now_ms();
	s->surveyed_ms = s->turned_ms - SURVEY_MS;
	/* Who was connected before `tap` was there? */
	s->is_blind = tap != NULL && survey(s) < 0;
	return s;
}

struct sources *
sources_free(struct sources *s)
{
	if (s == NULL)
		return NULL;
	tdestroy(s->in_use, free);
	(void)tap_free(s->tap);
	free(s);
	return NULL;
}

/* Addresses, from one session to the next */

/* One that is to be free again, but is connected to something still. */
static void
rest_on(void *owner, const struct stssl_address *address)
{
	struct sources *s = owner;
	const uint32_t n = index_of(address);

	if (has(&s->rests[1], n))
		put(&s->rests[0], n);
}

/*
 * A session's address may have connections that were not its own, and that
 * nobody heard of: somebody else's, while it was not used yet or others were
 * missed, or one that its backend has not closed.  So nothing is free that is
 * connected.  If that cannot be found out, nothing is free.
 */
static void
turn_once(struct sources *s)
{
	const size_t words = sizeof s->rests[0].bits / sizeof(unsigned long);

	if (survey_connections(rest_on, s) < 0)
		for (size_t i = 0; i < words; i++)
			s->rests[0].bits[i] |= s->rests[1].bits[i];
	s->rests[1] = s->rests[0];
	memset(&s->rests[0], 0, sizeof s->rests[0]);
}

static void
turn(struct sources *s)
{
	const int64_t now_ms = stssl_now_ms();

	if (now_ms - s->turned_ms < REST_MS)
		return;
	turn_once(s);
	if (now_ms - s->turned_ms >= 2 * REST_MS)
		turn_once(s);
	s->turned_ms = now_ms;
}

static bool
is_free(const struct sources *s, uint32_t n)
{
	return !has(&s->foreign, n) && !has(&s->rests[0], n) &&
	       !has(&s->rests[1], n) && find(s, n) == NULL;
}

static int
take(struct sources *s, uint32_t n, struct source **ret)
{
	struct source *source = calloc(1, sizeof *source);

	if (source == NULL)
		return -ENOMEM;
	source->index = n;
	source->losses = s->losses;
	if (tsearch(source, &s->in_use, compare) == NULL) {
		free(source);
		return -ENOMEM;
	}
	*ret = source;
	return 0;
}

static int
draw(struct sources *s, struct source **ret)
{
	uint32_t n;

	listen_to_tap(s);
	if (s->is_blind && survey(s) < 0)
		return -EAGAIN;
	turn(s);
	for (unsigned i = 0; i < TRIES; i++) {
		if (getrandom(&n, sizeof n, 0) != sizeof n)
			return -EIO;
		n &= ~STSSL_SOURCE_MASK;
		if (is_free(s, n))
			return take(s, n, ret);
	}
	return -EADDRNOTAVAIL;
}

int
sources_draw(struct sources *s, unsigned count,
    struct source *list[static MESSAGE_SOURCES])
{
	int r = s == NULL ? -EAGAIN : 0;

	for (unsigned i = 0; r == 0 && i < count; i++)
		r = draw(s, &list[i]);
	return r;
}

static void
release(struct sources *s, struct source *source)
{
	/* What else came from there may still be there. */
	put(source->is_shared ? &s->foreign : &s->rests[0], source->index);
	(void)tdelete(source, &s->in_use, compare);
	free(source);
}

void
sources_release_all(
    struct sources *s, struct source *list[static MESSAGE_SOURCES])
{
	for (unsigned i = 0; i < MESSAGE_SOURCES; i++)
		if (list[i] != NULL)
			release(s, list[i]);
}

static bool
is_from(const struct stssl_connection *connection, const struct source *source)
{
	const struct stssl_address a = sources_address(source);

	return stssl_address_same_ip(&connection->peer, &a);
}

static bool
is_sole(const struct sources *s, const struct source *source,
    const struct stssl_connection *connection)
{
	return source->is_seen && !source->is_shared &&
	       source->losses == s->losses &&
	       source->port == connection->peer.port;
}

bool
sources_has_sole(struct sources *s,
    struct source *const list[static MESSAGE_SOURCES],
    const struct stssl_connection *connection)
{
	if (s == NULL)
		return false;
	listen_to_tap(s);
	for (unsigned i = 0; i < MESSAGE_SOURCES; i++)
		if (list[i] != NULL && is_from(connection, list[i]))
			return is_sole(s, list[i], connection);
	return false;
}
