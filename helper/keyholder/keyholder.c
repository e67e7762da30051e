/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder's loop.  A worker that asks for anything but a handshake's
 * signature is not listened to again.
 */
#include <config.h>
#include "helper/keyholder/keyholder.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/line_server.h"
#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "helper/keyholder/keys.h"

/* After this SIGALRM ends the process. */
#define SIGN_SECONDS 10

struct keyholder {
	struct line_server server;
	struct keys *keys;
	uint32_t link; /* see key_request_is_proper() */
	int channel;
	bool is_failing; /* the last signature failed, which was logged */
	struct ev_io io;
};

/* The worker sees the end even if the socket is open elsewhere, too. */
static void
refuse(struct line *line)
{
	const struct keyholder *k = line->server->owner;
	struct message m = { .type = MESSAGE_REFUSED };

	log_error("worker %lu: asks for a signature that no handshake needs",
	    (unsigned long)line->worker);
	m.u.refused.worker = line->worker;
	if (!k->server.is_retired)
		(void)message_send(k->channel, &m, -1, NULL, 0);
	(void)shutdown(line->io.fd, SHUT_RDWR);
	line_end(line);
}

static void
sign(struct keyholder *k, const struct key_request *request,
    struct key_answer *answer)
{
	const char *why;

	(void)alarm(SIGN_SECONDS);
	why = keys_sign(k->keys, request, answer);
	(void)alarm(0);
	if (why != NULL && !k->is_failing)
		log_error("key %lu: %s", (unsigned long)request->key + 1, why);
	k->is_failing = why != NULL;
}

/* An answer that finds no room is for a worker that no longer waits for it. */
static void
serve(struct line *line, const struct key_request *request)
{
	struct key_answer answer = { .serial = request->serial };

	if (request->algorithm != KEY_NOTHING)
		sign(line->server->owner, request, &answer);
	(void)send(
	    line->io.fd, &answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
on_request(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct line *line = io->data;
	const struct keyholder *k = line->server->owner;
	struct key_request request;
	ssize_t n;

	(void)loop;
	(void)events;
	n = recv(io->fd, &request, sizeof request, MSG_DONTWAIT | MSG_TRUNC);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		line_end(line);
	else if (n != sizeof request ||
		 !key_request_is_proper(&request, k->link))
		refuse(line);
	else
		serve(line, &request);
}

/* The monitor has no more to say: serve the workers that are left. */
static void
retire(struct keyholder *k)
{
	ev_io_stop(k->server.loop, &k->io);
	(void)close(k->channel);
	line_server_retire(&k->server);
}

static void
on_channel(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct keyholder *k = io->data;
	struct message m;
	int fd = -1, r;

	(void)loop;
	(void)events;
	r = message_receive(k->channel, SENDER_MONITOR, &m, &fd, NULL);
	if (r == -EAGAIN)
		return;
	if (r == -EMFILE)
		log_warning("out of descriptors, a worker has no keys");
	else if (r < 0)
		retire(k);
	else if (m.type == MESSAGE_KEYS)
		(void)line_add(&k->server, m.u.keys.worker, fd);
	else if (fd != -1)
		(void)close(fd);
}

/* To be called before the keys are loaded. */
static int
lock(void)
{
	int r = sandbox_hide();

	return r < 0 ? r : line_server_lift_limit();
}

/* A token's module is foreign code, which uses files, sockets and threads. */
static int
enter_sandbox(const struct helper_config *config)
{
	struct sandbox sandbox = sandbox_keyholder;

	for (size_t i = 0; i < keys_count(config); i++)
		if (config_key_is_url(keys_source(config, i)))
			sandbox.rights = SANDBOX_SOCKETS | SANDBOX_LOCAL |
					 SANDBOX_READ | SANDBOX_WRITE |
					 SANDBOX_CODE | SANDBOX_THREADS;
	return sandbox_enter(&sandbox);
}

/* Returns 0, or a negative errno when there is nothing to serve. */
static int
load(struct keyholder *k, const struct helper_config *config)
{
	struct message m = { .type = MESSAGE_LOADED };
	struct stssl_error error = { "" };
	size_t wrong;
	int r, sent;

	(void)alarm(KEYHOLDER_LOAD_SECONDS);
	r = keys_load(config, &k->keys, &wrong, &error);
	keys_close_early();
	(void)alarm(0);
	if (r == 0) {
		r = enter_sandbox(config);
		if (r < 0)
			return r;
	}
	m.u.loaded.key = (uint32_t)wrong;
	m.u.loaded.text_len = (uint32_t)strlen(error.text);
	sent =
	    message_send(k->channel, &m, -1, error.text, m.u.loaded.text_len);
	return r < 0 ? r : sent;
}

int
keyholder_main(const struct helper_config *config, int channel)
{
	struct keyholder k = { .link = KEY_NO_LINK,
		.channel = channel,
		.server = { .owner = &k,
		    .size = sizeof(struct line),
		    .on_request = on_request } };
	int r = lock();

	if (r < 0) {
		(void)log_errno(r, "cannot lock the memory up");
		return EXIT_FAILURE;
	}
	if (config->link.key != NULL)
		k.link = (uint32_t)config->tls.certificates.count;
	(void)signal(SIGALRM, SIG_DFL);
	k.server.loop = ev_loop_new(EVFLAG_AUTO);
	if (k.server.loop == NULL || load(&k, config) < 0) {
		k.keys = keys_free(k.keys);
		return EXIT_FAILURE;
	}
	ev_io_init(&k.io, on_channel, channel, EV_READ);
	k.io.data = &k;
	ev_io_start(k.server.loop, &k.io);
	ev_run(k.server.loop, 0);
	k.keys = keys_free(k.keys);
	ev_loop_destroy(k.server.loop);
	return EXIT_SUCCESS;
}
