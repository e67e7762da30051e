#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Logins over TLS 1.3, one after the other, from connect() to 230.

    logins.py CA PORT COUNT

Prints the seconds that they took together.  A process of its own, since which
key shares a client sends is OpenSSL's to say, by $OPENSSL_CONF at its start.
"""

import ftplib
import ssl
import sys
import time

GUARD = 90


def log_in(context, port):
    begin = time.monotonic()
    with ftplib.FTP_TLS(context=context, timeout=GUARD) as ftp:
        ftp.connect("127.0.0.1", port)
        ftp.login("alice", "any")
        return time.monotonic() - begin


def main(authority, port, count):
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    try:
        print(sum(log_in(context, int(port)) for _ in range(int(count))))
    except ftplib.all_errors as error:
        sys.exit(f"login: {error}")


main(*sys.argv[1:])
