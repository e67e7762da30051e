/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Watching a decision, for `stsslctl explain`: the code that decides tells a
 * watcher each of its steps.  Without a watcher this costs a comparison for
 * each step; no watcher can change the decision.
 */
#ifndef POLICY_TRACE_H
#define POLICY_TRACE_H

#include "policy/decide.h"
#include "policy/ways.h"

/*
 * The criteria of a class, in the order in which they are looked at: name,
 * key of classes.conf, text for people.  NONE: nothing does, it is the user's.
 */
#define STSSL_CRITERIA(X)                                      \
	X(NONE, "", "every criterion matches")                 \
	X(ENABLED, "enabled", "not enabled")                   \
	X(SERVICE, "service", "not for this service")          \
	X(USER, "user", "no pattern matches the user name")    \
	X(LISTENER, "listener", "not for this listener")       \
	X(EDGE, "edge", "not for clients of this Edge")        \
	X(FROM, "from", "the client does not come from there") \
	X(TYPE, "type", "the user is not of this type")        \
	X(GROUP, "group", "the user is in none of the groups")

enum stssl_criterion {
#define X(name, key, text) STSSL_CRITERION_##name,
	STSSL_CRITERIA(X)
#undef X
	STSSL_CRITERION_COUNT
};

struct stssl_class;

/*
 * Called in the order of the decision: `class_tried` for each class up to the
 * one that matches, with the criterion against it, and an error, a negative
 * errno, if that could not be found out, which ends the search; then, if there
 * is a verified certificate, `way_tried` for each way of the class up to the
 * one that leads to the user (see policy/ways.h); then `row_found` with the
 * column of the decision table; the class has the row.  A decision that ends
 * early, as for a user name that is none, leaves out what comes after.  What
 * the pointers lead to is gone when the function returns.
 */
struct stssl_trace {
	void *data;
	void (*class_tried)(void *data, const struct stssl_class *class,
	    enum stssl_criterion against, int error);
	void (*way_tried)(void *data, const struct stssl_way_tried *tried);
	void (*row_found)(void *data, const struct stssl_class *class,
	    enum stssl_facts facts);
};

#endif
