/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes the certificates of the world.
 */
#include <config.h>
#include "tests/path-stage.h"

#include <string.h>

static void
that_is_over(struct making *m)
{
	OK(gnutls_x509_crt_set_activation_time(m->cert, NOON - 48 * HOUR));
	OK(gnutls_x509_crt_set_expiration_time(m->cert, NOON - 24 * HOUR));
}

static void
without_ids(struct making *m)
{
	m->has_no_ids = true;
}

static void
that_is_over_without_ids(struct making *m)
{
	that_is_over(m);
	without_ids(m);
}

static void
that_is_no_ca(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 0, -1));
}

static void
of_path_length_0(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 1, 0));
}

static void
for_anything(struct making *m)
{
	OK(gnutls_x509_crt_set_key_purpose_oid(m->cert, GNUTLS_KP_ANY, 0));
}

static void
for_clients(struct making *m)
{
	OK(gnutls_x509_crt_set_key_purpose_oid(
	    m->cert, GNUTLS_KP_TLS_WWW_CLIENT, 0));
}

static void
that_signs_no_lists(struct making *m)
{
	OK(gnutls_x509_crt_set_key_usage(m->cert, GNUTLS_KEY_KEY_CERT_SIGN));
}

static void
that_is_spoilt(struct making *m)
{
	m->spoil = true;
}

static const char letters[] = WORLD;

struct made *
world_of(struct world *w, char letter)
{
	const char *at = strchr(letters, letter);

	ck_assert(letter != '\0' && at != NULL);
	return &w->made[at - letters];
}

void
world_set(struct world *w, bool has_ids)
{
	making_edit plain = has_ids ? NULL : without_ids;
	making_edit over = has_ids ? that_is_over : that_is_over_without_ids;
	struct made *r, *x, *i;

	*world_of(w, 'R') = make_ca("Root", NULL, plain);
	r = world_of(w, 'R');
	*world_of(w, 'O') = make_cross(r, NULL, over);
	*world_of(w, 'X') = make_ca("Elsewhere", NULL, plain);
	x = world_of(w, 'X');
	*world_of(w, 'Z') = make_ca("Root", NULL, plain);
	*world_of(w, 'I') = make_ca("Issuing", r, plain);
	i = world_of(w, 'I');
	*world_of(w, 'J') = make_cross(i, x, plain);
	*world_of(w, 'P') = make_cross(i, world_of(w, 'O'), over);
	*world_of(w, 'a') = make_leaf("alice", i, plain);
	*world_of(w, 'n') = make_cross(i, x, that_is_no_ca);
	*world_of(w, 's') = make_cross(i, x, that_is_spoilt);
	*world_of(w, 'l') = make_cross(i, x, of_path_length_0);
	*world_of(w, '*') = make_cross(i, x, for_anything);
	*world_of(w, 'c') = make_cross(i, x, for_clients);
	*world_of(w, 'S') = make_ca("Sub", i, plain);
	*world_of(w, 'b') = make_leaf("bob", world_of(w, 'S'), plain);
	*world_of(w, 'N') = make_ca("Root", NULL, plain);
	*world_of(w, 'o') = make_cross(r, world_of(w, 'N'), plain);
	*world_of(w, 'w') = make_cross(world_of(w, 'N'), r, plain);
	*world_of(w, 'd') = make_leaf("dora", world_of(w, 'N'), plain);
	*world_of(w, 'e') = make_leaf("erin", r, plain);
	*world_of(w, 'v') = make_cross(world_of(w, 'N'), r, over);
	*world_of(w, 'k') =
	    make_cross(world_of(w, 'N'), r, that_signs_no_lists);
}

void
world_clear(struct world *w)
{
	for (size_t i = 0; i < sizeof letters - 1; i++)
		unmake(&w->made[i]);
}

struct x509_store *
world_trusting(struct world *w, const struct files *files, const char *cas)
{
	struct x509_store *store = x509_store_new(X509_STALE_REFUSE);
	gnutls_datum_t pems[8];
	struct x509_error error;
	size_t count = strlen(cas);

	for (size_t i = 0; i < count; i++)
		pems[i] = pem_of(world_of(w, cas[i]));
	OK(x509_store_add_cas(
	    store, write_file(files, "ca.pem", pems, count), &error));
	for (size_t i = 0; i < count; i++)
		gnutls_free(pems[i].data);
	return store;
}

struct x509_chain *
world_chain(struct world *w, const char *certs)
{
	struct x509_chain *chain = x509_chain_new();

	for (; *certs != '\0'; certs++) {
		gnutls_datum_t der;

		OK(gnutls_x509_crt_export2(
		    world_of(w, *certs)->cert, GNUTLS_X509_FMT_DER, &der));
		x509_chain_add(chain, der.data, der.size);
		gnutls_free(der.data);
	}
	return chain;
}
