/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The worker of tests of the monitor, linked in the place of worker_main().
 */
#include <config.h>
#include "tests/test-monitor-process.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "helper/base/keyrequest.h"
#include "helper/base/message.h"
#include "helper/base/message_ring.h"
#include "helper/base/ring.h"
#include "helper/worker/worker.h"
#include "status/tools/address.h"

static void
wait_for(int channel)
{
	struct pollfd p = { .fd = channel, .events = POLLIN };

	(void)poll(&p, 1, -1);
}

static struct ring *said;

static void
say(const struct message *m, const void *more, size_t len)
{
	(void)message_put(said, m, more, len, 0);
}

static void
publish(const struct message_client *client)
{
	struct message m = { .type = MESSAGE_PUBLISH };
	char text[256], ip[STSSL_ADDRESS_TEXT];
	int len = snprintf(text, sizeof text,
	    "STSSL_VERSION=1%cSTSSL_SESSION=%llx%cSTSSL_LISTENER=ftp%c"
	    "REMOTE_ADDR=%s%cREMOTE_PORT=%u%c",
	    0, (unsigned long long)client->session, 0, 0,
	    stssl_ip_format(&client->peer, ip), 0, client->peer.port, 0);

	m.u.publish.session = client->session;
	m.u.publish.text_len = (uint32_t)len;
	(void)stssl_connection_parse(HERE, &m.u.publish.connection);
	say(&m, text, (size_t)len);
}

/* Ask about `session`; true when there was an answer, passed on to `fd`. */
static bool
consult(int channel, uint64_t session, int fd)
{
	struct message m = { .type = MESSAGE_ASK, .u.ask = { .user = "al" } };
	const struct message next = { .type = MESSAGE_NEXT };
	int none;

	m.u.ask.session = session;
	say(&next, NULL, 0);
	(void)message_send(channel, &m, -1, NULL, 0);
	wait_for(channel);
	return message_receive(channel, SENDER_MONITOR, &m, &none, NULL) == 0 &&
	       m.type == MESSAGE_ADVICE &&
	       write(fd, &m.u.advice.reason, sizeof m.u.advice.reason) > 0;
}

/* More than the monitor takes in one turn. */
static void
say_much(uint64_t session)
{
	const struct message m = { .type = MESSAGE_WITHDRAW,
		.u.withdraw.session = session };

	for (int i = 0; i < 500; i++)
		say(&m, NULL, 0);
}

/*
 * The failed login is the last of them.  Another process keeps the channel and
 * the client until the monitor has done with the one that is gone.
 */
static int
last_words(uint64_t session, int channel)
{
	const struct message failed = { .type = MESSAGE_FAILED,
		.u.failed = { session, PENALTY_LOGIN_FAILED } };
	struct pollfd end = { .fd = channel };

	say_much(session);
	say(&failed, NULL, 0);
	if (fork() == 0) {
		(void)poll(&end, 1, -1);
		_exit(0);
	}
	return 0;
}

/* Nothing else is left to do than to be killed for it. */
static void
misuse(int line)
{
	const struct key_request request = { .algorithm = KEY_ECDSA_SHA256 };

	(void)send(line, &request, sizeof request, 0);
	for (;;)
		(void)pause();
}

/*
 * Publishes each client, says its process id to it, and ends the session when
 * the client closes; 'x' from the client makes it crash, 'l' lie, 'f' ask about
 * a session that is not its own, 'k' ask the keyholder for what is not to be
 * signed, 'a' ask and pass on the reason, 'm' say much before that, and 'w'
 * exit with its last words.
 */
int
worker_main(const struct helper_config *c, struct tls_context *tls, int channel,
    struct ring *ring)
{
	struct message m, lie = { .type = MESSAGE_CLOSED }, end = lie;
	pid_t pid = getpid();
	char order;
	int fd, line = -1;

	(void)c;
	(void)tls;
	said = ring;
	for (;;) {
		wait_for(channel);
		if (message_receive(channel, SENDER_MONITOR, &m, &fd, NULL) <
			0 ||
		    m.type == MESSAGE_STOP)
			return 0;
		if (m.type == MESSAGE_KEYS)
			line = fd;
		if (m.type != MESSAGE_CLIENT)
			continue;
		publish(&m.u.client);
		if (write(fd, &pid, sizeof pid) == -1)
			return 3;
		wait_for(fd);
		if (read(fd, &order, 1) == 1 && order == 'x')
			abort();
		if (order == 'a' && !consult(channel, m.u.client.session, fd))
			return 4;
		if (order == 'f' &&
		    !consult(channel, m.u.client.session + 1, fd))
			return 5;
		if (order == 'k')
			misuse(line);
		if (order == 'm')
			say_much(m.u.client.session);
		if (order == 'w')
			return last_words(m.u.client.session, channel);
		if (order == 'l')
			say(&lie, NULL, 0);
		end.u.closed.session = m.u.client.session;
		say(&end, NULL, 0);
		(void)close(fd);
	}
}
