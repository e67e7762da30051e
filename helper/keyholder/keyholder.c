/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder's loop.  It takes one request of a line at a time, so that no
 * worker keeps others waiting for more than a signature.  A worker that asks
 * for anything but a handshake's signature is not listened to again.
 */
#include <config.h>
#include "helper/keyholder/keyholder.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "helper/keyholder/keys.h"

/* After this SIGALRM ends the process. */
#define SIGN_SECONDS 10

/* The way to one worker. */
struct line {
	struct keyholder *holder;
	uint32_t worker;
	struct ev_io io;
	LIST_ENTRY(line) others;
};

struct keyholder {
	struct ev_loop *loop;
	struct keys *keys;
	int channel;
	bool is_retired; /* the channel has ended */
	bool is_failing; /* the last signature failed, which was logged */
	struct ev_io io;
	LIST_HEAD(lines, line) lines;
};

static void
end_line(struct line *line)
{
	struct keyholder *k = line->holder;

	ev_io_stop(k->loop, &line->io);
	(void)close(line->io.fd);
	LIST_REMOVE(line, others);
	free(line);
	if (k->is_retired && LIST_EMPTY(&k->lines))
		ev_break(k->loop, EVBREAK_ALL);
}

/* The worker sees the end even if the socket is open elsewhere, too. */
static void
refuse(struct line *line)
{
	struct message m = { .type = MESSAGE_REFUSED };

	log_error("worker %lu: asks for a signature that no handshake needs",
	    (unsigned long)line->worker);
	m.u.refused.worker = line->worker;
	if (!line->holder->is_retired)
		(void)message_send(line->holder->channel, &m, -1, NULL, 0);
	(void)shutdown(line->io.fd, SHUT_RDWR);
	end_line(line);
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
		sign(line->holder, request, &answer);
	(void)send(
	    line->io.fd, &answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
on_request(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct line *line = io->data;
	struct key_request request;
	ssize_t n;

	(void)loop;
	(void)events;
	n = recv(io->fd, &request, sizeof request, MSG_DONTWAIT | MSG_TRUNC);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		end_line(line);
	else if (n != sizeof request || !key_request_is_proper(&request))
		refuse(line);
	else
		serve(line, &request);
}

static void
add_line(struct keyholder *k, uint32_t worker, int fd)
{
	struct line *line = calloc(1, sizeof *line);

	if (line == NULL) {
		(void)shutdown(fd, SHUT_RDWR);
		(void)close(fd);
		return;
	}
	line->holder = k;
	line->worker = worker;
	LIST_INSERT_HEAD(&k->lines, line, others);
	ev_io_init(&line->io, on_request, fd, EV_READ);
	line->io.data = line;
	ev_io_start(k->loop, &line->io);
}

/* The monitor has no more to say: serve the workers that are left. */
static void
retire(struct keyholder *k)
{
	k->is_retired = true;
	ev_io_stop(k->loop, &k->io);
	(void)close(k->channel);
	if (LIST_EMPTY(&k->lines))
		ev_break(k->loop, EVBREAK_ALL);
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
		add_line(k, m.u.keys.worker, fd);
	else if (fd != -1)
		(void)close(fd);
}

/* To be called before the keys are loaded.  There may be many workers. */
static int
lock(void)
{
	struct rlimit files;
	int r = sandbox_hide();

	if (r < 0)
		return r;
	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return -errno;
	files.rlim_cur = files.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &files) == -1 ? -errno : 0;
}

/* A token's module is foreign code, which uses files, sockets and threads. */
static int
enter_sandbox(const struct tls_config *config)
{
	struct sandbox sandbox = sandbox_keyholder;

	for (size_t i = 0; i < config->keys.count; i++)
		if (keys_is_url(config->keys.list[i]))
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
	int r, sent;

	(void)alarm(KEYHOLDER_LOAD_SECONDS);
	r = keys_load(&config->tls, &k->keys, &error);
	keys_close_early();
	(void)alarm(0);
	if (r == 0) {
		r = enter_sandbox(&config->tls);
		if (r < 0)
			return r;
	}
	m.u.loaded.text_len = (uint32_t)strlen(error.text);
	sent =
	    message_send(k->channel, &m, -1, error.text, m.u.loaded.text_len);
	return r < 0 ? r : sent;
}

int
keyholder_main(const struct helper_config *config, int channel)
{
	struct keyholder k = { .channel = channel };
	int r = lock();

	if (r < 0) {
		(void)log_errno(r, "cannot lock the memory up");
		return EXIT_FAILURE;
	}
	(void)signal(SIGALRM, SIG_DFL);
	k.loop = ev_loop_new(EVFLAG_AUTO);
	if (k.loop == NULL || load(&k, config) < 0) {
		k.keys = keys_free(k.keys);
		return EXIT_FAILURE;
	}
	ev_io_init(&k.io, on_channel, channel, EV_READ);
	k.io.data = &k;
	ev_io_start(k.loop, &k.io);
	ev_run(k.loop, 0);
	k.keys = keys_free(k.keys);
	ev_loop_destroy(k.loop);
	return EXIT_SUCCESS;
}
