/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A registry with sessions, and the channel of a worker.
 */
#include <config.h>
#include "tests/registry-stage.h"

#include <sys/socket.h>
#include <unistd.h>

const int alice, bob;

struct stssl_connection
connection_of(const char *text)
{
	struct stssl_connection c;

	ck_assert_int_eq(stssl_connection_parse(text, &c), 0);
	return c;
}

struct session_entry *
add_owned_session(
    struct registry *registry, uint64_t session, const void *owner)
{
	struct stssl_address peer;

	ck_assert_int_eq(stssl_address_parse("192.0.2.7:1000", &peer), 0);
	ck_assert_int_eq(registry_add(registry, session, owner, 0, &peer), 0);
	return registry_find(registry, session);
}

struct listen_config registry_listener = { .name = "ftp" };
static struct helper_config config = { .listeners = &registry_listener,
	.listener_count = 1 };

struct generation registry_generation = { .config = &config };

unsigned asked;     /* how often */
struct ring *again; /* where to ask once more each time */

void
monitor_asked(struct monitor *m, const struct session_entry *entry,
    const struct message_ask *ask)
{
	const struct message same = { .type = MESSAGE_ASK, .u.ask = *ask };

	(void)m;
	ck_assert_uint_eq(entry->session, ask->session);
	asked++;
	if (again != NULL)
		ck_assert_int_eq(message_put(again, &same, NULL, 0, 0), 0);
}

unsigned routed;
uint64_t routed_to;

void
monitor_route(struct monitor *m, const struct session_entry *to, int fd)
{
	(void)m;
	(void)fd;
	routed++;
	routed_to = to->session;
}

void (*on_hear)(struct registry *registry);

void
monitor_hear_verifiers(struct monitor *m)
{
	if (on_hear != NULL)
		on_hear(m->registry);
}

unsigned introduced;

void
monitor_introduced(struct monitor *m, struct session_entry *entry,
    const struct message_introduce *i)
{
	ck_assert_uint_eq(entry->session, i->session);
	introduced++;
	if (i->fault == PROXY_NONE)
		ck_assert_int_eq(registry_introduce(m->registry, entry,
				     i->is_own != 0 ? NULL : &i->client),
		    0);
}

void
mail_open(struct mail *mail)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	mail->worker = pair[0];
	mail->registry = registry_new();
	mail->entry = add_owned_session(mail->registry, 1, &alice);
	(void)add_owned_session(mail->registry, 2, &bob);
	monitor.registry = mail->registry;
	monitor.generation = &registry_generation;
	ck_assert_int_eq(ring_open(&mail->ring), 0);
	mail->said = mail->ring;
	mail->in = (struct worker_channel){ .monitor = &monitor,
		.worker = &alice,
		.ring = &mail->ring,
		.channel = pair[1],
		.looks = true };
}

void
mail_close(struct mail *mail)
{
	(void)close(mail->worker);
	(void)close(mail->in.channel);
	ring_close(&mail->ring);
	(void)registry_free(mail->registry);
}

void
say(struct mail *mail, const struct message *m, const void *more, size_t len)
{
	ck_assert_int_eq(message_put(&mail->said, m, more, len, 0), 0);
}

void
mark(struct mail *mail)
{
	const struct message next = { .type = MESSAGE_NEXT };

	say(mail, &next, NULL, 0);
}

int
post(struct mail *mail, const struct message *m, const void *more, size_t len)
{
	say(mail, m, more, len);
	return worker_channel_drain(&mail->in);
}

int
post_fd(struct mail *mail, const struct message *m, int fd)
{
	mark(mail);
	ck_assert_int_eq(message_send(mail->worker, m, fd, NULL, 0), 0);
	return worker_channel_drain(&mail->in);
}

int
post_record(
    struct mail *mail, const char *text, size_t len, bool proven, bool welcome)
{
	struct message m = { .type = MESSAGE_PUBLISH };

	m.u.publish.session = 1;
	m.u.publish.is_proven = proven;
	m.u.publish.connection = connection_of(HERE);
	m.u.publish.text_len = (uint32_t)len;
	m.u.publish.is_welcome = welcome;
	return post(mail, &m, text, len);
}
