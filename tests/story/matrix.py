# SPDX-License-Identifier: BSD-2-Clause
"""Logins of every class that stage_classes() makes, and what comes of them."""

from ftp import RIGHT, WRONG

# what, user, certificate (None: none, "-": no TLS at all), password, outcome
ROWS = [
    # TLS optional, either
    ("optional: a good certificate is enough", "alice", "alice", None,
     "certificate"),
    ("optional: the password is enough", "alice", None, RIGHT, "password"),
    ("optional: a wrong password is not", "alice", None, WRONG, "530"),
    ("optional: an expired certificate leaves the password", "alice",
     "alice-expired", RIGHT, "password"),
    ("optional: an expired certificate does not log in", "alice",
     "alice-expired", None, "530"),
    ("optional: an expired certificate and a wrong password", "alice",
     "alice-expired", WRONG, "530"),
    ("optional: a certificate of an unknown CA leaves the password", "alice",
     "alice-unknown", RIGHT, "password"),
    ("optional: a certificate of an unknown CA does not log in", "alice",
     "alice-unknown", None, "530"),
    ("optional: a server's certificate leaves the password", "alice",
     "alice-server", RIGHT, "password"),
    ("optional: a server's certificate does not log in", "alice",
     "alice-server", None, "530"),
    ("optional: somebody else's certificate leaves the password", "alice",
     "bob", RIGHT, "password"),
    ("optional: somebody else's certificate does not log in", "alice", "bob",
     None, "530"),
    ("optional: somebody else's certificate and a wrong password", "alice",
     "bob", WRONG, "530"),
    ("optional: the password in clear", "alice", "-", RIGHT, "password"),
    ("optional: a wrong password in clear", "alice", "-", WRONG, "530"),
    # TLS required, either
    ("required: a good certificate is enough", "acme-1", "acme-1", None,
     "certificate"),
    ("required: the password is enough", "acme-1", None, RIGHT, "password"),
    ("required: a wrong password is not", "acme-1", None, WRONG, "530"),
    ("required: an expired certificate is refused", "acme-1",
     "acme-1-expired", RIGHT, "530"),
    ("required: a certificate of an unknown CA is refused", "acme-1",
     "acme-1-unknown", RIGHT, "530"),
    ("required: a server's certificate is refused", "acme-1",
     "acme-1-server", RIGHT, "530"),
    ("required: somebody else's certificate is refused", "acme-1", "acme-2",
     RIGHT, "530"),
    ("required: clear is refused", "acme-1", "-", RIGHT, "530"),
    # a certificate, no password
    ("certificate: a good one is enough", "robot", "robot", None,
     "certificate"),
    ("certificate: the password is no substitute", "robot", None, RIGHT,
     "530"),
    ("certificate: nor beside an expired one", "robot", "robot-expired",
     RIGHT, "530"),
    ("certificate: nor in clear", "robot", "-", RIGHT, "530"),
    # a certificate and the password
    ("both: certificate and password", "dora", "dora", RIGHT, "password"),
    ("both: the certificate alone is not enough", "dora", "dora", None,
     "530"),
    ("both: nor with a wrong password", "dora", "dora", WRONG, "530"),
    ("both: the password alone is not enough", "dora", None, RIGHT, "530"),
    ("both: nor with an expired certificate", "dora", "dora-expired", RIGHT,
     "530"),
    # a class that refuses
    ("refuse: a good certificate is refused", "ted", "ted", RIGHT, "530"),
    ("refuse: a right password is refused", "ted", None, RIGHT, "530"),
    ("refuse: so is clear", "ted", "-", RIGHT, "530"),
    # nobody's class
    ("a user of no class is refused", "zoe", None, RIGHT, "530"),
    ("a user of no class is refused in clear", "zoe", "-", RIGHT, "530"),
    ("a user whom nobody knows is refused", "ghost", None, RIGHT, "530"),
]
