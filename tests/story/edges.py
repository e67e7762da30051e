# SPDX-License-Identifier: BSD-2-Clause
"""The corners of FTP: what is aborted, goes on, comes from elsewhere."""

import contextlib
import ctypes
import os
import re
import signal
import socket
import ssl
import threading

from ftp import ask, connect, fetch, logged_in, password_of, store, vsftpd
import programs
from story import (PATIENCE, STAGE, Helper, Skipped, await_that, begins, equal,
                   home, log, run, since, story, tell)

vsftpd(226, "listen=NO", "listen_ipv6=YES", "listen_address6=::1")
with open("/etc/pam.d/plain", "w") as pam:
    pam.write("auth include common-auth\naccount include common-account\n"
              "session include common-session\n")
vsftpd(227, "pam_service_name=plain")
vsftpd(229, "pam_service_name=plain", "local_max_rate=65536")
RECORDED = socket.create_server(("127.0.0.1", 228))
HELPER = Helper()
FTP = HELPER.address("ftp")
FTP6 = HELPER.address("ftp", socket.AF_INET6)
IP, DM = b"\xff\xf4", b"\xff\xf2"


def sparse(path, size, last=b""):
    """A large file that takes no room; `last` are its last bytes."""
    with open(path, "wb") as file:
        file.truncate(size - len(last))
        file.seek(0, os.SEEK_END)
        file.write(last)
    os.chmod(path, 0o666)
    return path


def usable(ftp):
    """The session is in step, and moves files."""
    begins(ask(ftp, "NOOP"), "200")
    store(ftp, "after", 70000)
    ftp.delete("after")


GETFD = 438  # pidfd_getfd(2)


def connections(pid):
    """Copies of the TCP connections that a process has."""
    found, process = [], os.pidfd_open(pid)
    for name in os.listdir(f"/proc/{pid}/fd"):
        if not os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:"):
            continue
        fd = ctypes.CDLL(None).syscall(GETFD, process, int(name), 0)
        if fd == -1:
            raise Skipped("pidfd_getfd() does not work here")
        sock = socket.socket(fileno=fd)
        if sock.family == socket.AF_INET and not sock.getsockopt(
                socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            found.append(sock)
        else:
            sock.close()
    os.close(process)
    return found


def all_four():
    """TCP_NODELAY of the helper's connections, when it has four of them."""
    seen = [sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            for pid in HELPER.processes() for sock in connections(pid)]
    return seen if len(seen) == 4 else None


@story("nothing waits for the kernel's delayed ACK, in a transfer neither")
def no_delay():
    with open(home("alice", "waits"), "wb") as file:
        file.truncate(100 << 20)
    os.chmod(home("alice", "waits"), 0o644)
    ftp = logged_in(FTP, tls=None)
    # It is not read: the connections stay as they are.
    # To client and backend: the session's, and its data connection's.
    with ftp.transfercmd("RETR waits"):
        seen = await_that(all_four, "four connections")
    equal([value != 0 for value in seen], 4 * [True])
    ftp.close()
    os.unlink(home("alice", "waits"))


# how a client says it: what is sent as urgent data, then the rest
ABORTS = [("ABOR", b"", b"ABOR\r\n"),
          ("IP, DM, ABOR", b"", IP + DM + b"ABOR\r\n"),
          ("IP and half of DM urgent", IP + DM[:1], DM[1:] + b"ABOR\r\n"),
          ("all of it urgent", b"ABOR\r\n", b"")]


@story("{0}, {2}: {1} breaks the transfer off with 426 and 226",
       *[(command, how, "explicit", b"", line) for how, urgent, line in ABORTS
         if not urgent for command in ("RETR", "STOR")],
       *[(command, how, None, urgent, line) for how, urgent, line in ABORTS
         for command in ("RETR", "STOR")])
def abort(command, _, tls, urgent, line):
    sparse(home("alice", "big"), 64 << 20)
    ftp = logged_in(FTP, tls=tls)
    with ftp.transfercmd(command + " big") as data:
        if command == "RETR":
            equal(len(data.recv(1000)) > 0, True)
        else:
            data.sendall(b"x" * 300000)
        if urgent:
            ftp.sock.sendall(urgent, socket.MSG_OOB)
        ftp.sock.sendall(line)
        begins(ftp.getmultiline(), "426")
        begins(ftp.getmultiline(), "226")
    usable(ftp)
    ftp.delete("big")
    ftp.quit()


@story("ABOR out of a transfer is the backend's to answer")
def abort_nothing():
    ftp = logged_in(FTP)
    begins(ask(ftp, "ABOR"), "225")
    ftp.makepasv()
    begins(ask(ftp, "ABOR"), "225")
    usable(ftp)
    ftp.quit()


@story("AUTH in the middle of a transfer is answered after it")
def auth_in_transfer():
    sparse(home("alice", "big"), 8 << 20)
    ftp = logged_in(FTP, tls=None)
    with ftp.transfercmd("RETR big") as data:
        ftp.putcmd("AUTH TLS")
        while data.recv(65536):
            pass
    begins(ftp.getmultiline(), "226")
    begins(ftp.getmultiline(), "503")
    usable(ftp)
    ftp.delete("big")
    ftp.quit()


def upload(ftp, command, data, rest=None):
    with ftp.transfercmd(command, rest) as connection:
        connection.sendall(data)
        connection.unwrap()
    return ftp.getmultiline()


@story("the last of {0} + 1 bytes, by REST: down, up and appended",
       ("2 GiB", 2 << 30), ("4 GiB", 4 << 30))
def last_byte(_, size):
    path = sparse(home("alice", "huge"), size + 1, b"z")
    ftp = logged_in(FTP)
    parts = []
    begins(ftp.retrbinary("RETR huge", parts.append, rest=size), "226")
    equal(parts, [b"z"])
    with open(path, "rb") as file:
        file.seek(size)
        os.truncate(path, size)
        begins(upload(ftp, "STOR huge", b"y", size), "226")
        equal(file.read(), b"y")
        os.truncate(path, size)
        begins(upload(ftp, "APPE huge", b"x"), "226")
        file.seek(size)
        equal(file.read(), b"x")
    ftp.delete("huge")
    ftp.quit()


@story("curl goes on with 2 GiB + 1 byte, down and up")
def curl_goes_on():
    size = 2 << 30
    theirs = sparse(home("alice", "huge"), size + 1, b"z")
    ours = sparse(STAGE + "/huge", size)
    client = programs.Curl(FTP, "explicit", "alice", "alice")
    client.run("--continue-at", "-", "--output", ours, client.url("huge"))
    equal(os.path.getsize(ours), size + 1)
    os.truncate(theirs, size)
    client.run("--continue-at", "-", "--upload-file", ours,
               client.url("huge"))
    for path in ours, theirs:
        with open(path, "rb") as file:
            file.seek(size)
            equal(file.read(), b"z")
        os.unlink(path)


@story("{0}, {1}, {2} mode: there and back",
       *[(client.__name__, name, mode, client, address)
         for client in (programs.Curl, programs.Lftp)
         for name, address in (("IPv4", FTP), ("IPv6", FTP6))
         for mode in ("passive", "active")
         # Active, curl's protected uploads forget the TLS, and lftp does
         # not know its IPv6 address.
         if mode == "passive" or (client, address) == (programs.Lftp, FTP)])
def families(_, name, mode, kind, address):
    client = kind(address, "explicit", "acme-1", "acme-1")
    # lftp makes a server's name of the address, which ::1 must not be.
    client.options = ["set ssl:use-sni no", "set ftp:passive-mode " +
                      ("yes" if mode == "passive" else "no")]
    sparse(STAGE + "/upload", 100000, b"the end")
    start = len(log("vsftpd.log"))
    client.put(STAGE + "/upload", "sent")
    equal(client.get("sent") == programs.slurp(STAGE + "/upload"), True)
    equal(since("vsftpd.log", start).count('"PORT '), 2)
    os.unlink(home("acme-1", "sent"))


@story("over {0}, {1} mode, to a backend that knows IPv6 only",
       *[(name, mode, family) for mode in ("passive", "active")
         for name, family in (("IPv4", socket.AF_INET),
                              ("IPv6", socket.AF_INET6))])
def six(_, mode, family):
    ftp = logged_in(HELPER.address("six", family), certificate="alice")
    ftp.set_pasv(mode == "passive")
    equal(store(ftp, "file", 70000), fetch(ftp, "file"))
    ftp.delete("file")
    ftp.quit()


@story("after EPSV ALL there is only EPSV, over {0}",
       ("IPv4", FTP), ("IPv6", FTP6))
def epsv_all(_, address):
    ftp = logged_in(address)
    begins(ask(ftp, "EPSV ALL"), "200")
    for line in ("PASV", "PORT 127,0,0,1,200,1", "EPRT |1|127.0.0.1|51201|",
                 "EPRT |2|::1|51201|"):
        begins(ask(ftp, line), "503")
    ftp.af = socket.AF_INET6  # for ftplib: use EPSV
    usable(ftp)
    begins(ask(ftp, "PASV"), "503")
    ftp.quit()


@story("a link-local client, {0} mode: there and back", ("passive",),
       ("active",))
def link_local(mode):
    run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far",
        check=False)
    for name in "near", "far":
        run("ip", "link", "set", name, "up")
    addresses = await_that(
        lambda: re.findall(r"inet6 (fe80::\S+)/64 scope link(?! tentative)",
                           run("ip", "-6", "address", "show", "near")
                           .stdout.decode()), "an address")
    host = addresses[0] + "%near"
    ftp = logged_in((host, HELPER.address("anywhere", socket.AF_INET6)[1]),
                    tls=None)
    ftp.set_pasv(mode == "passive")
    # ftplib forgets the scope of the address that it is connected to.
    makepasv = ftp.makepasv
    ftp.makepasv = lambda: (host, makepasv()[1])
    equal(store(ftp, "file", 70000), fetch(ftp, "file"))
    ftp.delete("file")
    ftp.quit()


def conversation(listener, lines):
    """All that a client reads while it says `lines`, byte for byte."""
    ftp = connect(HELPER.address(listener))
    seen = [ftp.welcome]
    for line in lines:
        ftp.putcmd(line)
        seen.append(ftp.getmultiline())
    seen.append(ftp.file.read())
    ftp.close()
    return seen


@story("with the module and without it, a client reads the same: {0}",
       ("login", ["USER alice", "PASS " + password_of("alice"), "PWD", "SYST",
                  "QUIT"]),
       ("wrong password", ["USER alice", "PASS x", "NOOP", "QUIT"]),
       ("no such user", ["USER bob", "PASS x", "USER alice", "PASS y",
                         "USER alice", "PASS " + password_of("alice"),
                         "QUIT"]))
def no_output(_, lines):
    without = conversation("plain", lines)
    # How many others are there is no matter.
    without, with_it = [
        [re.sub("count was [0-9]+|22[17]", "N", text) for text in texts]
        for texts in (without, conversation("ftp", lines))]
    equal(with_it, without)
    equal(without[-1], "")


def record(heard):
    """A backend that takes down whatever it hears, and refuses it all."""
    client, _ = RECORDED.accept()
    with client:
        client.sendall(b"220 Speak.\r\n")
        while line := client.recv(4096):
            heard.append(line)
            client.sendall(b"530 No.\r\n")


@story("in clear, a backend hears neither name nor password of {0}",
       ("acme-1",), ("zoe",), ("ted",))
def never_heard(user):
    heard = []
    backend = threading.Thread(target=record, args=(heard,), daemon=True)
    backend.start()
    ftp = connect(HELPER.address("recorded"), None)
    begins(ask(ftp, "USER " + user), "530")
    begins(ask(ftp, "PASS " + password_of(user)), "503")
    ftp.sock.sendall(f"USER {user}\r\nPASS {password_of(user)}\r\n".encode())
    begins(ftp.getmultiline(), "530")
    begins(ftp.getmultiline(), "503")
    begins(ask(ftp, "NOOP"), "530")
    ftp.close()
    backend.join(PATIENCE)
    equal(b"".join(heard), b"NOOP\r\n")


def kill_backend(port):
    """All processes that have a session of the vsftpd's on this port."""
    out = run("ss", "-Htnp", "state", "established",
              f"sport = :{port}").stdout.decode()
    for pid in set(re.findall(r"pid=(\d+)", out)):
        # The end of one may have been that of another.
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


@story("a backend that dies in a download: no clean end, and no success")
def backend_dies():
    # Slowly, so that nothing is under way when it dies.
    path = sparse(home("alice", "big"), 8 << 20)
    ftp = logged_in(HELPER.address("paced"))
    data = ftp.transfercmd("RETR big")
    data.suppress_ragged_eofs = False
    data.recv(1000)
    kill_backend(229)
    try:
        while data.recv(65536):
            pass
        raise AssertionError("it looks like the file's end")
    except (ssl.SSLError, ConnectionError):
        pass
    # vsftpd's own, when one of its processes outlives the other.
    equal(ftp.getmultiline()[0] in "45", True)
    os.unlink(path)


if __name__ == "__main__":
    tell()
