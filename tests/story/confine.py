# SPDX-License-Identifier: BSD-2-Clause
"""Runs a program as etc/stssl-helper.service has systemd run it, as far as
system calls, user and capabilities go: confine.py UNIT USER PROGRAM ARGUMENT...
"""

import ctypes
import os
import pwd
import re
import subprocess
import sys

ERRNO_EPERM = 0x00050001
ALLOW = 0x7fff0000


def calls(name):
    """The system calls of one word of SystemCallFilter."""
    if not name.startswith("@"):
        return {name}
    found = set()
    text = subprocess.run(["systemd-analyze", "syscall-filter", name],
                          stdout=subprocess.PIPE, text=True, check=True)
    for line in text.stdout.splitlines()[1:]:
        word = line.strip()
        if word and not word.startswith("#"):
            found |= calls(word)
    return found


def allowed(unit):
    """As systemd.exec(5) puts the lines together."""
    found = calls("@default")
    with open(unit) as file:
        for line in file:
            match = re.match(r"SystemCallFilter=(~?)(.*)", line)
            for name in match.group(2).split() if match else []:
                if match.group(1):
                    found -= calls(name)
                else:
                    found |= calls(name)
    return found


def confine(names):
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(ERRNO_EPERM))
    for name in names:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number != -1:
            library.seccomp_rule_add(rules, ALLOW, number, 0)
    if library.seccomp_load(rules) != 0:
        sys.exit("the filter cannot be loaded")


user = pwd.getpwnam(sys.argv[2])
names = allowed(sys.argv[1]) | {"execve"}
os.setgroups([])
os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
confine(names)
os.execv(sys.argv[3], sys.argv[3:])
