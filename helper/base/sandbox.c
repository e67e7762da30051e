/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The roles' rights, and the order in which the rest is given up.
 */
#include <config.h>
#include "helper/base/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "helper/base/landlock.h"
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
		r = landlock_enter(&(struct landlock_wish){
		    .reads = (s->rights & SANDBOX_READ) != 0,
		    .writes = (s->rights & SANDBOX_WRITE) != 0,
		    .is_apart = (s->rights & SANDBOX_PROCESSES) == 0 });
	if (r == 0)
		r = sandbox_limit_calls(s, mode);
	if (r < 0)
		(void)log_errno(r, "%s: cannot enter the sandbox", s->role);
	return r;
}
