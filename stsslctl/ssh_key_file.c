/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Takes the line of a public key apart; policy/ssh_key.h reads the key.
 */
#include <config.h>
#include "stsslctl/ssh_key_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

/* No PEM begins like this, and DER of a certificate with 0x30. */
bool
ssh_key_looks(const void *bytes, size_t len)
{
	static const char *const starts[] = { "ssh-", "ecdsa-sha2-", "sk-" };

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (len > strlen(starts[i]) &&
		    memcmp(bytes, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static const char *
reason(int r)
{
	if (r == -ENOTSUP)
		return "a key of this type does not count: RSA, ECDSA and "
		       "Ed25519 do";
	if (r == -ELIBACC)
		return "libmd, which hashes keys, cannot be loaded";
	return "no public key of OpenSSH's, as in id_ed25519.pub: one line, "
	       "TYPE BASE64 COMMENT, without options";
}

/* What is behind the key, without the blanks around it. */
static void
take_comment(const char *at, const char *end, char ret[static SSH_KEY_COMMENT])
{
	at += strspn(at, BLANKS);
	while (end > at && strchr(BLANKS "\r", end[-1]) != NULL)
		end--;
	(void)snprintf(
	    ret, SSH_KEY_COMMENT, "%.*s", end > at ? (int)(end - at) : 0, at);
}

int
ssh_key_read(const char *path, const char *text, size_t len,
    struct ssh_key *ret, struct x509_error *error)
{
	size_t line = strcspn(text, "\n"), type, key;
	struct ssh_key k;
	int r;

	/* A NUL, or a second line. */
	if (strlen(text) != len || line + 1 < len)
		return x509_fault(error, path, "%s", reason(-EBADMSG));
	type = strcspn(text, BLANKS);
	key = text[type] == '\0'
		  ? type
		  : type + 1 + strcspn(text + type + 1, BLANKS "\r\n");
	r = stssl_ssh_key_spki(text, key, k.spki);
	if (r < 0)
		return x509_fault(error, path, "%s", reason(r));
	take_comment(text + key, text + line, k.comment);
	*ret = k;
	return 0;
}

int
ssh_key_file_read(
    const char *path, struct ssh_key *ret, struct x509_error *error)
{
	unsigned char *bytes;
	size_t len;
	int r = x509_file_read(path, &bytes, &len, error);

	if (r < 0)
		return r;
	r = ssh_key_read(path, (const char *)bytes, len, ret, error);
	free(bytes);
	return r;
}
