/* SPDX-License-Identifier: BSD-2-Clause
 *
 * RFC 5280 section 4.2.1.10 for directory names.  Values are compared as in
 * its section 7.1, ASCII only: string types, case and runs of blanks do not
 * matter.  Otherwise a name could be written so that it is in no subtree.
 */
#include <config.h>
#include "x509/subtree.h"

#include <string.h>

#include "status/ascii.h"
#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/inside.h"

#define OID_CONSTRAINTS "2.5.29.30"
#define OID_ALT_NAME    "2.5.29.17"
/* Each name is compared with each subtree: keep that bounded. */
#define CONSTRAINTS_MAX 8192

/* GeneralName's tags, and GeneralSubtree's limits. */
enum {
	TAG_OTHER = X509_DER_CONTEXT | 0,
	TAG_DIRECTORY = X509_DER_CONTEXT | 4,
	TAG_URI = X509_DER_CONTEXT | 6,
	TAG_REGISTERED = X509_DER_CONTEXT | 8,
	TAG_PERMITTED = X509_DER_CONTEXT | 0,
	TAG_EXCLUDED = X509_DER_CONTEXT | 1,
};

/* Values */

/* As long as the longest value in a constraint. */
struct value {
	unsigned char bytes[CONSTRAINTS_MAX];
	size_t len;
};

/* One byte more, small, and a blank only between others. */
static bool
append(struct value *v, unsigned char c)
{
	if (c == ' ' && (v->len == 0 || v->bytes[v->len - 1] == ' '))
		return true;
	if (v->len == sizeof v->bytes)
		return false;
	v->bytes[v->len++] = (unsigned char)stssl_lower((char)c);
	return true;
}

/*
 * Into a form that is equal for equal values.  Of two-byte characters those
 * beyond ASCII stay as they are.  False when it does not fit.
 */
static bool
normalise(const gnutls_x509_ava_st *ava, struct value *ret)
{
	bool wide = ava->value_tag == X509_DER_BMP;

	ret->len = 0;
	for (unsigned i = 0; i < ava->value.size; i++) {
		if (wide && i % 2 == 0 && ava->value.data[i] == 0)
			continue;
		if (!append(ret, ava->value.data[i]))
			return false;
	}
	if (ret->len > 0 && ret->bytes[ret->len - 1] == ' ')
		ret->len--;
	return true;
}

static bool
is_text(unsigned long tag)
{
	return tag == X509_DER_UTF8 || tag == X509_DER_PRINTABLE ||
	       tag == X509_DER_TELETEX || tag == X509_DER_IA5 ||
	       tag == X509_DER_BMP;
}

static bool
is_same(const gnutls_x509_ava_st *a, const gnutls_x509_ava_st *b)
{
	struct value one, other;

	if (a->oid.size != b->oid.size ||
	    memcmp(a->oid.data, b->oid.data, a->oid.size) != 0)
		return false;
	if (!is_text(a->value_tag) || !is_text(b->value_tag))
		return a->value.size == b->value.size &&
		       memcmp(a->value.data, b->value.data, a->value.size) == 0;
	return normalise(a, &one) && normalise(b, &other) &&
	       one.len == other.len &&
	       memcmp(one.bytes, other.bytes, one.len) == 0;
}

/* Names */

static bool
has_ava(gnutls_x509_dn_t dn, int rdn, const gnutls_x509_ava_st *wanted)
{
	gnutls_x509_ava_st ava;

	for (int i = 0; gnutls_x509_dn_get_rdn_ava(dn, rdn, i, &ava) >= 0; i++)
		if (is_same(&ava, wanted))
			return true;
	return false;
}

static int
count_avas(gnutls_x509_dn_t dn, int rdn)
{
	gnutls_x509_ava_st ava;
	int count = 0;

	while (gnutls_x509_dn_get_rdn_ava(dn, rdn, count, &ava) >= 0)
		count++;
	return count;
}

/* Is `dn` equal to `base` or below it? */
static bool
is_within(gnutls_x509_dn_t dn, gnutls_x509_dn_t base)
{
	for (int rdn = 0;; rdn++) {
		int count = count_avas(base, rdn);
		gnutls_x509_ava_st ava;

		if (count == 0)
			return true;
		if (count != count_avas(dn, rdn))
			return false;
		for (int i = 0; i < count; i++)
			if (gnutls_x509_dn_get_rdn_ava(base, rdn, i, &ava) <
				0 ||
			    !has_ava(dn, rdn, &ava))
				return false;
	}
}

static bool
import_name(struct x509_der der, gnutls_x509_dn_t *ret)
{
	const gnutls_datum_t datum = x509_datum(der.at, der.left);

	if (gnutls_x509_dn_init(ret) < 0)
		return false;
	if (gnutls_x509_dn_import(*ret, &datum) < 0) {
		gnutls_x509_dn_deinit(*ret);
		return false;
	}
	return true;
}

/* Constraints */

/* One name against all subtrees of one kind, permitted or excluded. */
struct matching {
	gnutls_x509_dn_t dn;
	bool listed;  /* there is a directory name among the subtrees */
	bool matched; /* and this one is in it */
};

static bool
match_base(struct matching *m, const struct x509_der_item *base)
{
	gnutls_x509_dn_t dn;

	if (base->tag != TAG_DIRECTORY)
		return true;
	if (!import_name(base->content, &dn))
		return false;
	m->listed = true;
	if (is_within(m->dn, dn))
		m->matched = true;
	gnutls_x509_dn_deinit(dn);
	return true;
}

/* False when a subtree is malformed; minimum and maximum are not X.509's. */
static bool
match_subtrees(struct matching *m, struct x509_der subtrees)
{
	struct x509_der_item subtree, base;

	while (subtrees.left > 0) {
		if (!x509_der_next(&subtrees, &subtree) ||
		    subtree.tag != X509_DER_SEQUENCE ||
		    !x509_der_next(&subtree.content, &base) ||
		    subtree.content.left != 0 || !match_base(m, &base))
			return false;
	}
	return true;
}

static bool
allows_name(struct x509_der constraints, gnutls_x509_dn_t dn)
{
	struct x509_der_item list;

	while (constraints.left > 0) {
		struct matching m = { .dn = dn };

		if (!x509_der_next(&constraints, &list) ||
		    (list.tag != TAG_PERMITTED && list.tag != TAG_EXCLUDED) ||
		    !match_subtrees(&m, list.content))
			return false;
		if (list.tag == TAG_PERMITTED ? m.listed && !m.matched
					      : m.matched)
			return false;
	}
	return true;
}

/* Does any subtree speak of names of this kind? */
static bool
speaks_of(struct x509_der constraints, unsigned long tag)
{
	struct x509_der_item list, subtree, base;

	while (x509_der_next(&constraints, &list))
		while (x509_der_next(&list.content, &subtree))
			if (x509_der_next(&subtree.content, &base) &&
			    base.tag == tag)
				return true;
	return false;
}

static bool
allows_alt_name(struct x509_der constraints, const struct x509_der_item *name)
{
	gnutls_x509_dn_t dn;
	bool allowed;

	if (name->tag == TAG_OTHER || name->tag == TAG_URI ||
	    name->tag == TAG_REGISTERED)
		return !speaks_of(constraints, name->tag);
	if (name->tag != TAG_DIRECTORY)
		return true;
	if (!import_name(name->content, &dn))
		return false;
	allowed = allows_name(constraints, dn);
	gnutls_x509_dn_deinit(dn);
	return allowed;
}

static bool
allows_alt_names(struct x509_der constraints, struct x509_der names)
{
	struct x509_der_item name;

	while (names.left > 0)
		if (!x509_der_next(&names, &name) ||
		    !allows_alt_name(constraints, &name))
			return false;
	return true;
}

static bool
allows_subject(struct x509_der constraints, gnutls_x509_crt_t cert)
{
	gnutls_x509_dn_t subject;

	if (gnutls_x509_crt_get_subject(cert, &subject) < 0)
		return false;
	/* Without a subject there is no name to be constrained. */
	return count_avas(subject, 0) == 0 || allows_name(constraints, subject);
}

bool
x509_subtree_allows(
    struct gnutls_x509_crt_int *ca, struct gnutls_x509_crt_int *cert)
{
	gnutls_datum_t constraints, names = { NULL, 0 };
	struct x509_der in, alt;
	bool allowed;

	allowed = x509_extension(ca, OID_CONSTRAINTS, &constraints, &in) &&
		  constraints.size <= CONSTRAINTS_MAX;
	if (allowed && in.left > 0)
		allowed = allows_subject(in, cert) &&
			  x509_extension(cert, OID_ALT_NAME, &names, &alt) &&
			  allows_alt_names(in, alt);
	gnutls_free(constraints.data);
	gnutls_free(names.data);
	return allowed;
}

bool
x509_subtree_is_set(struct gnutls_x509_crt_int *ca)
{
	gnutls_datum_t constraints;
	struct x509_der in;
	bool set = !x509_extension(ca, OID_CONSTRAINTS, &constraints, &in) ||
		   constraints.size > 0;

	gnutls_free(constraints.data);
	return set;
}
