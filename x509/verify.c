/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lets GnuTLS verify a chain, and turns its answer into ours.  GnuTLS tells the
 * path that it has found, so that checks.c judges this one and no other.  It
 * looks for one path only: if that is not good, it is given the others.
 */
#include <config.h>
#include "x509/verify.h"

#include <string.h>

#include "x509/certificate.h"
#include "x509/chain.h"
#include "x509/checks.h"
#include "x509/inside.h"
#include "x509/paths.h"
#include "x509/revocation.h"
#include "x509/subtree.h"

#define LINKS_MAX 32

/* GnuTLS's status bits in the order in which they are worth telling. */
static const struct {
	unsigned bit;
	enum stssl_failure failure;
} failures[] = {
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, STSSL_FAILURE_UNKNOWN_CA },
	{ GNUTLS_CERT_SIGNER_NOT_CA, STSSL_FAILURE_UNKNOWN_CA },
	{ GNUTLS_CERT_SIGNATURE_FAILURE, STSSL_FAILURE_BAD_SIGNATURE },
	{ GNUTLS_CERT_EXPIRED, STSSL_FAILURE_EXPIRED },
	{ GNUTLS_CERT_NOT_ACTIVATED, STSSL_FAILURE_NOT_YET_VALID },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, STSSL_FAILURE_WEAK },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, STSSL_FAILURE_BAD_PURPOSE },
};

struct link {
	gnutls_x509_crt_t cert, issuer;
	unsigned status;
};

/*
 * One verification.  GnuTLS takes the time from a function for the whole
 * process, and reports without a pointer of ours: hence one variable for each
 * thread, set during a verification only.
 */
static _Thread_local struct run {
	time_t now;
	struct link links[LINKS_MAX];
	unsigned count;
} * current;

static time_t
time_of_run(time_t *ret)
{
	time_t now = current != NULL ? current->now : time(NULL);

	if (ret != NULL)
		*ret = now;
	return now;
}

/*
 * Set once, before there is any session.  From here on GnuTLS 3.8 measures all
 * times in whole seconds: if an earlier one were finer, a session's ticket
 * could seem to come from the future.
 */
static void __attribute__((constructor)) give_time(void)
{
	gnutls_global_set_time_function(time_of_run);
}

static int
note_link(gnutls_x509_crt_t cert, gnutls_x509_crt_t issuer,
    gnutls_x509_crl_t crl, unsigned status)
{
	(void)crl;
	if (issuer != NULL && current->count < LINKS_MAX)
		current->links[current->count++] =
		    (struct link){ cert, issuer, status };
	return 0;
}

static int
run(struct run *r, const struct x509_store *store,
    const struct x509_chain *chain, const char *purpose, unsigned *ret_status)
{
	gnutls_typed_vdata_st wanted = { GNUTLS_DT_KEY_PURPOSE_OID,
		x509_datum(purpose, 0).data, 0 };
	gnutls_x509_crt_t certs[X509_CHAIN_MAX];
	int res;

	/* GnuTLS sorts what it is given. */
	memcpy(certs, chain->certs, sizeof certs);
	current = r;
	res = gnutls_x509_trust_list_verify_crt2(store->trust, certs,
	    chain->count, &wanted, purpose != NULL, X509_FLAGS, ret_status,
	    note_link);
	current = NULL;
	return res;
}

static gnutls_x509_crt_t
issuer_in(const struct run *r, gnutls_x509_crt_t cert)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->links[i].cert == cert && r->links[i].status == 0)
			return r->links[i].issuer;
	return NULL;
}

/* From link to link; one that leads to itself is the end. */
static bool
follow(const struct run *r, gnutls_x509_crt_t leaf, struct x509_path *ret)
{
	gnutls_x509_crt_t cert = leaf, issuer = NULL;

	ret->count = 0;
	for (; cert != NULL; cert = issuer) {
		if (ret->count == X509_CHAIN_MAX + 1)
			return false;
		ret->certs[ret->count++] = cert;
		issuer = issuer_in(r, cert);
		if (issuer == cert)
			break;
	}
	return true;
}

static enum stssl_failure
failure_of_bits(unsigned status)
{
	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
		if ((status & failures[i].bit) != 0)
			return failures[i].failure;
	return status == 0 ? STSSL_FAILURE_NONE : STSSL_FAILURE_OTHER;
}

/*
 * GnuTLS has one bit for all that an issuer must not do: go beyond the names
 * that it may vouch for, or be an issuer at all (keyCertSign, path length).
 */
static bool
is_issuers_fault(unsigned status)
{
	return failure_of_bits(status) == STSSL_FAILURE_OTHER &&
	       (status & GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE) != 0;
}

static enum stssl_failure
failure_of(const struct run *r, unsigned status)
{
	if (!is_issuers_fault(status))
		return failure_of_bits(status);
	for (unsigned i = 0; i < r->count; i++)
		if (x509_subtree_is_set(r->links[i].issuer))
			return STSSL_FAILURE_BAD_NAME;
	return STSSL_FAILURE_UNKNOWN_CA;
}

static enum stssl_failure
check(const struct x509_store *store, const struct x509_terms *terms,
    const struct x509_path *path)
{
	enum stssl_failure failure =
	    x509_check_leaf(path->certs[0], terms->purpose == NULL);

	if (failure == STSSL_FAILURE_NONE)
		failure = x509_check_path(path);
	return failure != STSSL_FAILURE_NONE
		   ? failure
		   : x509_check_lists(store, path, terms->now);
}

/* The path that GnuTLS finds. */
static enum stssl_failure
verify_chain(const struct x509_store *store, const struct x509_chain *chain,
    const struct x509_terms *terms, struct x509_path *path)
{
	struct run r = { .now = terms->now };
	unsigned status = GNUTLS_CERT_INVALID;
	enum stssl_failure failure;

	if (run(&r, store, chain, terms->purpose, &status) < 0)
		return STSSL_FAILURE_OTHER;
	failure = failure_of(&r, status);
	if (failure != STSSL_FAILURE_NONE)
		return failure;
	if (!follow(&r, chain->certs[0], path))
		return STSSL_FAILURE_OTHER;
	return check(store, terms, path);
}

/* Other paths */

struct others {
	const struct x509_store *store;
	const struct x509_terms *terms;
	enum stssl_failure failure; /* NONE when `path` is good */
	struct x509_path *path;
};

/* As GnuTLS: CAs have to list the very purpose, if they list any. */
static bool
serves(const struct x509_path *path, const char *purpose)
{
	for (unsigned i = 0; purpose != NULL && i + 1 < path->count; i++)
		if (!x509_check_purpose(path->certs[i], purpose, i == 0))
			return false;
	return true;
}

/*
 * The whole path, and its end as the only CA: a path that ends with a
 * certificate of its own CA would be shortened otherwise.
 */
static enum stssl_failure
verify_links(const struct x509_path *path, time_t now)
{
	struct run r = { .now = now };
	unsigned status = GNUTLS_CERT_INVALID;
	int res;

	current = &r;
	res = gnutls_x509_crt_list_verify(path->certs, path->count,
	    &path->certs[path->count - 1], 1, NULL, 0, X509_FLAGS, &status);
	current = NULL;
	if (res < 0)
		return STSSL_FAILURE_OTHER;
	if (!is_issuers_fault(status))
		return failure_of_bits(status);
	for (unsigned i = 1; i < path->count; i++)
		if (x509_subtree_is_set(path->certs[i]))
			return STSSL_FAILURE_BAD_NAME;
	return STSSL_FAILURE_UNKNOWN_CA;
}

/* The failure that was found last is told: it has the highest rank. */
static unsigned
rank(enum stssl_failure failure)
{
	switch ((int)failure) {
	case STSSL_FAILURE_UNKNOWN_CA:
	case STSSL_FAILURE_BAD_SIGNATURE:
		return 0;
	case STSSL_FAILURE_EXPIRED:
	case STSSL_FAILURE_NOT_YET_VALID:
		return 1;
	default:
		return 2;
	}
}

static bool
try_path(void *owner, const struct x509_path *path)
{
	struct others *o = owner;
	enum stssl_failure failure = verify_links(path, o->terms->now);

	if (failure == STSSL_FAILURE_NONE && !serves(path, o->terms->purpose))
		failure = STSSL_FAILURE_BAD_PURPOSE;
	if (failure == STSSL_FAILURE_NONE)
		failure = check(o->store, o->terms, path);
	if (failure == STSSL_FAILURE_NONE)
		*o->path = *path;
	if (failure == STSSL_FAILURE_NONE || rank(failure) > rank(o->failure))
		o->failure = failure;
	return failure == STSSL_FAILURE_NONE;
}

enum stssl_failure
x509_verify_path(const struct x509_store *store, const struct x509_chain *chain,
    const struct x509_terms *terms, struct x509_path *ret)
{
	struct others others = { store, terms, x509_check_chain(chain), ret };

	if (others.failure != STSSL_FAILURE_NONE)
		return others.failure;
	others.failure = verify_chain(store, chain, terms, ret);
	if (others.failure != STSSL_FAILURE_NONE)
		x509_paths(store, chain, try_path, &others);
	return others.failure;
}

enum stssl_failure
x509_verify(const struct x509_store *store, const struct x509_chain *chain,
    const struct x509_terms *terms)
{
	struct x509_path path;

	return x509_verify_path(store, chain, terms, &path);
}

/*
 * Signatures, keys, names and purposes are the same whenever they are looked
 * at: certificates and store do not change.  Time and lists are what does.
 */
static bool
is_still_good(const struct x509_store *store, const struct x509_chain *chain,
    const struct x509_terms *terms)
{
	const struct x509_path *path = &chain->good;

	if (chain->good_store != store || chain->good_purpose != terms->purpose)
		return false;
	for (unsigned i = 0; i < path->count; i++)
		if (x509_check_dates(path->certs[i], terms->now) !=
		    STSSL_FAILURE_NONE)
			return false;
	return x509_check_lists(store, path, terms->now) == STSSL_FAILURE_NONE;
}

enum stssl_failure
x509_verify_kept(const struct x509_store *store, struct x509_chain *chain,
    const struct x509_terms *terms)
{
	enum stssl_failure failure;

	if (is_still_good(store, chain, terms))
		return STSSL_FAILURE_NONE;
	failure = x509_verify_path(store, chain, terms, &chain->good);
	chain->good_store = failure == STSSL_FAILURE_NONE ? store : NULL;
	chain->good_purpose = terms->purpose;
	return failure;
}

enum stssl_failure
x509_verify_alone(
    const struct x509_chain *chain, const struct x509_terms *terms)
{
	enum stssl_failure failure = x509_check_chain(chain);
	gnutls_x509_crt_t leaf = chain->certs[0];

	if (failure == STSSL_FAILURE_NONE)
		failure = x509_check_dates(leaf, terms->now);
	if (failure == STSSL_FAILURE_NONE && x509_is_weak(leaf))
		failure = STSSL_FAILURE_WEAK;
	if (failure == STSSL_FAILURE_NONE && terms->purpose != NULL &&
	    !x509_check_purpose(leaf, terms->purpose, true))
		failure = STSSL_FAILURE_BAD_PURPOSE;
	return failure != STSSL_FAILURE_NONE
		   ? failure
		   : x509_check_leaf(leaf, terms->purpose == NULL);
}

enum stssl_failure
x509_verify_again(const struct x509_store *store, const char *pem, time_t now)
{
	struct x509_chain *chain;
	enum stssl_failure failure = STSSL_FAILURE_OTHER;
	time_t end;

	if (x509_chain_parse(pem, strlen(pem), &chain) < 0)
		return STSSL_FAILURE_OTHER;
	if (chain->count > 0) {
		end = gnutls_x509_crt_get_expiration_time(chain->certs[0]);
		failure = end == (time_t)-1 || end < now
			      ? STSSL_FAILURE_EXPIRED
			      : x509_check_revoked(store, chain->certs[0], now);
	}
	(void)x509_chain_free(chain);
	return failure;
}
