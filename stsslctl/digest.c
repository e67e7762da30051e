/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl digest: one number for the policy, to compare that of two machines.
 */
#include <config.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/tools/canonical.h"
#include "policy/classes.h"
#include "stsslctl/command.h"
#include "stsslctl/output.h"
#include "x509/leaf.h"

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

static enum command_status
show(const struct arguments *a, const char *text)
{
	char hex[X509_FINGERPRINT];

	if (!x509_fingerprint(text, strlen(text), hex))
		return command_cannot("sha256", -EIO);
	if (a->json)
		output_json(output_need(json_pack("{s:s, s:s*}", "sha256", hex,
		    "text", a->text ? text : NULL)));
	else if (a->text)
		print_text(text);
	else
		(void)puts(hex);
	return COMMAND_FINE;
}

enum command_status
command_digest(const struct arguments *a)
{
	struct stssl_classes *classes = command_classes(a);
	enum command_status status;
	char *text;
	int r;

	if (classes == NULL)
		return COMMAND_UNKNOWN;
	r = stssl_classes_canonical(classes, &text);
	(void)stssl_classes_free(classes);
	if (r < 0)
		return command_cannot(command_classes_path(a), r);
	status = show(a, text);
	free(text);
	return status;
}
