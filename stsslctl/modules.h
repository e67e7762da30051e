/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is known of PAM modules by their names: whether they ask for a
 * password, keep certain users out, or do something else beside.
 */
#ifndef STSSLCTL_MODULES_H
#define STSSLCTL_MODULES_H

#include <stdbool.h>

enum module_kind {
	MODULE_OURS,
	MODULE_PERMIT, /* says yes */
	MODULE_DENY,   /* says no */
	MODULE_GATE,   /* keeps some users out; proves nothing of the others */
	MODULE_BESIDE, /* neither lets in nor keeps out */
	MODULE_PASSWORD, /* asks for a proof; so does what is not known */
};

/* The kind of "pam_unix.so", without a path. */
enum module_kind module_kind(const char *name);

/*
 * Is there such a module?  A name without a path is looked for in `dir`, or
 * when that is NULL, in the directories where modules usually are.
 */
bool module_exists(const char *module, const char *dir);

#endif
