/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which handshake is handed in: the client's with us, or with an Edge.
 */
#include <config.h>
#include "helper/worker/host.h"

#include "helper/worker/link/server.h"
#include "helper/worker/session.h"

int
host_prove(const struct session *s)
{
	return session_is_from_link(s) ? link_server_prove(s)
				       : tls_prove(s->client.tls, s->id);
}
