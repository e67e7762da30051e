/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Linked in with --enable-coverage only: what a process has counted is written
 * when it ends by _exit(2) too, as the helper's roles do.
 */
#include <config.h>

#include <gcov.h>
#include <unistd.h>

/* The linker's names, --wrap=_exit. */
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

/*
 * Tests enter the sandbox that nothing leaves: there the first open(2) would
 * end the process by a signal, but access(2) just fails.
 */
_Noreturn void
__wrap__exit(int status)
{
	if (access("/", F_OK) == 0)
		__gcov_dump();
	__real__exit(status);
}
