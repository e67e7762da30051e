/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests of a worker that an attacker controls, to the keyholder: any bytes,
 * made as long as a request.  A request that passes the check is within its
 * bounds; it gets a signature, or none and a reason.
 */
#include <config.h>
#include "helper/base/keyrequest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/keyholder/keys.h"
#include "tests/fuzz-pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define KEYS 2

static void
check(bool truth)
{
	if (!truth)
		abort();
}

static struct keys *
load(void)
{
	static const enum fuzz_key kinds[KEYS] = { FUZZ_RSA, FUZZ_P256 };
	char key[KEYS][32], certificate[KEYS][32];
	char *keys[KEYS], *certificates[KEYS];
	const struct helper_config config = {
		.tls = { .certificates = { certificates, KEYS },
		    .keys = { keys, KEYS } }
	};
	struct fuzz_pair ca = fuzz_pair_new(FUZZ_P256, "ca", NULL);
	struct stssl_error error;
	struct keys *loaded;
	size_t wrong;

	for (size_t i = 0; i < KEYS; i++) {
		struct fuzz_pair pair = fuzz_pair_new(kinds[i], "server", &ca);

		keys[i] = strcpy(key[i], "/tmp/stssl-fuzz-XXXXXX");
		certificates[i] = strcpy(certificate[i], keys[i]);
		fuzz_pair_save_key(&pair, key[i]);
		fuzz_pair_save(&pair, certificate[i]);
		fuzz_pair_free(&pair);
	}
	fuzz_pair_free(&ca);
	check(keys_load(&config, &loaded, &wrong, &error) == 0);
	for (size_t i = 0; i < KEYS; i++) {
		(void)unlink(key[i]);
		(void)unlink(certificate[i]);
	}
	return loaded;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keys *keys;
	struct key_request request = { 0 };
	struct key_answer answer = { 0 };
	const char *why;

	if (keys == NULL)
		keys = load();
	memcpy(&request, data, size < sizeof request ? size : sizeof request);
	if (!key_request_is_proper(&request, KEY_NO_LINK))
		return 0;
	check(request.algorithm < KEY_ALGORITHM_COUNT && request.zero == 0);
	check(request.len <= KEY_DATA_MAX);
	if (request.algorithm == KEY_NOTHING) {
		check(request.len == 0);
		return 0;
	}
	why = keys_sign(keys, &request, &answer);
	if (why == NULL)
		check(request.key < KEYS && answer.len > 0 &&
		      answer.len <= KEY_SIGNATURE_MAX);
	else
		check(answer.len == 0);
	return 0;
}
