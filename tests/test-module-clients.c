/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The module in a process that has more than one socket, asking the answering
 * side of the real helper: which other sockets make it uncertain who logs in,
 * and which do not.
 */
#include <config.h>
#include "tests/test.h"

#include <ev.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/monitor/children/workers.h"
#include "helper/monitor/status/answer.h"
#include "status/address.h"
#include "tests/module-stage.h"

#define SESSION 0x7f3a

static const char record[] =
    STAGE_TLS "SSL_CLIENT_VERIFY=SUCCESS\0SSL_CLIENT_S_DN_CN=alice";

/* PAM_AUTH_ERR: the password decides, and pam_deny does not like it. */
#define ALONE                                                \
	"auth [success=done ignore=ignore default=die] %M\n" \
	"auth required pam_deny.so\n"

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);

/*
 * A daemon that asks is root, whoever runs the test: the answering side, which
 * is linked, hears so; the module, which is loaded, does not.
 */
int
__wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int r = __real_getsockopt(fd, level, name, value, len);

	if (r == 0 && level == SOL_SOCKET && name == SO_PEERCRED)
		((struct ucred *)value)->uid = 0;
	return r;
}

void
workers_drain(struct workers *workers)
{
	(void)workers;
}

int
workers_tell(const struct workers *workers, const struct session_entry *entry,
    const struct message *m)
{
	(void)workers, (void)entry, (void)m;
	return 0;
}

void
monitor_refused_login(
    struct monitor *m, const struct session_entry *entry, const char *reason)
{
	(void)m, (void)entry, (void)reason;
}

/* The module asks for neither. */
int
monitor_end(struct monitor *m, const struct session_entry *entry,
    enum message_end_reason reason)
{
	(void)m, (void)entry, (void)reason;
	return -1;
}

void
monitor_reload(struct monitor *m, int fd)
{
	(void)m, (void)fd;
}

/* The helper, which knows one session. */
static void
serve(int fd, const struct stssl_connection *connection)
{
	struct listen_config listener = { .name = "ftp" };
	struct helper_config config = { .listeners = &listener,
		.listener_count = 1 };
	struct generation generation = { .config = &config };
	struct monitor m = { .loop = ev_loop_new(0),
		.generation = &generation,
		.registry = registry_new() };
	const struct privileges nobody = { 0 };
	struct stssl_address peer = { .port = 1 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (registry_add(m.registry, SESSION, &m, 0, &peer) < 0 ||
	    registry_publish(m.registry, registry_find(m.registry, SESSION),
		connection, record, sizeof record) < 0 ||
	    answers_new(&m, fd, &nobody) == NULL)
		_exit(1);
	ev_run(m.loop, 0);
	_exit(1);
}

static int
listen_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	memcpy(un.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof un), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	return fd;
}

/* Listens on all addresses; `family` is the socket's. */
static int
listen_tcp(int family)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	int fd = socket(family, SOCK_STREAM, 0);

	if (family == AF_INET)
		ck_assert_int_eq(
		    bind(fd, (struct sockaddr *)&in, sizeof in), 0);
	else
		ck_assert_int_eq(
		    bind(fd, (struct sockaddr *)&in6, sizeof in6), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	return fd;
}

/* A client of `listener` by IPv4, at 127.0.0.`host`. */
static int
dial(int listener, unsigned char host)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000000u + host) };
	struct stssl_connection c;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(stssl_connection_local(listener, &c), 0);
	in.sin_port = htons(c.local.port);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
	return fd;
}

struct process {
	struct stage stage;
	int listener; /* of the backend */
	int session;  /* accepted: the helper's connection */
	pid_t helper;
};

/* Each makes the process have something more. */
static void
nothing(struct process *p)
{
	(void)p;
}

static void
direct_client(struct process *p)
{
	(void)dial(p->listener, 1);
	ck_assert_int_ge(accept(p->listener, NULL, NULL), 0);
}

static void
direct_client_of_another_address(struct process *p)
{
	(void)dial(p->listener, 2);
	ck_assert_int_ge(accept(p->listener, NULL, NULL), 0);
}

static void
direct_client_and_no_listener(struct process *p)
{
	direct_client(p);
	(void)close(p->listener);
}

/* What it said before it was reset is there to be read. */
static void
direct_client_that_was_reset(struct process *p)
{
	const struct linger linger = { 1, 0 };
	int client = dial(p->listener, 1), fd;

	fd = accept(p->listener, NULL, NULL);
	(void)close(p->listener);
	ck_assert_int_eq((int)send(client, "PASS x\r\n", 8, 0), 8);
	ck_assert_int_eq(
	    setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger),
	    0);
	(void)close(client);
	while (
	    getpeername(fd, (struct sockaddr *)&(struct sockaddr_storage){ 0 },
		&(socklen_t){ sizeof(struct sockaddr_storage) }) == 0)
		;
	ck_assert_int_eq((int)recv(fd, (char[8]){ 0 }, 8, MSG_PEEK), 8);
}

static void
client_of_another_port(struct process *p)
{
	int other = listen_tcp(AF_INET);

	(void)p;
	(void)dial(other, 1);
	ck_assert_int_ge(accept(other, NULL, NULL), 0);
}

static void
client_by_unix_socket(struct process *p)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char path[160];
	int listener, fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	(void)snprintf(path, sizeof path, "%s/u", p->stage.fake.dir);
	listener = listen_unix(path);
	memcpy(un.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&un, sizeof un), 0);
	ck_assert_int_ge(accept(listener, NULL, NULL), 0);
}

/* As FTP has them in passive mode. */
static void
data_connection_that_was_accepted(struct process *p)
{
	int other = listen_tcp(AF_INET);

	(void)dial(other, 1);
	ck_assert_int_ge(accept(other, NULL, NULL), 0);
	(void)close(other);
	(void)close(p->listener);
}

static void
passive_listener_and_data_connection(struct process *p)
{
	int other = listen_tcp(AF_INET);

	(void)close(p->listener);
	(void)dial(other, 1);
	ck_assert_int_ge(accept(other, NULL, NULL), 0);
}

/* As FTP has them in active mode, and directories and databases. */
static void
connection_to_elsewhere(struct process *p)
{
	(void)p;
	(void)stage_connect();
	(void)stage_connect();
}

static void
other_sockets(struct process *p)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int pair[2], udp = socket(AF_INET, SOCK_DGRAM, 0);

	(void)p;
	ck_assert_int_eq(connect(udp, (struct sockaddr *)&in, sizeof in), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_ge(socket(AF_UNIX, SOCK_DGRAM, 0), 0);
	ck_assert_int_ge(socket(AF_INET, SOCK_STREAM, 0), 0);
	ck_assert_int_ge(dup(p->session), 0);
}

static void
sockets_that_listen(struct process *p)
{
	char path[160];

	(void)snprintf(path, sizeof path, "%s/u", p->stage.fake.dir);
	(void)listen_unix(path);
	(void)listen_tcp(AF_INET);
	(void)listen_tcp(AF_INET6);
}

static void
direct_client_only(struct process *p)
{
	direct_client(p);
	(void)close(p->session);
}

static const struct {
	void (*hold)(struct process *p);
	int alice, open; /* what comes of their logins */
} rows[] = {
#define FOUND     PAM_SUCCESS, PAM_AUTH_ERR
#define AMBIGUOUS PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL
#define CLEAR     PAM_PERM_DENIED, PAM_AUTH_ERR
	{ nothing, FOUND },
	{ direct_client, AMBIGUOUS },
	{ direct_client_of_another_address, AMBIGUOUS },
	{ direct_client_and_no_listener, AMBIGUOUS },
	{ direct_client_that_was_reset, AMBIGUOUS },
	{ client_of_another_port, AMBIGUOUS },
	{ client_by_unix_socket, AMBIGUOUS },
	{ data_connection_that_was_accepted, FOUND },
	{ passive_listener_and_data_connection, FOUND },
	{ connection_to_elsewhere, FOUND },
	{ other_sockets, FOUND },
	{ sockets_that_listen, FOUND },
	{ direct_client_only, CLEAR },
};

static const int families[] = { AF_INET, AF_INET6 };

static int
login(struct process *p, const char *user)
{
	pam_handle_t *pamh = stage_pam(&p->stage, "vsftpd", user);
	int r = pam_authenticate(pamh, 0);

	pam_end(pamh, r);
	return r;
}

static void
set_up(struct process *p, int family)
{
	struct stssl_connection c;
	int fd;

	memset(p, 0, sizeof *p);
	stage_open_alone(&p->stage, stage_classes);
	stage_write(&p->stage, "vsftpd", ALONE);
	p->listener = listen_tcp(family);
	(void)dial(p->listener, 1);
	p->session = accept(p->listener, NULL, NULL);
	ck_assert_int_eq(stssl_connection_of(p->session, &c), 0);
	fd = listen_unix(p->stage.fake.path);
	p->helper = fork();
	ck_assert_int_ne(p->helper, -1);
	if (p->helper == 0)
		serve(fd, &c);
	(void)close(fd);
}

START_TEST(another_client_of_the_process_makes_its_login_uncertain)
{
	size_t row = (size_t)_i / ROWS(families);
	struct process p;

	set_up(&p, families[(size_t)_i % ROWS(families)]);
	rows[row].hold(&p);
	ck_assert_int_eq(login(&p, "alice"), rows[row].alice);
	ck_assert_int_eq(login(&p, "open"), rows[row].open);
	kill(p.helper, SIGKILL);
	ck_assert_int_eq(waitpid(p.helper, NULL, 0), p.helper);
	stage_close(&p.stage);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ another_client_of_the_process_makes_its_login_uncertain,
		    ROWS(rows) * ROWS(families) },
	};

	return test_main("clients", cases, ROWS(cases));
}
