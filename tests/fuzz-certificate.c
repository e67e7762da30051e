/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as the file of a certificate that an administrator names: they are
 * read as certificates, which can be judged and described, or refused with a
 * text that begins with the file's name.
 */
#include <config.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "stsslctl/certificate_file.h"
#include "tests/fuzz-file.h"
#include "tests/private-file.h"
#include "x509/leaf.h"
#include "x509/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool truth)
{
	if (!truth)
		abort();
}

static void
describe(const struct x509_chain *chain)
{
	const struct x509_terms terms = { 2000000000, X509_CLIENT_AUTH };
	struct stssl_record record;

	stssl_record_init(&record);
	(void)x509_describe(chain, x509_verify_alone(chain, &terms), &record);
	stssl_record_done(&record);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/stssl-fuzz-XXXXXX/file";
	struct x509_error error = { "" };
	struct x509_chain *chain;

	if (fuzz_file_write(path, data, size) == 0) {
		if (certificate_file_read(path, &chain, &error) == 0) {
			describe(chain);
			(void)x509_chain_free(chain);
		} else {
			check(strncmp(error.text, path, strlen(path)) == 0);
		}
	}
	private_file_remove(path);
	return 0;
}
