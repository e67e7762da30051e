/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The helper's log: one line an event, to syslog or to stderr.  Only roles and
 * entry points log; leaf code returns what happened.  Untrusted text goes
 * through stssl_quote() first.
 */
#ifndef HELPER_BASE_LOG_H
#define HELPER_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum log_target {
	LOG_TARGET_STDERR,
	LOG_TARGET_SYSLOG
};

/*
 * Choose where lines go; `role` ("monitor", "worker", ...) stands in front of
 * each.
 */
void log_open(enum log_target target, const char *role, bool debug);

/* Another role in the same log, after a fork for instance. */
void log_role(const char *role);

/* True when other processes' lines have to come through this one: syslog. */
bool log_is_gathered(void);

/*
 * From now on lines go to `fd`, a SOCK_SEQPACKET socket that is taken over, at
 * whose other end somebody calls log_pass(); syslog's own socket is closed.
 */
void log_through(int fd);

/*
 * Write a line that another process sent by log_through().  The caller says
 * which process that is, and not the line.  Other packets are not written.
 */
void log_pass(const char *role, pid_t pid, const char *packet, size_t len);

/* Each writes one line; errno is left as it was. */
#define LOG_FORMAT __attribute__((format(printf, 1, 2)))
void log_error(const char *fmt, ...) LOG_FORMAT;   /* somebody must act */
void log_warning(const char *fmt, ...) LOG_FORMAT; /* we went on without */
void log_notice(const char *fmt, ...) LOG_FORMAT;  /* logins: the audit line */
void log_info(const char *fmt, ...) LOG_FORMAT;    /* life cycle */
void log_debug(const char *fmt, ...) LOG_FORMAT;   /* only with -d */

/* Logs an error, ": " and the text of -r; returns r. */
int log_errno(int r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
