/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes log lines and never waits for their reader: a line that cannot
 * be written at once is lost, the service goes on.  Syslog is spoken by hand
 * for that reason; syslog(3) blocks when the daemon behind it is stopped.
 *
 * Only the monitor has syslog's socket, which can be pointed at every other
 * datagram socket of the machine.  The others send it a level and a text.
 */
#include <config.h>
#include "helper/base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* No longer than PIPE_BUF: lines of several processes do not mix then. */
#define LINE_MAX_BYTES 4096
#define SYSLOG_SOCKET  "/dev/log"

static struct {
	enum log_target target;
	const char *role;
	bool debug;
	int syslog_fd;
	int through_fd; /* -1: this process writes for itself */
	pid_t pid;      /* 0: not asked for yet */
	bool is_file;   /* stderr: it takes all, and nobody reads it */
} state = { LOG_TARGET_STDERR, "main", false, -1, -1, 0, false };

static const char *const level_words[] = {
	[LOG_ERR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_NOTICE] = "notice",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static void
connect_syslog(void)
{
	static const struct sockaddr_un un = { .sun_family = AF_UNIX,
		.sun_path = SYSLOG_SOCKET };

	if (state.syslog_fd == -1)
		state.syslog_fd = socket(
		    AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (state.syslog_fd != -1)
		(void)connect(
		    state.syslog_fd, (const struct sockaddr *)&un, sizeof un);
}

static void
to_syslog(const char *line, size_t len)
{
	ssize_t n = send(state.syslog_fd, line, len, MSG_NOSIGNAL);

	/* A daemon that was restarted has a new socket. */
	if (n == -1 && errno != EAGAIN) {
		connect_syslog();
		(void)send(state.syslog_fd, line, len, MSG_NOSIGNAL);
	}
}

static void
to_stderr(const char *line, size_t len)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	if ((state.is_file || poll(&p, 1, 0) == 1) &&
	    write(STDERR_FILENO, line, len) == -1)
		return;
}

static pid_t
own_pid(void)
{
	/* libc asks the kernel each time. */
	if (state.pid == 0)
		state.pid = getpid();
	return state.pid;
}

/* The front of a line, before its text.  Returns its length. */
static size_t
put_head(char *line, size_t size, int level, const char *role, pid_t pid)
{
	char when[32] = "";
	time_t now = time(NULL);
	struct tm tm;
	int n;

	if (state.target == LOG_TARGET_STDERR) {
		n = snprintf(line, size, "%s[%ld]: %s: ", role, (long)pid,
		    level_words[level]);
	} else {
		if (localtime_r(&now, &tm) != NULL)
			(void)strftime(when, sizeof when, "%b %e %T", &tm);
		n = snprintf(line, size,
		    "<%d>%s stssl-helper[%ld]: %s: %s: ", LOG_DAEMON | level,
		    when, (long)pid, role, level_words[level]);
	}
	return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

/* One line stays one line, whatever the text brings. */
static void
flatten(char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			*text = '?';
	}
}

/* `line` has room for one more. */
static void
deliver(char *line, size_t len)
{
	if (state.through_fd != -1) {
		(void)send(
		    state.through_fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	} else if (state.target == LOG_TARGET_SYSLOG) {
		to_syslog(line, len);
	} else {
		line[len++] = '\n';
		to_stderr(line, len);
	}
}

static void __attribute__((format(printf, 2, 0)))
put(int level, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES];
	int saved = errno;
	size_t len;

	if (level == LOG_DEBUG && !state.debug)
		return;
	if (state.through_fd != -1) {
		line[0] = (char)level;
		len = 1;
	} else {
		len = put_head(
		    line, sizeof line - 1, level, state.role, own_pid());
	}
	/* For %m, and for the caller. */
	errno = saved;
	(void)vsnprintf(line + len, sizeof line - 1 - len, fmt, ap);
	flatten(line + len);
	deliver(line, len + strlen(line + len));
	errno = saved;
}

void
log_role(const char *role)
{
	state.role = role;
	state.pid = 0;
}

void
log_open(enum log_target target, const char *role, bool debug)
{
	struct stat st;

	state.target = target;
	state.is_file =
	    fstat(STDERR_FILENO, &st) == 0 && S_ISREG(st.st_mode) != 0;
	log_role(role);
	state.debug = debug;
	if (target == LOG_TARGET_SYSLOG && state.syslog_fd == -1)
		connect_syslog();
}

bool
log_is_gathered(void)
{
	return state.target == LOG_TARGET_SYSLOG;
}

void
log_through(int fd)
{
	if (state.syslog_fd != -1)
		(void)close(state.syslog_fd);
	state.syslog_fd = -1;
	state.through_fd = fd;
}

void
log_pass(const char *role, pid_t pid, const char *packet, size_t len)
{
	char line[LINE_MAX_BYTES];
	const int level = len > 1 ? packet[0] : -1;
	size_t head, room;

	if (level < LOG_ERR || level > LOG_DEBUG)
		return;
	head = put_head(line, sizeof line - 1, level, role, pid);
	room = sizeof line - 2 - head;
	len = len - 1 < room ? len - 1 : room;
	memcpy(line + head, packet + 1, len);
	line[head + len] = '\0';
	flatten(line + head);
	deliver(line, head + strlen(line + head));
}

#define LEVEL(name, level)                    \
	void log_##name(const char *fmt, ...) \
	{                                     \
		va_list ap;                   \
		va_start(ap, fmt);            \
		put(level, fmt, ap);          \
		va_end(ap);                   \
	}

LEVEL(error, LOG_ERR)
LEVEL(warning, LOG_WARNING)
LEVEL(notice, LOG_NOTICE)
LEVEL(info, LOG_INFO)
LEVEL(debug, LOG_DEBUG)

int
log_errno(int r, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES / 2];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	log_error("%s: %s", text, strerror(-r));
	return r;
}
