# SPDX-License-Identifier: BSD-2-Clause
"""An Edge and a Server, each with its own configuration, and a cable.

The story itself is in the Edge's network.  What it starts for a machine enters
that machine first.
"""

import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import threading

from story import (CONF, PKI, STAGE, Helper, await_that, log, run, since,
                   write)

SERVER, LINK_PORT, STREAM_PORT = "10.9.0.2", 5990, 5991
ETC = {"server": "/etc/", "edge": STAGE + "/edge/etc/"}
CLASSES = {name: etc + "stssl/classes.conf" for name, etc in ETC.items()}
EDGE_CONF = ETC["edge"] + "stssl/helper.conf"
NEW_MOUNTS, NEW_NET = 0x00020000, 0x40000000
BIND, PRIVATE = 4096, 1 << 18 | 16384
LIBC = ctypes.CDLL(None, use_errno=True)


def must(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), "the machine cannot be entered")


def enter(machine):
    """This process becomes one of the Edge or the Server."""
    with open("/run/netns/" + machine) as net:
        must(LIBC.setns(net.fileno(), NEW_NET))
    if machine == "edge":
        must(LIBC.unshare(NEW_MOUNTS))
        must(LIBC.mount(None, b"/", None, PRIVATE, None))
        for ours, place in ("etc", b"/etc"), ("run", b"/run/stssl"):
            must(LIBC.mount(f"{STAGE}/edge/{ours}".encode(), place, None, BIND,
                            None))


def ctl(machine, *arguments, check=True):
    """What stsslctl says there."""
    done = subprocess.run([os.environ["STSSLCTL"], *arguments],
                          preexec_fn=lambda: enter(machine),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if check and done.returncode != 0:
        raise AssertionError(f"stsslctl {arguments}: {done.stdout!r}")
    return done.stdout.decode()


# Keys of links

def make_key(name):
    """A key with a certificate that nobody has signed; its pin."""
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
        "/CN=" + name, "-keyout", f"{PKI}{name}.key", "-out",
        f"{PKI}{name}.pem")
    return pin_of(name)


def pin_of(name):
    return run(os.environ["STSSLCTL"], "pin",
               f"{PKI}{name}.pem").stdout.decode().strip()


def place_key(machine, name):
    """As README says: the certificate for all, the key for the helper."""
    for kind, mode in ("pem", "644"), ("key", "640"):
        run("install", "-m", mode, "-g", "stssl", f"{PKI}{name}.{kind}",
            f"{ETC[machine]}stssl/link.{kind}")


LINK_FILES = """
	certificate = "/etc/stssl/link.pem"
	key         = "/etc/stssl/link.key"
"""


def server_conf(edges, seconds=10, tls=""):
    pins = ", ".join(f'"{name} {pin}"' for name, pin in edges.items())
    return f"""
user    = "stssl"
workers = 2
tls {{ client-ca = {{ "/etc/stssl/client-ca.pem" }}  {tls} }}
link {{ {LINK_FILES}
	edges            = {{ {pins} }}
	edge-certificate = {{ "/etc/stssl/server.pem" }}
	edge-policy      = refuse
}}
penalties {{ exempt = {{ "10.9.0.0/24" }} }}
listen "from-edge" {{
	tls     = link
	address = "{SERVER}:{LINK_PORT}"
	backend = "127.0.0.1:221"
	service = "vsftpd"
	failed-login-delay = 0
	handshake-timeout = {seconds}
}}
listen "echo" {{
	protocol = stream
	tls      = link
	address  = "{SERVER}:{STREAM_PORT}"
	backend  = "127.0.0.1:7"
	service  = "vsftpd"
}}
"""


FTP_LISTENER = """
listen "{name}" {{
	address = {{ {addresses} }}
	tls     = {tls}
	backend = {{ {to} }}
	failed-login-delay = 0
}}
"""


def listener(name, tls="explicit", to=(f"{SERVER}:{LINK_PORT}",),
             addresses='"203.0.113.80:0"'):
    servers = ", ".join(f'"link:{address}"' for address in to)
    return FTP_LISTENER.format(name=name, tls=tls, to=servers,
                               addresses=addresses)


def edge_conf(server_pin, more=""):
    return f"""
user    = "stssl"
workers = 2
tls {{
	certificate = {{ "/etc/stssl/server.pem" }}
	key         = {{ "/etc/stssl/server.key" }}
	client-ca   = {{ "/etc/stssl/client-ca.pem" }}
}}
link {{ {LINK_FILES}
	servers = {{ "{server_pin}" }}
}}
penalties {{ exempt = {{ "203.0.113.0/24", "2001:db8::/32" }} }}
""" + listener("ftp", addresses='"203.0.113.80:0", "[2001:db8::80]:0"') + \
        listener("ftps", "implicit") + f"""
listen "echo" {{
	protocol = stream
	address  = "203.0.113.80:0"
	backend  = "link:{SERVER}:{STREAM_PORT}"
}}
{more}"""


def serve_echo():
    """What is behind the Server's stream; in a process of its own."""
    if os.fork() > 0:
        return
    enter("server")
    inlet = socket.create_server(("127.0.0.1", 7), backlog=64)
    while True:
        client, _ = inlet.accept()
        threading.Thread(target=echo, args=(client,), daemon=True).start()


def echo(client):
    with client:
        try:
            while data := client.recv(65536):
                client.sendall(data)
        except ConnectionError:
            pass


def start_server(text):
    write(CONF, text)
    start = len(log("helper.log"))
    helper = Helper(before=lambda: enter("server"))
    await_that(lambda: "listening listener=echo" in since("helper.log", start),
               "the Server listens")
    return helper


def start_edge(text):
    write(EDGE_CONF, text)
    return Helper(EDGE_CONF, before=lambda: enter("edge"), own="edge.log")


class Cable:
    """Passes on connections to the Server, until it is cut."""

    def __init__(self):
        self.inlet = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = "127.0.0.1:%d" % self.inlet.getsockname()[1]
        self.pairs = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.inlet.accept()
            far = socket.create_connection((SERVER, LINK_PORT))
            pair = {"ends": (near, far), "is_data": False, "bytes": 0}
            self.pairs.append(pair)
            for one, other in (near, far), (far, near):
                threading.Thread(target=self.carry, daemon=True,
                                 args=(pair, one, other)).start()

    def carry(self, pair, one, other):
        try:
            while data := one.recv(65536):
                if pair["bytes"] == 0 and data.startswith(b"STSSL-DT"):
                    pair["is_data"] = True
                pair["bytes"] += len(data)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def carried(self, is_data):
        """Bytes of the newest connection of a kind; None: there is none."""
        those = [p for p in self.pairs if p["is_data"] == is_data]
        return those[-1]["bytes"] if those else None

    def cut(self, is_data, reset):
        """Both ends of all connections of a kind end, without close_notify."""
        for pair in self.pairs:
            for end in pair["ends"] if pair["is_data"] == is_data else ():
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", int(reset), 0))
                    # Or the thread that reads it would keep it open.
                    end.shutdown(socket.SHUT_RD)
                end.close()
        self.pairs = [p for p in self.pairs if p["is_data"] != is_data]
