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

static ssize_t
publish(int fd, const struct msghdr *m, int flags)
{
	static const char own[] = "SSL_CLIENT_VERIFY=SUCCESS\0"
				  "SSL_CLIENT_S_DN_CN=acme-1";
	struct message message;
	struct iovec parts[] = { { &message, sizeof message }, { bytes, 0 } };
	struct msghdr changed = { .msg_iov = parts, .msg_iovlen = 2 };

	memcpy(&message, m->msg_iov[0].iov_base, sizeof message);
	len = m->msg_iov[1].iov_len;
	memcpy(bytes, m->msg_iov[1].iov_base, len);
	if (lies->lie == OWN_RECORD) {
		memcpy(bytes + len, own, sizeof own);
		len += sizeof own;
	}
	message.u.publish.is_proven = lies->lie == OWN_CLAIM;
	message.u.publish.text_len = (uint32_t)len;
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

static bool
is_publication(const struct msghdr *m)
{
	struct message message;

	if (m->msg_iovlen != 2 || m->msg_iov[0].iov_len != sizeof message)
		return false;
	memcpy(&message, m->msg_iov[0].iov_base, sizeof message);
	return message.type == MESSAGE_PUBLISH;
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	if (lies != NULL && is_request(m))
		return hand_in(fd, m, flags);
	if (lies != NULL && is_publication(m) &&
	    (lies->lie == OWN_RECORD || lies->lie == OWN_CLAIM))
		return publish(fd, m, flags);
	return send_on(fd, m, flags);
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
