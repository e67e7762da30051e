# SPDX-License-Identifier: BSD-2-Clause
"""Files come through whole, whoever sends them; what is cut short says so."""

import array
import fcntl
import os
import signal
import socket
import struct
import termios

from ftp import (Bytes, ask, connect, failed_upload, fetch, log_in, logged_in,
                 password_of, store)
from programs import Lftp
from story import (PATIENCE, PKI, STAGE, Helper, await_that, begins, equal,
                   hash_of, home, log, run, since, story, tell)

HELPER = Helper()
FTP = HELPER.address("ftp")
FTPS = HELPER.address("ftps")
MIB = 1 << 20
SIZES = [0, 1, 65537, 300 * MIB]


def made(name, size):
    """A local file of `size` bytes; returns its path."""
    path = f"{STAGE}/{name}"
    source = Bytes(size)
    with open(path, "wb") as file:
        while source.left > 0:
            file.write(source.read(0))
    return path


def there_and_back(ftp, size):
    sent = store(ftp, "file", size)
    equal(os.path.getsize(home("alice", "file")), size)
    equal(hash_of(home("alice", "file")), sent)
    equal(fetch(ftp, "file"), sent)
    ftp.delete("file")


@story("{1} TLS, PROT {2}: {0} bytes there and back",
       *[(size, tls, level) for tls in ("explicit", "implicit")
         for level in "PC" for size in SIZES])
def sizes(size, tls, level):
    ftp = logged_in(FTP if tls == "explicit" else FTPS, tls=tls,
                    protect=level == "P", certificate="alice")
    there_and_back(ftp, size)
    ftp.quit()


@story("in clear: {0} bytes there and back", (0,), (65537,))
def clear(size):
    ftp = logged_in(FTP, tls=None)
    there_and_back(ftp, size)
    ftp.quit()


@story("active mode over {0}: there and back",
       ("IPv4", socket.AF_INET), ("IPv6", socket.AF_INET6))
def active(_, family):
    ftp = logged_in(HELPER.address("ftp", family))
    ftp.set_pasv(False)
    there_and_back(ftp, 65537)
    ftp.quit()


@story("passive mode over IPv6: there and back")
def passive6():
    ftp = logged_in(HELPER.address("ftp", socket.AF_INET6))
    there_and_back(ftp, 65537)
    ftp.quit()


@story("many transfers on one connection, the protection changing")
def many():
    ftp = logged_in(FTP)
    for turn in range(20):
        ftp.prot_p() if turn % 3 else ftp.prot_c()
        there_and_back(ftp, 1 + 1000 * turn)
        lines = []
        ftp.retrlines("NLST", lines.append)
        equal(lines, ["hello"])
    ftp.quit()


@story("RETR from the middle, and APPE")
def middle():
    ftp = logged_in(FTP)
    parts = []
    ftp.retrbinary("RETR hello", parts.append, rest=6)
    equal(b"".join(parts), b"alice\n")
    with open(home("alice", "hello"), "rb") as more:
        ftp.storbinary("APPE twice", more)
        more.seek(0)
        ftp.storbinary("APPE twice", more)
    ftp.retrbinary("RETR twice", parts.append)
    equal(parts[-1], b"hello alice\n" * 2)
    ftp.delete("twice")
    ftp.quit()


def curl(*arguments, check=True):
    return run("curl", "--silent", "--show-error", "--cacert", PKI + "ca.pem",
               "--max-time", "60", *arguments, check=check)


@story("curl, {0}: there and back with a certificate",
       ("explicit", "ftp", ["--ssl-reqd"]),
       ("explicit, PASV", "ftp", ["--ssl-reqd", "--disable-epsv"]),
       # With protected data, curl 7.88's active uploads forget the TLS.
       ("explicit, active, clear data", "ftp",
        ["--ftp-ssl-control", "--ftp-port", "-"]),
       ("explicit, TLS 1.2", "ftp", ["--ssl-reqd", "--tls-max", "1.2"]),
       ("explicit, clear data", "ftp", ["--ftp-ssl-control"]),
       ("implicit", "ftps", []))
def curls(_, scheme, options):
    host, port = HELPER.address(scheme)
    url = f"{scheme}://{host}:{port}/curl"
    key = ["--cert", PKI + "alice.pem", "--key", PKI + "alice.key",
           "--user", "alice:"]
    path = made("upload", 65537)
    curl(*options, *key, "--upload-file", path, url)
    curl(*options, *key, "--output", STAGE + "/download", url)
    equal(hash_of(home("alice", "curl")), hash_of(path))
    equal(hash_of(STAGE + "/download"), hash_of(path))
    os.unlink(home("alice", "curl"))


@story("curl: 60 uploads of 1.5 MB, all whole")
def curl_uploads():
    path = made("upload", 1500000)
    whole = hash_of(path)
    url = f"ftp://{FTP[0]}:{FTP[1]}/curl"
    for _ in range(60):
        curl("--ssl-reqd", "--user", "alice:" + password_of("alice"),
             "--upload-file", path, url)
        equal(hash_of(home("alice", "curl")), whole)
        os.unlink(home("alice", "curl"))


@story("curl: several files over one connection")
def curl_reuse():
    url = f"ftp://{FTP[0]}:{FTP[1]}/hello"
    done = curl("--ssl-reqd", "--user", "alice:" + password_of("alice"),
                url, url, url, url)
    equal(done.stdout, b"hello alice\n" * 4)


@story("lftp, {0}: 20 uploads of 3 MB, all whole",
       ("explicit", FTP), ("implicit", FTPS))
def lftp_uploads(tls, address):
    path = made("upload", 3000000)
    whole = hash_of(path)
    Lftp(address, tls, "alice").run(
        *[f"put {path} -o lftp-{turn}" for turn in range(20)])
    for turn in range(20):
        equal(hash_of(home("alice", f"lftp-{turn}")), whole)
        os.unlink(home("alice", f"lftp-{turn}"))


def size_of(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def unsent(connection):
    """Bytes that the helper's machine has not acknowledged."""
    count = array.array("i", [0])
    fcntl.ioctl(connection, termios.TIOCOUTQ, count)
    return count[0]


def cut(connection, reset):
    """Close the TCP connection under TLS: no close_notify."""
    raw = socket.socket(fileno=connection.detach())
    if reset:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                       struct.pack("ii", 1, 0))
    raw.close()


@story("an upload cut short by {0} is incomplete for client and backend",
       ("FIN", False), ("RST", True))
def cut_upload(_, reset):
    start = len(log("vsftpd.log"))
    ftp = logged_in(FTP)
    connection = ftp.transfercmd("STOR cut")
    connection.sendall(b"x" * 300000)
    cut(connection, reset)
    begins(ftp.getmultiline(), "426")
    failed_upload("cut", start)
    there_and_back(ftp, 1000)
    ftp.delete("cut")
    ftp.quit()


@story("what came of an upload that was cut short is kept, and REST goes on "
       "there: {0}", ("protected", True), ("clear, by a reset", False))
def goes_on(_, protect):
    ftp = logged_in(FTP, protect=protect)
    whole, part = os.urandom(3 * MIB), 2 * MIB
    connection = ftp.transfercmd("STOR cut")
    connection.sendall(whole[:part - 1000])
    await_that(lambda: size_of(home("alice", "cut")) == part - 1000, "a file")
    # The helper sees the last bytes and the break in one go.
    for pid in HELPER.processes()[1:]:
        os.kill(pid, signal.SIGSTOP)
    connection.sendall(whole[part - 1000:part])
    # In clear a FIN is an end.  A reset must not come before the bytes.
    await_that(lambda: unsent(connection) == 0, "all has arrived")
    cut(connection, not protect)
    for pid in HELPER.processes()[1:]:
        os.kill(pid, signal.SIGCONT)
    begins(ftp.getmultiline(), "426")
    with open(home("alice", "cut"), "rb") as file:
        equal(file.read() == whole[:part], True)
    connection = ftp.transfercmd("STOR cut", rest=part)
    connection.sendall(whole[part:])
    if protect:
        connection.unwrap()
    connection.close()
    begins(ftp.getmultiline(), "226")
    with open(home("alice", "cut"), "rb") as file:
        equal(file.read() == whole, True)
    ftp.delete("cut")
    ftp.quit()


@story("a client that leaves in the middle of an upload leaves it incomplete")
def left():
    start = len(log("vsftpd.log"))
    ftp = logged_in(FTP)
    connection = ftp.transfercmd("STOR cut")
    connection.sendall(b"x" * 300000)
    await_that(lambda: '"STOR cut"' in since("vsftpd.log", start),
               "the command at vsftpd")
    cut(ftp.sock, False)
    cut(connection, False)
    failed_upload("cut", start)
    os.unlink(home("alice", "cut"))


@story("a download that the client does not want any more ends with 426")
def unwanted_download():
    made("big", 8 * MIB)
    os.rename(STAGE + "/big", home("alice", "big"))
    os.chmod(home("alice", "big"), 0o644)
    ftp = logged_in(FTP)
    connection = ftp.transfercmd("RETR big")
    connection.recv(1000)
    cut(connection, True)
    begins(ftp.getmultiline(), "426")
    there_and_back(ftp, 1000)
    ftp.delete("big")
    ftp.quit()


@story("an upload whose TLS handshake fails creates no file")
def no_handshake():
    ftp = logged_in(FTP)
    host, port = ftp.makepasv()
    with socket.create_connection((host, port), PATIENCE) as data:
        ftp.putcmd("STOR never")
        data.sendall(b"this is no ClientHello\r\n" * 10)
        reply = ftp.getmultiline()
    while reply.startswith("1"):
        reply = ftp.getmultiline()
    equal(reply[:3] in ("522", "425", "426"), True)
    equal(os.path.exists(home("alice", "never")), False)
    there_and_back(ftp, 1000)
    ftp.quit()


@story("private data: {0} in clear is refused with 521",
       ("STOR",), ("RETR",), ("LIST",), ("NLST",), ("APPE",))
def private(command):
    ftp = connect(FTP, certificate="acme-1")
    equal(log_in(ftp, "acme-1"), "certificate")
    ftp.makepasv()
    begins(ask(ftp, command + " hello"), "521")
    begins(ask(ftp, "PROT C"), "534")
    ftp.prot_p()
    parts = []
    ftp.retrbinary("RETR hello", parts.append)
    equal(parts, [b"hello acme-1\n"])
    ftp.quit()


@story("a data connection from another address is not served")
def stolen():
    ftp = logged_in(FTP, protect=False)
    address = ftp.makepasv()
    thief = socket.create_connection(address, PATIENCE, ("203.0.113.9", 0))
    with socket.create_connection(address, PATIENCE) as rightful:
        begins(ask(ftp, "RETR hello"), "150")
        equal(rightful.recv(100), b"hello alice\n")
    equal(thief.recv(100), b"")
    begins(ftp.getmultiline(), "226")
    ftp.quit()
    equal(" foreign=203.0.113.9:" in log("helper.log"), True)


@story("an order to connect to {0} is refused",
       ("somebody else", "PORT 203,0,113,9,200,1", ("203.0.113.9", 51201)),
       ("port 80", "PORT 127,0,0,1,0,80", ("127.0.0.1", 80)),
       ("somebody else by EPRT", "EPRT |1|203.0.113.9|51201|",
        ("203.0.113.9", 51201)),
       ("port 80 by EPRT", "EPRT |1|127.0.0.1|80|", ("127.0.0.1", 80)),
       ("another family", "EPRT |2|2001:db8::9|51201|",
        ("2001:db8::9", 51201)),
       ("no family", "EPRT |3|203.0.113.9|51201|", ("203.0.113.9", 51201)))
def bounce(_, order, address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.create_server(address, family=family) as victim:
        ftp = logged_in(FTP, protect=False)
        begins(ask(ftp, order), "5")
        begins(ask(ftp, "LIST"), "425")
        ftp.quit()
        victim.setblocking(False)
        try:
            victim.accept()
            raise AssertionError("the helper has connected")
        except BlockingIOError:
            pass


def is_closed(address):
    try:
        socket.create_connection(address, PATIENCE).close()
        return False
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        # It was closed just now: the next attempt is refused.
        return False


@story("a passive port is there once, for one session, and not for long")
def ports():
    sessions = [logged_in(FTP, protect=False) for _ in range(8)]
    addresses = [ftp.makepasv() for ftp in sessions]
    equal(len(set(addresses)), len(sessions))
    equal({host for host, _ in addresses}, {FTP[0]})
    for ftp, address in zip(sessions, addresses):
        with socket.create_connection(address, PATIENCE) as data:
            # Before the transfer: its end would close the port anyway.
            await_that(lambda: is_closed(address), "the port is closed")
            begins(ask(ftp, "RETR hello"), "150")
            equal(data.recv(100), b"hello alice\n")
        begins(ftp.getmultiline(), "226")
        address = ftp.makepasv()
        ftp.quit()
        await_that(lambda: is_closed(address), "the port is closed")


@story("TYPE A: line ends that are cut apart by records stay as they are")
def ascii_records():
    ftp = logged_in(FTP)
    ftp.voidcmd("TYPE A")
    pieces = [b"one\r", b"\ntwo\n", b"three\r\r", b"\n", b"\r", b"\n\0"]
    data = ftp.transfercmd("STOR text")
    for piece in pieces:
        data.sendall(piece)
    data.unwrap()
    data.close()
    begins(ftp.getmultiline(), "226")
    with open(home("alice", "text"), "rb") as file:
        equal(file.read(), b"".join(pieces))
    ftp.delete("text")
    ftp.quit()


@story("two sessions of one user, each with its own transfer")
def together():
    first, second = logged_in(FTP), logged_in(FTPS, tls="implicit")
    one = first.transfercmd("STOR one")
    two = second.transfercmd("STOR two")
    one.sendall(b"1" * 100000)
    two.sendall(b"2" * 100000)
    for ftp, connection in (second, two), (first, one):
        connection.unwrap()
        connection.close()
        begins(ftp.getmultiline(), "226")
    for name in "one", "two":
        equal(os.path.getsize(home("alice", name)), 100000)
        first.delete(name)
    first.quit()
    second.quit()


if __name__ == "__main__":
    tell()
