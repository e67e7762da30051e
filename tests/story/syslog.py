# SPDX-License-Identifier: BSD-2-Clause
"""A /dev/log that appends what comes to a file, for want of a daemon."""

import os
import socket
import sys


def main():
    log = open(sys.argv[1], "a", encoding="utf-8")
    inlet = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    inlet.bind("/dev/log")
    os.chmod("/dev/log", 0o666)
    while True:
        packet, sender = inlet.recvfrom(65536)
        if packet == b"settled?" and sender:
            # What was sent before this is in the file.
            inlet.sendto(b"yes", sender)
            continue
        line = packet.decode("utf-8", "backslashreplace")
        log.write(line.rstrip("\n\0") + "\n")
        log.flush()


main()
