/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judges the answer of a responder.  GnuTLS parses it and checks the signature;
 * this file decides which entry counts, who may sign, and when it is out of
 * date.  An answer that is not clear counts for nothing.
 */
#include <config.h>
#include "x509/ocsp.h"

#include <gnutls/ocsp.h>
#include <string.h>

#include "x509/checks.h"
#include "x509/inside.h"
#include "x509/revocation.h"

/* More entries or certificates are no answer to a question about one. */
#define ENTRIES_MAX      64
#define CERTIFICATES_MAX 8
#define SKEW             300
/* For answers without nextUpdate: how old, and how long they are kept. */
#define AGE_MAX       3600
#define KEEP_TIME     300
#define PURPOSES_MAX  32
#define PURPOSE_BYTES 128

static const char *const words[] = {
	[X509_OCSP_UNKNOWN] = "unknown",
	[X509_OCSP_GOOD] = "good",
	[X509_OCSP_REVOKED] = "revoked",
};

const char *
x509_ocsp_word(enum x509_ocsp found)
{
	return words[(unsigned)found < X509_OCSP_COUNT ? found
						       : X509_OCSP_UNKNOWN];
}

/* One look at one answer. */
struct look {
	const struct x509_inquiry *inquiry;
	const struct x509_store *store;
	gnutls_ocsp_resp_t response;
	time_t now;
};

/* The signature */

/* GnuTLS compares purposes by their beginning only. */
static bool
is_for_ocsp(gnutls_x509_crt_t cert)
{
	for (unsigned i = 0; i < PURPOSES_MAX; i++) {
		char oid[PURPOSE_BYTES];
		size_t size = sizeof oid;
		int r = gnutls_x509_crt_get_key_purpose_oid(
		    cert, i, oid, &size, NULL);

		if (r == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue;
		if (r < 0)
			return false;
		if (strcmp(oid, GNUTLS_KP_OCSP_SIGNING) == 0)
			return true;
	}
	return false;
}

/*
 * May this certificate stand in the answer?  GnuTLS takes a signer from there
 * only if our issuer has signed its certificate, which must be for OCSP then.
 */
static bool
is_fit_signer(const struct look *l, gnutls_x509_crt_t cert)
{
	gnutls_x509_crt_t issuer = l->inquiry->issuer;

	if (gnutls_x509_crt_equals(cert, issuer) != 0 ||
	    !x509_is_signed_by(cert, issuer))
		return true;
	return is_for_ocsp(cert) &&
	       x509_check_dates(cert, l->now) == STSSL_FAILURE_NONE &&
	       x509_check_revoked(l->store, cert, l->now) == STSSL_FAILURE_NONE;
}

static bool
check_certificates(const struct look *l)
{
	gnutls_x509_crt_t *certs = NULL;
	size_t count = 0;
	int r = gnutls_ocsp_resp_get_certs(l->response, &certs, &count);
	bool good = r >= 0 && count <= CERTIFICATES_MAX;

	if (r < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		good = good && is_fit_signer(l, certs[i]);
		gnutls_x509_crt_deinit(certs[i]);
	}
	gnutls_free(certs);
	return good;
}

static const char *
check_signature(const struct look *l)
{
	unsigned status = GNUTLS_OCSP_VERIFY_SIGNER_NOT_FOUND;

	/* GnuTLS lets SHA-1 pass here. */
	if (x509_is_weak_signature(
		gnutls_ocsp_resp_get_signature_algorithm(l->response)))
		return "weak signature";
	if (!check_certificates(l))
		return "its signer's certificate is not for that";
	if (gnutls_ocsp_resp_verify_direct(l->response, l->inquiry->issuer,
		&status, X509_FLAGS_UNDATED) < 0)
		return "malformed signature";
	if ((status & GNUTLS_OCSP_VERIFY_INSECURE_ALGORITHM) != 0)
		return "weak signature";
	return status != 0 ? "not signed for the certificate's issuer" : NULL;
}

/* The entries */

/* We would not know how such an extension changes the answer. */
static bool
has_critical_extension(gnutls_ocsp_resp_t response)
{
	for (unsigned i = 0; i < ENTRIES_MAX; i++) {
		unsigned critical = 1;
		int r = gnutls_ocsp_resp_get_extension(
		    response, i, NULL, &critical, NULL);

		if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return false;
		if (r < 0 || critical != 0)
			return true;
	}
	return true;
}

/* One entry; is_ours says whether it is about our certificate. */
struct entry {
	bool is_ours;
	unsigned status;
	time_t this_update, next_update;
};

static void
free_all(gnutls_datum_t *data, size_t count)
{
	for (size_t i = 0; i < count; i++)
		gnutls_free(data[i].data);
}

/*
 * The CertID by this digest: issuer's name, issuer's key, serial number, each
 * to be freed with gnutls_free() whatever comes back.  Returns 0, or a GnuTLS
 * code below 0.
 */
static int
cert_id(const struct x509_inquiry *inquiry, gnutls_digest_algorithm_t digest,
    gnutls_datum_t ret[static 3])
{
	gnutls_digest_algorithm_t same;
	gnutls_ocsp_req_t request;
	int r = gnutls_ocsp_req_init(&request);

	if (r < 0)
		return r;
	r = gnutls_ocsp_req_add_cert(
	    request, digest, inquiry->issuer, inquiry->leaf);
	if (r >= 0)
		r = gnutls_ocsp_req_get_cert_id(
		    request, 0, &same, &ret[0], &ret[1], &ret[2]);
	gnutls_ocsp_req_deinit(request);
	return r < 0 ? r : 0;
}

/*
 * The three parts of a CertID: the hashes of the issuer's name and of its key,
 * and the number.  gnutls_ocsp_resp_check_crt() does not look at the key.
 */
static bool
is_about(const struct x509_inquiry *inquiry, gnutls_digest_algorithm_t digest,
    const gnutls_datum_t id[static 3])
{
	gnutls_datum_t ours[3] = { { NULL, 0 } };
	bool is_ours = cert_id(inquiry, digest, ours) == 0 &&
		       x509_same(&id[0], &ours[0]) &&
		       x509_same(&id[1], &ours[1]) &&
		       x509_same(&id[2], &ours[2]);

	free_all(ours, 3);
	return is_ours;
}

/* Returns 0, or what GnuTLS says. */
static int
get_entry(const struct look *l, unsigned i, struct entry *ret)
{
	gnutls_datum_t id[3] = { { NULL, 0 } };
	gnutls_digest_algorithm_t digest = GNUTLS_DIG_UNKNOWN;
	struct entry e = { .status = GNUTLS_OCSP_CERT_UNKNOWN };
	time_t revoked;
	unsigned reason;
	int r = gnutls_ocsp_resp_get_single(l->response, i, &digest, &id[0],
	    &id[1], &id[2], &e.status, &e.this_update, &e.next_update, &revoked,
	    &reason);

	if (r < 0)
		return r;
	e.is_ours = is_about(l->inquiry, digest, id);
	free_all(id, 3);
	*ret = e;
	return 0;
}

/* Until when an entry counts; 0 when it does not. */
static time_t
end_of(const struct entry *e, time_t now)
{
	if (e->this_update == (time_t)-1 || e->this_update > now + SKEW)
		return 0;
	if (e->next_update == (time_t)-1)
		return e->this_update > now - AGE_MAX ? now + KEEP_TIME : 0;
	return e->this_update <= e->next_update && now < e->next_update
		   ? e->next_update
		   : 0;
}

/* Take an entry into account: "revoked" outweighs all others. */
static void
weigh(struct x509_finding *f, const struct entry *e, time_t now)
{
	time_t until = end_of(e, now);

	if (!e->is_ours || f->found == X509_OCSP_REVOKED)
		return;
	if (until == 0) {
		f->why = "out of date";
	} else if (e->status == GNUTLS_OCSP_CERT_REVOKED) {
		*f = (struct x509_finding){ X509_OCSP_REVOKED, until, NULL };
	} else if (e->status != GNUTLS_OCSP_CERT_GOOD) {
		f->why = "the responder does not know the certificate";
	} else if (f->found != X509_OCSP_GOOD || until < f->until) {
		f->found = X509_OCSP_GOOD;
		f->until = until;
	}
}

static struct x509_finding
unknown(const char *why)
{
	return (struct x509_finding){ X509_OCSP_UNKNOWN, 0, why };
}

static struct x509_finding
read_entries(const struct look *l)
{
	struct x509_finding f = unknown("nothing about the certificate");
	int r = 0;

	for (unsigned i = 0; r == 0; i++) {
		struct entry e;

		if (i > ENTRIES_MAX)
			return unknown("too many entries");
		r = get_entry(l, i, &e);
		if (r == 0)
			weigh(&f, &e, l->now);
	}
	return r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE
		   ? f
		   : unknown("malformed entry");
}

static const char *
refusal_of(int status)
{
	switch (status) {
	case GNUTLS_OCSP_RESP_SUCCESSFUL:
		return NULL;
	case GNUTLS_OCSP_RESP_MALFORMEDREQUEST:
		return "the responder says: malformed request";
	case GNUTLS_OCSP_RESP_INTERNALERROR:
		return "the responder says: internal error";
	case GNUTLS_OCSP_RESP_TRYLATER:
		return "the responder says: try later";
	case GNUTLS_OCSP_RESP_SIGREQUIRED:
		return "the responder says: sign your request";
	case GNUTLS_OCSP_RESP_UNAUTHORIZED:
		return "the responder says: unauthorized";
	default:
		return "malformed status";
	}
}

static struct x509_finding
look_at(const struct look *l)
{
	const char *why = refusal_of(gnutls_ocsp_resp_get_status(l->response));

	if (why == NULL)
		why = check_signature(l);
	if (why == NULL && has_critical_extension(l->response))
		why = "critical extension";
	return why != NULL ? unknown(why) : read_entries(l);
}

struct x509_finding
x509_inquiry_read(const struct x509_inquiry *inquiry,
    const struct x509_store *store, const void *response, size_t len,
    time_t now)
{
	const gnutls_datum_t datum = x509_datum(response, len);
	struct look l = { .inquiry = inquiry, .store = store, .now = now };
	struct x509_finding f;

	if (len > X509_OCSP_MAX)
		return unknown("too long");
	if (gnutls_ocsp_resp_init(&l.response) < 0)
		return unknown("out of memory");
	f = gnutls_ocsp_resp_import2(l.response, &datum, GNUTLS_X509_FMT_DER) <
		    0
		? unknown("malformed")
		: look_at(&l);
	gnutls_ocsp_resp_deinit(l.response);
	return f;
}
