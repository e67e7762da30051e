#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""FTPS by libcurl: curl's own loop, but that it looks again after a
millisecond.

    curl.py CA PORT get|put FILE PATH...

Each PATH is fetched into FILE, or FILE put there, on one connection; the exit
status is libcurl's own of the first transfer that failed.  curl
7.88 has nothing to wait for between the answer to EPSV and the data
connection, so the program sleeps there until some timer ends, up to a second,
at every file.
"""

import ctypes
import os
import sys

# Of curl.h.
OPTIONS = {"file": 10001, "url": 10002, "userpwd": 10005, "from": 10009,
           "timeout": 13, "version": 32, "upload": 46, "cainfo": 10065,
           "ip": 113, "use-ssl": 119}
TLS_1_3, ALL, IPV4 = 7, 3, 1
GUARD = 90


class Message(ctypes.Structure):
    """What became of a transfer."""

    _fields_ = [("kind", ctypes.c_int), ("easy", ctypes.c_void_p),
                ("result", ctypes.c_int)]


class Curl:
    """An easy handle and the multi handle that drives it."""

    def __init__(self):
        self.lib = ctypes.CDLL("libcurl.so.4")
        self.libc = ctypes.CDLL(None)
        self.libc.fopen.restype = ctypes.c_void_p
        for name in "curl_easy_init", "curl_multi_init":
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.lib.curl_multi_info_read.restype = ctypes.POINTER(Message)
        self.easy = ctypes.c_void_p(self.lib.curl_easy_init())
        self.multi = ctypes.c_void_p(self.lib.curl_multi_init())

    def set(self, name, value):
        if isinstance(value, int):
            value = ctypes.c_long(value)
        status = self.lib.curl_easy_setopt(
            self.easy, ctypes.c_int(OPTIONS[name]), value)
        if status != 0:
            sys.exit(f"{name}: status {status}")

    def open(self, name, path, mode):
        stream = ctypes.c_void_p(self.libc.fopen(os.fsencode(path), mode))
        if not stream:
            sys.exit("cannot open " + path)
        self.set(name, stream)
        return stream

    def go(self):
        running = ctypes.c_int(1)
        self.lib.curl_multi_add_handle(self.multi, self.easy)
        while True:
            self.lib.curl_multi_perform(self.multi, ctypes.byref(running))
            if running.value == 0:
                break
            self.lib.curl_multi_poll(self.multi, None, 0, 1, None)
        found = self.lib.curl_multi_info_read(self.multi,
                                              ctypes.byref(running))
        if found.contents.result != 0:
            sys.exit(found.contents.result)
        self.lib.curl_multi_remove_handle(self.multi, self.easy)


def main(authority, port, way, file, *paths):
    curl = Curl()
    curl.set("cainfo", os.fsencode(authority))
    curl.set("userpwd", b"alice:any")
    for name, value in (("version", TLS_1_3), ("use-ssl", ALL), ("ip", IPV4),
                        ("timeout", GUARD), ("upload", way == "put")):
        curl.set(name, int(value))
    for path in paths:
        stream = (curl.open("from", file, b"rb") if way == "put" else
                  curl.open("file", file, b"wb"))
        curl.set("url", os.fsencode(f"ftp://localhost:{port}/{path}"))
        curl.go()
        curl.libc.fclose(stream)


main(*sys.argv[1:])
