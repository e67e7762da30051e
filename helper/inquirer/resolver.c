/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks getaddrinfo(3) for IPv4 addresses: only PASV has a use for them.  May
 * block for as long as DNS likes.
 */
#include <config.h>
#include "helper/inquirer/resolver.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "status/tools/address.h"

#define REST_MS 60000

struct resolver {
	const struct helper_config *config;
	int channel;
	/* For each listener: what was said last, and whether it failed since. */
	struct stssl_address *known;
	bool *failed;
};

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

/* Once for each time that it begins to fail. */
static void
complain(struct resolver *r, uint32_t i, int code)
{
	if (!r->failed[i])
		log_warning("listener=%s passive-address %s: %s",
		    r->config->listeners[i].name,
		    r->config->listeners[i].passive_name, gai_strerror(code));
	r->failed[i] = true;
}

/* Returns 0 or what message_send() says. */
static int
tell(struct resolver *r, uint32_t i, const struct stssl_address *address)
{
	struct message m = { .type = MESSAGE_RESOLVED };
	char text[STSSL_ADDRESS_TEXT];

	log_info("listener=%s passive-address %s is %s",
	    r->config->listeners[i].name, r->config->listeners[i].passive_name,
	    stssl_ip_format(address, text));
	m.u.resolved.listener = i;
	memcpy(m.u.resolved.ip, address->ip, sizeof address->ip);
	r->known[i] = *address;
	return message_send(r->channel, &m, -1, NULL, 0);
}

static int
look_up_all(struct resolver *r)
{
	int result = 0;

	for (uint32_t i = 0; result == 0 && i < r->config->listener_count;
	     i++) {
		const char *name = r->config->listeners[i].passive_name;
		struct stssl_address address;
		int code;

		if (name == NULL)
			continue;
		code = look_up(name, &address);
		if (code != 0) {
			complain(r, i, code);
			continue;
		}
		r->failed[i] = false;
		if (!stssl_address_same_ip(&address, &r->known[i]))
			result = tell(r, i, &address);
	}
	return result;
}

/* The monitor never says anything: what there is to see is its end. */
static bool
is_over(int channel)
{
	struct pollfd p = { .fd = channel };

	return poll(&p, 1, REST_MS) != 0;
}

int
resolver_main(const struct helper_config *config, int channel)
{
	struct resolver r = { .config = config, .channel = channel };
	int result = -ENOMEM;

	r.known = calloc(config->listener_count, sizeof *r.known);
	r.failed = calloc(config->listener_count, sizeof *r.failed);
	/* The end of the channel is not seen while DNS hangs. */
	if (r.known != NULL && r.failed != NULL)
		result = prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 ? -errno : 0;
	if (result == 0)
		result = sandbox_enter(&sandbox_resolver);
	while (result == 0) {
		result = look_up_all(&r);
		if (result == 0 && is_over(channel))
			result = -EPIPE;
	}
	free(r.known);
	free(r.failed);
	return result == -EPIPE ? EXIT_SUCCESS : EXIT_FAILURE;
}
