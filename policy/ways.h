/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ways from a certificate to a user, a row for each that `identity` of
 * classes.conf lists, and where they can end.
 */
#ifndef POLICY_WAYS_H
#define POLICY_WAYS_H

#include "policy/subject.h"
#include "policy/user.h"

/*
 * The ways, in the order in which they are tried: name, word, and which names
 * of the certificate they take, COUNT for none.
 */
#define STSSL_WAYS(X)            \
	X(FILE, "file", COUNT)   \
	X(CN, "cn", CN)          \
	X(EMAIL, "email", EMAIL) \
	X(UPN, "upn", UPN)       \
	X(DNS, "dns", DNS)       \
	X(URI, "uri", URI)       \
	X(DN, "dn", DN)

enum stssl_identity {
#define X(name, word, subject) STSSL_IDENTITY_##name,
	STSSL_WAYS(X)
#undef X
	STSSL_IDENTITY_COUNT
};

/* The ends that a way can have: name, word, text for people. */
#define STSSL_WAY_ENDS(X)                                                \
	X(ABSENT, "absent", "the certificate has nothing of this kind")  \
	X(FOREIGN, "foreign", "only addresses of other domains")         \
	X(UNMAPPED, "unmapped", "no line of the map matches")            \
	X(USER, "user", "leads to this user")                            \
	X(OTHER, "other", "leads to another user")                       \
	X(INVALID, "invalid", "leads to what is no user name")           \
	X(AMBIGUOUS, "ambiguous", "leads to more than one user")         \
	X(NO_FILE, "no-file", "the user has no identity file")           \
	X(NO_ENTRY, "no-entry", "no entry of the identity file fits")    \
	X(BAD_ENTRY, "bad-entry", "the identity file has a faulty line") \
	X(BAD_FILE, "bad-file", "the identity file cannot be used")

enum stssl_way_end {
#define X(name, word, text) STSSL_WAY_##name,
	STSSL_WAY_ENDS(X)
#undef X
	STSSL_WAY_END_COUNT
};

/*
 * One way that was gone.  `name` is the user that it leads to, "" when it
 * leads to none; of an identity file `line` is the one of the entry that fits
 * or is faulty, and `error` why the file cannot be used, a negative errno:
 * -EPERM for wrong owner or mode of it or of a directory on the way, else as
 * stssl_trusted_read().
 */
struct stssl_way_tried {
	enum stssl_identity way;
	enum stssl_way_end end;
	char name[STSSL_USER_MAX + 1];
	unsigned line;
	int error;
};

/* The kind of names that a way looks at; COUNT for FILE. */
enum stssl_subject stssl_identity_subject(enum stssl_identity way);

/* The word of a way; "" for a value that is none of the enum. */
const char *stssl_identity_word(enum stssl_identity way);

/* The way of this word; STSSL_IDENTITY_COUNT when there is none. */
enum stssl_identity stssl_identity_parse(const char *word);

#endif
