/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What tests/test-instructions.sh counts instructions in: reading a file of so
 * many classes, deciding about a user whose class is the last of them, listing
 * so many sessions, and checking a record whose certificate has so many names.
 *
 *   cost read|judge|list|decode COUNT TIMES
 *   cost comparable    says why its instructions are not to be counted, if so
 */
#include <config.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/monitor/status/listing.h"
#include "policy/classes.h"
#include "policy/judge.h"
#include "status/tools/address.h"
#include "tests/private-file.h"

/* One each of what a class may ask for, as long as nobody is looked up. */
#define OTHERS                                                               \
	"{ user = { 'acme-*', 'globex-?' } type = any service = vsftpd\n"    \
	"from = { 203.0.113.0/24, '2001:db8::/48' } ssl = required\n"        \
	"login = either identity = { cn, email } email-domain = a.example\n" \
	"data = private bad-certificate = refuse min-protocol = TLS1.3 }\n"
#define OURS                                                              \
	"{ user = { 'a*e' } service = vsftpd from = { 203.0.113.0/24 }\n" \
	"ssl = required login = certificate identity = cn }\n"

#if defined STSSL_SANITIZED
#define WHY_NOT "sanitizers have instructions of their own"
#elif defined STSSL_COUNTED
#define WHY_NOT "lines are counted"
#elif !defined __OPTIMIZE__ || defined __OPTIMIZE_SIZE__
#define WHY_NOT "not optimised for speed"
#elif !defined __x86_64__
#define WHY_NOT "bounds are for x86-64"
#else
#define WHY_NOT ""
#endif

/* Functions that callgrind can tell by name from all the rest. */
#define COUNTED __attribute__((noinline))
COUNTED struct stssl_classes *counted_read(const char *path);
COUNTED enum stssl_verdict counted_judge(
    const struct stssl_classes *classes, const struct stssl_login *login);
COUNTED unsigned long counted_list(const struct monitor *m);
COUNTED int counted_decode(
    const struct stssl_record *from, struct stssl_record *ret);

struct stssl_classes *
counted_read(const char *path)
{
	struct stssl_classes *classes = NULL;
	struct stssl_error error;

	if (stssl_classes_read(path, &classes, &error) < 0)
		errx(1, "%s", error.text);
	return classes;
}

enum stssl_verdict
counted_judge(
    const struct stssl_classes *classes, const struct stssl_login *login)
{
	struct stssl_judgement j;

	stssl_judge(classes, login, &j);
	return j.verdict;
}

unsigned long
counted_list(const struct monitor *m)
{
	static char packet[STSSL_RECORD_MAX];
	uint64_t session = 0;
	unsigned long count = 0;

	while (listing_session(m, &session, packet) > 0 && session != 0)
		count++;
	return count;
}

int
counted_decode(const struct stssl_record *from, struct stssl_record *ret)
{
	return stssl_record_decode(from->text, from->len, ret);
}

static void
write_classes(char *path, unsigned long count)
{
	int fd = private_file_make(path);
	FILE *f = fd == -1 ? NULL : fdopen(fd, "w");

	if (f == NULL)
		err(1, "%s", path);
	for (unsigned long i = 1; i <= count; i++)
		fprintf(f, "class \"c%lu\" %s", i, i < count ? OTHERS : OURS);
	if (fclose(f) == EOF)
		err(1, "%s", path);
}

static void
read_often(const char *path, unsigned long times)
{
	while (times-- > 0)
		(void)stssl_classes_free(counted_read(path));
}

static void
put(struct stssl_record *r, enum stssl_key key, const char *value)
{
	if (stssl_record_put(r, key, value) < 0)
		errx(1, "no record");
}

static void
judge_often(const char *path, unsigned long times)
{
	struct stssl_classes *classes = counted_read(path);
	struct stssl_record record;
	struct stssl_address from;
	const struct stssl_login login = { .user = "alice",
		.service = "vsftpd",
		.record = &record,
		.from = &from };

	stssl_record_init(&record);
	put(&record, STSSL_KEY_STSSL_SESSION, "7f3a");
	put(&record, STSSL_KEY_SSL_PROTOCOL, "TLSv1.3");
	put(&record, STSSL_KEY_SSL_CLIENT_VERIFY, "SUCCESS");
	put(&record, STSSL_KEY_SSL_CLIENT_S_DN_CN, "alice");
	if (stssl_ip_parse("203.0.113.7", &from) < 0)
		errx(1, "no address");
	while (times-- > 0) {
		if (counted_judge(classes, &login) != STSSL_VERDICT_ACCEPT)
			errx(1, "not accepted");
	}
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}

static void
list_often(unsigned long sessions, unsigned long times)
{
	static struct listen_config listener = { .name = "ftp" };
	static struct helper_config config = { .listeners = &listener,
		.listener_count = 1 };
	struct generation generation = { .config = &config };
	struct monitor m = { .registry = registry_new(),
		.generation = &generation };
	struct stssl_address peer;

	if (m.registry == NULL ||
	    stssl_address_parse("203.0.113.7:1000", &peer) < 0)
		errx(1, "no registry");
	/* Numbers count up, as the monitor gives them. */
	for (uint64_t i = 1; i <= sessions; i++)
		if (registry_add(m.registry, i, &m, 0, &peer) < 0)
			errx(1, "no session");
	while (times-- > 0)
		if (counted_list(&m) != sessions)
			errx(1, "not all are listed");
	(void)registry_free(m.registry);
}

static void
decode_often(unsigned long names, unsigned long times)
{
	static const enum stssl_key others[] = { STSSL_KEY_STSSL_SESSION,
		STSSL_KEY_STSSL_LISTENER, STSSL_KEY_REMOTE_ADDR,
		STSSL_KEY_REMOTE_PORT, STSSL_KEY_SSL_PROTOCOL,
		STSSL_KEY_SSL_CIPHER, STSSL_KEY_SSL_SESSION_RESUMED,
		STSSL_KEY_SSL_CLIENT_VERIFY, STSSL_KEY_SSL_CLIENT_S_DN };
	struct stssl_record record, copy;

	stssl_record_init(&record);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		put(&record, others[i], "some value of it");
	for (unsigned i = 0; i < names; i++)
		if (stssl_record_put_nth(&record, STSSL_KEY_SSL_CLIENT_SAN_DNS,
			i, "a.example.org") < 0)
			errx(1, "no record");
	/* The first time, what it calls is looked for in libraries. */
	if (stssl_record_decode(record.text, record.len, &copy) < 0)
		errx(1, "no record");
	for (; times > 0; times--) {
		stssl_record_done(&copy);
		if (counted_decode(&record, &copy) < 0)
			errx(1, "no record");
	}
	stssl_record_done(&copy);
	stssl_record_done(&record);
}

int
main(int argc, char **argv)
{
	char path[] = "/tmp/stssl-cost-XXXXXX/f";

	if (argc == 2 && strcmp(argv[1], "comparable") == 0)
		return puts(WHY_NOT) == EOF;
	if (argc != 4)
		errx(2, "called wrongly");
	if (strcmp(argv[1], "list") == 0 || strcmp(argv[1], "decode") == 0) {
		(argv[1][0] == 'l' ? list_often : decode_often)(
		    strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
		return 0;
	}
	write_classes(path, strtoul(argv[2], NULL, 10));
	if (strcmp(argv[1], "judge") == 0)
		judge_often(path, strtoul(argv[3], NULL, 10));
	else
		read_often(path, strtoul(argv[3], NULL, 10));
	private_file_remove(path);
	return 0;
}
