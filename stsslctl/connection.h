/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A connection that is only thought of, as the helper would report it.
 */
#ifndef STSSLCTL_CONNECTION_H
#define STSSLCTL_CONNECTION_H

#include <stdbool.h>

#include "conf/conf.h"
#include "status/address.h"
#include "status/record.h"

/* As on the command line; what was not given is NULL. */
struct connection_arguments {
	bool clear;
	const char *from;
	const char *tls;         /* "1.2", "1.3", or with TLS in front */
	const char *certificate; /* PEM: a chain, the client's first */
	const char *ca;          /* NULL: what `config` says */
	const char *crl;
	const char *config; /* helper.conf */
};

struct connection {
	bool is_clear;
	bool has_from;
	struct stssl_address from;
	struct stssl_record record; /* of a connection that is not clear */
};

/*
 * Make it; TLS 1.3 when nothing is said.  Returns 0 and *ret, to be emptied by
 * connection_done(); or a negative errno with error->text: the arguments are
 * none or do not go together, or a file cannot be used.
 */
int connection_make(const struct connection_arguments *arguments,
    struct connection *ret, struct stssl_error *error);

void connection_done(struct connection *connection);

#endif
