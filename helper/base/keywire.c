/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each request and each answer has one form: what is not used is zero.
 */
#include <config.h>
#include "helper/base/keywire.h"

#include <string.h>

#define MARK 8
static const uint8_t asking[MARK] = { 'S', 'T', 'S', 'S', 'L', '-', 'S', 'Q' },
		     answering[MARK] = { 'S', 'T', 'S', 'S', 'L', '-', 'S',
			     'A' };

/* Where fields begin. */
enum {
	AT_NAME = MARK,
	AT_SCHEME = AT_NAME + KEY_NAME,
	AT_LEN = AT_SCHEME + 2,
	AT_DATA = AT_LEN + 2 + 4,
	AT_SIGNATURE_LEN = MARK,
	AT_SIGNATURE = AT_SIGNATURE_LEN + 2 + 6
};
_Static_assert(AT_DATA + KEY_DATA_MAX == KEY_WIRE_REQUEST, "all of it");
_Static_assert(AT_SIGNATURE + KEY_SIGNATURE_MAX == KEY_WIRE_ANSWER, "as well");

static void
put16(uint32_t number, uint8_t ret[static 2])
{
	ret[0] = (uint8_t)(number >> 8);
	ret[1] = (uint8_t)number;
}

static uint32_t
get16(const uint8_t bytes[static 2])
{
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

/*
 * Several have the same scheme, and sign in the same way; KEY_NOTHING for none
 * that is known.
 */
static enum key_algorithm
algorithm_of(uint32_t scheme)
{
	enum key_algorithm i = KEY_ALGORITHM_COUNT - 1;

	while (i > KEY_NOTHING && key_scheme(i) != scheme)
		i--;
	return i;
}

bool
key_wire_is_request(const uint8_t bytes[static KEY_WIRE_FRONT])
{
	return memcmp(bytes, asking, MARK) == 0;
}

void
key_wire_write_request(const uint8_t name[static KEY_NAME],
    const struct key_request *request, uint8_t ret[static KEY_WIRE_REQUEST])
{
	memset(ret, 0, KEY_WIRE_REQUEST);
	memcpy(ret, asking, MARK);
	memcpy(ret + AT_NAME, name, KEY_NAME);
	put16(key_scheme(request->algorithm), ret + AT_SCHEME);
	put16(request->len, ret + AT_LEN);
	memcpy(ret + AT_DATA, request->data, request->len);
}

bool
key_wire_read_request(const uint8_t bytes[static KEY_WIRE_REQUEST],
    uint8_t ret_name[static KEY_NAME], struct key_request *ret)
{
	struct key_request r = { .algorithm =
				     algorithm_of(get16(bytes + AT_SCHEME)),
		.len = get16(bytes + AT_LEN) };
	uint8_t same[KEY_WIRE_REQUEST];

	if (r.len > sizeof r.data)
		return false;
	memcpy(r.data, bytes + AT_DATA, r.len);
	key_wire_write_request(bytes + AT_NAME, &r, same);
	if (memcmp(same, bytes, sizeof same) != 0)
		return false;
	memcpy(ret_name, bytes + AT_NAME, KEY_NAME);
	*ret = r;
	return true;
}

void
key_wire_write_answer(
    const struct key_answer *answer, uint8_t ret[static KEY_WIRE_ANSWER])
{
	memset(ret, 0, KEY_WIRE_ANSWER);
	memcpy(ret, answering, MARK);
	put16(answer->len, ret + AT_SIGNATURE_LEN);
	memcpy(ret + AT_SIGNATURE, answer->signature, answer->len);
}

bool
key_wire_read_answer(
    const uint8_t bytes[static KEY_WIRE_ANSWER], struct key_answer *ret)
{
	struct key_answer a = { .len = get16(bytes + AT_SIGNATURE_LEN) };
	uint8_t same[KEY_WIRE_ANSWER];

	if (a.len > sizeof a.signature)
		return false;
	memcpy(a.signature, bytes + AT_SIGNATURE, a.len);
	key_wire_write_answer(&a, same);
	if (memcmp(same, bytes, sizeof same) != 0)
		return false;
	*ret = a;
	return true;
}
