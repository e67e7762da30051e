# SPDX-License-Identifier: BSD-2-Clause
"""How much of everything: in the full run, in the short one, and in the tiny
one, which measures nothing but shows that all of it works."""

from types import SimpleNamespace

MIB = 1 << 20
GIB = 1 << 30

# Key of the server; whether it asks for a client certificate; how a
# connection begins.
KINDS = (("ecdsa", False, "full"), ("ecdsa", False, "resumed"),
         ("rsa", False, "full"), ("ecdsa", True, "full"),
         ("rsa", True, "full"))

SIZES = {
    "full": SimpleNamespace(
        rounds=5, programs=None,
        kinds=KINDS, connections=600,
        bulk=GIB >> 1, streams=(1, 16),
        held=(1000, 10000), among=200,
        sessions=(10, 1000, 10000), classes=1000, enrolled=1000000,
        turns=400, hashes=20,
        logins=60, large=GIB, small=1000, delayed=50),
    "short": SimpleNamespace(
        rounds=3, programs=None,
        kinds=KINDS[:2], connections=200,
        bulk=GIB >> 3, streams=(1,),
        held=(1000,), among=100,
        sessions=(10, 1000), classes=1000, enrolled=10000,
        turns=200, hashes=10,
        logins=20, large=GIB >> 3, small=100, delayed=10),
    # Programs that the tests need anyway.  The large file is not smaller, as
    # an upload to vsftpd's TLS 1.3 fails then: its tickets come when curl has
    # closed already.
    "tiny": SimpleNamespace(
        rounds=1, programs=("ours", "ours-passive", "bare", "vsftpd"),
        kinds=(*KINDS[:2], KINDS[-1]), connections=8,
        bulk=MIB, streams=(1, 2),
        held=(20,), among=5,
        sessions=(5, 20), classes=20, enrolled=100,
        turns=5, hashes=1,
        logins=2, large=16 * MIB, small=5, delayed=2),
}
