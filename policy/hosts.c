/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Forward-confirmed reverse DNS, by the resolver of the C library with a state
 * of our own.  Answers come from strangers: a name with other characters than
 * those of host names is ignored.
 */
#include <config.h>
#include "policy/hosts.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>

#include "policy/dns.h"
#include "status/ascii.h"
#include "status/clock.h"

#define ANSWER_MAX  4096
#define QUESTION_MS 1000
#define RECORDS_MAX 64 /* of one answer that are looked at */
#define IPV4_BYTE   12
#define NAME        STSSL_LETTERS STSSL_DIGITS "-_."
/* "f.f. ... .ip6.arpa" */
#define REVERSE_MAX 80

struct resolver {
	struct __res_state state;
	int64_t end_ms; /* of all questions, by the monotonic clock */
};

/* Called for each record of an answer; true ends the walk. */
typedef bool take_record(const struct stssl_dns *dns,
    const struct stssl_dns_record *record, void *data);

/*
 * The resolver counts in whole seconds: it asks one server, once, and waits one
 * second.  The rest of the time is for the confirmation.
 */
static bool
limit(struct resolver *r)
{
	if (r->end_ms - stssl_now_ms() < QUESTION_MS)
		return false;
	r->state.retrans = QUESTION_MS / 1000;
	r->state.retry = 1;
	if (r->state.nscount > 1)
		r->state.nscount = 1;
	return true;
}

/*
 * Ask, and walk over the records of this type in the answer.  False when there
 * was none in time: that there are no such records is an answer, too.
 */
static bool
ask(struct resolver *r, const char *name, int type, take_record *take,
    void *data)
{
	unsigned char answer[ANSWER_MAX];
	struct stssl_dns_record record;
	struct stssl_dns dns;
	int len;

	if (!limit(r))
		return false;
	len = res_nquery(&r->state, name, ns_c_in, type, answer, sizeof answer);
	if (len < 0)
		return r->state.res_h_errno != TRY_AGAIN;
	if ((size_t)len > sizeof answer)
		return true;
	stssl_dns_begin(&dns, answer, (size_t)len);
	for (int i = 0; i < RECORDS_MAX && stssl_dns_next(&dns, &record); i++)
		if ((int)record.type == type && record.class == ns_c_in &&
		    take(&dns, &record, data))
			break;
	return true;
}

static void
reverse_name(const struct stssl_address *a, char ret[static REVERSE_MAX])
{
	const uint8_t *ip = a->ip;
	size_t len = 0;

	if (stssl_address_is_ipv4(a)) {
		ip += IPV4_BYTE;
		(void)snprintf(ret, REVERSE_MAX, "%u.%u.%u.%u.in-addr.arpa",
		    ip[3], ip[2], ip[1], ip[0]);
		return;
	}
	for (int i = 15; i >= 0; i--)
		len += (size_t)snprintf(ret + len, REVERSE_MAX - len, "%x.%x.",
		    ip[i] & 15, ip[i] >> 4);
	(void)snprintf(ret + len, REVERSE_MAX - len, "ip6.arpa");
}

static bool
keep_name(const char *name, char ret[static STSSL_HOST_MAX + 1])
{
	size_t len = strlen(name);

	if (len == 0 || len > STSSL_HOST_MAX ||
	    name[strspn(name, NAME)] != '\0')
		return false;
	for (size_t i = 0; i <= len; i++)
		ret[i] = stssl_lower(name[i]);
	return true;
}

static bool
take_name(const struct stssl_dns *dns, const struct stssl_dns_record *record,
    void *data)
{
	struct stssl_hosts *hosts = data;
	char name[NS_MAXDNAME];

	if (stssl_dns_name(dns, record, name, sizeof name) &&
	    keep_name(name, hosts->names[hosts->count]))
		hosts->count++;
	return hosts->count == STSSL_HOSTS_MAX;
}

/* An address that is looked for in an answer. */
struct wanted {
	const uint8_t *ip;
	size_t len;
	bool found;
};

static bool
take_address(const struct stssl_dns *dns, const struct stssl_dns_record *record,
    void *data)
{
	struct wanted *wanted = data;

	(void)dns;
	wanted->found = record->len == wanted->len &&
			memcmp(record->data, wanted->ip, wanted->len) == 0;
	return wanted->found;
}

static bool
is_confirmed(
    struct resolver *r, const char *name, const struct stssl_address *address)
{
	bool ipv4 = stssl_address_is_ipv4(address);
	struct wanted wanted = { .ip = address->ip + (ipv4 ? IPV4_BYTE : 0),
		.len = ipv4 ? 4 : 16 };

	(void)ask(r, name, ipv4 ? ns_t_a : ns_t_aaaa, take_address, &wanted);
	return wanted.found;
}

void
stssl_hosts_find(struct stssl_hosts *hosts, const struct stssl_address *address)
{
	struct resolver r = { .end_ms = stssl_now_ms() + STSSL_HOSTS_MS };
	struct stssl_hosts said = { .count = 0 };
	char name[REVERSE_MAX];

	if (hosts->asked)
		return;
	hosts->asked = true;
	if (res_ninit(&r.state) != 0)
		return;
	/* RES_OPTIONS in the environment does not count. */
	r.state.options =
	    (r.state.options & RES_INIT) | RES_RECURSE | RES_IGNTC;
	reverse_name(address, name);
	hosts->is_silent = !ask(&r, name, ns_t_ptr, take_name, &said);
	for (size_t i = 0; i < said.count; i++)
		if (is_confirmed(&r, said.names[i], address))
			memcpy(hosts->names[hosts->count++], said.names[i],
			    sizeof said.names[i]);
	res_nclose(&r.state);
}
