/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The channel to the monitor, and behind it an OCSP client and a resolver.
 */
#include <config.h>
#include "helper/inquirer/inquirer.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "helper/inquirer/ocsp_client.h"
#include "helper/inquirer/resolver.h"

struct inquirer {
	struct ev_loop *loop;
	int channel;
	struct ev_io watcher;
	struct ocsp_client *client;
	struct resolver resolver;
	int result;
};

static void
end_with(struct inquirer *q, int result)
{
	q->result = result;
	ev_break(q->loop, EVBREAK_ALL);
}

static void
tell(struct inquirer *q, const struct message *m)
{
	int r = message_send(q->channel, m, -1, NULL, 0);

	if (r < 0)
		end_with(q, r);
}

static void
found(void *owner, uint64_t session, enum x509_ocsp found)
{
	const struct message m = { .type = MESSAGE_FOUND,
		.u.found = { .session = session, .found = found } };

	tell(owner, &m);
}

static void
resolved(void *owner, uint32_t listener, const struct stssl_address *address)
{
	struct message m = { .type = MESSAGE_RESOLVED };

	m.u.resolved.listener = listener;
	memcpy(m.u.resolved.ip, address->ip, sizeof address->ip);
	tell(owner, &m);
}

/* One question.  Returns 0 or -errno. */
static int
serve(struct inquirer *q)
{
	static unsigned char der[MESSAGE_MORE_MAX];
	struct message m;
	int fd, r;

	r = message_receive(q->channel, SENDER_MONITOR, &m, &fd, der);
	if (r < 0)
		return r;
	if (m.type != MESSAGE_INQUIRY)
		return -EBADMSG;
	ocsp_client_ask(
	    q->client, m.u.inquiry.session, der, m.u.inquiry.der_len);
	return 0;
}

static void
on_channel(struct ev_loop *loop, struct ev_io *io, int events)
{
	int r = serve(io->data);

	(void)loop;
	(void)events;
	if (r < 0 && r != -EAGAIN)
		end_with(io->data, r);
}

/* Returns 0 or -errno. */
static int
set_up(struct inquirer *q, const struct helper_config *config,
    const struct x509_store *store)
{
	int r;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		return -errno;
	q->loop = ev_loop_new(EVFLAG_AUTO);
	if (q->loop == NULL)
		return -ENOMEM;
	q->client = ocsp_client_new(q->loop, config, store, found, q);
	if (q->client == NULL)
		return -ENOMEM;
	ev_io_init(&q->watcher, on_channel, q->channel, EV_READ);
	q->watcher.data = q;
	ev_io_start(q->loop, &q->watcher);
	r = sandbox_enter(&sandbox_inquirer);
	/* Its thread has the rights that there are when it is started. */
	return r < 0
		   ? r
		   : resolver_start(&q->resolver, q->loop, config, resolved, q);
}

int
inquirer_main(const struct helper_config *config,
    const struct x509_store *store, int channel)
{
	static struct inquirer q;

	q.channel = channel;
	q.result = set_up(&q, config, store);
	if (q.result == 0)
		ev_run(q.loop, 0);
	resolver_done(&q.resolver);
	q.client = ocsp_client_free(q.client);
	if (q.loop != NULL)
		ev_loop_destroy(q.loop);
	if (q.result == -EPIPE)
		return EXIT_SUCCESS;
	(void)log_errno(q.result, "channel");
	return EXIT_FAILURE;
}
