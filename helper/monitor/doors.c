/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From accept(2) to whoever serves the client.
 */
#include <config.h>
#include "helper/monitor/doors.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/acceptor.h"
#include "helper/base/log.h"
#include "helper/monitor/children/workers.h"

struct door {
	struct acceptor acceptor; /* first: the acceptor is the door */
	uint32_t listener;
};

static int
addresses_of(int fd, struct stssl_address *peer, struct stssl_address *local)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	int r;

	if (getpeername(fd, (struct sockaddr *)&sa, &len) == -1)
		return -errno;
	r = stssl_address_from(&sa, peer);
	len = sizeof sa;
	if (r == 0 && getsockname(fd, (struct sockaddr *)&sa, &len) == -1)
		r = -errno;
	return r == 0 ? stssl_address_from(&sa, local) : r;
}

static const struct listen_config *
listen_of(const struct doors *doors, uint32_t listener)
{
	return &doors->monitor->generation->config->listeners[listener];
}

static enum admission
admit(const struct doors *doors, uint32_t listener,
    const struct stssl_address *peer)
{
	const struct monitor *m = doors->monitor;

	if (penalties_refuses(m->penalties, peer))
		return ADMISSION_PENALTY;
	return admission_check(listen_of(doors, listener),
	    registry_census(m->registry), listener, peer);
}

void
doors_note(struct doors *doors, uint32_t listener, enum admission why,
    const struct stssl_address *peer)
{
	registry_metrics(doors->monitor->registry)->sent_away[why]++;
	/* Without, the doors are closed. */
	if (doors->logs != NULL)
		admission_note(&doors->logs[listener],
		    ev_now(doors->monitor->loop), listen_of(doors, listener),
		    why, peer);
}

static void
give(struct doors *doors, uint32_t listener, int fd,
    const struct stssl_address *peer, const struct stssl_address *local)
{
	enum admission admission = admit(doors, listener, peer);
	char text[STSSL_ADDRESS_TEXT];
	int r;

	if (admission != ADMISSION_YES) {
		doors_note(doors, listener, admission, peer);
		admission_refuse(listen_of(doors, listener), admission, fd);
		return;
	}
	r = workers_give(doors->monitor->workers, listener, fd, peer, local);
	if (r < 0)
		(void)log_errno(r, "client %s is sent away",
		    stssl_address_format(peer, text));
}

static void
accepted(struct acceptor *acceptor, int fd)
{
	struct doors *doors = acceptor->owner;
	const struct door *door = (const struct door *)acceptor;
	struct stssl_address peer, local;

	doors->giving_fd = fd;
	/* A client that is gone again has no address any more. */
	if (addresses_of(fd, &peer, &local) == 0)
		give(doors, door->listener, fd, &peer, &local);
	(void)close(fd);
	doors->giving_fd = -1;
}

int
doors_open(
    struct doors *doors, struct monitor *monitor, struct listeners *listeners)
{
	size_t listener_count = monitor->generation->config->listener_count;

	doors->monitor = monitor;
	doors->logs = calloc(listener_count, sizeof *doors->logs);
	doors->list = calloc(listeners->count, sizeof *doors->list);
	if (doors->list == NULL || doors->logs == NULL)
		return -ENOMEM;
	doors->count = listeners->count;
	for (size_t i = 0; i < doors->count; i++) {
		struct listening *l = &listeners->list[i];

		doors->list[i].listener = l->listener;
		acceptor_init(&doors->list[i].acceptor, monitor->loop, l->fd,
		    accepted, doors);
		l->fd = -1;
	}
	return 0;
}

void
doors_hold(struct doors *doors, bool hold)
{
	for (size_t i = 0; i < doors->count; i++)
		acceptor_hold(&doors->list[i].acceptor, hold);
}

void
doors_close(struct doors *doors)
{
	for (size_t i = 0; i < doors->count; i++)
		acceptor_done(&doors->list[i].acceptor);
	free(doors->list);
	free(doors->logs);
	doors->list = NULL;
	doors->logs = NULL;
	doors->count = 0;
	if (doors->giving_fd != -1)
		(void)close(doors->giving_fd);
	doors->giving_fd = -1;
}
