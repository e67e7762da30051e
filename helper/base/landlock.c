/* SPDX-License-Identifier: BSD-2-Clause
 *
 * glibc has no functions for Landlock.  Of files, only what its first version
 * knows is asked for: it holds on every kernel that has Landlock.
 */
#include <config.h>
#include "helper/base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

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
create(const struct landlock_wish *wish, int *ret)
{
	const long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	const bool has_scopes = version >= SCOPES_VERSION;
	const struct ruleset all = { .files = wish->writes ? 0 : ALL_RIGHTS,
		.scoped = wish->is_apart && has_scopes
			      ? SCOPE_SIGNAL | SCOPE_ABSTRACT_UNIX_SOCKET
			      : 0 };
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
landlock_enter(const struct landlock_wish *wish)
{
	int ruleset = -1, r = create(wish, &ruleset);

	if (r < 0 || ruleset == -1)
		return r;
	if (wish->reads && !wish->writes)
		r = allow_reading(ruleset);
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) == -1)
		r = -errno;
	(void)close(ruleset);
	return r;
}
