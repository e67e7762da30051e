/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The stage for a login through the real libpam and the module just built: a
 * fake helper, classes.conf and PAM services in a directory of its own, and a
 * TCP connection that belongs to this process.
 */
#ifndef TESTS_MODULE_STAGE_H
#define TESTS_MODULE_STAGE_H

#include <stddef.h>

#include <security/pam_appl.h>

#include "tests/fake-helper.h"

struct stage {
	struct fake fake;
	int connection_fd; /* -1 when there is none */
	unsigned prompts;  /* how often the conversation was called */
};

/* Answers of the helper. */
#define STAGE_V "STSSL_VERSION=1\0"
#define STAGE_SESSION                                                          \
	STAGE_V "STSSL_RESULT=found\0STSSL_SESSION=7f3a\0STSSL_LISTENER=ftp\0" \
		"REMOTE_ADDR=203.0.113.9\0REMOTE_PORT=40022\0"
#define STAGE_TLS            STAGE_SESSION "SSL_PROTOCOL=TLSv1.3\0"
#define STAGE_CLEAR          FAKE_PACKET(STAGE_SESSION "SSL_TLS_SNI=")
#define STAGE_CERTLESS_BYTES STAGE_TLS "SSL_CLIENT_VERIFY=NONE"
#define STAGE_CERTLESS       FAKE_PACKET(STAGE_CERTLESS_BYTES)
#define STAGE_EXPIRED                                              \
	FAKE_PACKET(STAGE_TLS "SSL_CLIENT_VERIFY=FAILED:expired\0" \
			      "SSL_CLIENT_S_DN=CN=alice\0"         \
			      "SSL_CLIENT_S_DN_CN=alice")
/* A good certificate of that user's. */
#define STAGE_GOOD(cn)                                             \
	FAKE_PACKET(STAGE_TLS "SSL_CLIENT_VERIFY=SUCCESS\0"        \
			      "SSL_CLIENT_S_DN=CN=" cn ",O=Acme\0" \
			      "SSL_CLIENT_S_DN_CN=" cn)
#define STAGE_NONE FAKE_PACKET(STAGE_V "STSSL_RESULT=none")
#define STAGE_DONE FAKE_PACKET(STAGE_V "STSSL_RESULT=done")

/* Users and classes that all tests share; see module-stage.c. */
extern const char stage_classes[];

/*
 * Set the stage: `classes` is the text of classes.conf.  The process has one
 * TCP connection, at a descriptor above 2.
 */
void stage_open(
    struct stage *s, const struct fake_script *script, const char *classes);
void stage_close(struct stage *s);

/* The same without a helper, without a connection, and without a service. */
void stage_open_alone(struct stage *s, const char *classes);

/* Another connection of this process's; the caller closes it. */
int stage_connect(void);

/*
 * Write a file into the stage's directory, where the services are too.  In
 * `text`, %M is the module with its arguments, %D the directory.
 */
void stage_write(struct stage *s, const char *name, const char *text);

/* Start PAM for `service`.  The conversation fails and is counted. */
pam_handle_t *stage_pam(struct stage *s, const char *service, const char *user);

#endif
