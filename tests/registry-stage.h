/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sessions and channels for tests of the registry and of workers' messages.
 */
#ifndef TESTS_REGISTRY_STAGE_H
#define TESTS_REGISTRY_STAGE_H

#include "helper/base/message.h"
#include "helper/base/message_ring.h"
#include "helper/base/ring.h"
#include "helper/monitor/registry/worker_channel.h"
#include "helper/monitor/registry/registry.h"
#include "status/tools/address.h"
#include "tests/test-helper-process.h"

/* Owners; only their addresses matter. */
extern const int alice, bob;

#define HERE  "1 127.0.0.1:2121 127.0.0.1:40000"
#define THERE "2 127.0.0.1:2121 127.0.0.1:40000"

#define RECORD                                        \
	"STSSL_VERSION=1\0STSSL_SESSION=1\0"          \
	"STSSL_LISTENER=ftp\0REMOTE_ADDR=192.0.2.7\0" \
	"REMOTE_PORT=1000\0"

/* A literal with NULs inside; the one that C adds does not count. */
#define TEXT(literal) literal, sizeof(literal) - 1

struct stssl_connection connection_of(const char *text);

/* A session from 192.0.2.7:1000. */
struct session_entry *add_owned_session(
    struct registry *registry, uint64_t session, const void *owner);

/* With one listener, ftp. */
extern struct generation registry_generation;
extern struct listen_config registry_listener;

/* How often an advisor was asked. */
extern unsigned asked;
/* How often a proxy's header was told of; the client is always let in. */
extern unsigned introduced;
/* How often an Edge's data were passed on, and to whom at last. */
extern unsigned routed;
extern uint64_t routed_to;
/* Where to ask once more each time, unless it is NULL. */
extern struct ring *again;

/* What verifiers say when they are listened to; NULL: nothing. */
extern void (*on_hear)(struct registry *registry);

/* What alice's worker says, which has session 1. */
struct mail {
	struct registry *registry;
	struct session_entry *entry;
	struct worker_channel in;
	struct ring ring; /* the monitor's view */
	struct ring said; /* hers */
	int worker;       /* her end of the channel */
};

void mail_open(struct mail *mail);
void mail_close(struct mail *mail);

/* Put a message into the ring, or the mark for one that is to be sent. */
void say(
    struct mail *mail, const struct message *m, const void *more, size_t len);
void mark(struct mail *mail);

/* Say a message; returns what worker_channel_drain() does then. */
int post(
    struct mail *mail, const struct message *m, const void *more, size_t len);
int post_fd(struct mail *mail, const struct message *m, int fd);

/* The same with a record of the session. */
int post_record(
    struct mail *mail, const char *text, size_t len, bool proven, bool welcome);

#endif
