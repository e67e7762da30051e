/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/worker/link/digest.h"

#include <string.h>

#include "helper/base/log.h"
#include "helper/worker/host.h"
#include "helper/worker/session.h"
#include "status/tools/hex.h"

_Static_assert(LINK_DIGEST_BYTES == MESSAGE_DIGEST_BYTES, "one digest");

#define DIGITS (2 * LINK_DIGEST_BYTES)

struct link_digest
link_digest_of(const struct message_advice *advice)
{
	struct link_digest d = { .is_known = false };

	d.is_known = advice->verdict == STSSL_VERDICT_ACCEPT &&
		     stssl_hex_read(advice->user, d.bytes, sizeof d.bytes);
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
	return d->is_known ? stssl_hex(d->bytes, sizeof d->bytes, buf)
			   : "unknown";
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
