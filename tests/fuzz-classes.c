/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as classes.conf: either they are refused with a message of one
 * line, or all decisions that follow come from the table.
 */
#include <config.h>

#include <netinet/in.h>
#include <resolv.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/tools/canonical.h"
#include "policy/classes.h"
#include "policy/judge.h"
#include "policy/tools/shadow.h"
#include "tests/fuzz-file.h"
#include "tests/private-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In front of libc's: nobody is asked for the names in a fuzzer's files. */
int
res_nquery(res_state state, const char *name, int class, int type,
    unsigned char *answer, int size)
{
	(void)state;
	(void)name;
	(void)class;
	(void)type;
	(void)answer;
	(void)size;
	return -1;
}

/* Whatever can be read can be written, and compared. */
static void
check_text(const struct stssl_classes *classes)
{
	char *text = NULL;

	if (stssl_classes_canonical(classes, &text) < 0 || text == NULL)
		abort();
	free(text);
	for (size_t i = 0; i < classes->count && i < 64; i++) {
		struct stssl_fall fall;

		(void)stssl_class_shadow(classes, i);
		if (stssl_class_falls(classes, i, &fall) &&
		    (fall.key == NULL || fall.into <= &classes->list[i]))
			abort();
	}
}

static void
judge(const struct stssl_classes *classes)
{
	struct stssl_judgement j;
	struct stssl_address from;
	struct stssl_login login = {
		.user = "alice", .service = "vsftpd", .from = &from
	};

	if (stssl_ip_parse("10.1.2.3", &from) < 0)
		abort();
	stssl_judge(classes, &login, &j);
	check_text(classes);
	/* Nobody is let in by certificate without TLS. */
	if (j.verdict == STSSL_VERDICT_ACCEPT)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/stssl-fuzz-classes-XXXXXX/f";
	struct stssl_classes *classes = NULL;
	struct stssl_error error;
	int r = -1;

	if (fuzz_file_write(path, data, size) == 0) {
		r = stssl_classes_read(path, &classes, &error);
		if (r == 0)
			judge(classes);
		else if (error.text[0] == '\0' ||
			 strchr(error.text, '\n') != NULL)
			abort();
	}
	private_file_remove(path);
	(void)stssl_classes_free(classes);
	return 0;
}
