/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Questions of stssl-status(7), parsed completely.
 */
#ifndef HELPER_MONITOR_STATUS_QUESTION_H
#define HELPER_MONITOR_STATUS_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/query.h"
#include "status/record.h"
#include "status/words.h"

enum question_kind {
	QUESTION_QUERY,
	QUESTION_VERDICT,
	QUESTION_LIST,
	QUESTION_KICK,
	QUESTION_METRICS,
	QUESTION_RELOAD,
	QUESTION_PENALTIES,
	QUESTION_PARDON,
};

struct question {
	enum question_kind kind;
	/* of a query */
	struct stssl_connection keys[STSSL_QUERY_KEYS];
	size_t key_count;
	/* of a verdict, a kick; of a list, after which one: 0 is none */
	uint64_t session;
	/* of a pardon; of penalties, after which one, if that was said */
	bool has_address;
	struct stssl_address address;
	/* of a verdict; strings are the record's */
	const char *service;
	const char *user;
	const char *class_name;
	const char *reason;
	enum stssl_verdict verdict;
	bool data_private;
};

/*
 * Returns 0 and *ret, which borrows from `record`; or -EBADMSG when it is no
 * question: a key missing, a key too many, a value that is none.
 */
int question_parse(const struct stssl_record *record, struct question *ret);

#endif
