/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A connection that somebody could make, as the helper would report it.
 */
#ifndef STSSLCTL_CONNECTION_H
#define STSSLCTL_CONNECTION_H

#include "status/address.h"
#include "status/record.h"
#include "stsslctl/command.h"

struct connection {
	struct stssl_address from;  /* set if --from is given */
	struct stssl_record record; /* empty with --clear alone */
};

/*
 * Make it of --clear, --from, --listener, --edge, --tls, --certificate, --ca,
 * --crl, --ssh-key and --config; the default is TLS 1.3.  Returns 0 and *ret,
 * to be emptied by connection_done(); or a negative errno, with the reason told
 * to stderr: the options do not go together, or a file cannot be used.
 */
int connection_make(const struct arguments *a, struct connection *ret);

void connection_done(struct connection *connection);

#endif
