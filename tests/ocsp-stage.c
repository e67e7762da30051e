/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes the certificates, and calls openssl.
 */
#include <config.h>
#include "tests/ocsp-stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	OK(gnutls_x509_crt_set_expiration_time(m->cert, time(NULL) - 60));
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
write_person(struct ocsp_stage *s, enum who i)
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
add_list(struct ocsp_stage *s)
{
	const struct made *revoked = &s->made[REVOKED];
	gnutls_datum_t pem = make_list(
	    &s->made[CA], s->now - HOUR, s->now + 2 * HOUR, &revoked, 1);
	const char *path = write_file(&s->files, "crl", &pem, 1);

	ck_assert_msg(x509_store_add_lists(s->store, path, &s->error) == 0,
	    "%s", s->error.text);
	gnutls_free(pem.data);
}

gnutls_datum_t
ocsp_der_of(const struct made *made)
{
	gnutls_datum_t der;

	OK(gnutls_x509_crt_export2(made->cert, GNUTLS_X509_FMT_DER, &der));
	return der;
}

void
ocsp_stage_set(struct ocsp_stage *s)
{
	gnutls_datum_t leaf;

	*s = (struct ocsp_stage){ .now = time(NULL) };
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
	leaf = ocsp_der_of(&s->made[ALICE]);
	ck_assert_int_eq(x509_inquiry_new(s->store, leaf.data, leaf.size,
			     s->now, &s->inquiry),
	    0);
	gnutls_free(leaf.data);
}

void
ocsp_stage_clear(struct ocsp_stage *s)
{
	(void)x509_inquiry_free(s->inquiry);
	(void)x509_store_free(s->store);
	for (int i = 0; i < WHO_COUNT; i++)
		unmake(&s->made[i]);
	files_done(&s->files);
}

void
ocsp_shell(const struct ocsp_stage *s, const char *command)
{
	char line[2048];

	(void)snprintf(line, sizeof line,
	    "cd '%s' && S() { openssl x509 -in $1 -noout -serial | "
	    "cut -d= -f2; }; E=350101000000Z; %s",
	    s->files.dir, command);
	ck_assert_msg(system(line) == 0, "%s", command);
}
