/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests: the questions of stssl-status(7), parsed completely.
 */
#ifndef HELPER_MONITOR_STATUS_REQUEST_H
#define HELPER_MONITOR_STATUS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/query.h"
#include "status/record.h"
#include "status/words.h"

enum request_kind {
	REQUEST_QUERY,
	REQUEST_VERDICT,
	REQUEST_LIST,
	REQUEST_KICK,
	REQUEST_METRICS,
	REQUEST_RELOAD,
	REQUEST_PENALTIES,
	REQUEST_PARDON,
};

struct request {
	enum request_kind kind;
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
int request_parse(const struct stssl_record *record, struct request *ret);

#endif
