# SPDX-License-Identifier: BSD-2-Clause
"""The corners of FTP: what is broken off, cut in, very long or unusual."""

import time

from story import Helper, equal, logged_in, story, tell

HELPER = Helper()
FTP = HELPER.address("ftp")
FTPS = HELPER.address("ftps")


@story("a small download does not wait for the kernel's delayed ACK")
def no_delay():
    ftp = logged_in(FTP, tls=None)
    seconds = []
    for _ in range(20):
        start = time.monotonic()
        ftp.retrbinary("RETR hello", lambda data: None)
        seconds.append(time.monotonic() - start)
    # With it most take 40 ms and more; without it, 1 or 2.
    equal(sorted(seconds)[10] < 0.040, True)
    ftp.quit()


if __name__ == "__main__":
    tell()
