/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Questions to the status socket: each line of the input is a packet, "|" for
 * NUL.  Each gets one answer that is a record with a result, and nothing is
 * decided, ended or loaded but by who asks for just that.
 */
#include <config.h>
#include "helper/monitor/children/workers.h"
#include "helper/monitor/status/answer.h"
#include "helper/monitor/status/reply.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "status/record.h"
#include "status/tools/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SESSIONS 3

struct stage {
	struct ev_loop *loop;
	struct monitor monitor;
	struct registry *registry;
	struct penalties *penalties;
	struct answers *answers;
	struct sockaddr_un address;
	socklen_t address_len;
	const char *asked; /* STSSL_ASK of the packet; NULL when it has none */
};

static void
check(bool truth)
{
	if (!truth)
		abort();
}

static bool
asks_for(const struct stage *s, const char *what)
{
	return s->asked != NULL && strcmp(s->asked, what) == 0;
}

static const struct penalty_config no_rules = { .max = 0 };
static struct listen_config listener = { .name = "ftp" };
static struct helper_config config = { .listeners = &listener,
	.listener_count = 1 };
static struct generation generation = { .config = &config };
static struct stage *stage;

void
workers_drain(struct workers *workers)
{
	(void)workers;
}

int
workers_tell(const struct workers *workers, const struct session_entry *entry,
    const struct message *m)
{
	(void)workers;
	check(asks_for(stage, "verdict") && entry->record == RECORD_KNOWN);
	check(m->type == MESSAGE_VERDICT);
	check(m->u.verdict.verdict < STSSL_VERDICT_COUNT);
	return entry->session == 2 ? -EAGAIN : 0;
}

void
monitor_refused_login(
    struct monitor *m, const struct session_entry *entry, const char *reason)
{
	(void)m;
	(void)entry;
	(void)reason;
}

int
monitor_end(struct monitor *m, const struct session_entry *entry,
    enum message_end_reason reason)
{
	(void)m;
	check(asks_for(stage, "kick") && reason == END_KICKED);
	return entry->session == 2 ? -EAGAIN : 0;
}

void
monitor_reload(struct monitor *m, int fd)
{
	(void)m;
	check(asks_for(stage, "reload"));
	reply_reloaded(fd, "helper.conf:1: no such key");
}

/* 1 and 2 are published, 3 is not. */
static void
fill(struct stage *s)
{
	static const char text[] = "STSSL_VERSION=1\0STSSL_SESSION=1\0"
				   "SSL_PROTOCOL=TLSv1.3\0STSSL_RESULT=found";
	static const char *const where[] = { "1 127.0.0.1:21 127.0.0.1:1001",
		"1 127.0.0.1:21 127.0.0.1:1002" };
	struct stssl_connection at;
	struct stssl_address peer;

	check(stssl_address_parse("192.0.2.7:1000", &peer) == 0);
	for (uint64_t n = 1; n <= SESSIONS; n++)
		check(registry_add(s->registry, n, s, 0, &peer) == 0);
	for (uint64_t n = 1; n <= 2; n++) {
		check(stssl_connection_parse(where[n - 1], &at) == 0);
		check(
		    registry_publish(s->registry, registry_find(s->registry, n),
			&at, text, sizeof text) == 0);
	}
}

/* On an address that the kernel picks, so there is no file. */
static int
listen_somewhere(struct stage *s)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	s->address.sun_family = AF_UNIX;
	s->address_len = sizeof s->address;
	check(
	    bind(fd, (struct sockaddr *)&s->address, sizeof(sa_family_t)) == 0);
	check(listen(fd, 1) == 0);
	check(getsockname(
		  fd, (struct sockaddr *)&s->address, &s->address_len) == 0);
	return fd;
}

static const struct privileges nobody;

static void
begin(struct stage *s)
{
	stage = s;
	s->loop = ev_loop_new(0);
	s->registry = registry_new();
	s->penalties = penalties_new(&no_rules, NULL);
	check(s->loop != NULL && s->registry != NULL && s->penalties != NULL);
	fill(s);
	s->monitor = (struct monitor){ .loop = s->loop,
		.generation = &generation,
		.registry = s->registry,
		.penalties = s->penalties };
	s->answers = answers_new(&s->monitor, listen_somewhere(s), &nobody);
	check(s->answers != NULL);
}

/*
 * One answer, or those of a list, then the end.  An empty packet is answered
 * with the end only.
 */
static void
hear(struct stage *s, int fd, size_t asked)
{
	static char packet[STSSL_RECORD_MAX];
	struct stssl_record answer;
	size_t answers = 0;
	ssize_t n;

	while ((n = recv(fd, packet, sizeof packet, MSG_DONTWAIT)) != 0) {
		if (n == -1) {
			check(errno == EAGAIN);
			ev_run(s->loop, EVRUN_ONCE);
			continue;
		}
		stssl_record_init(&answer);
		check(stssl_record_decode(packet, (size_t)n, &answer) == 0);
		check(
		    stssl_record_get(&answer, STSSL_KEY_STSSL_RESULT) != NULL);
		stssl_record_done(&answer);
		answers++;
	}
	if (asks_for(s, "list"))
		check(answers >= 1 && answers <= SESSIONS + 1);
	else
		check(answers == (asked > 0));
}

static void
ask(struct stage *s, const char *packet, size_t len)
{
	struct stssl_record question;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	stssl_record_init(&question);
	(void)stssl_record_decode(packet, len, &question);
	s->asked = stssl_record_get(&question, STSSL_KEY_STSSL_ASK);
	check(connect(fd, (struct sockaddr *)&s->address, s->address_len) == 0);
	check(send(fd, packet, len, 0) == (ssize_t)len);
	if (len == 0)
		(void)shutdown(fd, SHUT_WR);
	hear(s, fd, len);
	(void)close(fd);
	stssl_record_done(&question);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stage s = { .asked = NULL };
	char packet[1024];
	size_t len = 0;

	begin(&s);
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n' || len == sizeof packet) {
			ask(&s, packet, len);
			len = 0;
		}
		if (data[i] != '\n')
			packet[len++] = data[i] == '|' ? '\0' : (char)data[i];
	}
	for (uint64_t n = 1; n <= SESSIONS; n++)
		check(registry_find(s.registry, n) != NULL);
	s.answers = answers_free(s.answers);
	s.registry = registry_free(s.registry);
	s.penalties = penalties_free(s.penalties);
	ev_loop_destroy(s.loop);
	return 0;
}
