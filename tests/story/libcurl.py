# SPDX-License-Identifier: BSD-2-Clause
"""libcurl, whichever TLS library it is linked with: a client for the stories.

    libcurl.py LIBRARY WORD...

A word NAME=VALUE sets an option of the list below for all transfers to come;
the word "go" does one, on the connection of the last where there was one.
The exit status is libcurl's own of the first transfer that failed.
"""

import ctypes
import os
import sys

# name: number of the option in curl.h, and what its values are
OPTIONS = {
    "url": (10002, os.fsencode),
    "userpwd": (10005, os.fsencode),
    "port": (10017, os.fsencode),
    "cert": (10025, os.fsencode),
    "cainfo": (10065, os.fsencode),
    "key": (10087, os.fsencode),
    "timeout": (13, int),
    "version": (32, int),
    "verbose": (41, int),
    "names": (48, int),
    "use-ssl": (119, int),
}
UPLOAD, READ_FILE, WRITE_FILE, ERROR = 46, 10009, 10001, 10010


class Curl:
    """An easy handle."""

    def __init__(self, library):
        self.lib = ctypes.CDLL(library)
        self.libc = ctypes.CDLL(None)
        self.lib.curl_easy_init.restype = ctypes.c_void_p
        self.libc.fopen.restype = ctypes.c_void_p
        self.handle = ctypes.c_void_p(self.lib.curl_easy_init())
        self.error = ctypes.create_string_buffer(256)
        self.set(ERROR, self.error)
        self.file = None

    def set(self, option, value):
        if isinstance(value, int):
            value = ctypes.c_long(value)
        status = self.lib.curl_easy_setopt(self.handle, ctypes.c_int(option),
                                           value)
        if status != 0:
            sys.exit(f"option {option}: status {status}")

    def open(self, option, path, mode):
        self.file = ctypes.c_void_p(self.libc.fopen(os.fsencode(path), mode))
        self.set(option, self.file)
        self.set(UPLOAD, option == READ_FILE)

    def go(self):
        status = self.lib.curl_easy_perform(self.handle)
        if self.file is not None:
            self.libc.fclose(self.file)
            self.file = None
        if status != 0:
            print(self.error.value.decode(), file=sys.stderr)
            sys.exit(status)


def main(library, *words):
    curl = Curl(library)
    for word in words:
        name, _, value = word.partition("=")
        if name == "go":
            curl.go()
        elif name == "from":
            curl.open(READ_FILE, value, b"rb")
        elif name == "to":
            curl.open(WRITE_FILE, value, b"wb")
        else:
            option, kind = OPTIONS[name]
            curl.set(option, kind(value))
    curl.lib.curl_easy_cleanup(curl.handle)


main(*sys.argv[1:])
