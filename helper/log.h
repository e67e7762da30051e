/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The helper's log: one line an event, to syslog or to stderr.  Only roles and
 * entry points log; leaf code returns what happened.  Untrusted text goes
 * through stssl_quote() first.
 */
#ifndef HELPER_LOG_H
#define HELPER_LOG_H

#include <stdbool.h>

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
