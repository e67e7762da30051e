# SPDX-License-Identifier: BSD-2-Clause
"""Looks for a private key in the memory of a process."""

import os
import re

from story import equal, run


def memory(pid):
    """All that a process could read of its own, piece by piece."""
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            start, end, mode = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
            if mode[0] != "r" or "[v" in line:
                continue
            size = int(end, 16) - int(start, 16)
            # The sanitizers keep terabytes in reserve.
            if size > 1 << 30:
                continue
            mem.seek(int(start, 16))
            try:
                yield mem.read(size)
            except OSError:
                pass


def secrets(path):
    """The secret numbers of a key, 32 bytes of each, in both byte orders, and
    what its file says of them."""
    text = run("certtool", "--key-info", "--infile", path).stdout.decode()
    found = []
    for name in "private key", "private exponent", "prime1", "prime2":
        hexa = re.search(name + r":\s*\n((?:\s+[0-9a-f:]+\n)+)", text)
        if hexa is not None:
            number = bytes.fromhex(re.sub(r"[\s:]", "", hexa.group(1)))
            number = number.lstrip(b"\0")
            found += [number[-32:], number[::-1][:32]]
    equal(len(found) >= 2, True)
    with open(path, "rb") as file:
        lines = re.findall(rb"(?m)^[\w+/=]{64}$", file.read())
    equal(len(lines) >= 2, True)
    return found + lines


def tag_secret(pid):
    """What a process has where the secret of the keyholder's tags is."""
    symbols = run("nm", os.environ["HELPER"]).stdout.decode()
    offset = re.search(r"(?m)^(\w+) [bB] key_secret$", symbols).group(1)
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb") as mem:
        base = next(int(line.split("-")[0], 16) for line in maps
                    if line.rstrip().endswith("/stssl-helper"))
        mem.seek(base + int(offset, 16))
        return mem.read(32)


def knows(pid, path):
    """Whether a process has a secret of the key in its memory."""
    wanted = secrets(path)
    return any(secret in piece for piece in memory(pid) for secret in wanted)
