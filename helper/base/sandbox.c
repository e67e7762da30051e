/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The roles' rights, and the order in which the rest is given up.
 */
#include <config.h>
#include "helper/base/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/sandbox_calls.h"

const struct sandbox sandbox_monitor = { "monitor",
	SANDBOX_SOCKETS | SANDBOX_LOCAL | SANDBOX_READ | SANDBOX_WRITE |
	    SANDBOX_CODE | SANDBOX_PROCESSES | SANDBOX_THREADS };
const struct sandbox sandbox_worker = { "worker", SANDBOX_SOCKETS };
const struct sandbox sandbox_advisor = { "advisor",
	SANDBOX_SOCKETS | SANDBOX_LOCAL | SANDBOX_READ | SANDBOX_CODE |
	    SANDBOX_THREADS };
const struct sandbox sandbox_inquirer = { "inquirer",
	SANDBOX_SOCKETS | SANDBOX_LOCAL | SANDBOX_READ | SANDBOX_CODE |
	    SANDBOX_THREADS };
const struct sandbox sandbox_keyholder = { "keyholder", 0 };
const struct sandbox sandbox_reviewer = { "reviewer", 0 };
const struct sandbox sandbox_verifier = { "verifier", 0 };

static enum sandbox_mode mode = SANDBOX_DEFAULT;

void
sandbox_set_mode(enum sandbox_mode wanted)
{
	mode = wanted;
}

/* For an ordinary user there is nothing to drop, and nothing that may be. */
static int
drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1)
		return -errno;
	return capng_apply(CAPNG_SELECT_CAPS) == 0 ? 0 : -EPERM;
}

int
sandbox_hide(void)
{
	const struct rlimit none = { 0, 0 };

	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
		       setrlimit(RLIMIT_CORE, &none) == -1
		   ? -errno
		   : 0;
}

static int
limit_process(void)
{
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -errno;
	/* Again: to become another user may have undone it. */
	r = sandbox_hide();
	return r < 0 ? r : drop_capabilities();
}

/*
 * Landlock.  glibc has no functions for it.  Of files, only what its first
 * version knows is asked for: it holds on every kernel that has Landlock.
 */

#define ALL_RIGHTS                                                           \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |        \
	    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |     \
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |     \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |     \
	    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |   \
	    LANDLOCK_ACCESS_FS_MAKE_SYM)
#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* The kernel's headers may be older than the kernel. */
#define SCOPES_VERSION             6
#define SCOPE_ABSTRACT_UNIX_SOCKET (UINT64_C(1) << 0)
#define SCOPE_SIGNAL               (UINT64_C(1) << 1)

/* As version 6 has it; older kernels are told a shorter one. */
struct ruleset {
	uint64_t files;
	uint64_t network;
	uint64_t scoped;
};

static int
allow_reading(int ruleset)
{
	struct landlock_path_beneath_attr all = { .allowed_access =
						      READ_RIGHTS };
	int r = 0;

	all.parent_fd = open("/", O_PATH | O_CLOEXEC);
	if (all.parent_fd == -1)
		return -errno;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		&all, 0) == -1)
		r = -errno;
	(void)close(all.parent_fd);
	return r;
}

/* Not in the kernel, not switched on, or kept from us by a sandbox outside. */
static bool
is_missing(int error)
{
	return error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

/* 0 and the ruleset's descriptor, -1 where there is nothing to hold; -errno. */
static int
create(unsigned rights, int *ret)
{
	const long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	const bool has_scopes = version >= SCOPES_VERSION;
	const struct ruleset all = {
		.files = (rights & SANDBOX_WRITE) != 0 ? 0 : ALL_RIGHTS,
		.scoped = (rights & SANDBOX_PROCESSES) == 0 && has_scopes
			      ? SCOPE_SIGNAL | SCOPE_ABSTRACT_UNIX_SOCKET
			      : 0
	};
	int ruleset = -1;

	if (version == -1 && !is_missing(errno))
		return -errno;
	if (version != -1 && (all.files != 0 || all.scoped != 0)) {
		ruleset = (int)syscall(SYS_landlock_create_ruleset, &all,
		    has_scopes ? sizeof all : sizeof all.files, 0);
		if (ruleset == -1)
			return -errno;
	}
	*ret = ruleset;
	return 0;
}

int
sandbox_limit_files(const struct sandbox *s)
{
	int ruleset = -1, r = create(s->rights, &ruleset);

	if (r < 0 || ruleset == -1)
		return r;
	if ((s->rights & (SANDBOX_READ | SANDBOX_WRITE)) == SANDBOX_READ)
		r = allow_reading(ruleset);
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) == -1)
		r = -errno;
	(void)close(ruleset);
	return r;
}

int
sandbox_enter(const struct sandbox *s)
{
	int r;

	if (mode == SANDBOX_OFF)
		return 0;
	/* gmtime_r(3) opens /etc/localtime when it is first called. */
	tzset();
	r = limit_process();
	if (r == 0 && mode == SANDBOX_ENFORCE)
		r = sandbox_limit_files(s);
	if (r == 0)
		r = sandbox_limit_calls(s, mode);
	if (r < 0)
		(void)log_errno(r, "%s: cannot enter the sandbox", s->role);
	return r;
}
