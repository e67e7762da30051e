/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The inquirer's process: OCSP and names do not wait for each other.  The DNS
 * is the test's: getaddrinfo() is replaced where this program is linked.
 */
#include <config.h>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/inquirer/inquirer.h"
#include "tests/certificates.h"
#include "tests/test.h"
#include "x509/ocsp.h"
#include "x509/store.h"

#define OK(call) ck_assert_int_ge((call), 0)
/* Of poll(2), for what must come. */
#define PATIENCE 30000
#define SESSION  7

static struct {
	struct files files;
	struct made ca, leaf;
	gnutls_datum_t der;
	struct x509_store *store;
	struct stssl_address address;
	struct listen_config listener;
	struct helper_config config;
	char url[64];
	int responder; /* listens */
	int dns[2];    /* one byte for each answer that the DNS may give */
	int channel;
	pid_t pid;
} stage;

/* The thread's rights, as /proc shows them: one line's value. */
static bool
is_confined(void)
{
	char line[256];
	unsigned seccomp = 0, no_new_privs = 0;
	FILE *file = fopen("/proc/thread-self/status", "re");

	if (file == NULL)
		return false;
	while (fgets(line, sizeof line, file) != NULL) {
		if (sscanf(line, "Seccomp: %u", &seccomp) == 0)
			(void)sscanf(line, "NoNewPrivs: %u", &no_new_privs);
	}
	(void)fclose(file);
	return seccomp == 2 && no_new_privs == 1;
}

int __wrap_getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **ret);
int __real_getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **ret);

/* 192.0.2.1; or for a thread that is not confined 192.0.2.2. */
int
__wrap_getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **ret)
{
	char byte;

	ck_assert_str_eq(name, "nat.example.org");
	while (read(stage.dns[0], &byte, 1) != 1)
		(void)poll(NULL, 0, -1);
	return __real_getaddrinfo(
	    is_confined() ? "192.0.2.1" : "192.0.2.2", service, hints, ret);
}

static void
for_now(void)
{
	struct x509_error error;
	gnutls_datum_t pem;

	make_at(time(NULL));
	files_init(&stage.files);
	stage.ca = make_ca("CA", NULL, NULL);
	stage.leaf = make_leaf("alice", &stage.ca, NULL);
	pem = pem_of(&stage.ca);
	stage.store = x509_store_new(X509_STALE_REFUSE);
	ck_assert_int_eq(x509_store_add_cas(stage.store,
			     write_file(&stage.files, "ca", &pem, 1), &error),
	    0);
	gnutls_free(pem.data);
	OK(gnutls_x509_crt_export2(
	    stage.leaf.cert, GNUTLS_X509_FMT_DER, &stage.der));
}

/* A responder that lets whoever comes connect, and says nothing. */
static void
listen_mutely(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in bound;
	socklen_t len = sizeof bound;

	stage.responder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	OK(bind(stage.responder, (const struct sockaddr *)&any, sizeof any));
	OK(listen(stage.responder, 1));
	OK(getsockname(stage.responder, (struct sockaddr *)&bound, &len));
	(void)snprintf(stage.url, sizeof stage.url, "http://127.0.0.1:%u/",
	    ntohs(bound.sin_port));
}

static void
begin(void)
{
	static char name[] = "nat.example.org";
	int ends[2];

	for_now();
	listen_mutely();
	stage.listener = (struct listen_config){ .name = "ftp",
		.passive_name = name,
		.passive_address = &stage.address };
	stage.config = (struct helper_config){ .listeners = &stage.listener,
		.listener_count = 1,
		.tls = { .ocsp = OCSP_HARD,
		    .ocsp_seconds = 3600,
		    .ocsp_responder = stage.url } };
	OK(pipe2(stage.dns, O_CLOEXEC));
	OK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
	stage.channel = ends[0];
	stage.pid = fork();
	if (stage.pid == 0) {
		(void)close(ends[0]);
		/* The test's end of the DNS, and the responder, are not its. */
		(void)close(stage.dns[1]);
		(void)close(stage.responder);
		_exit(inquirer_main(&stage.config, stage.store, ends[1]));
	}
	OK(stage.pid);
	(void)close(ends[1]);
}

/* With the channel's end it ends by itself, whatever it waits for. */
static void
finish(void)
{
	int status;

	(void)close(stage.channel);
	ck_assert_int_eq(waitpid(stage.pid, &status, 0), stage.pid);
	ck_assert_int_eq(status, 0);
	(void)close(stage.responder);
	(void)close(stage.dns[0]);
	(void)close(stage.dns[1]);
	gnutls_free(stage.der.data);
	unmake(&stage.leaf);
	unmake(&stage.ca);
	(void)x509_store_free(stage.store);
	files_done(&stage.files);
}

static void
ask(const void *der, size_t len)
{
	struct message m = { .type = MESSAGE_INQUIRY };

	m.u.inquiry.session = SESSION;
	m.u.inquiry.der_len = (uint32_t)len;
	ck_assert_int_eq(message_send(stage.channel, &m, -1, der, len), 0);
}

static void
await(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	ck_assert_int_eq(poll(&p, 1, PATIENCE), 1);
}

static struct message
hear(void)
{
	struct message m;
	int fd;

	await(stage.channel);
	ck_assert_int_eq(
	    message_receive(stage.channel, SENDER_INQUIRER, &m, &fd, NULL), 0);
	return m;
}

static void
hear_address(const char *text)
{
	struct stssl_address expected;
	struct message m = hear();

	ck_assert_uint_eq(m.type, MESSAGE_RESOLVED);
	ck_assert_uint_eq(m.u.resolved.listener, 0);
	ck_assert_int_eq(stssl_ip_parse(text, &expected), 0);
	ck_assert_mem_eq(m.u.resolved.ip, expected.ip, sizeof m.u.resolved.ip);
}

START_TEST(a_responder_that_says_nothing_keeps_no_name)
{
	begin();
	ask(stage.der.data, stage.der.size);
	await(stage.responder);
	OK(write(stage.dns[1], "x", 1));
	hear_address("192.0.2.1");
	finish();
}
END_TEST

START_TEST(a_name_that_hangs_keeps_no_answer_of_ocsp)
{
	struct message m;

	begin();
	ask("no chain", 8);
	m = hear();
	ck_assert_uint_eq(m.type, MESSAGE_FOUND);
	ck_assert_uint_eq(m.u.found.session, SESSION);
	ck_assert_uint_eq(m.u.found.found, X509_OCSP_UNKNOWN);
	/* A responder is asked, too. */
	ask(stage.der.data, stage.der.size);
	await(stage.responder);
	finish();
}
END_TEST

START_TEST(names_are_looked_up_inside_the_sandbox)
{
	begin();
	OK(write(stage.dns[1], "x", 1));
	hear_address("192.0.2.1");
	finish();
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_responder_that_says_nothing_keeps_no_name, 0 },
		{ a_name_that_hangs_keeps_no_answer_of_ocsp, 0 },
		{ names_are_looked_up_inside_the_sandbox, 0 },
	};

	return test_main("inquirer", cases, ROWS(cases));
}
