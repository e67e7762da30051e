/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines between workers and the keyholder.  The monitor keeps the keyholder's
 * end open as well: what a worker asks while there is no keyholder waits for
 * the next one, which gets the same end.
 */
#ifndef HELPER_MONITOR_CHILDREN_KEYLINE_H
#define HELPER_MONITOR_CHILDREN_KEYLINE_H

struct child;

/*
 * Give a worker its end of a new line; worker->line is the keyholder's.
 * Returns 0, or what socketpair(2) or message_send() says.
 */
int keyline_open(struct child *worker);

/* The keyholder that has the line now is its last. */
void keyline_close(struct child *worker);

#endif
