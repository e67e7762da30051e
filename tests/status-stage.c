/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/status-stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/base/message_ring.h"
#include "helper/base/ring.h"
#include "helper/monitor/children/workers.h"
#include "helper/monitor/registry/worker_channel.h"
#include "helper/monitor/status/reply.h"
#include "status/tools/address.h"
#include "tests/test-helper-process.h"

static struct listen_config listeners[] = { { .name = "ftp" },
	{ .name = "other" } };

void
pass_on(bool is_passed_on)
{
	listeners[0].link_to.count = is_passed_on;
}

static struct helper_config config = { .listeners = listeners,
	.listener_count = ROWS(listeners) };
static struct generation generation = { .config = &config };

static const struct penalty_config rules = {
	.seconds = { [PENALTY_LOGIN_FAILED] = 100 },
	.refuse_above = 150,
	.max = 600,
	.max_sources = 1000,
};

struct bench b;

uid_t asker;

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);

int
__wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int r = __real_getsockopt(fd, level, name, value, len);

	if (r == 0 && level == SOL_SOCKET && name == SO_PEERCRED)
		((struct ucred *)value)->uid = asker;
	return r;
}

/* All workers are that of the stage. */
void
workers_drain(struct workers *workers)
{
	struct worker_channel in = { .monitor = &monitor,
		.worker = &b,
		.ring = &b.ring,
		.channel = b.channel[1],
		.looks = true };

	(void)workers;
	ck_assert_int_eq(worker_channel_drain(&in), 0);
}

int
workers_tell(const struct workers *workers, const struct session_entry *entry,
    const struct message *m)
{
	(void)workers;
	ck_assert_uint_eq(entry->session, SESSION);
	ck_assert_int_eq(m->type, MESSAGE_VERDICT);
	ck_assert_uint_eq(m->u.verdict.session, SESSION);
	if (b.is_lost)
		return -EAGAIN;
	b.told++;
	b.verdict = (enum stssl_verdict)m->u.verdict.verdict;
	b.data_private = m->u.verdict.data_private != 0;
	return 0;
}

void
monitor_refused_login(
    struct monitor *m, const struct session_entry *entry, const char *reason)
{
	(void)m;
	ck_assert_uint_eq(entry->session, SESSION);
	ck_assert_str_eq(reason, "certificate");
	b.refused++;
}

static int
kick(const struct session_entry *entry, enum message_end_reason reason)
{
	ck_assert_uint_eq(entry->session, SESSION);
	ck_assert_int_eq(reason, END_KICKED);
	b.kicked += !b.is_lost;
	return b.is_lost ? -EAGAIN : 0;
}

void
monitor_reload(struct monitor *m, int fd)
{
	(void)m;
	b.reloaded++;
	reply_reloaded(fd, NULL);
}

void
set_up(void)
{
	socklen_t len = sizeof(sa_family_t);
	static uid_t users[] = { STATUS_USER, STATUS_AND_BACKEND_USER };
	static uid_t backend_users[] = { BACKEND_USER, OTHER_BACKEND_USER,
		STATUS_AND_BACKEND_USER, PRIVILEGES_NOBODY };
	static const struct privileges rights = {
		.status_users = users,
		.status_user_count = ROWS(users),
		.backend_users = backend_users,
		.listener_count = ROWS(backend_users),
	};
	struct stssl_address peer;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	memset(&b, 0, sizeof b);
	b.address.sun_family = AF_UNIX;
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&b.address, len), 0);
	ck_assert_int_eq(listen(fd, 128), 0);
	len = sizeof b.address;
	ck_assert_int_eq(
	    getsockname(fd, (struct sockaddr *)&b.address, &len), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, b.channel), 0);
	ck_assert_int_eq(ring_open(&b.ring), 0);
	b.said = b.ring;
	b.loop = ev_loop_new(0);
	b.registry = registry_new();
	b.penalties = penalties_new(&rules, NULL);
	ck_assert_int_eq(stssl_address_parse("192.0.2.7:1000", &peer), 0);
	ck_assert_int_eq(registry_add(b.registry, SESSION, &b, 0, &peer), 0);
	hooks = (struct hooks){ .end = kick };
	monitor = (struct monitor){ .loop = b.loop,
		.generation = &generation,
		.registry = b.registry,
		.penalties = b.penalties };
	b.answers = answers_new(&monitor, fd, &rights);
	ck_assert_ptr_nonnull(b.answers);
}

void
tear_down(void)
{
	b.answers = answers_free(b.answers);
	b.penalties = penalties_free(b.penalties);
	b.registry = registry_free(b.registry);
	ev_loop_destroy(b.loop);
	(void)close(b.channel[0]);
	(void)close(b.channel[1]);
	ring_close(&b.ring);
}

void
publish(const char *where)
{
	static const char text[] =
	    "STSSL_VERSION=1\0STSSL_SESSION=7f3a\0STSSL_LISTENER=ftp\0"
	    "REMOTE_ADDR=192.0.2.7\0REMOTE_PORT=1000\0"
	    "SSL_PROTOCOL=TLSv1.3";
	struct message m = { .type = MESSAGE_PUBLISH,
		.u.publish = { .session = SESSION, .text_len = sizeof text } };

	ck_assert_int_eq(
	    stssl_connection_parse(where, &m.u.publish.connection), 0);
	ck_assert_int_eq(message_put(&b.said, &m, text, sizeof text, 0), 0);
}

void
withdraw(void)
{
	const struct message m = { .type = MESSAGE_WITHDRAW,
		.u.withdraw.session = SESSION };

	ck_assert_int_eq(message_put(&b.said, &m, NULL, 0, 0), 0);
}

void
add_session(uint64_t session, const char *peer)
{
	struct stssl_address address;

	ck_assert_int_eq(stssl_address_parse(peer, &address), 0);
	ck_assert_int_eq(registry_add(b.registry, session, &b, 0, &address), 0);
}

void
penalise(const char *ip, unsigned times)
{
	struct stssl_address a;

	ck_assert_int_eq(stssl_ip_parse(ip, &a), 0);
	while (times-- > 0)
		penalties_add(b.penalties, &a, PENALTY_LOGIN_FAILED);
}

int
dial(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	socklen_t len = (socklen_t)(sizeof(sa_family_t) + 6);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&b.address, len), 0);
	return fd;
}

ssize_t
hear(int fd, char *buf, size_t size)
{
	ssize_t n;

	while ((n = recv(fd, buf, size, 0)) == -1 && errno == EAGAIN)
		ev_run(b.loop, EVRUN_ONCE);
	return n;
}

void
expect(const char *question, size_t len, const char *result,
    struct stssl_record *ret)
{
	char *buf = malloc(STSSL_RECORD_MAX);
	struct stssl_record answer;
	int fd = dial();
	ssize_t n;

	stssl_record_init(&answer);
	ck_assert_int_eq(send(fd, question, len, 0), (int)len);
	n = hear(fd, buf, STSSL_RECORD_MAX);
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(stssl_record_decode(buf, (size_t)n, &answer), 0);
	ck_assert_str_eq(
	    stssl_record_get(&answer, STSSL_KEY_STSSL_RESULT), result);
	/* One answer, then the end. */
	ck_assert_int_eq(hear(fd, buf, STSSL_RECORD_MAX), 0);
	(void)close(fd);
	free(buf);
	if (ret != NULL)
		*ret = answer;
	else
		stssl_record_done(&answer);
}
