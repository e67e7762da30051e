/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Words to the service manager.
 */
#ifndef HELPER_MONITOR_NOTIFY_H
#define HELPER_MONITOR_NOTIFY_H

/* As sd_notify(3), "READY=1" and the like; nothing without systemd. */
void notify(const char *state);

#endif
