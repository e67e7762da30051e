/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lets the keyholder sign.  A keyholder that is late holds up all sessions of
 * this worker: once, and then only as long as it takes to see whether it is
 * back.
 */
#include <config.h>
#include "helper/worker/tls/keyremote.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/keyrequest.h"
#include "status/clock.h"

#define PATIENCE_MS 2000
/* With a keyholder that was late, and between attempts. */
#define IMPATIENCE_MS 200
#define REST_MS       1000
/* A keyholder that has answered so lately is taken to be there. */
#define LATELY_MS 50
/* Our own chain. */
#define CHAIN_MAX 10

struct keyremote {
	int line;
	uint64_t serial;
	bool is_late;
	bool owes;              /* an answer that nobody waits for any more */
	int64_t rest_until;     /* when it is late */
	int64_t answered;       /* when it did so last; 0 for never */
	uint8_t tag[KEY_TAG];   /* of the last signature */
	keyremote_ask *on_sign; /* keyremote_use_link() */
	void *owner;
};

struct remote_key {
	struct keyremote *remote;
	uint32_t index;
	uint8_t name[KEY_NAME]; /* of the certificate; KEYREMOTE_LINK */
	unsigned pk, bits;
};

static const gnutls_sign_algorithm_t algorithms[KEY_ALGORITHM_COUNT] = {
	[KEY_NOTHING] = GNUTLS_SIGN_UNKNOWN,
#define X(name, digest, scheme) [KEY_##name] = GNUTLS_SIGN_##name,
	KEY_ALGORITHMS(X)
#undef X
};

/* GnuTLS puts this in front of a digest for PKCS #1, RFC 8017 9.2. */
#define PREFIX 19
static const struct {
	enum key_algorithm algorithm;
	unsigned size;
	unsigned char prefix[PREFIX];
} infos[] = {
	{ KEY_RSA_SHA256, 32,
	    { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 } },
	{ KEY_RSA_SHA384, 48,
	    { 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30 } },
	{ KEY_RSA_SHA512, 64,
	    { 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40 } },
};

/* The line */

static void
hang_up(struct keyremote *remote)
{
	if (remote->line != -1)
		(void)close(remote->line);
	remote->line = -1;
}

/*
 * Receive what is there, or wait for it if `flags` do not say MSG_DONTWAIT.
 * True for the answer to the last request; an older one, which came too late,
 * says only that the keyholder is alive.
 */
static bool
receive(struct keyremote *remote, int flags, struct key_answer *ret)
{
	struct key_answer answer;
	ssize_t n =
	    recv(remote->line, &answer, sizeof answer, flags | MSG_TRUNC);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n != sizeof answer || answer.len > sizeof answer.signature) {
		hang_up(remote);
		return false;
	}
	remote->is_late = false;
	if (answer.serial != remote->serial)
		return false;
	*ret = answer;
	return true;
}

static void
forget_late_answers(struct keyremote *remote)
{
	struct pollfd p = { .fd = remote->line, .events = POLLIN };
	struct key_answer answer;

	while (remote->line != -1 && poll(&p, 1, 0) > 0)
		(void)receive(remote, MSG_DONTWAIT, &answer);
}

/* The next one that comes: in time, and to the last request? */
static bool
receive_until(struct keyremote *remote, int64_t end, struct key_answer *ret)
{
	struct pollfd p = { .fd = remote->line, .events = POLLIN };
	int64_t left = end - stssl_now_ms();

	return left > 0 && poll(&p, 1, (int)left) > 0 &&
	       receive(remote, MSG_DONTWAIT, ret);
}

static bool
await_answer(struct keyremote *remote, struct key_answer *ret)
{
	int64_t end =
	    stssl_now_ms() + (remote->is_late ? IMPATIENCE_MS : PATIENCE_MS);
	/* The line itself has our patience, so that one call is enough. */
	bool has = !remote->is_late && !remote->owes && receive(remote, 0, ret);

	while (!has && remote->line != -1 && stssl_now_ms() < end)
		has = receive_until(remote, end, ret);
	remote->owes = !has;
	if (has) {
		remote->answered = stssl_now_ms();
		return true;
	}
	remote->is_late = true;
	remote->rest_until = stssl_now_ms() + REST_MS;
	return false;
}

static bool
ask(struct keyremote *remote, struct key_request *request,
    struct key_answer *ret)
{
	/* That it has hung up send() notices, too. */
	if (remote->owes)
		forget_late_answers(remote);
	if (remote->line == -1 ||
	    (remote->is_late && stssl_now_ms() < remote->rest_until))
		return false;
	request->serial = ++remote->serial;
	if (send(remote->line, request, sizeof *request,
		MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof *request)
		return false;
	return await_answer(remote, ret);
}

struct keyremote *
keyremote_new(void)
{
	struct keyremote *remote = calloc(1, sizeof *remote);

	if (remote != NULL)
		remote->line = -1;
	return remote;
}

struct keyremote *
keyremote_free(struct keyremote *remote)
{
	if (remote != NULL)
		hang_up(remote);
	free(remote);
	return NULL;
}

void
keyremote_connect(struct keyremote *remote, int line)
{
	const struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };

	hang_up(remote);
	remote->line = line;
	remote->is_late = remote->owes = false;
	/* Nobody waits without an end. */
	if (setsockopt(line, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof patience) == -1)
		hang_up(remote);
	remote->answered = 0;
}

bool
keyremote_is_ready(struct keyremote *remote)
{
	struct key_request request = { .algorithm = KEY_NOTHING };
	struct key_answer answer;

	return ask(remote, &request, &answer);
}

bool
keyremote_is_likely_ready(struct keyremote *remote)
{
	/* Notices, too, that it has hung up. */
	forget_late_answers(remote);
	if (remote->line != -1 && remote->answered != 0 &&
	    stssl_now_ms() - remote->answered < LATELY_MS)
		return true;
	return keyremote_is_ready(remote);
}

void
keyremote_use_link(
    struct keyremote *remote, keyremote_ask *on_sign, void *owner)
{
	remote->on_sign = on_sign;
	remote->owner = owner;
}

bool
keyremote_sign(struct keyremote *remote, struct key_request *request,
    struct key_answer *ret)
{
	return ask(remote, request, ret) && ret->len > 0;
}

const uint8_t *
keyremote_tag(const struct keyremote *remote)
{
	return remote->tag;
}

/* GnuTLS's side */

static int
sign(const struct remote_key *key, enum key_algorithm algorithm,
    const unsigned char *data, unsigned len, gnutls_datum_t *ret)
{
	struct key_request request = {
		.key = key->index, .algorithm = algorithm, .len = len
	};
	struct key_answer answer;
	const struct keyremote *r = key->remote;
	bool is_there = key->index != KEYREMOTE_LINK || r->on_sign != NULL;

	if (!is_there || len > sizeof request.data)
		return GNUTLS_E_PK_SIGN_FAILED;
	memcpy(request.data, data, len);
	if (key->index == KEYREMOTE_LINK
		? !r->on_sign(r->owner, key->name, &request, &answer)
		: !keyremote_sign(key->remote, &request, &answer))
		return GNUTLS_E_PK_SIGN_FAILED;
	ret->data = gnutls_malloc(answer.len);
	if (ret->data == NULL)
		return GNUTLS_E_MEMORY_ERROR;
	memcpy(ret->data, answer.signature, answer.len);
	memcpy(key->remote->tag, answer.tag, sizeof answer.tag);
	ret->size = answer.len;
	return 0;
}

/* KEY_NOTHING for what the keyholder does not do. */
static enum key_algorithm
algorithm_of(gnutls_sign_algorithm_t algorithm)
{
	enum key_algorithm i = KEY_ALGORITHM_COUNT - 1;

	while (i > KEY_NOTHING && algorithms[i] != algorithm)
		i--;
	return i;
}

static int
on_sign_data(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm,
    void *userdata, unsigned flags, const gnutls_datum_t *data,
    gnutls_datum_t *signature)
{
	(void)key;
	(void)flags;
	return sign(userdata, algorithm_of(algorithm), data->data, data->size,
	    signature);
}

static int
sign_info(const struct remote_key *key, const gnutls_datum_t *info,
    gnutls_datum_t *signature)
{
	for (size_t i = 0; i < sizeof infos / sizeof infos[0]; i++)
		if (info->size == PREFIX + infos[i].size &&
		    memcmp(info->data, infos[i].prefix, PREFIX) == 0)
			return sign(key, infos[i].algorithm,
			    info->data + PREFIX, infos[i].size, signature);
	return GNUTLS_E_PK_SIGN_FAILED;
}

static int
on_sign_hash(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm,
    void *userdata, unsigned flags, const gnutls_datum_t *hash,
    gnutls_datum_t *signature)
{
	(void)key;
	(void)flags;
	if (algorithm == GNUTLS_SIGN_RSA_RAW)
		return sign_info(userdata, hash, signature);
	return sign(userdata, algorithm_of(algorithm), hash->data, hash->size,
	    signature);
}

static int
on_info(gnutls_privkey_t key, unsigned flags, void *userdata)
{
	const struct remote_key *k = userdata;
	gnutls_sign_algorithm_t algorithm;

	(void)key;
	if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0)
		return (int)k->pk;
	if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0)
		return (int)k->bits;
	if ((flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) == 0)
		return -1;
	algorithm = GNUTLS_FLAGS_TO_SIGN_ALGO(flags);
	return algorithm_of(algorithm) != KEY_NOTHING &&
	       gnutls_sign_supports_pk_algorithm(
		   algorithm, (gnutls_pk_algorithm_t)k->pk) != 0;
}

static void
on_deinit(gnutls_privkey_t key, void *userdata)
{
	(void)key;
	free(userdata);
}

int
keyremote_key(struct keyremote *remote, uint32_t index, const uint8_t *name,
    struct gnutls_pubkey_st *pubkey, struct gnutls_privkey_st **ret)
{
	struct remote_key *k = calloc(1, sizeof *k);
	gnutls_privkey_t key = NULL;
	int r = k == NULL ? GNUTLS_E_MEMORY_ERROR : gnutls_privkey_init(&key);

	if (r >= 0) {
		k->remote = remote;
		k->index = index;
		memcpy(k->name, name, sizeof k->name);
		k->pk =
		    (unsigned)gnutls_pubkey_get_pk_algorithm(pubkey, &k->bits);
		r = gnutls_privkey_import_ext4(key, k, on_sign_data,
		    on_sign_hash, NULL, on_deinit, on_info, 0);
	}
	if (r < 0) {
		if (key != NULL)
			gnutls_privkey_deinit(key);
		free(k);
		return r;
	}
	*ret = key;
	return 0;
}

int
keyremote_load(struct keyremote *remote, uint32_t index,
    const char *certificate, gnutls_certificate_credentials_t to)
{
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count = CHAIN_MAX;
	struct gnutls_privkey_st *privkey;
	uint8_t name[KEY_NAME];
	int r;

	r = gnutls_pcert_list_import_x509_file(
	    chain, &count, certificate, GNUTLS_X509_FMT_PEM, NULL, NULL, 0);
	if (r < 0)
		return r;
	r = key_name_of(chain[0].cert.data, chain[0].cert.size, name)
		? keyremote_key(remote, index, name, chain[0].pubkey, &privkey)
		: GNUTLS_E_HASH_FAILED;
	if (r >= 0) {
		/* The credentials own key and chain from here on. */
		r = gnutls_certificate_set_key(
		    to, NULL, 0, chain, (int)count, privkey);
		if (r >= 0)
			return 0;
		gnutls_privkey_deinit(privkey);
	}
	for (unsigned i = 0; i < count; i++)
		gnutls_pcert_deinit(&chain[i]);
	return r;
}
