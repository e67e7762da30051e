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
#include "status/clock.h"

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

	if (peer != NULL && penalties_refuses(m->penalties, peer))
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

/* -EINPROGRESS when the client has to wait; else its socket is done with. */
static int
give(struct doors *doors, const struct message_client *client, int fd)
{
	const struct stssl_address *peer = &client->peer;
	/* Of who comes through a proxy, nothing is known yet. */
	enum admission admission = admit(
	    doors, client->listener, client->is_proxied != 0 ? NULL : peer);
	char text[STSSL_ADDRESS_TEXT];
	int r;

	if (admission != ADMISSION_YES) {
		doors_note(doors, client->listener, admission, peer);
		admission_refuse(
		    listen_of(doors, client->listener), admission, fd);
		return 0;
	}
	r = workers_give(doors->monitor->workers, client, fd);
	if (r < 0 && r != -EINPROGRESS)
		(void)log_errno(r, "client %s is sent away",
		    stssl_address_format(peer, text));
	return r;
}

static void
dismiss(struct doors *doors)
{
	if (doors->client_fd != -1)
		(void)close(doors->client_fd);
	doors->client_fd = -1;
}

static void
let_in(struct doors *doors)
{
	/* Who has gone, as far as anybody can know, makes room. */
	workers_hear(doors->monitor->workers);
	if (give(doors, &doors->client, doors->client_fd) != -EINPROGRESS)
		dismiss(doors);
}

static void
accepted(struct acceptor *acceptor, int fd)
{
	struct doors *doors = acceptor->owner;
	const struct door *door = (const struct door *)acceptor;
	struct message_client *client = &doors->client;

	doors->client_fd = fd;
	*client = (struct message_client){ .listener = door->listener };
	/* A client that is gone again has no address any more. */
	if (addresses_of(fd, &client->peer, &client->local) < 0) {
		dismiss(doors);
		return;
	}
	client->is_proxied = networks_has(
	    &listen_of(doors, door->listener)->proxies, &client->peer);
	let_in(doors);
}

/* What is behind a proxy */

static const char *const faults[] = {
#define X(name, word) [PROXY_##name] = word,
	PROXY_FAULTS(X)
#undef X
};

/* A proxy that only looks whether somebody is there says nothing, often. */
static void
note_fault(struct doors *doors, const struct session_entry *entry,
    enum proxy_fault fault)
{
	char text[STSSL_ADDRESS_TEXT];

	if (fault == PROXY_GONE)
		return;
	registry_metrics(doors->monitor->registry)
	    ->sent_away[ADMISSION_HEADER]++;
	if (told_is_new(&doors->proxies, &entry->peer, stssl_now_ms()))
		log_warning("proxy-header listener=%s proxy=%s fault=%s",
		    listen_of(doors, entry->listener)->name,
		    stssl_address_format(&entry->peer, text), faults[fault]);
}

static enum admission
admit_introduced(struct doors *doors, struct session_entry *entry,
    const struct stssl_address *client)
{
	struct monitor *m = doors->monitor;
	enum admission admission;

	if (client != NULL && penalties_refuses(m->penalties, client))
		return ADMISSION_PENALTY;
	admission =
	    client == NULL
		? ADMISSION_YES
		: admission_check_address(listen_of(doors, entry->listener),
		      registry_census(m->registry), entry->listener, client);
	if (admission == ADMISSION_YES &&
	    registry_introduce(m->registry, entry, client) < 0)
		return ADMISSION_INTERNAL;
	return admission;
}

void
doors_introduce(struct doors *doors, struct session_entry *entry,
    const struct message_introduce *introduced)
{
	static const enum message_end_reason ends[] = {
		[ADMISSION_ADDRESS] = END_SESSIONS,
		[ADMISSION_ADDRESSES_NEWCOMERS] = END_NEWCOMERS,
		[ADMISSION_PENALTY] = END_PENALTY,
		[ADMISSION_INTERNAL] = END_INTERNAL,
	};
	const struct stssl_address *client =
	    introduced->is_own != 0 ? NULL : &introduced->client;
	const struct message admitted = { .type = MESSAGE_ADMITTED,
		.u.admitted = { entry->session } };
	enum admission admission;

	if (introduced->fault != PROXY_NONE) {
		note_fault(doors, entry, (enum proxy_fault)introduced->fault);
		return;
	}
	admission = admit_introduced(doors, entry, client);
	if (admission == ADMISSION_YES) {
		(void)workers_tell(doors->monitor->workers, entry, &admitted);
	} else {
		doors_note(doors, entry->listener, admission,
		    client != NULL ? client : &entry->peer);
		(void)monitor_end(doors->monitor, entry, ends[admission]);
	}
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
	if (!hold && doors->client_fd != -1)
		let_in(doors);
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
	dismiss(doors);
}
