/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A sandbox as data.
 */
#ifndef HELPER_BASE_SANDBOX_RIGHTS_H
#define HELPER_BASE_SANDBOX_RIGHTS_H

enum sandbox_mode {
	SANDBOX_ENFORCE,
	SANDBOX_LOG, /* nothing fails; what would is in the kernel's log */
	SANDBOX_OFF  /* tests of other things */
};

/* Rights of a role beyond computing, its open descriptors and its clock. */
enum sandbox_right {
	SANDBOX_SOCKETS = 1 << 0,   /* make sockets, of the internet */
	SANDBOX_LOCAL = 1 << 1,     /* make unix(7) sockets, of type stream */
	SANDBOX_READ = 1 << 2,      /* open files to read them */
	SANDBOX_WRITE = 1 << 3,     /* make, change and remove files */
	SANDBOX_CODE = 1 << 4,      /* load code, as NSS and PKCS#11 do */
	SANDBOX_PROCESSES = 1 << 5, /* start, signal, reap; any unix socket */
	SANDBOX_THREADS = 1 << 6    /* start threads, as libraries do */
};

struct sandbox {
	const char *role;
	unsigned rights; /* bits of enum sandbox_right */
};

#endif
