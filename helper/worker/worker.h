/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The worker role: holds the client and backend sockets of its sessions, does
 * TLS, FTP and relaying.  Opens no file, starts no program.
 */
#ifndef HELPER_WORKER_WORKER_H
#define HELPER_WORKER_WORKER_H

#include "setup/config.h"

struct ring;
struct tls_context;

/*
 * Run until the monitor says stop or `channel` ends; what it says itself is in
 * `ring` and `channel`.  Called in a process of its own, which has nothing else
 * open but its log.  Returns the exit status.
 */
int worker_main(const struct helper_config *config, struct tls_context *tls,
    int channel, struct ring *ring);

#endif
