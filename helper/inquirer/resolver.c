/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks getaddrinfo(3) for IPv4 addresses: only PASV has a use for them.  The
 * thread shares nothing with the rest but the configuration, which nobody
 * changes, and a pipe for what it has found.
 */
#include <config.h>
#include "helper/inquirer/resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "status/address.h"

#define REST_MS 60000

/* Goes through the pipe in one piece. */
struct answer {
	uint32_t listener;
	int code; /* 0 or getaddrinfo's */
	struct stssl_address address;
};

/* The thread's; it never ends, and is never freed. */
struct job {
	const struct helper_config *config;
	int fd; /* to write answers to */
};

/* The thread */

/* Returns 0 or getaddrinfo's code. */
static int
look_up(const char *name, struct stssl_address *ret)
{
	const struct addrinfo hints = { .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM };
	struct sockaddr_storage sa = { 0 };
	struct addrinfo *found;
	int r = getaddrinfo(name, NULL, &hints, &found);

	if (r != 0)
		return r;
	memcpy(&sa, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return stssl_address_from(&sa, ret) == 0 ? 0 : EAI_FAMILY;
}

static void
look_up_all(const struct job *job)
{
	for (uint32_t i = 0; i < job->config->listener_count; i++) {
		const char *name = job->config->listeners[i].passive_name;
		struct answer answer;

		if (name == NULL)
			continue;
		memset(&answer, 0, sizeof answer);
		answer.listener = i;
		answer.code = look_up(name, &answer.address);
		if (write(job->fd, &answer, sizeof answer) == -1)
			return;
	}
}

static void *
work(void *job)
{
	for (;;) {
		look_up_all(job);
		(void)poll(NULL, 0, REST_MS);
	}
	return NULL;
}

/* The event loop */

/* Once for each time that it begins to fail. */
static void
complain(struct resolver *r, const struct answer *answer)
{
	const struct listen_config *l = &r->config->listeners[answer->listener];

	if (!r->names[answer->listener].has_failed)
		log_warning("listener=%s passive-address %s: %s", l->name,
		    l->passive_name, gai_strerror(answer->code));
	r->names[answer->listener].has_failed = true;
}

static void
take(struct resolver *r, const struct answer *answer)
{
	const struct listen_config *l = &r->config->listeners[answer->listener];
	struct resolver_name *name = &r->names[answer->listener];
	char text[STSSL_ADDRESS_TEXT];

	name->has_failed = false;
	if (stssl_address_same_ip(&answer->address, &name->known))
		return;
	log_info("listener=%s passive-address %s is %s", l->name,
	    l->passive_name, stssl_ip_format(&answer->address, text));
	name->known = answer->address;
	r->resolved(r->owner, answer->listener, &answer->address);
}

static void
on_answer(struct ev_loop *loop, struct ev_io *io, int events)
{
	struct answer answer;

	(void)loop;
	(void)events;
	if (read(io->fd, &answer, sizeof answer) != sizeof answer)
		return;
	if (answer.code != 0)
		complain(io->data, &answer);
	else
		take(io->data, &answer);
}

/* Start and end */

static bool
has_names(const struct helper_config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].passive_name != NULL)
			return true;
	return false;
}

/* Returns 0 or -errno. */
static int
start_thread(const struct helper_config *config, int fd)
{
	struct job *job = malloc(sizeof *job);
	pthread_t thread;
	int r;

	if (job == NULL)
		return -ENOMEM;
	*job = (struct job){ config, fd };
	r = pthread_create(&thread, NULL, work, job);
	if (r != 0)
		free(job);
	else
		(void)pthread_detach(thread);
	return -r;
}

int
resolver_start(struct resolver *r, struct ev_loop *loop,
    const struct helper_config *config,
    void (*resolved)(
	void *owner, uint32_t listener, const struct stssl_address *address),
    void *owner)
{
	int ends[2], result;

	if (!has_names(config))
		return 0;
	if (pipe2(ends, O_CLOEXEC) == -1)
		return -errno;
	*r = (struct resolver){ .loop = loop,
		.config = config,
		.resolved = resolved,
		.owner = owner };
	ev_io_init(&r->io, on_answer, ends[0], EV_READ);
	r->io.data = r;
	r->names = calloc(config->listener_count, sizeof *r->names);
	result = r->names == NULL ? -ENOMEM : start_thread(config, ends[1]);
	if (result < 0) {
		(void)close(ends[1]);
		resolver_done(r);
		return result;
	}
	ev_io_start(loop, &r->io);
	return 0;
}

void
resolver_done(struct resolver *r)
{
	if (r->loop == NULL)
		return;
	ev_io_stop(r->loop, &r->io);
	(void)close(r->io.fd);
	free(r->names);
	*r = (struct resolver){ .loop = NULL };
}
