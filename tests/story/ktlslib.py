# SPDX-License-Identifier: BSD-2-Clause
"""What the kernel that is here can do with TLS."""

import errno
import os
import re
import socket

TCP_ULP = 31


def can():
    """Whether the kernel has TLS: then all that is missing is a peer."""
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.IPPROTO_TCP, TCP_ULP, b"tls")
        except OSError as error:
            return error.errno == errno.ENOTCONN
    return True


CAN = can()
# From this version on it takes new keys.
RELEASE = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
CAN_RECEIVE = CAN and RELEASE >= (6, 14)
