# SPDX-License-Identifier: BSD-2-Clause
"""Python's clients of IMAP, POP3 and SMTP, used all in one way; and where mail
goes to."""

import base64
import imaplib
import poplib
import smtplib
import socket
import threading

from ftp import context, forget_errors
from story import PATIENCE, equal

RELAYED = []


def relay(client):
    """Where Dovecot sends mail to: says yes to all, and keeps it."""
    with client, client.makefile("rb") as stream:
        client.sendall(b"220 relay\r\n")
        while line := stream.readline():
            if line.upper().startswith(b"DATA"):
                client.sendall(b"354 go on\r\n")
                RELAYED.append(b"".join(iter(stream.readline, b".\r\n")))
            client.sendall(b"250 ok\r\n")


def serve_relay():
    inlet = socket.create_server(("127.0.0.1", 2525))

    def accept():
        while True:
            threading.Thread(target=relay, args=(inlet.accept()[0],),
                             daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()


class Imap:
    """One way to use each of Python's clients.  The certificate "-": clear."""

    name = "imap"
    replies = "NO", "OK"

    def __init__(self, helper, certificate, implicit=False):
        forget_errors()
        tls = context(None if certificate == "-" else certificate)
        address = helper.address(self.name + "s" * implicit)
        self.connect("localhost", address[1], tls, implicit)
        if certificate != "-" and not implicit:
            self.starttls(tls)

    def connect(self, host, port, tls, implicit):
        self.client = (
            imaplib.IMAP4_SSL(host, port, ssl_context=tls, timeout=PATIENCE)
            if implicit else imaplib.IMAP4(host, port, timeout=PATIENCE))

    def starttls(self, tls):
        equal(self.client.starttls(tls)[0], "OK")

    def capabilities(self):
        return set(self.client.capabilities)

    def try_to(self, function, *words):
        """The answer, whatever it is."""
        try:
            return function(*words)[1][0].decode()
        except imaplib.IMAP4.error as error:
            return str(error)

    def login(self, user, password):
        return self.try_to(self.client.login, user, password)

    def plain(self, user, password):
        return self.try_to(self.client.authenticate, "PLAIN",
                           lambda _: f"\0{user}\0{password}")

    def external(self, user):
        return self.try_to(self.client.authenticate, "EXTERNAL",
                           lambda _: user.encode())

    def is_in(self):
        return self.client.state == "AUTH"

    def use(self):
        """Something large goes, and comes back."""
        text = b"Subject: x\r\n\r\n" + b"0123456789abcde\r\n" * 40000
        equal(self.client.append("INBOX", None, None, text)[0], "OK")
        equal(self.client.select()[0], "OK")
        equal(self.client.fetch("1", "(RFC822)")[1][0][1] == text, True)
        self.client.store("1", "+FLAGS", "\\Deleted")
        self.client.expunge()

    def close(self):
        self.client.shutdown()


class Pop3(Imap):
    name = "pop3"
    replies = "-ERR", "+OK"
    inside = False

    def connect(self, host, port, tls, implicit):
        self.client = (
            poplib.POP3_SSL(host, port, context=tls, timeout=PATIENCE)
            if implicit else poplib.POP3(host, port, timeout=PATIENCE))

    def starttls(self, tls):
        self.client.stls(tls)

    def capabilities(self):
        found = self.client.capa()
        return {*found} | {"AUTH=" + word for word in found.get("SASL", [])}

    def try_to(self, function, *words):
        try:
            answer = function(*words)
            self.inside = answer.startswith(b"+OK")
        except poplib.error_proto as error:
            answer = error.args[0]
        return answer.decode()

    def login(self, user, password):
        answer = self.try_to(self.client.user, user)
        if self.inside:
            self.inside = False
            answer = self.try_to(self.client.pass_, password)
        return answer

    def plain(self, user, password):
        text = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        return self.try_to(self.client._shortcmd, "AUTH PLAIN " + text)

    def external(self, user):
        text = base64.b64encode(user.encode()).decode() or "="
        return self.try_to(self.client._shortcmd, "AUTH EXTERNAL " + text)

    def is_in(self):
        return self.inside

    def use(self):
        equal(self.client.stat(), (0, 0))

    def close(self):
        self.client.close()


class Smtp(Imap):
    name = "smtp"
    replies = "535", "235"
    code = 0

    def connect(self, host, port, tls, implicit):
        self.client = (
            smtplib.SMTP_SSL(host, port, "me.example", timeout=PATIENCE,
                             context=tls)
            if implicit else
            smtplib.SMTP(host, port, "me.example", timeout=PATIENCE))
        self.client.ehlo()

    def starttls(self, tls):
        self.client.starttls(context=tls)
        self.client.ehlo()

    def capabilities(self):
        found = self.client.esmtp_features
        return {word.upper() for word in found} | {
            "AUTH=" + word for word in found.get("auth", "").split()}

    def command(self, line):
        self.code, text = self.client.docmd(line)
        return f"{self.code} {text.decode()}"

    def login(self, user, password):
        """AUTH LOGIN, step by step."""
        answer = self.command("AUTH LOGIN")
        for text in user, password:
            if answer.startswith("334"):
                answer = self.command(
                    base64.b64encode(text.encode()).decode())
        return answer

    def plain(self, user, password):
        text = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        return self.command("AUTH PLAIN " + text)

    def external(self, user):
        text = base64.b64encode(user.encode()).decode() or "="
        return self.command("AUTH EXTERNAL " + text)

    def is_in(self):
        return self.code == 235

    def use(self):
        before = len(RELAYED)
        text = b"Subject: x\r\n\r\n" + b"0123456789abcde\r\n" * 40000
        self.client.sendmail("a@localhost", ["b@localhost"], text)
        equal(len(RELAYED) - before, 1)
        equal(text.rstrip() in RELAYED.pop(), True)

    def close(self):
        self.client.close()
