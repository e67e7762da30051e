/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The stage of tests of advisors: sessions that ask, and the advice that they
 * get, of processes that the test provides or of the role itself.
 */
#ifndef TESTS_TEST_HELPER_PROCESS_ADVISORS_H
#define TESTS_TEST_HELPER_PROCESS_ADVISORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/monitor/children/advisors.h"
#include "setup/config.h"
#include "status/words.h"

#define LONG  60.0 /* seconds, never waited for */
#define TRIES 2000 /* sessions 1 to this one have a record */
#define HOG   1000 /* those above it come from one address */
#define BARE  9999 /* has none */

#define RECORD                                        \
	"STSSL_VERSION=1\0STSSL_SESSION=1\0"          \
	"STSSL_LISTENER=ftp\0REMOTE_ADDR=192.0.2.7\0" \
	"REMOTE_PORT=1000\0"

struct advisors_stage {
	struct advisors *advisors;
	struct message_advice last;
	size_t count; /* of advice */
	size_t until; /* this many */
	size_t late;  /* questions that had an advisor and no answer */
	struct stssl_address late_peer;
	int pids[2]; /* a pipe: each fake advisor writes its process id */
};

extern struct advisors_stage t;

/* Where all sessions come from. */
extern struct listen_config advisors_listener;

/* The file of classes; private_file_make() makes it. */
extern char advisors_classes[];

typedef int advisor_role(const struct helper_config *config, int channel);

/* The role itself, and one that a test plays: pool.h starts stage_begin()'s. */
advisor_role __real_advisor_main, fake_advisor;

/* Sessions with this record, and advisors that play `run`. */
void stage_begin(
    advisor_role *run, ev_tstamp patience, const char *text, size_t len);
void stage_end(void);

/* Where a session comes from. */
struct stssl_address peer_of(uint64_t session);

/* NULL: whom does its certificate let in? */
void ask_about(uint64_t session, enum message_about about, const char *user);
void ask(uint64_t session, const char *user);

/* Run until there is advice `count` times since the start. */
void wait_for(size_t count);

/* What the last advice was. */
void is_advised(
    uint64_t session, enum stssl_verdict verdict, enum stssl_reason reason);

#endif
