/* SPDX-License-Identifier: BSD-2-Clause
 *
 * glibc has no functions for Landlock.  Only what its first version knows is
 * asked for: it holds on every kernel that has Landlock.
 */
#include <config.h>
#include "helper/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
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

int
landlock_enter(bool reads, bool writes)
{
	const struct landlock_ruleset_attr attr = { .handled_access_fs =
							ALL_RIGHTS };
	int ruleset, r = 0;

	if (writes)
		return 0;
	ruleset =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (ruleset == -1)
		return is_missing(errno) ? 0 : -errno;
	if (reads)
		r = allow_reading(ruleset);
	if (r == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) == -1)
		r = -errno;
	(void)close(ruleset);
	return r;
}
