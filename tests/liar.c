/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A library for LD_PRELOAD that makes a worker lie about its clients'
 * certificates.  LIES names a file of struct lies, which all processes that the
 * library is in look at all the time: a story writes to it which lie is told
 * from now on.  While none is, the last handshake that was handed in is kept
 * there, for lies that need another one; two helpers may share the file.
 */
/* Its inline functions would hide those that are defined here. */
#undef _FORTIFY_SOURCE
#include <config.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/base/proof.h"

enum lie {
	TRUTH,
	NO_SIGNATURE,
	SIGNATURE_OF_ANOTHER,
	CHAIN_OF_ANOTHER,
	ANOTHER_HANDSHAKE, /* replayed; or of another server, or worker */
	SAME_NONCE,
	OTHER_VERSION,
	FIRST_HELLO_AGAIN,
	CUT,
	OWN_RECORD,      /* the worker writes the certificate's keys */
	OWN_CLAIM,       /* it says that there is a proof */
	ANOTHER_SESSION, /* of another worker, or that has ended */
	FOREIGN_NONCE,   /* a replayed one, as if a Server judged its age */
	OWN_SIGNATURE,   /* of the server, with the keyholder's tag */
};

struct lies {
	uint32_t lie;
	uint32_t len;
	struct proof_request request;
	uint8_t random[32];
	uint8_t bytes[PROOF_MAX];
};

static struct lies *lies;

static void __attribute__((constructor)) map_lies(void)
{
	const char *path = getenv("LIES");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *found;

	if (fd == -1)
		return;
	found =
	    mmap(NULL, sizeof *lies, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (found != MAP_FAILED)
		lies = found;
	(void)close(fd);
}

static uint8_t bytes[PROOF_MAX];
static size_t len;

/* The message that is so far from the end; its size. */
static uint8_t *
from_end(uint8_t *all, size_t size, size_t n, size_t *ret)
{
	uint8_t *starts[16], *at = all;
	size_t count = 0;

	while (at < all + size && count < 16) {
		starts[count++] = at;
		at += 4 + (size_t)(at[1] << 16 | at[2] << 8 | at[3]);
	}
	if (n > count)
		_exit(99);
	at = starts[count - n];
	*ret = 4 + (size_t)(at[1] << 16 | at[2] << 8 | at[3]);
	return at;
}

/* Our message, and what comes in its place out of the other handshake. */
static void
exchange(size_t n)
{
	size_t mine, others;
	uint8_t *at = from_end(bytes, len, n, &mine),
		*other = from_end(lies->bytes, lies->len, n, &others);
	size_t behind = len - (size_t)(at - bytes) - mine;

	memmove(at + others, at + mine, behind);
	memcpy(at, other, others);
	len = len - mine + others;
}

static void
lie_about(struct proof_request *request)
{
	size_t size;
	uint8_t *at;

	switch ((enum lie)lies->lie) {
	case NO_SIGNATURE:
		len = (size_t)(from_end(bytes, len, 1, &size) - bytes);
		break;
	case SIGNATURE_OF_ANOTHER:
		exchange(1);
		break;
	case CHAIN_OF_ANOTHER:
		/* ClientKeyExchange of TLS 1.2 is behind it. */
		exchange(*from_end(bytes, len, 2, &size) == 16 ? 3 : 2);
		break;
	case ANOTHER_HANDSHAKE:
		memcpy(bytes, lies->bytes, lies->len);
		len = lies->len;
		request->batch = lies->request.batch;
		request->nonce = lies->request.nonce;
		memcpy(request->tag, lies->request.tag, sizeof request->tag);
		break;
	case SAME_NONCE:
		request->batch = lies->request.batch;
		request->nonce = lies->request.nonce;
		break;
	case OTHER_VERSION:
		at = memmem(bytes, len, "\0\x2b\0\2\3\4", 6);
		if (at != NULL)
			at[5] = 3;
		break;
	case FIRST_HELLO_AGAIN:
		size = 4 + (size_t)(bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
		memmove(bytes + size, bytes, len);
		len += size;
		break;
	case CUT:
		len -= 8;
		break;
	case OWN_SIGNATURE:
		/* TLS 1.2 has ClientKeyExchange and ServerHelloDone. */
		at = from_end(bytes, len, 2, &size);
		at = from_end(bytes, len, *at == 16 ? 6 : 4, &size);
		at[size - 1] ^= 1;
		break;
	case ANOTHER_SESSION:
		request->session = lies->request.session;
		break;
	case FOREIGN_NONCE:
		memcpy(bytes, lies->bytes, lies->len);
		len = lies->len;
		request->type = PROOF_FOREIGN;
		request->batch = request->nonce = 0;
		break;
	case TRUTH:
	case OWN_RECORD:
	case OWN_CLAIM:
		break;
	}
	request->len = (uint32_t)len;
}

static ssize_t
send_on(int fd, const struct msghdr *m, int flags)
{
	static ssize_t (*next)(int fd, const struct msghdr *m, int flags);

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "sendmsg");
	return next(fd, m, flags);
}

static ssize_t
hand_in(int fd, const struct msghdr *m, int flags)
{
	struct proof_request request;
	struct iovec parts[] = { { &request, sizeof request }, { bytes, 0 } };
	struct msghdr changed = { .msg_iov = parts, .msg_iovlen = 2 };

	memcpy(&request, m->msg_iov[0].iov_base, sizeof request);
	len = request.len;
	memcpy(bytes, m->msg_iov[1].iov_base, len);
	if (lies->lie == TRUTH) {
		lies->request = request;
		lies->len = (uint32_t)len;
		memcpy(lies->bytes, bytes, len);
	}
	lie_about(&request);
	parts[1].iov_len = len;
	return send_on(fd, &changed, flags);
}

static bool
is_request(const struct msghdr *m)
{
	struct proof_request request;

	if (m->msg_iovlen != 2 || m->msg_iov[0].iov_len != sizeof request)
		return false;
	memcpy(&request, m->msg_iov[0].iov_base, sizeof request);
	return request.type == PROOF_GIVEN &&
	       m->msg_iov[1].iov_len == request.len;
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	if (lies != NULL && is_request(m))
		return hand_in(fd, m, flags);
	return send_on(fd, m, flags);
}

/* Records: the worker copies them into a ring */

static struct area {
	const uint8_t *start;
	size_t size;
} rings[64];
static size_t ring_count;

/* Rings are what is shared and no file. */
void *
mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	static void *(*next)(void *at, size_t size, int protection, int flags,
	    int fd, off_t offset);
	const int shared = MAP_SHARED | MAP_ANONYMOUS;
	void *found;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "mmap");
	found = next(at, size, protection, flags, fd, offset);
	if (found != MAP_FAILED && (flags & shared) == shared &&
	    ring_count < sizeof rings / sizeof rings[0])
		rings[ring_count++] = (struct area){ found, size };
	return found;
}

static bool
is_in_ring(const uint8_t *at)
{
	for (size_t i = 0; i < ring_count; i++)
		if (at >= rings[i].start && at < rings[i].start + rings[i].size)
			return true;
	return false;
}

/* From the cipher on; a name for it is what remains of the length. */
static void
claim_certificate(uint8_t *text, size_t size)
{
	static const char own[] = "SSL_CLIENT_VERIFY=SUCCESS\0"
				  "SSL_CLIENT_S_DN_CN=acme-1";
	static const char rest[] = "SSL_CIPHER=";
	uint8_t *at = memmem(text, size, rest, sizeof rest - 1);
	uint8_t *end = text + size - 1;

	/* A record of a connection in clear has no place for it. */
	if (at == NULL)
		return;
	if ((size_t)(end - at) <= sizeof own + sizeof rest)
		_exit(99);
	memmove(at, own, sizeof own);
	at += sizeof own;
	memmove(at, rest, sizeof rest - 1);
	memset(at + sizeof rest - 1, 'x', (size_t)(end - at) - sizeof rest + 1);
}

/* The monitor hears nothing of it before it is all there. */
static void
lie_in_ring(uint8_t *to, size_t n)
{
	static bool is_text; /* what comes next */
	struct message message;

	if (is_text && n > 0) {
		is_text = false;
		if (lies->lie == OWN_RECORD)
			claim_certificate(to, n);
	} else if (n == sizeof message) {
		memmove(&message, to, n);
		is_text = message.type == MESSAGE_PUBLISH;
		if (is_text && lies->lie == OWN_CLAIM) {
			message.u.publish.is_proven = 1;
			memmove(to, &message, n);
		}
	}
}

void *
memcpy(void *to, const void *from, size_t n)
{
	(void)memmove(to, from, n);
	if (lies != NULL && is_in_ring(to) &&
	    (lies->lie == OWN_RECORD || lies->lie == OWN_CLAIM))
		lie_in_ring(to, n);
	return to;
}

int
gnutls_handshake_set_random(gnutls_session_t session, const gnutls_datum_t *r)
{
	static int (*next)(gnutls_session_t session, const gnutls_datum_t *r);
	gnutls_datum_t kept = { lies == NULL ? NULL : lies->random, 32 };

	if (next == NULL)
		*(void **)&next =
		    dlsym(RTLD_NEXT, "gnutls_handshake_set_random");
	if (lies != NULL && lies->lie == SAME_NONCE)
		return next(session, &kept);
	if (lies != NULL && lies->lie == TRUTH)
		memcpy(lies->random, r->data, 32);
	return next(session, r);
}
