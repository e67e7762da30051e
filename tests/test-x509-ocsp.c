/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Answers of OCSP responders, made by openssl-ocsp(1): which count, and for
 * what.
 */
#include <config.h>
#include "tests/test-x509.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/certificates.h"
#include "x509/ocsp.h"
#include "x509/store.h"

#define OK(call) ck_assert_int_ge((call), 0)
#define MINUTE   60
/* openssl's answers are as of now, and good for ten minutes if so told. */
#define UPDATE (10 * MINUTE)

/* alice and bob of CA, which has a twin of the same name; and signers. */
enum who {
	CA,
	TWIN,
	STRANGER,
	ALICE,
	BOB,
	DELEGATE,
	PRETENDER,
	BEGINNER,
	OUTSIDER,
	OLD,
	REVOKED,
	WHO_COUNT
};

struct stage {
	struct made made[WHO_COUNT];
	struct files files;
	struct x509_store *store;
	struct x509_error error;
	struct x509_inquiry *inquiry;
	time_t now;
};

static void
set_purpose(struct making *m, const char *oid)
{
	OK(gnutls_x509_crt_set_key_purpose_oid(m->cert, oid, 0));
}

static void
for_ocsp(struct making *m)
{
	set_purpose(m, GNUTLS_KP_OCSP_SIGNING);
}

/* What the purpose begins with. */
static void
for_all_of_pkix(struct making *m)
{
	set_purpose(m, "1.3.6.1.5.5.7.3");
}

static void
for_ocsp_once(struct making *m)
{
	for_ocsp(m);
	OK(gnutls_x509_crt_set_expiration_time(m->cert, time(NULL) - MINUTE));
}

/* By the CA unless it is another one. */
static const struct {
	const char *file, *name;
	enum who issuer;
	making_edit edit;
} people[] = {
	[CA] = { "ca", "CA", CA, NULL },
	[TWIN] = { "twin", "CA", TWIN, NULL },
	[STRANGER] = { "stranger", "Stranger", STRANGER, NULL },
	[ALICE] = { "alice", "alice", CA, NULL },
	[BOB] = { "bob", "bob", CA, NULL },
	[DELEGATE] = { "delegate", "delegate", CA, for_ocsp },
	[PRETENDER] = { "pretender", "pretender", CA, NULL },
	[BEGINNER] = { "beginner", "beginner", CA, for_all_of_pkix },
	[OUTSIDER] = { "outsider", "outsider", STRANGER, for_ocsp },
	[OLD] = { "old", "old", CA, for_ocsp_once },
	[REVOKED] = { "revoked", "revoked", CA, for_ocsp },
};

static void
write_person(struct stage *s, enum who i)
{
	char key_name[64];
	gnutls_datum_t pem = pem_of(&s->made[i]), key;

	OK(gnutls_x509_privkey_export2(
	    s->made[i].key, GNUTLS_X509_FMT_PEM, &key));
	(void)snprintf(key_name, sizeof key_name, "%s.key", people[i].file);
	(void)write_file(&s->files, people[i].file, &pem, 1);
	(void)write_file(&s->files, key_name, &key, 1);
	gnutls_free(pem.data);
	gnutls_free(key.data);
}

static void
add_list(struct stage *s)
{
	const struct made *revoked = &s->made[REVOKED];
	gnutls_datum_t pem = make_list(
	    &s->made[CA], s->now - HOUR, s->now + 2 * HOUR, &revoked, 1);
	const char *path = write_file(&s->files, "crl", &pem, 1);

	ck_assert_msg(x509_store_add_lists(s->store, path, &s->error) == 0,
	    "%s", s->error.text);
	gnutls_free(pem.data);
}

static gnutls_datum_t
der_of(const struct made *made)
{
	gnutls_datum_t der;

	OK(gnutls_x509_crt_export2(made->cert, GNUTLS_X509_FMT_DER, &der));
	return der;
}

static void
stage_set(struct stage *s)
{
	gnutls_datum_t leaf;

	*s = (struct stage){ .now = time(NULL) };
	make_at(s->now);
	files_init(&s->files);
	for (int i = 0; i < WHO_COUNT; i++) {
		struct made *issuer = &s->made[people[i].issuer];

		s->made[i] =
		    people[i].issuer == (enum who)i
			? make_ca(people[i].name, NULL, people[i].edit)
			: make_leaf(people[i].name, issuer, people[i].edit);
		write_person(s, (enum who)i);
	}
	s->store = x509_store_new(X509_STALE_REFUSE);
	OK(x509_store_add_cas(s->store, file_name(&s->files, "ca"), &s->error));
	add_list(s);
	leaf = der_of(&s->made[ALICE]);
	ck_assert_int_eq(x509_inquiry_new(s->store, leaf.data, leaf.size,
			     s->now, &s->inquiry),
	    0);
	gnutls_free(leaf.data);
}

static void
stage_clear(struct stage *s)
{
	(void)x509_inquiry_free(s->inquiry);
	(void)x509_store_free(s->store);
	for (int i = 0; i < WHO_COUNT; i++)
		unmake(&s->made[i]);
	files_done(&s->files);
}

/* In the directory, where S FILE gives a certificate's number. */
static void
shell(const struct stage *s, const char *command)
{
	char line[2048];

	(void)snprintf(line, sizeof line,
	    "cd '%s' && S() { openssl x509 -in $1 -noout -serial | "
	    "cut -d= -f2; }; E=350101000000Z; %s",
	    s->files.dir, command);
	ck_assert_msg(system(line) == 0, "%s", command);
}

/* What a responder whose memory is `index` answers. */
static gnutls_datum_t
respond(const struct stage *s, const char *index, const char *request,
    const char *ca, const char *signer, const char *more)
{
	gnutls_datum_t response;
	char line[1024];

	(void)snprintf(line, sizeof line,
	    "{ %s; } >index && "
	    "openssl ocsp -no_nonce %s -reqout request >/dev/null 2>&1; "
	    "openssl ocsp -index index -CA %s -rsigner %s -rkey %s.key "
	    "-reqin request -respout response %s >/dev/null 2>&1",
	    index, request, ca, signer, signer, more);
	shell(s, line);
	OK(gnutls_load_file(file_name(&s->files, "response"), &response));
	return response;
}

#define V(who) \
	"printf 'V\\t%s\\t\\t%s\\tunknown\\t/CN=" who "\\n' $E $(S " who ");"
#define R(who)                                                                \
	"printf 'R\\t%s\\t%s\\t%s\\tunknown\\t/CN=" who "\\n' $E $E $(S " who \
	");"
#define ASK_ALICE "-issuer ca -cert alice"
#define BOTH      V("bob") V("alice") ":"
#define TEN       "-nmin 10"

static const struct {
	const char *index, *request, *ca, *signer, *more;
	int later;
	enum x509_ocsp found;
	const char *why;
} answers[] = {
	/* what it says */
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, 0, X509_OCSP_GOOD, NULL },
	{ R("alice") ":", ASK_ALICE, "ca", "ca", TEN, 0, X509_OCSP_REVOKED,
	    NULL },
	{ V("bob") ":", ASK_ALICE, "ca", "ca", TEN, 0, X509_OCSP_UNKNOWN,
	    "the responder does not know the certificate" },
	{ BOTH, "-sha256 " ASK_ALICE, "ca", "ca", TEN, 0, X509_OCSP_GOOD,
	    NULL },
	/* of whom */
	{ V("bob") R("alice") ":", "-issuer ca -cert bob -cert alice", "ca",
	    "ca", TEN, 0, X509_OCSP_REVOKED, NULL },
	{ R("bob") V("alice") ":", "-issuer ca -cert bob -cert alice", "ca",
	    "ca", TEN, 0, X509_OCSP_GOOD, NULL },
	{ BOTH, "-issuer ca -cert bob", "ca", "ca", TEN, 0, X509_OCSP_UNKNOWN,
	    "nothing about the certificate" },
	{ BOTH, "-issuer twin -serial 0x$(S alice)", "twin", "ca", TEN, 0,
	    X509_OCSP_UNKNOWN, "nothing about the certificate" },
	/* who signs */
	{ BOTH, ASK_ALICE, "ca", "delegate", TEN, 0, X509_OCSP_GOOD, NULL },
	{ R("alice") ":", ASK_ALICE, "ca", "delegate", TEN, 0,
	    X509_OCSP_REVOKED, NULL },
	{ BOTH, ASK_ALICE, "ca", "pretender", TEN, 0, X509_OCSP_UNKNOWN,
	    "its signer's certificate is not for that" },
	{ BOTH, ASK_ALICE, "ca", "beginner", TEN, 0, X509_OCSP_UNKNOWN,
	    "its signer's certificate is not for that" },
	{ BOTH, ASK_ALICE, "ca", "old", TEN, 0, X509_OCSP_UNKNOWN,
	    "its signer's certificate is not for that" },
	{ BOTH, ASK_ALICE, "ca", "revoked", TEN, 0, X509_OCSP_UNKNOWN,
	    "its signer's certificate is not for that" },
	{ BOTH, ASK_ALICE, "ca", "stranger", TEN, 0, X509_OCSP_UNKNOWN,
	    "not signed for the certificate's issuer" },
	{ BOTH, ASK_ALICE, "ca", "outsider", TEN, 0, X509_OCSP_UNKNOWN,
	    "not signed for the certificate's issuer" },
	{ BOTH, ASK_ALICE, "ca", "twin", TEN, 0, X509_OCSP_UNKNOWN,
	    "not signed for the certificate's issuer" },
	{ BOTH, ASK_ALICE, "ca", "twin", TEN " -resp_no_certs", 0,
	    X509_OCSP_UNKNOWN, "not signed for the certificate's issuer" },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN " -resp_no_certs", 0, X509_OCSP_GOOD,
	    NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN " -resp_key_id", 0, X509_OCSP_GOOD,
	    NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN " -rmd sha1", 0, X509_OCSP_UNKNOWN,
	    "weak signature" },
	/* when */
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, UPDATE - MINUTE, X509_OCSP_GOOD,
	    NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, UPDATE + MINUTE, X509_OCSP_UNKNOWN,
	    "out of date" },
	{ R("alice") ":", ASK_ALICE, "ca", "ca", TEN, UPDATE + MINUTE,
	    X509_OCSP_UNKNOWN, "out of date" },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, -4 * MINUTE, X509_OCSP_GOOD, NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", TEN, -6 * MINUTE, X509_OCSP_UNKNOWN,
	    "out of date" },
	{ BOTH, ASK_ALICE, "ca", "ca", "", 0, X509_OCSP_GOOD, NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", "", HOUR - MINUTE, X509_OCSP_GOOD,
	    NULL },
	{ BOTH, ASK_ALICE, "ca", "ca", "", HOUR + MINUTE, X509_OCSP_UNKNOWN,
	    "out of date" },
};

START_TEST(an_answer_counts_for_what_it_is)
{
	struct x509_finding f;
	gnutls_datum_t response;
	struct stage s;
	time_t now;

	stage_set(&s);
	now = s.now + answers[_i].later;
	response = respond(&s, answers[_i].index, answers[_i].request,
	    answers[_i].ca, answers[_i].signer, answers[_i].more);
	f = x509_inquiry_read(
	    s.inquiry, s.store, response.data, response.size, now);
	ck_assert_msg(f.found == answers[_i].found, "%s: %s",
	    x509_ocsp_word(f.found), f.why == NULL ? "" : f.why);
	if (f.found == X509_OCSP_UNKNOWN) {
		ck_assert_str_eq(f.why, answers[_i].why);
	} else {
		ck_assert(f.until > now);
		ck_assert(f.until <= s.now + UPDATE + MINUTE ||
			  f.until == now + 5 * MINUTE);
	}
	gnutls_free(response.data);
	stage_clear(&s);
}
END_TEST

static void
expect_nothing(const struct stage *s, const void *bytes, size_t len)
{
	struct x509_finding f =
	    x509_inquiry_read(s->inquiry, s->store, bytes, len, s->now);

	ck_assert_int_eq(f.found, X509_OCSP_UNKNOWN);
	ck_assert_ptr_nonnull(f.why);
}

START_TEST(what_is_no_answer_is_none)
{
	static unsigned char huge[X509_OCSP_MAX + 1];
	/* a status, and nothing else: tryLater, successful */
	static const unsigned char later[] = { 0x30, 3, 0x0a, 1, 3 };
	static const unsigned char empty[] = { 0x30, 3, 0x0a, 1, 0 };
	gnutls_datum_t response;
	struct stage s;

	stage_set(&s);
	response = respond(&s, BOTH, ASK_ALICE, "ca", "delegate", TEN);
	expect_nothing(&s, "", 0);
	expect_nothing(&s, "HTTP/1.0 200 OK", 15);
	expect_nothing(&s, later, sizeof later);
	expect_nothing(&s, empty, sizeof empty);
	for (size_t len = 0; len < response.size; len++)
		expect_nothing(&s, response.data, len);
	memcpy(huge, response.data, response.size);
	expect_nothing(&s, huge, sizeof huge);
	gnutls_free(response.data);
	stage_clear(&s);
}
END_TEST

/* A changed bit may be one that nobody has signed, but changes nothing then. */
START_TEST(a_changed_answer_never_says_something_else)
{
	gnutls_datum_t response;
	struct stage s;

	stage_set(&s);
	response = respond(&s, R("alice") ":", ASK_ALICE, "ca", "ca", TEN);
	for (size_t i = 0; i < response.size; i++) {
		const unsigned bit = 1u << i % 8;

		response.data[i] = (unsigned char)(response.data[i] ^ bit);
		ck_assert_int_ne(x509_inquiry_read(s.inquiry, s.store,
				     response.data, response.size, s.now)
				     .found,
		    X509_OCSP_GOOD);
		response.data[i] = (unsigned char)(response.data[i] ^ bit);
	}
	gnutls_free(response.data);
	stage_clear(&s);
}
END_TEST

START_TEST(a_request_is_as_openssl_makes_it)
{
	gnutls_datum_t ours = { NULL, 0 };
	struct stage s;
	size_t len;

	stage_set(&s);
	ck_assert_int_eq(x509_inquiry_request(s.inquiry, &ours.data, &len), 0);
	ours.size = (unsigned)len;
	(void)write_file(&s.files, "ours", &ours, 1);
	shell(&s, "openssl ocsp -no_nonce " ASK_ALICE " -reqout theirs "
		  ">/dev/null 2>&1; cmp ours theirs");
	free(ours.data);
	stage_clear(&s);
}
END_TEST

/* Chains */

static const struct {
	enum who leaf;
	int later;
	int result;
} chains[] = {
	{ BOB, 0, 0 },
	{ BOB, 2 * HOUR, -EBADMSG },
	{ REVOKED, 0, -EBADMSG },
	{ OUTSIDER, 0, -EBADMSG },
	{ CA, 0, -EBADMSG },
};

START_TEST(nothing_is_asked_about_what_does_not_verify)
{
	struct x509_inquiry *inquiry = NULL;
	gnutls_datum_t der;
	struct stage s;

	stage_set(&s);
	der = der_of(&s.made[chains[_i].leaf]);
	ck_assert_int_eq(x509_inquiry_new(s.store, der.data, der.size,
			     s.now + chains[_i].later, &inquiry),
	    chains[_i].result);
	ck_assert(chains[_i].result == 0 || inquiry == NULL);
	for (size_t len = 0; len < der.size; len++)
		ck_assert_int_eq(
		    x509_inquiry_new(s.store, der.data, len, s.now, &inquiry),
		    -EBADMSG);
	(void)x509_inquiry_free(inquiry);
	gnutls_free(der.data);
	stage_clear(&s);
}
END_TEST

static const char *urls_in[3];

/* GnuTLS writes one, of any length. */
static void
with_url(struct making *m)
{
	union {
		const char *in;
		unsigned char *out;
	} u = { .in = urls_in[0] };
	gnutls_datum_t url = { u.out, (unsigned)strlen(urls_in[0]) };

	OK(gnutls_x509_crt_set_authority_info_access(
	    m->cert, GNUTLS_IA_OCSP_URI, &url));
}

/* All of them in less than 128 bytes, behind who else has signed it. */
static void
with_urls(struct making *m)
{
	static const unsigned char ocsp[] = { 6, 8, 0x2b, 6, 1, 5, 5, 7, 0x30,
		1, 0x86 };
	static const unsigned char issuers[] = { 0x30, 12, 6, 8, 0x2b, 6, 1, 5,
		5, 7, 0x30, 2, 0x82, 0 };
	unsigned char der[128] = { 0x30 };
	size_t len = 2;

	memcpy(der + len, issuers, sizeof issuers);
	len += sizeof issuers;
	for (size_t i = 0; i < 3 && urls_in[i] != NULL; i++) {
		size_t url_len = strlen(urls_in[i]);

		der[len++] = 0x30;
		der[len++] = (unsigned char)(sizeof ocsp + 1 + url_len);
		memcpy(der + len, ocsp, sizeof ocsp);
		len += sizeof ocsp;
		der[len++] = (unsigned char)url_len;
		memcpy(der + len, urls_in[i], url_len);
		len += url_len;
	}
	der[1] = (unsigned char)(len - 2);
	add_extension(m, "1.3.6.1.5.5.7.1.1", false, der, len);
}

#define TEN_X  "xxxxxxxxxx"
#define MANY_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X

static const struct {
	const char *in[3];
	const char *out;
} urls[] = {
	{ { NULL }, NULL },
	{ { "http://ocsp.example/" }, "http://ocsp.example/" },
	{ { "https://ocsp.example/" }, NULL },
	{ { "https://a.example/", "ldap://b.example/",
	      "HTTP://c.example:81/x" },
	    "HTTP://c.example:81/x" },
	{ { "http://a.example/b c" }, NULL },
	{ { "http://a.example/\n", "http://b.example/\x7f" }, NULL },
	{ { "http://\xc3\xa4.example/", "http://b.example" },
	    "http://b.example" },
	{ { "http://" }, NULL },
	{ { "http:///no-host" }, NULL },
	{ { "file:///etc/passwd" }, NULL },
	{ { "http://" MANY_X MANY_X MANY_X MANY_X MANY_X MANY_X MANY_X MANY_X
		  MANY_X MANY_X MANY_X },
	    NULL },
};

START_TEST(the_certificate_names_its_responder)
{
	char url[STSSL_URL_MAX + 1] = "";
	struct x509_inquiry *inquiry;
	struct made leaf;
	gnutls_datum_t der;
	struct stage s;

	stage_set(&s);
	memcpy(urls_in, urls[_i].in, sizeof urls_in);
	leaf = make_leaf("leaf", &s.made[CA],
	    urls_in[0] == NULL ? NULL
			       : (urls_in[1] == NULL ? with_url : with_urls));
	der = der_of(&leaf);
	OK(x509_inquiry_new(s.store, der.data, der.size, s.now, &inquiry));
	ck_assert_int_eq(x509_inquiry_url(inquiry, url), urls[_i].out != NULL);
	ck_assert_str_eq(url, urls[_i].out != NULL ? urls[_i].out : "");
	(void)x509_inquiry_free(inquiry);
	gnutls_free(der.data);
	unmake(&leaf);
	stage_clear(&s);
}
END_TEST

size_t
ocsp_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ an_answer_counts_for_what_it_is, ROWS(answers) },
		{ what_is_no_answer_is_none, 0 },
		{ a_changed_answer_never_says_something_else, 0 },
		{ a_request_is_as_openssl_makes_it, 0 },
		{ nothing_is_asked_about_what_does_not_verify, ROWS(chains) },
		{ the_certificate_names_its_responder, ROWS(urls) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
