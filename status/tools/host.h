/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names of hosts.
 */
#ifndef STATUS_TOOLS_HOST_H
#define STATUS_TOOLS_HOST_H

#include <stdbool.h>

/*
 * True for a host name, RFC 1123 section 2.1: labels of letters, digits and
 * inner hyphens, the last of them no number, so that it is no IP address.
 */
bool stssl_is_host_name(const char *text);

#endif
