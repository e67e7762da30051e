/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Opens the doors.  What is behind them is monitor.c's.
 */
#include <config.h>
#include "helper/monitor/listeners.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "helper/base/log.h"
#include "helper/base/socket.h"
#include "status/tools/address.h"

static const struct {
	int level, option;
} options[] = {
	{ SOL_SOCKET, SO_REUSEADDR },
	/* Last, and for IPv6 only: "0.0.0.0:21" and "[::]:21" side by side. */
	{ IPPROTO_IPV6, IPV6_V6ONLY },
};

static int
bind_to(const struct stssl_address *address)
{
	struct sockaddr_storage sa;
	socklen_t len = stssl_address_to(address, &sa);
	size_t count = sa.ss_family == AF_INET6 ? 2 : 1;
	int fd, r;

	fd =
	    socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	for (size_t i = 0; i < count; i++)
		if (setsockopt(fd, options[i].level, options[i].option,
			&(int){ 1 }, sizeof(int)) == -1)
			goto fail;
	if (bind(fd, (struct sockaddr *)&sa, len) == -1 ||
	    listen(fd, SOMAXCONN) == -1)
		goto fail;
	return fd;

fail:
	r = -errno;
	(void)close(fd);
	return r;
}

/* Owns `fd` from here on. */
static int
add(struct listeners *all, const struct helper_config *config, uint32_t index,
    int fd)
{
	struct listening *list;
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	struct stssl_address address;
	char text[STSSL_ADDRESS_TEXT];

	list = realloc(all->list, (all->count + 1) * sizeof *list);
	if (list == NULL) {
		(void)close(fd);
		return log_errno(-ENOMEM, "listeners");
	}
	/* What is accepted has what is set here. */
	socket_keep_alive(fd);
	socket_no_delay(fd);
	list[all->count] = (struct listening){ fd, index };
	all->list = list;
	all->count++;
	if (getsockname(fd, (struct sockaddr *)&sa, &len) == -1)
		return log_errno(-errno, "listeners");
	if (stssl_address_from(&sa, &address) < 0) {
		log_error("listener %s: not an internet socket",
		    config->listeners[index].name);
		return -EINVAL;
	}
	log_info("listening listener=%s address=%s",
	    config->listeners[index].name,
	    stssl_address_format(&address, text));
	return 0;
}

static int
open_addresses(
    struct listeners *all, const struct helper_config *config, uint32_t index)
{
	const struct listen_config *l = &config->listeners[index];
	char text[STSSL_ADDRESS_TEXT];
	int r = 0;

	if (l->addresses.count == 0) {
		log_error("listener %s: no address, and no socket from systemd",
		    l->name);
		return -EINVAL;
	}
	for (size_t i = 0; r == 0 && i < l->addresses.count; i++) {
		int fd = bind_to(&l->addresses.list[i]);

		if (fd < 0)
			return log_errno(fd, "listener %s: address %s", l->name,
			    stssl_address_format(&l->addresses.list[i], text));
		r = add(all, config, index, fd);
	}
	return r;
}

#ifdef HAVE_SYSTEMD
static int
add_handed(struct listeners *all, const struct helper_config *config,
    const char *name, int fd)
{
	int flags;

	for (uint32_t i = 0; i < config->listener_count; i++) {
		if (strcmp(config->listeners[i].name, name) != 0)
			continue;
		flags = fcntl(fd, F_GETFL);
		if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) <= 0 ||
		    flags == -1 ||
		    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1) {
			log_error("listener %s: the socket from systemd does "
				  "not listen",
			    name);
			return -EINVAL;
		}
		return add(all, config, i, fd);
	}
	log_error("socket from systemd: no listener has its "
		  "FileDescriptorName=%s",
	    name);
	return -EINVAL;
}

/* sd_listen_fds_with_names() has made them close-on-exec. */
static int
take_handed(struct listeners *all, const struct helper_config *config)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(1, &names), r = 0;

	if (count < 0)
		return log_errno(count, "sockets from systemd");
	for (int i = 0; r == 0 && i < count; i++)
		r = add_handed(all, config, names[i], SD_LISTEN_FDS_START + i);
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return r;
}
#else
static int
take_handed(struct listeners *all, const struct helper_config *config)
{
	(void)all;
	(void)config;
	return 0;
}
#endif

static bool
has_socket(const struct listeners *all, uint32_t index)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].listener == index)
			return true;
	return false;
}

int
listeners_open(const struct helper_config *config, struct listeners *ret)
{
	struct listeners all = { NULL, 0 };
	int r = take_handed(&all, config);

	for (uint32_t i = 0; r == 0 && i < config->listener_count; i++)
		if (!has_socket(&all, i))
			r = open_addresses(&all, config, i);
	if (r < 0)
		listeners_close(&all);
	else
		*ret = all;
	return r;
}

void
listeners_close(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->list[i].fd != -1)
			(void)close(listeners->list[i].fd);
	free(listeners->list);
	*listeners = (struct listeners){ NULL, 0 };
}
