/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A status socket with one session, for tests that ask: the test plays asker
 * and worker; the loop runs only when told to.
 */
#ifndef TESTS_STATUS_STAGE_H
#define TESTS_STATUS_STAGE_H

#include <ev.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "helper/base/ring.h"
#include "helper/monitor/status/answer.h"
#include "status/record.h"
#include "tests/test.h"

#define HERE  "1 127.0.0.1:2121 127.0.0.1:40000"
#define THERE "1 127.0.0.1:2122 127.0.0.1:40001"

/* The one session's number, in hex. */
#define SESSION 0x7f3a

struct bench {
	struct ev_loop *loop;
	struct registry *registry;
	struct penalties *penalties;
	struct answers *answers;
	struct sockaddr_un address;
	int channel[2];         /* the worker's end first */
	struct ring ring, said; /* the worker's view last */
	bool is_lost;           /* the worker cannot be told */
	unsigned told;
	enum stssl_verdict verdict;
	bool data_private;
	unsigned kicked, refused, reloaded;
};

extern struct bench b;

/* Let the backend of the session's listener be a link. */
void pass_on(bool is_passed_on);

/* Who asks, whoever runs the test: what the kernel says is replaced. */
extern uid_t asker;

/* Who may ask, besides; backend users of the first, second, third listener. */
#define STATUS_USER             4242
#define STRANGER                4243
#define BACKEND_USER            4244
#define OTHER_BACKEND_USER      4245
#define STATUS_AND_BACKEND_USER 4246

#define TEXT(literal)           literal, sizeof(literal) - 1
#define V                       "STSSL_VERSION=1\0"
#define QUERY                   V "STSSL_ASK=query\0"
#define ABOUT(n, what)          "STSSL_CONNECTION_" n "=" what "\0"
#define LIST                    V "STSSL_ASK=list\0"
#define PENALTIES               V "STSSL_ASK=penalties\0"
#define KICK(session)           V "STSSL_ASK=kick\0STSSL_SESSION=" session "\0"
#define VERDICT(session, verdict, data)                  \
	V "STSSL_ASK=verdict\0STSSL_SESSION=" session    \
	  "\0STSSL_SERVICE=vsftpd\0STSSL_USER=alice\0"   \
	  "STSSL_CLASS=partners\0STSSL_VERDICT=" verdict \
	  "\0STSSL_REASON=certificate\0STSSL_DATA=" data "\0"

/* Listens on an address that the kernel picks, so there is no file. */
void set_up(void);
void tear_down(void);

/* Another session, of the only worker. */
void add_session(uint64_t session, const char *peer);

/* What the worker says lies in its ring until somebody drains that. */
void publish(const char *where);
void withdraw(void);

/* Failed logins of a source. */
void penalise(const char *ip, unsigned times);

/* A socket that asks, without blocking. */
int dial(void);

/* Run until it has been answered or closed; as recv(2). */
ssize_t hear(int fd, char *buf, size_t size);

/*
 * Ask, and compare the answer's STSSL_RESULT.  The only answer goes to *ret,
 * unless that is NULL.
 */
void expect(const char *question, size_t len, const char *result,
    struct stssl_record *ret);

#endif
