/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One parser for both versions: they differ in the order of messages, which is
 * a table, and in some of the contents.
 */
#include <config.h>
#include "helper/verifier/messages.h"

#include <string.h>

#define RANDOM     32
#define SESSION_ID 32
#define HEADER     4
/* What is behind ServerHello is eight at most. */
#define MESSAGES_MAX 8
#define TLS_1_2      0x0303
#define TLS_1_3      0x0304
/* ExtensionType */
#define SUPPORTED_VERSIONS 43
/* ECCurveType */
#define NAMED_CURVE 3

enum {
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	ENCRYPTED_EXTENSIONS = 8,
	CERTIFICATE = 11,
	SERVER_KEY_EXCHANGE = 12,
	CERTIFICATE_REQUEST = 13,
	SERVER_HELLO_DONE = 14,
	CERTIFICATE_VERIFY = 15,
	CLIENT_KEY_EXCHANGE = 16,
	FINISHED = 20
};

/* SHA-256 of "HelloRetryRequest", RFC 8446 4.1.3. */
static const uint8_t retry_random[RANDOM] = { 0xcf, 0x21, 0xad, 0x74, 0xe5,
	0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
	0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8,
	0xa8, 0x33, 0x9c };

/* Cutting */

static bool
cut(struct slice *from, size_t len, struct slice *ret)
{
	if (len > from->len)
		return false;
	*ret = (struct slice){ from->at, len };
	from->at += len;
	from->len -= len;
	return true;
}

static bool
cut_number(struct slice *from, unsigned bytes, size_t *ret)
{
	struct slice s;
	size_t n = 0;

	if (!cut(from, bytes, &s))
		return false;
	for (unsigned i = 0; i < bytes; i++)
		n = n << 8 | s.at[i];
	*ret = n;
	return true;
}

/* A length of some bytes, and as many bytes as it says. */
static bool
cut_vector(struct slice *from, unsigned bytes, struct slice *ret)
{
	size_t len;

	return cut_number(from, bytes, &len) && cut(from, len, ret);
}

static bool
cut_message(struct slice *from, unsigned type, struct slice *ret)
{
	size_t is;

	return cut_number(from, 1, &is) && is == type &&
	       cut_vector(from, 3, ret);
}

/* The messages */

static bool
parse_client_hello(struct slice body, struct slice *ret_random)
{
	size_t version;

	return cut_number(&body, 2, &version) && version == TLS_1_2 &&
	       cut(&body, RANDOM, ret_random);
}

struct server_hello {
	struct slice random;
	size_t suite;
	bool is_1_3;
};

/* One extension is looked at: supported_versions, which says TLS 1.3. */
static bool
parse_extensions(struct slice list, bool *ret_is_1_3)
{
	bool found = false;

	while (list.len > 0) {
		struct slice data;
		size_t type, version;

		if (!cut_number(&list, 2, &type) ||
		    !cut_vector(&list, 2, &data))
			return false;
		if (type != SUPPORTED_VERSIONS)
			continue;
		if (found || !cut_number(&data, 2, &version) || data.len > 0 ||
		    version != TLS_1_3)
			return false;
		found = true;
	}
	*ret_is_1_3 = found;
	return true;
}

static bool
parse_server_hello(struct slice body, struct server_hello *ret)
{
	struct slice id, extensions = { NULL, 0 };
	size_t version, compression;

	return cut_number(&body, 2, &version) && version == TLS_1_2 &&
	       cut(&body, RANDOM, &ret->random) && cut_vector(&body, 1, &id) &&
	       id.len <= SESSION_ID && cut_number(&body, 2, &ret->suite) &&
	       cut_number(&body, 1, &compression) && compression == 0 &&
	       (body.len == 0 || cut_vector(&body, 2, &extensions)) &&
	       body.len == 0 && parse_extensions(extensions, &ret->is_1_3);
}

static bool
is_retry(const struct server_hello *hello)
{
	return memcmp(hello->random.at, retry_random, RANDOM) == 0;
}

static bool
parse_signature(struct slice body, struct signature *ret)
{
	size_t algorithm;

	if (!cut_number(&body, 2, &algorithm) ||
	    !cut_vector(&body, 2, &ret->bytes) || body.len > 0)
		return false;
	ret->algorithm = (uint16_t)algorithm;
	return true;
}

/* A Certificate message: its list, behind the context of TLS 1.3. */
static bool
parse_list(struct slice body, bool is_1_3, struct slice *ret)
{
	struct slice context = { NULL, 0 };

	return (!is_1_3 || cut_vector(&body, 1, &context)) &&
	       context.len == 0 && cut_vector(&body, 3, ret) && body.len == 0;
}

static bool
cut_certificate(struct slice *list, bool is_1_3, struct slice *ret)
{
	struct slice extensions;

	return cut_vector(list, 3, ret) && ret->len > 0 &&
	       (!is_1_3 || cut_vector(list, 2, &extensions));
}

/* All of them, so that messages_next_certificate() cannot fail. */
static bool
check_list(struct slice list, bool is_1_3)
{
	struct slice certificate;

	if (list.len == 0)
		return false;
	while (list.len > 0)
		if (!cut_certificate(&list, is_1_3, &certificate))
			return false;
	return true;
}

/* ServerECDHParams, RFC 8422 5.4; or ServerDHParams, RFC 5246 7.4.3. */
static bool
cut_params(struct slice *body)
{
	struct slice part;
	size_t type, curve;
	struct slice rest = *body;

	if (cut_number(&rest, 1, &type) && type == NAMED_CURVE &&
	    cut_number(&rest, 2, &curve) && cut_vector(&rest, 1, &part)) {
		struct signature signature;

		if (parse_signature(rest, &signature)) {
			*body = rest;
			return true;
		}
	}
	return cut_vector(body, 2, &part) && cut_vector(body, 2, &part) &&
	       cut_vector(body, 2, &part);
}

static bool
parse_key_exchange(struct slice body, struct messages *m)
{
	m->params.at = body.at;
	if (!cut_params(&body))
		return false;
	m->params.len = (size_t)(body.at - m->params.at);
	return parse_signature(body, &m->by_server);
}

/* A request that was for this handshake, not for one behind it. */
static bool
check_request(struct slice body)
{
	size_t context;

	return cut_number(&body, 1, &context) && context == 0;
}

/* Their order */

enum {
	SERVER_CERTIFICATE,
	SERVER_SIGNATURE,
	REQUEST,
	CLIENT_CERTIFICATE,
	CLIENT_SIGNATURE,
	ROLES,
	OTHERS = ROLES
};

/* What is behind ServerHello. */
static const struct step {
	unsigned type;
	unsigned role;
} orders[][MESSAGES_MAX] = {
	/* TLS 1.2 */
	{
	    { CERTIFICATE, SERVER_CERTIFICATE },
	    { SERVER_KEY_EXCHANGE, SERVER_SIGNATURE },
	    { CERTIFICATE_REQUEST, REQUEST },
	    { SERVER_HELLO_DONE, OTHERS },
	    { CERTIFICATE, CLIENT_CERTIFICATE },
	    { CLIENT_KEY_EXCHANGE, OTHERS },
	    { CERTIFICATE_VERIFY, CLIENT_SIGNATURE },
	    { 0, 0 },
	},
	/* TLS 1.3 */
	{
	    { ENCRYPTED_EXTENSIONS, OTHERS },
	    { CERTIFICATE_REQUEST, REQUEST },
	    { CERTIFICATE, SERVER_CERTIFICATE },
	    { CERTIFICATE_VERIFY, SERVER_SIGNATURE },
	    { FINISHED, OTHERS },
	    { CERTIFICATE, CLIENT_CERTIFICATE },
	    { CERTIFICATE_VERIFY, CLIENT_SIGNATURE },
	    { 0, 0 },
	},
};

static bool
parse_rest(struct slice left, struct messages *m)
{
	const struct step *order = orders[m->is_1_3];
	struct slice bodies[ROLES + 1], list;
	size_t marks[ROLES + 1] = { 0 };

	for (; order->type != 0; order++) {
		marks[order->role] = (size_t)(left.at - m->rest.at);
		if (!cut_message(&left, order->type, &bodies[order->role]))
			return false;
	}
	m->server_mark = marks[SERVER_SIGNATURE];
	m->client_mark = marks[CLIENT_SIGNATURE];
	return left.len == 0 &&
	       (!m->is_1_3 || check_request(bodies[REQUEST])) &&
	       parse_list(bodies[SERVER_CERTIFICATE], m->is_1_3, &list) &&
	       check_list(list, m->is_1_3) &&
	       cut_certificate(&list, m->is_1_3, &m->server_leaf) &&
	       parse_list(
		   bodies[CLIENT_CERTIFICATE], m->is_1_3, &m->client_list) &&
	       check_list(m->client_list, m->is_1_3) &&
	       (m->is_1_3 ? parse_signature(
				bodies[SERVER_SIGNATURE], &m->by_server)
			  : parse_key_exchange(bodies[SERVER_SIGNATURE], m)) &&
	       parse_signature(bodies[CLIENT_SIGNATURE], &m->by_client);
}

/* ClientHello and ServerHello. */
static bool
parse_hellos(
    struct slice *left, struct slice *ret_random, struct server_hello *ret)
{
	struct slice body;

	return cut_message(left, CLIENT_HELLO, &body) &&
	       parse_client_hello(body, ret_random) &&
	       cut_message(left, SERVER_HELLO, &body) &&
	       parse_server_hello(body, ret);
}

/* There is one retry at most, and it decides what the other says again. */
static bool
parse_retry(struct slice *left, struct messages *m, struct server_hello *hello)
{
	struct slice first = { m->rest.at, 0 }, body = { NULL, 0 };
	const size_t suite = hello->suite;
	struct slice all = { m->rest.at, m->rest.len };

	if (!cut_message(&all, CLIENT_HELLO, &body))
		return false;
	first.len = (size_t)(all.at - first.at);
	m->first_hello = first;
	m->rest = all;
	return hello->is_1_3 && parse_hellos(left, &m->client_random, hello) &&
	       !is_retry(hello) && hello->is_1_3 && hello->suite == suite;
}

const char *
messages_parse(const uint8_t *bytes, size_t len, struct messages *ret)
{
	struct messages m = { .rest = { bytes, len } };
	struct slice left = m.rest;
	struct server_hello hello;

	if (!parse_hellos(&left, &m.client_random, &hello))
		return "no ClientHello and ServerHello";
	if (is_retry(&hello) && !parse_retry(&left, &m, &hello))
		return "no proper HelloRetryRequest";
	m.is_1_3 = hello.is_1_3;
	m.suite = (uint16_t)hello.suite;
	m.server_random = hello.random;
	if (!parse_rest(left, &m))
		return "not the messages of a handshake with a certificate";
	*ret = m;
	return NULL;
}

bool
messages_next_certificate(struct messages *m, struct slice *ret)
{
	return m->client_list.len > 0 &&
	       cut_certificate(&m->client_list, m->is_1_3, ret);
}
