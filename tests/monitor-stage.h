/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A helper in a process of its own, with workers that the test plays, and its
 * clients.
 */
#ifndef TESTS_MONITOR_STAGE_H
#define TESTS_MONITOR_STAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "helper/monitor/generation.h"
#include "helper/monitor/privileges.h"
#include "status/address.h"

/* To be set before start(). */
extern unsigned refuse_above, max_sessions;

/* What it is started with, where it listens, and what is its own. */
extern struct generation generation;
extern const struct privileges privileges;
extern struct stssl_address address;
extern char monitor_directory[];
extern pid_t helper;

/* So many workers, and sessions of each; once more; and the end. */
void start(unsigned workers, unsigned sessions);
void launch(void);
void finish(void);

/* A client; who serves it; and both. */
int knock(void);
pid_t server_of(int fd);
int dial(pid_t *ret);

/* Give an order, and wait for the worker's end of the connection to close. */
void drop(int fd, char order);

/* Whether a client is let in: it hears from a worker, and not 421. */
bool is_served(void);

/* Whether anybody accepts. */
bool is_open(void);

/* As stssl_query(), about the one connection that all sessions have. */
int ask(void);

#endif
