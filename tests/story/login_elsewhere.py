# SPDX-License-Identifier: BSD-2-Clause
"""A process that a daemon has for PAM, without any client's connection: called
with service, user, PAM_RHOST and password it prints what auth and account say
(pam(3)), and what PAM_RHOST is then.  Without a user it is asked for."""

import ctypes
import sys

libpam = ctypes.CDLL("libpam.so.0")
libc = ctypes.CDLL(None)
libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p
PAM_RHOST = 4


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


CONVERSE = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)),
    ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)


class Conversation(ctypes.Structure):
    _fields_ = [("converse", CONVERSE), ("data", ctypes.c_void_p)]


def main(service, user, rhost, password, typed=""):
    @CONVERSE
    def converse(count, messages, responses, _):
        """A question that is echoed is that for the user."""
        place = libc.calloc(count, ctypes.sizeof(Response))
        answers = ctypes.cast(place, ctypes.POINTER(Response))
        for i in range(count):
            echoed = messages[i].contents.style == 2
            answers[i].text = libc.strdup(
                (typed if echoed else password).encode())
        responses[0] = place
        return 0

    handle, item = ctypes.c_void_p(), ctypes.c_char_p()
    conversation = Conversation(converse, None)
    if libpam.pam_start(service.encode(), user.encode() or None,
                        ctypes.byref(conversation), ctypes.byref(handle)):
        raise SystemExit("no PAM")
    libpam.pam_set_item(handle, PAM_RHOST, ctypes.c_char_p(rhost.encode()))
    codes = [call(handle, 0) for call in (libpam.pam_authenticate,
                                          libpam.pam_acct_mgmt)]
    libpam.pam_get_item(handle, PAM_RHOST, ctypes.byref(item))
    print(*codes, item.value.decode())
    libpam.pam_end(handle, 0)


main(*sys.argv[1:])
