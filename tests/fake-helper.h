/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A status socket in a directory of its own, served by a forked child that
 * answers what a script says: for tests of those who ask.
 */
#ifndef TESTS_FAKE_HELPER_H
#define TESTS_FAKE_HELPER_H

#include <stddef.h>
#include <sys/types.h>

enum fake_act {
	FAKE_SEND,   /* these bytes */
	FAKE_LATE,   /* these bytes, a second later */
	FAKE_CLOSE,  /* nothing, hang up */
	FAKE_SILENT, /* nothing, stay */
};

struct fake_reply {
	enum fake_act act;
	const char *bytes;
	size_t len;
};

/* A literal's own NUL ends its last string. */
#define FAKE_PACKET(literal)                        \
	{                                           \
		FAKE_SEND, literal, sizeof(literal) \
	}

struct fake_script {
	struct fake_reply query;
	struct fake_reply verdict;
};

#define FAKE_QUESTION 4096

/* What was asked, in memory shared with the child. */
struct fake_seen {
	unsigned queries, verdicts;
	char query[FAKE_QUESTION], verdict[FAKE_QUESTION];
	size_t query_len, verdict_len;
};

struct fake {
	char dir[80];
	char path[96]; /* of the socket */
	pid_t pid;
	struct fake_seen *seen;
};

/* A fresh directory with a socket in it that nobody serves.  Fails the test. */
void fake_prepare(struct fake *f);

/* The same, served.  `script` is not needed afterwards. */
void fake_start(struct fake *f, const struct fake_script *script);

/* End the child, remove the directory with all files in it. */
void fake_stop(struct fake *f);

/* How many descriptors are open, for a comparison: nobody may leave any. */
unsigned fake_count_descriptors(void);

#endif
