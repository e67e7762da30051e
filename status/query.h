/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The asking side of stssl-status(7): one question and one answer, and perhaps
 * a report on the same connection.  Blocks for at most `timeout_ms` in all,
 * starts no thread, touches no signal, leaves no descriptor behind but a
 * line's.
 *
 * The socket is believed only when it is in a directory that none but root and
 * the socket's owner can write to, and when the process at its other end runs
 * as root or as that owner (SO_PEERCRED, unix(7)).
 */
#ifndef STATUS_QUERY_H
#define STATUS_QUERY_H

#include <stddef.h>

#include "status/address.h"
#include "status/record.h"

#define STSSL_STATUS_SOCKET    "/run/stssl/status.sock"
#define STSSL_QUERY_KEYS       16
#define STSSL_QUERY_TIMEOUT_MS 2000

/* To the helper at `path`; a connection that is still there, or -1. */
struct stssl_line {
	const char *path;
	int fd;
};

/* Close the connection, if there is one. */
void stssl_hang_up(struct stssl_line *line);

/*
 * Ask which session is behind one of `count` connections, at most
 * STSSL_QUERY_KEYS, each as the asking backend sees it.
 * Returns 1 and fills *ret, which must be empty, when the helper knows one of
 * them, and the connection stays for a report; 0 when it knows none ("not
 * through the helper"); and
 *   -EINVAL     count is 0 or too large,
 *   -EACCES     the socket's place or its server is not to be trusted,
 *   -ETIMEDOUT  no answer in time,
 *   -EBADMSG    an answer that is none, -ESTALE one of another version,
 *   -EMLINK     the connections belong to different sessions, or one leads to
 *               the session's backend and is not the session's,
 *   -EPERM      the helper does not answer us, or its socket's mode says so,
 *   or what socket(2), connect(2), send(2), recv(2) say: ECONNREFUSED, ENOENT.
 */
int stssl_query(struct stssl_line *line, const struct stssl_connection *keys,
    size_t count, int timeout_ms, struct stssl_record *ret);

/*
 * Ask any question of stssl-status(7): it is the caller's, and so is what the
 * answers mean.  Returns 0 and *ret_fd, to be closed by close(2), where they
 * can be heard; or the errors of stssl_query() but for -EINVAL, -EMLINK and
 * -EBADMSG; -EPERM only for the socket's mode.
 */
int stssl_ask(const char *path, const struct stssl_record *question,
    int timeout_ms, int *ret_fd);

/*
 * Wait for the next answer to a question.  *ret is empty, and is filled on
 * success.  Returns 0; -ENODATA when no more come; -ENOMEM; -ETIMEDOUT;
 * -EBADMSG; -ESTALE; or what recv(2) says.
 */
int stssl_hear(int fd, int timeout_ms, struct stssl_record *ret);

/*
 * Report a verdict, a question of stssl-status(7), on the connection of a query
 * or, if the helper has closed that by now, on a new one; none is left.
 * Returns 0 when the helper took it; -ENOENT when the session is gone; else the
 * errors of stssl_query().
 */
int stssl_report(struct stssl_line *line, const struct stssl_record *verdict,
    int timeout_ms);

#endif
