/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/worker/link/digest.h"

#include <stdio.h>
#include <string.h>

#include "helper/base/log.h"
#include "helper/worker/host.h"
#include "helper/worker/session.h"

_Static_assert(LINK_DIGEST_BYTES == MESSAGE_DIGEST_BYTES, "one digest");

#define HEX    "0123456789abcdef"
#define DIGITS (2 * LINK_DIGEST_BYTES)

struct link_digest
link_digest_of(const struct message_advice *advice)
{
	struct link_digest d = { .is_known = false };
	const char *text = advice->user;

	if (advice->verdict != STSSL_VERDICT_ACCEPT || strlen(text) != DIGITS ||
	    strspn(text, HEX) != DIGITS)
		return d;
	for (size_t i = 0; i < sizeof d.bytes; i++)
		d.bytes[i] = (uint8_t)((strchr(HEX, text[2 * i]) - HEX) << 4 |
				       (strchr(HEX, text[2 * i + 1]) - HEX));
	d.is_known = true;
	return d;
}

static bool
is_same(const struct link_digest *a, const struct link_digest *b)
{
	return a->is_known && b->is_known &&
	       memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static const char *
text_of(const struct link_digest *d, char buf[static DIGITS + 1])
{
	if (!d->is_known)
		return "unknown";
	for (size_t i = 0; i < sizeof d->bytes; i++)
		(void)snprintf(buf + 2 * i, 3, "%02x", d->bytes[i]);
	return buf;
}

static void
note(const struct session *s, const char *peer, const struct link_digest *ours,
    const struct link_digest *theirs)
{
	char who[SESSION_LABEL], own[DIGITS + 1], other[DIGITS + 1];

	log_warning("policy-differs %s%s ours=%s theirs=%s",
	    session_label(s, who), peer, text_of(ours, own),
	    text_of(theirs, other));
}

bool
link_digest_compare(const struct session *s, const char *peer,
    const struct link_digest *ours, const struct link_digest *theirs)
{
	const bool same = is_same(ours, theirs);

	host_compared(s, same, theirs->is_known ? theirs->bytes : NULL);
	if (!same)
		note(s, peer, ours, theirs);
	return same;
}
