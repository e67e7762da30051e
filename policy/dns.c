/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names are libc's, which knows how they are compressed; the rest are numbers
 * of two bytes at fixed places.
 */
#include <config.h>
#include "policy/dns.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

/* RFC 1035, 4.1.1 to 4.1.3. */
#define HEADER    12
#define QUESTIONS 4
#define ANSWERS   6
#define QUESTION  4  /* type and class, behind the name */
#define RECORD    10 /* type, class, time to live and length */
#define CLASS     2
#define LENGTH    8

static unsigned
u16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static size_t
rest(const struct stssl_dns *dns)
{
	return (size_t)(dns->end - dns->at);
}

/* Pass over a name and `len` bytes behind it: these, or NULL. */
static const uint8_t *
take(struct stssl_dns *dns, size_t len)
{
	int name = dn_skipname(dns->at, dns->end);

	if (name < 0 || rest(dns) < (size_t)name + len)
		return NULL;
	dns->at += (size_t)name + len;
	return dns->at - len;
}

void
stssl_dns_begin(struct stssl_dns *ret, const uint8_t *answer, size_t len)
{
	struct stssl_dns dns = { answer, answer, answer + len, 0 };

	*ret = dns;
	if (len < HEADER)
		return;
	dns.at += HEADER;
	for (unsigned n = u16(answer + QUESTIONS); n > 0; n--)
		if (take(&dns, QUESTION) == NULL)
			return;
	dns.left = u16(answer + ANSWERS);
	*ret = dns;
}

bool
stssl_dns_next(struct stssl_dns *dns, struct stssl_dns_record *ret)
{
	const uint8_t *fixed = dns->left > 0 ? take(dns, RECORD) : NULL;

	if (fixed == NULL || rest(dns) < u16(fixed + LENGTH)) {
		dns->left = 0;
		return false;
	}
	ret->type = u16(fixed);
	ret->class = u16(fixed + CLASS);
	ret->data = dns->at;
	ret->len = u16(fixed + LENGTH);
	dns->at += ret->len;
	dns->left--;
	return true;
}

bool
stssl_dns_name(const struct stssl_dns *dns,
    const struct stssl_dns_record *record, char *ret, size_t size)
{
	return ns_name_uncompress(
		   dns->begin, dns->end, record->data, ret, size) >= 0;
}
