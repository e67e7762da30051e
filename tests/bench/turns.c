/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A library for LD_PRELOAD that measures how long the helper's first process,
 * the monitor, is away from its event loop: CPU time between two epoll_wait(2).
 * TURNS names a file of struct turns; whoever reads it sets it back to zero.
 * waitpid(2) is not counted: README says why.
 */
#include <config.h>

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct turns {
	atomic_llong longest; /* nanoseconds */
	atomic_llong count;
} * turns;

/* In what is forked this is zero. */
static struct {
	int is_monitor;
	long long since;
} * own;

static long long
spent(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("TURNS");
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *shared, *wiped;

	if (fd == -1)
		return;
	shared = mmap(
	    NULL, sizeof *turns, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	wiped = mmap(NULL, page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)close(fd);
	if (shared == MAP_FAILED || wiped == MAP_FAILED ||
	    madvise(wiped, page, MADV_WIPEONFORK) == -1)
		return;
	turns = shared;
	own = wiped;
	own->is_monitor = 1;
}

static void
end_turn(void)
{
	/* The clock of a virtual machine may go back a little. */
	const long long turn = spent() - own->since;

	if (turn > turns->longest)
		turns->longest = turn;
	turns->count++;
}

int
epoll_wait(int fd, struct epoll_event *events, int max, int timeout)
{
	const bool measures = own != NULL && own->is_monitor;
	int r;

	if (measures && own->since != 0)
		end_turn();
	r = (int)syscall(
	    SYS_epoll_pwait, fd, events, max, timeout, NULL, _NSIG / 8);
	if (measures)
		own->since = spent();
	return r;
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	const bool measures = own != NULL && own->is_monitor;
	const long long since = measures ? spent() : 0;
	pid_t r = (pid_t)syscall(SYS_wait4, pid, status, options, NULL);

	if (measures)
		own->since += spent() - since;
	return r;
}
