/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a process may try to do by itself: with files, programs, threads,
 * sockets and memory.
 */
#include <config.h>
#include "tests/sandbox-acts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int
open_to_read(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1 ? -errno : 0;
}

static int
open_to_write(void)
{
	return open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600) == -1 ? -errno
									: 0;
}

static int
make_file(void)
{
	char path[] = "/tmp/stssl-sandbox-XXXXXX";
	int fd = mkstemp(path);

	if (fd == -1)
		return -errno;
	return unlink(path) == -1 ? -errno : 0;
}

static int
execute(void)
{
	char *const argv[] = { NULL };

	(void)execve("/bin/true", argv, argv);
	return -errno;
}

static int
start_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 || waitpid(pid, NULL, 0) == -1 ? -errno : 0;
}

static int
use_keyring(void)
{
	return syscall(SYS_keyctl, 0, -3, 0) == -1 ? -errno : 0;
}

static int
share_memory(void)
{
	return shmget(IPC_PRIVATE, 4096, 0600) == -1 ? -errno : 0;
}

static int
make_queue(void)
{
	return syscall(SYS_mq_open, "stssl-sandbox", O_CREAT | O_RDWR, 0600,
		   NULL) == -1
		   ? -errno
		   : 0;
}

static int
be_looked_into(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1 ? -errno : 0;
}

static void *
do_nothing(void *nothing)
{
	return nothing;
}

static int
start_thread(void)
{
	pthread_t thread;
	int r = pthread_create(&thread, NULL, do_nothing, NULL);

	return r != 0 ? -r : -pthread_join(thread, NULL);
}

static int
start_in_namespace(void)
{
	return syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL) == -1 ? -errno
								       : 0;
}

static int
make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) == -1 ? -errno
								    : 0;
}

static int
make_local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) == -1 ? -errno
								    : 0;
}

static int
make_datagram_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) == -1 ? -errno : 0;
}

static int
make_packet_socket(void)
{
	return socket(AF_UNIX, SOCK_SEQPACKET, 0) == -1 ? -errno : 0;
}

static int
make_stream_pair(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1 ? -errno : 0;
}

static int
make_pair(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == -1 ? -errno : 0;
}

static int
look_at_routes(void)
{
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) == -1 ? -errno : 0;
}

static int
look_at_sockets(void)
{
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG) == -1 ? -errno
								     : 0;
}

static int
make_raw_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) == -1 ? -errno : 0;
}

static int
map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? -errno
		   : 0;
}

static int
become_root(void)
{
	return setuid(0) == -1 ? -errno : 0;
}

static int
ask_for_queue(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), n;

	/* Not a socket will do for roles that may not make one. */
	return ioctl(fd == -1 ? 0 : fd, SIOCOUTQ, &n) == -1 && errno == EPERM
		   ? -EPERM
		   : 0;
}

static int
push_into_terminal(void)
{
	return ioctl(0, TIOCSTI, "x") == -1 && errno == EPERM ? -EPERM : 0;
}

static int
use_memory(void)
{
	void *volatile p = malloc(16 << 20);

	if (p == NULL)
		return -ENOMEM;
	free(p);
	return 0;
}

const struct sandbox_act sandbox_own_acts[] = {
	{ "open a file", open_to_read, ".k..kkk" },
	{ "open a file to write", open_to_write, "-kppkkk" },
	{ "make a file", make_file, ".kppkkk" },
	{ "execve", execute, "kkkkkkk" },
	{ "fork", start_process, ".kppkkk" },
	{ "keyctl", use_keyring, "kkkkkkk" },
	{ "shmget", share_memory, "ppppppp" },
	{ "mq_open", make_queue, "ppppppp" },
	{ "PR_SET_DUMPABLE", be_looked_into, ".pppppp" },
	{ "a thread", start_thread, ".k..kkk" },
	{ "a user namespace", start_in_namespace, "-kppkkk" },
	{ "a socket", make_socket, "....ppp" },
	{ "a local socket", make_local_socket, ".p..ppp" },
	{ "a local datagram socket", make_datagram_socket, ".pppppp" },
	{ "a local packet socket", make_packet_socket, ".pppppp" },
	{ "a pair of local datagram sockets", make_pair, ".pppppp" },
	{ "a pair of local sockets", make_stream_pair, ".p..ppp" },
	{ "a socket for routes", look_at_routes, ".p..ppp" },
	{ "a socket for sockets", look_at_sockets, "ppppppp" },
	{ "a raw socket", make_raw_socket, "ppppppp" },
	{ "memory that is code", map_code, ".p..ppp" },
	{ "setuid", become_root, "kkkkkkk" },
	{ "what is unacknowledged", ask_for_queue, "......." },
	{ "a terminal's queue", push_into_terminal, "ppppppp" },
	{ "memory", use_memory, "......." },
	{ NULL, NULL, "" },
};
