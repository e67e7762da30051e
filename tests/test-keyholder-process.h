/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A keyholder's process under test, whose monitor and workers the test plays.
 */
#ifndef TESTS_TEST_KEYHOLDER_PROCESS_H
#define TESTS_TEST_KEYHOLDER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "helper/base/keyrequest.h"
#include "tests/keyholder-files.h"
#include "tests/test.h"

/* What the keyholder has done, in memory that it shares with the test. */
struct seen {
	unsigned alarms[8]; /* as they were asked for */
	unsigned count;
	unsigned rights; /* of its sandbox */
};

extern struct seen *seen;
extern struct key_files server;
extern pid_t holder;
extern int channel;            /* to the keyholder, as the monitor's */
extern bool is_sandbox_broken; /* it cannot be entered */

/* A request that is answered by nothing, and one for a signature. */
extern const struct key_request nothing, signature;

/*
 * Start a keyholder with the files of `server`; `prepare`, unless it is NULL,
 * is called in its process before it begins.
 */
void launch(void (*prepare)(void));

/*
 * What the keyholder says of its keys: 0 and the length of its complaint, or
 * what message_receive() says.
 */
int wait_loaded(uint32_t *ret_len);

/* Make the files, launch, and wait until the keys are loaded. */
void start(void (*prepare)(void));

/* The keyholder has to end by itself, with this status. */
void expect_end(int expected);

/* The last line has ended, or there was none: the end of the test, too. */
void finish(void);

/* The worker's end of a new line. */
int new_line(uint32_t worker);

/* True when it was answered, as it should be; false when the line has ended. */
bool is_answered(int line, struct key_request request);

/* As a worker that ends; the keyholder has to end the line, too. */
void end_line(int line);

/* Each writes its cases to `ret` and returns how many there are. */
size_t begin_cases(struct test_case *ret);
size_t line_cases(struct test_case *ret);

#endif
