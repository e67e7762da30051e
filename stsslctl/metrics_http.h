/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The helper's counters over HTTP, for one request.
 */
#ifndef STSSLCTL_METRICS_HTTP_H
#define STSSLCTL_METRICS_HTTP_H

#include "stsslctl/command.h"

/*
 * Read a request from standard input, and answer it on standard output.
 * Returns COMMAND_FINE, whatever the request was and whether there was one;
 * COMMAND_UNKNOWN when the helper does not answer, which the client is told,
 * or the client does not read.
 */
enum command_status metrics_http(const char *socket);

#endif
