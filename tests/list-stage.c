/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes the certificates, and files of lists.
 */
#include <config.h>
#include "tests/list-stage.h"

static void
store_open(struct list_stage *s, enum x509_stale stale)
{
	s->store = x509_store_new(stale);
	OK(x509_store_add_cas(
	    s->store, file_name(&s->files, "cas.pem"), &s->error));
}

void
list_reopen(struct list_stage *s, enum x509_stale stale)
{
	(void)x509_store_free(s->store);
	store_open(s, stale);
}

void
list_stage_set(struct list_stage *s)
{
	gnutls_datum_t cas[3];

	s->root = make_ca("Root", NULL, NULL);
	s->ca = make_ca("CA", &s->root, NULL);
	s->alice = make_leaf("alice", &s->ca, NULL);
	s->bob = make_leaf("bob", &s->ca, NULL);
	s->carol = make_leaf("carol", &s->root, NULL);
	s->stranger = make_ca("Stranger", NULL, NULL);
	s->new_root = make_ca("Root", NULL, NULL);
	files_init(&s->files);
	cas[0] = pem_of(&s->root);
	cas[1] = pem_of(&s->ca);
	cas[2] = pem_of(&s->new_root);
	(void)write_file(&s->files, "cas.pem", cas, 3);
	for (int i = 0; i < 3; i++)
		gnutls_free(cas[i].data);
	store_open(s, X509_STALE_REFUSE);
}

void
list_stage_clear(struct list_stage *s)
{
	(void)x509_store_free(s->store);
	files_done(&s->files);
	unmake(&s->root);
	unmake(&s->ca);
	unmake(&s->alice);
	unmake(&s->bob);
	unmake(&s->carol);
	unmake(&s->stranger);
	unmake(&s->new_root);
}

const char *
list_file(struct list_stage *s, const char *name, const struct made *ca,
    const struct made *const *revoked, size_t count)
{
	gnutls_datum_t pem =
	    make_list(ca, NOON - HOUR, NOON + HOUR, revoked, count);
	const char *path = write_file(&s->files, name, &pem, 1);

	gnutls_free(pem.data);
	return path;
}

void
list_add(struct list_stage *s, const char *path)
{
	int r = x509_store_add_lists(s->store, path, &s->error);

	ck_assert_msg(r == 0, "%s", s->error.text);
}
