# SPDX-License-Identifier: BSD-2-Clause
"""The helper as its systemd unit runs it: is what the unit allows enough?"""

import os
import signal
import subprocess

from ftp import fetch, logged_in, store
from story import (STAGE, Helper, await_that, equal, log, run, since, story,
                   tell)

PLACE = os.path.dirname(os.path.abspath(__file__))
UNIT = os.environ["srcdir"] + "/etc/stssl-helper.service.in"


def confined():
    """A program that takes the helper's place, and runs it."""
    path = STAGE + "/confined"
    with open(path, "w") as file:
        file.write(f'#!/bin/sh\nexec python3 {PLACE}/confine.py {UNIT} '
                   f'stssl {os.environ["HELPER"]} "$@"\n')
    os.chmod(path, 0o755)
    return path


os.environ["HELPER"] = confined()
HELPER = Helper()
FTP = HELPER.address("ftp")


@story("certificate and password log in, files come and go")
def logins():
    for more in {"certificate": "alice"}, {}:
        ftp = logged_in(FTP, **more)
        equal(store(ftp, "unit", 300000), fetch(ftp, "unit"))
        ftp.quit()


@story("a reload starts new processes")
def reload():
    start = len(log("helper.log"))
    HELPER.process.send_signal(signal.SIGHUP)
    await_that(lambda: "notice: reloaded" in since("helper.log", start),
               "the reload")
    ftp = logged_in(FTP, certificate="alice")
    equal("hello" in ftp.nlst(), True)


@story("stsslctl is answered")
def asked():
    tool = os.environ["builddir"] + "/stsslctl/stsslctl"
    equal(b"# EOF" in run(tool, "metrics").stdout, True)


AS_USER = ["setpriv", "--reuid", "stssl", "--regid", "stssl",
           "--clear-groups"]


@story("nobody of the helper's user can look into any of its processes")
def hidden():
    def looks_into(pid):
        return run(*AS_USER, "cat", f"/proc/{pid}/maps",
                   check=False).returncode == 0

    other = subprocess.Popen(AS_USER + ["sleep", "600"])
    await_that(lambda: looks_into(other.pid), "one that does not mind")
    other.kill()
    other.wait()
    pids = HELPER.processes()
    equal(HELPER.process.pid in pids and len(pids) >= 8, True)
    equal([pid for pid in pids if looks_into(pid)], [])


@story("no process is killed, and nothing is complained of")
def complaints():
    for word in "killed by signal", "error:", "not permitted":
        equal([line for line in log("helper.log").splitlines()
               if word in line], [])


tell()
