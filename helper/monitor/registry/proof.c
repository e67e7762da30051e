/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keys of certificates come from the verifier and from nobody else.
 */
#include <config.h>
#include "helper/monitor/registry/proof.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/base/ocsp.h"
#include "status/tools/words.h"

#define PREFIX "SSL_CLIENT_"
#define FAILED "FAILED:"
/* SSL_CLIENT_VERIFY with a word. */
#define VERIFY_TEXT 96

static bool
is_of_certificate(const char *string)
{
	return strncmp(string, PREFIX, strlen(PREFIX)) == 0;
}

static bool
is_version(const char *string)
{
	return stssl_key_value(string, STSSL_KEY_STSSL_VERSION) != NULL;
}

/* Is it about a certificate, and about nothing else? */
static bool
is_proper(const struct stssl_record *record, bool is_good)
{
	const char *verify =
	    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_VERIFY);
	const char *s = NULL;

	while ((s = stssl_record_next(record, s)) != NULL)
		if (!is_of_certificate(s) && !is_version(s))
			return false;
	return verify != NULL && (strcmp(verify, "SUCCESS") == 0) == is_good;
}

int
proof_take(struct session_proof *proof, const struct message_proven *m,
    const char *text)
{
	struct stssl_record record;
	int r;

	if (m->failure > STSSL_FAILURE_NONE || m->is_1_3 > 1 ||
	    m->is_foreign > 1)
		return -EBADMSG;
	stssl_record_init(&record);
	r = stssl_record_decode(text, m->text_len, &record);
	if (r < 0)
		return r == -ENOMEM ? r : -EBADMSG;
	if (!is_proper(&record, m->failure == STSSL_FAILURE_NONE)) {
		stssl_record_done(&record);
		return -EBADMSG;
	}
	if (proof->was_told) {
		stssl_record_done(&record);
		return 0;
	}
	proof->was_told = proof->is_there = true;
	proof->is_1_3 = m->is_1_3 != 0;
	proof->failure = (enum stssl_failure)m->failure;
	proof->good_until = (time_t)m->good_until;
	proof->record = record;
	return 0;
}

bool
proof_ask(struct session_proof *proof)
{
	bool may = !proof->is_asked && !proof->was_told;

	/* An answer about one certificate must not count for another. */
	if (!may)
		proof->was_told = true;
	proof->is_asked = true;
	return may;
}

bool
proof_is_modest(const struct stssl_record *record, bool is_proven)
{
	const char *s = NULL, *value;

	while ((s = stssl_record_next(record, s)) != NULL) {
		if (!is_of_certificate(s))
			continue;
		value = stssl_key_value(s, STSSL_KEY_SSL_CLIENT_VERIFY);
		if (is_proven || value == NULL ||
		    (strcmp(value, "NONE") != 0 &&
			strncmp(value, FAILED, strlen(FAILED)) != 0))
			return false;
	}
	return true;
}

static enum stssl_failure
judge(const struct session_proof *proof, enum ocsp_mode mode)
{
	if (proof->failure != STSSL_FAILURE_NONE || !proof->is_asked)
		return proof->failure;
	return proof->is_answered ? ocsp_judge(mode, proof->found)
				  : STSSL_FAILURE_CRL_STALE;
}

/* A string and its NUL. */
static void
append(char **at, const char *string)
{
	const size_t size = strlen(string) + 1;

	memcpy(*at, string, size);
	*at += size;
}

/* The worker's strings, and those of the proof. */
static int
merge(const struct stssl_record *record, const struct session_proof *proof,
    enum stssl_failure failure, struct stssl_record *ret)
{
	char *bytes = malloc(record->len + proof->record.len + VERIFY_TEXT);
	char verify[VERIFY_TEXT], *at = bytes;
	const char *s = NULL;
	int r;

	if (bytes == NULL)
		return -ENOMEM;
	(void)snprintf(verify, sizeof verify, "SSL_CLIENT_VERIFY=" FAILED "%s",
	    stssl_failure_word(failure));
	memcpy(at, record->text, record->len);
	at += record->len;
	while ((s = stssl_record_next(&proof->record, s)) != NULL)
		if (failure != proof->failure &&
		    stssl_key_value(s, STSSL_KEY_SSL_CLIENT_VERIFY) != NULL)
			append(&at, verify);
		else if (!is_version(s))
			append(&at, s);
	r = stssl_record_decode(bytes, (size_t)(at - bytes), ret);
	free(bytes);
	return r;
}

/* It speaks of the same handshake, which was no resumed one. */
static bool
fits(const struct session_proof *proof, const struct stssl_record *record)
{
	const char *protocol = stssl_record_get(record, STSSL_KEY_SSL_PROTOCOL);
	const char *resumed =
	    stssl_record_get(record, STSSL_KEY_SSL_SESSION_RESUMED);

	return protocol != NULL && resumed != NULL &&
	       strcmp(protocol, proof->is_1_3 ? "TLSv1.3" : "TLSv1.2") == 0 &&
	       strcmp(resumed, "Initial") == 0;
}

int
proof_add(struct session_proof *proof, enum ocsp_mode mode,
    struct stssl_record *record, time_t *ret_until)
{
	const enum stssl_failure failure = judge(proof, mode);
	struct stssl_record merged;
	int r;

	if (!proof->is_there)
		return -ENOENT;
	if (!fits(proof, record))
		return -EBADMSG;
	stssl_record_init(&merged);
	r = merge(record, proof, failure, &merged);
	proof_done(proof);
	if (r < 0)
		return r == -EBADMSG ? -E2BIG : r;
	stssl_record_done(record);
	*record = merged;
	*ret_until = failure == STSSL_FAILURE_NONE ? proof->good_until : 0;
	return 0;
}

void
proof_done(struct session_proof *proof)
{
	if (proof->is_there)
		stssl_record_done(&proof->record);
	proof->is_there = false;
}
