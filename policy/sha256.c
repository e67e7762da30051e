/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Nothing of libmd stays: it is loaded, asked, and unloaded.  It is searched as
 * the libraries are that an object names as needed, in the system's folders;
 * for programs with more privileges than their user has, in no other.
 */
#include <config.h>
#include "policy/sha256.h"

#include <dlfcn.h>
#include <errno.h>
#include <sha2.h>
#include <string.h>

_Static_assert(SHA256_DIGEST_STRING_LENGTH == STSSL_SHA256_TEXT,
    "libmd writes as many characters");

int
stssl_sha256(const void *bytes, size_t len, char ret[static STSSL_SHA256_TEXT])
{
	void *libmd = dlopen(STSSL_LIBMD, RTLD_NOW | RTLD_LOCAL);
	void *found = libmd == NULL ? NULL : dlsym(libmd, "SHA256Data");
	__typeof__(SHA256Data) *hash;
	int r = -ELIBACC;

	/* ISO C does not convert the one to the other; POSIX lets us copy. */
	memcpy(&hash, &found, sizeof hash);
	if (hash != NULL && hash(bytes, len, ret) != NULL)
		r = 0;
	if (libmd != NULL)
		(void)dlclose(libmd);
	return r;
}
