/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor's memory: every session, who serves it, and the record that its
 * worker published for it, found by session and by connection.
 */
#ifndef HELPER_MONITOR_REGISTRY_REGISTRY_H
#define HELPER_MONITOR_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include "helper/base/message.h"
#include "helper/monitor/registry/census.h"
#include "helper/monitor/registry/metrics.h"
#include "helper/monitor/registry/proof.h"
#include "status/address.h"
#include "status/record.h"
#include "status/words.h"

struct source;

enum session_record {
	RECORD_NONE,    /* not published, or withdrawn */
	RECORD_WAITING, /* published for a connection that another one holds */
	RECORD_KNOWN,   /* questions are answered with it */
};

/* Whose address a session's is. */
enum session_origin {
	ORIGIN_CLIENT,  /* that of the client */
	ORIGIN_AWAITED, /* a proxy's, which has yet to say whose it is */
	ORIGIN_PROXY,   /* a proxy's, which has said that it is its own */
	ORIGIN_LINK,    /* that of an Edge's client, as the Edge says */
};

/* A worker, for all that the registry knows, and its sessions. */
struct session_owner {
	const void
	    *owner; /* only compared; NULL: it is gone, and so are they */
	LIST_HEAD(session_list, session_entry) sessions;
	LIST_ENTRY(session_owner) link;
};

/*
 * Fields are for reading; the registry alone writes, but for an Edge's client,
 * the certificate, who is asked about it, its review, the verdict, and what
 * failed.
 */
struct session_entry {
	uint64_t session;
	struct session_owner *of;
	uint32_t listener; /* index into helper_config.listeners */
	struct stssl_address peer;
	struct stssl_address edge; /* the Edge's, with ORIGIN_LINK */
	enum session_origin origin;
	bool is_newcomer;             /* not authenticated yet */
	bool kernel_tls;              /* it did TLS for some of it */
	bool is_disputed;             /* another claims its connection, too */
	uint8_t waits;                /* how often it was RECORD_WAITING */
	uint64_t bytes_in, bytes_out; /* some seconds ago */
	int64_t since_ms;             /* by stssl_now_ms() */

	enum session_record record;
	enum metrics_tls tls; /* of the last record */
	struct stssl_connection connection;
	char *text; /* encoded, with STSSL_RESULT=found: a whole answer */
	size_t text_len;

	struct session_proof proof;
	const void *inquirer; /* asked by OCSP, only compared; NULL: nobody */
	time_t good_until;    /* the verified certificate; 0: there is none */
	bool is_decided;      /* a verdict came */
	bool is_counted;      /* as a login */
	bool by_certificate;  /* and it would not be what it is without one */
	bool is_unreviewed;   /* the lists that count now were not asked */
	bool is_ending;
	bool is_unreachable; /* its backend, for it */
	unsigned failures;   /* that its worker has told of */
	enum stssl_verdict verdict;
	struct stssl_record login; /* what the module has said of its verdict */

	/* Its own, where it connects to the backend from; NULL: anywhere. */
	struct source *sources[MESSAGE_SOURCES];

	LIST_ENTRY(session_entry) link; /* its owner's */
};

struct registry;
struct sources;

/* NULL when out of memory. */
struct registry *registry_new(void);

/* Take over the addresses that sessions can have; once at most. */
void registry_use(struct registry *registry, struct sources *sources);

/* The same; NULL without registry_use(). */
struct sources *registry_sources(const struct registry *registry);

/* Takes NULL.  Returns NULL. */
struct registry *registry_free(struct registry *registry);

/*
 * A new session.  Returns 0; -EEXIST when the number is taken; -ENOMEM.
 */
int registry_add(struct registry *registry, uint64_t session, const void *owner,
    uint32_t listener, const struct stssl_address *peer);

/*
 * A new session comes through a proxy: until it is introduced it counts for its
 * listener alone.  registry_introduce() returns 0 or -ENOMEM; with `client`
 * NULL it is the proxy's own.
 */
void registry_await(struct registry *registry, struct session_entry *entry);
int registry_introduce(struct registry *registry, struct session_entry *entry,
    const struct stssl_address *client);

/* The session is authenticated.  Once or more often. */
void registry_welcome(struct registry *registry, struct session_entry *entry);

/*
 * A verdict came: a refusal is counted; a login when it is authenticated, too,
 * now or later, and once in a session.
 */
void registry_login(struct registry *registry, struct session_entry *entry);

/* How many sessions there are, and how many are new. */
const struct census *registry_census(const struct registry *registry);

/* All of them, in any order: the first one after NULL, NULL after the last. */
struct session_entry *registry_next(
    const struct registry *registry, const struct session_entry *entry);

/* The counters of helper/monitor/registry/metrics.h. */
struct metrics *registry_metrics(struct registry *registry);

/* The session with the lowest number above `after`; NULL when there is none. */
const struct session_entry *registry_after(
    const struct registry *registry, uint64_t after);

/*
 * That number, also of a session that is not found, since its owner is gone; 0
 * when there is none.
 */
uint64_t registry_number_after(const struct registry *registry, uint64_t after);

/* NULL when there is none; valid until the session is removed. */
struct session_entry *registry_find(
    const struct registry *registry, uint64_t session);
struct session_entry *registry_find_connection(
    const struct registry *registry, const struct stssl_connection *connection);

/*
 * The session whose backend connection comes from the address of key->peer, in
 * key->netns, whatever the rest; NULL when there is none.
 */
const struct session_entry *registry_find_source(
    const struct registry *registry, const struct stssl_connection *key);

/*
 * Keep a copy of `text` as the record of `entry`, in place of an older one.
 * When another session holds this connection the record waits: see
 * registry_settle().  Returns 0 or -ENOMEM, and then there is no record.
 */
int registry_publish(struct registry *registry, struct session_entry *entry,
    const struct stssl_connection *connection, const char *text, size_t len);

/* The session has no record any more. */
void registry_withdraw(struct registry *registry, struct session_entry *entry);

/* True while a record waits. */
bool registry_is_unsettled(const struct registry *registry);

/*
 * To be called when all channels are drained: records whose connection has
 * become free take it.  One that is still in the way stays, but is disputed
 * until it is published anew; the one that waited is dropped.  Returns how many
 * were dropped.
 */
size_t registry_settle(struct registry *registry);

/*
 * Where all sessions of an owner come from, whose source (client_source()) is
 * one; false when they come from several, there is none, or a proxy has not
 * said where one comes from.
 */
bool registry_source_of(const struct registry *registry, const void *owner,
    struct stssl_address *ret);

/* Forget a session. */
void registry_remove(struct registry *registry, struct session_entry *entry);

/*
 * Forget all sessions of an owner, at once for whoever asks, but not for what
 * counts them: registry_sweep() removes up to `most`, and returns true while
 * there are more.
 */
void registry_remove_owner(struct registry *registry, const void *owner);
bool registry_sweep(struct registry *registry, unsigned most);

/* True when there are any. */
bool registry_has_gone(const struct registry *registry);

#endif
