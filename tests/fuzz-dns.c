/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as an answer of the DNS: each record is inside, and a name of the
 * client's host has no characters but those of host names.
 */
#include <config.h>

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/dns.h"
#include "policy/hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *answer;
static size_t answer_len;

/* In front of libc's: all questions have the fuzzer's answer. */
int
res_nquery(res_state state, const char *name, int class, int type,
    unsigned char *ret, int size)
{
	(void)state;
	(void)name;
	(void)class;
	(void)type;
	if (answer_len <= (size_t)size)
		memcpy(ret, answer, answer_len);
	return (int)answer_len;
}

static void
must(int condition)
{
	if (!condition)
		abort();
}

static void
walk(void)
{
	struct stssl_dns_record record;
	char name[NS_MAXDNAME];
	struct stssl_dns dns;

	stssl_dns_begin(&dns, answer, answer_len);
	while (stssl_dns_next(&dns, &record)) {
		must(record.data >= answer);
		must(record.len <= (size_t)(answer + answer_len - record.data));
		if (stssl_dns_name(&dns, &record, name, sizeof name))
			must(strlen(name) < sizeof name);
	}
}

static void
find(const char *ip)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	struct stssl_hosts hosts = { .asked = false };
	struct stssl_address address;

	must(stssl_ip_parse(ip, &address) == 0);
	stssl_hosts_find(&hosts, &address);
	must(hosts.count <= STSSL_HOSTS_MAX);
	for (size_t i = 0; i < hosts.count; i++)
		must(hosts.names[i][strspn(hosts.names[i], name)] == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > UINT16_MAX)
		return 0;
	answer = data;
	answer_len = size;
	walk();
	find("192.0.2.1");
	find("2001:db8::1");
	return 0;
}
