/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one place that knows whether there is a systemd to talk to.
 */
#include <config.h>
#include "helper/monitor/notify.h"

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

void
notify(const char *state)
{
#ifdef HAVE_SYSTEMD
	(void)sd_notify(0, state);
#else
	(void)state;
#endif
}
