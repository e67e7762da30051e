/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl digest: one number for the policy, to compare that of two machines.
 */
#include <config.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/tools/canonical.h"
#include "stsslctl/command.h"
#include "stsslctl/output.h"

/*
 * Byte for byte, so that sha256sum(1) finds the same; bytes that must not
 * reach a terminal are not in it, for names are quoted.
 */
static void
print_text(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		assert(
		    (*at >= 0x20 && *at < 0x7f) || *at == '\t' || *at == '\n');
	(void)fputs(text, stdout);
}

void
command_digest_of(const struct stssl_classes *classes,
    char ret[static X509_FINGERPRINT], char **ret_text)
{
	char *text;

	if (stssl_classes_canonical(classes, &text) < 0 ||
	    !x509_fingerprint(text, strlen(text), ret))
		output_no_memory();
	if (ret_text != NULL)
		*ret_text = text;
	else
		free(text);
}

enum command_status
command_digest(const struct arguments *a)
{
	struct stssl_classes *classes = command_classes(a);
	char hex[X509_FINGERPRINT], *text;

	if (classes == NULL)
		return COMMAND_UNKNOWN;
	command_digest_of(classes, hex, &text);
	(void)stssl_classes_free(classes);
	if (a->json)
		output_json(output_need(json_pack("{s:s, s:s*}", "sha256", hex,
		    "text", a->text ? text : NULL)));
	else if (a->text)
		print_text(text);
	else
		(void)puts(hex);
	free(text);
	return COMMAND_FINE;
}
