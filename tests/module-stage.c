/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/module-stage.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status/address.h"
#include "status/tools/address.h"

const char stage_classes[] =
    "class \"open\" { user = { \"open\" } ssl = optional login = password }\n"
    "class \"both\" { user = { \"carol\" } ssl = required\n"
    "    login = both identity = { \"cn\" } }\n"
    "class \"either\" { user = { \"alice\", \"either\" } ssl = required\n"
    "    login = either identity = { \"cn\" } }\n"
    "class \"certificate\" { user = { \"bob\" } ssl = required\n"
    "    login = certificate identity = { \"cn\" } }\n"
    "class \"local\" { user = { \"local\" } from = { \"127.0.0.0/8\" }\n"
    "    ssl = optional login = password }\n"
    "class \"remote\" { user = { \"remote\" } from = { \"203.0.113.0/24\" }\n"
    "    ssl = optional login = password }\n";

int
stage_connect(void)
{
	struct stssl_address any;
	struct sockaddr_storage sa;
	socklen_t len;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(stssl_ip_parse("127.0.0.1", &any), 0);
	len = stssl_address_to(&any, &sa);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sa, len), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(
	    getsockname(listener, (struct sockaddr *)&sa, &len), 0);
	/*
	 * Never accepted, so the other end is nobody's descriptor; for that
	 * the listener stays open.
	 */
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, len), 0);
	return fd;
}

/* What make was started with may be a connection too. */
static void
drop_inherited(void)
{
	struct stssl_connection c;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 1024; fd++) {
		if (stssl_connection_of(fd, &c) == 0)
			ck_assert_int_eq(dup2(null, fd), fd);
	}
	close(null);
}

void
stage_open(
    struct stage *s, const struct fake_script *script, const char *classes)
{
	memset(s, 0, sizeof *s);
	drop_inherited();
	fake_start(&s->fake, script);
	stage_write(s, "classes.conf", classes);
	stage_write(s, "vsftpd",
	    "auth required pam_deny.so\naccount required pam_deny.so\n");
	s->connection_fd = stage_connect();
}

void
stage_open_alone(struct stage *s, const char *classes)
{
	memset(s, 0, sizeof *s);
	drop_inherited();
	fake_prepare(&s->fake);
	(void)unlink(s->fake.path);
	stage_write(s, "classes.conf", classes);
	s->connection_fd = -1;
}

void
stage_close(struct stage *s)
{
	if (s->connection_fd != -1)
		close(s->connection_fd);
	fake_stop(&s->fake);
	ck_assert_uint_eq(s->prompts, 0);
}

static void
write_expanded(FILE *file, const struct stage *s, const char *text)
{
	const char *module = getenv("MODULE"), *dir = s->fake.dir;

	ck_assert_ptr_nonnull(module);
	for (; *text != '\0'; text++) {
		if (strncmp(text, "%M", 2) == 0) {
			fprintf(file, "%s classes=%s/classes.conf socket=%s",
			    module, dir, s->fake.path);
			text++;
		} else if (strncmp(text, "%D", 2) == 0) {
			fputs(dir, file);
			text++;
		} else {
			fputc(*text, file);
		}
	}
}

void
stage_write(struct stage *s, const char *name, const char *text)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", s->fake.dir, name);
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fchmod(fileno(file), 0600), 0);
	write_expanded(file, s, text);
	ck_assert_int_eq(fclose(file), 0);
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *data)
{
	struct stage *s = data;

	(void)count, (void)messages, (void)ret;
	s->prompts++;
	return PAM_CONV_ERR;
}

pam_handle_t *
stage_pam(struct stage *s, const char *service, const char *user)
{
	const struct pam_conv conv = { converse, s };
	pam_handle_t *pamh = NULL;

	ck_assert_int_eq(
	    pam_start_confdir(service, user, &conv, s->fake.dir, &pamh),
	    PAM_SUCCESS);
	return pamh;
}
