/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sessions of two workers, for tests of the registry and of its messages.
 */
#ifndef TESTS_REGISTRY_STAGE_H
#define TESTS_REGISTRY_STAGE_H

#include "helper/monitor/registry/registry.h"

#define HERE  "1 127.0.0.1:2121 127.0.0.1:40000"
#define THERE "2 127.0.0.1:2121 127.0.0.1:40000"

/* Workers, as owners of sessions; only their addresses matter. */
extern const int alice, bob;

/* "COOKIE ADDRESS ADDRESS". */
struct stssl_connection connection(const char *text);

/* A new session, of 192.0.2.7:1000. */
struct session_entry *add(
    struct registry *registry, uint64_t session, const void *owner);

#endif
