# SPDX-License-Identifier: BSD-2-Clause
"""Dovecot as a backend: IMAP, POP3 and submission in clear, on loopback."""

import re
import shutil
import subprocess

from backend import stack
from story import STAGE, Skipped, await_that, run, write

CONFIGURATION = """
base_dir = /run/dovecot
log_path = {stage}/dovecot.log
protocols = imap pop3 submission
listen = 127.0.0.1
ssl = no
auth_failure_delay = 0
first_valid_uid = 1000
# What it does to addresses that have failed, which are sessions here.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = 143
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = 587
  }}
  inet_listener submissions {{
    port = 0
  }}
}}
submission_relay_host = 127.0.0.1
submission_relay_port = 2525
service pop3-login {{
  inet_listener pop3 {{
    port = 110
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
"""
# Version 2.3 and, from 2.4 on, the same in other words.
OLD = """
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {
  driver = pam
}
userdb {
  driver = passwd
}
"""
NEW = """
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
passdb pam {
}
userdb passwd {
}
"""
DOVECOT = shutil.which("dovecot")
PORTS = (143, 110, 587)


def start_dovecot():
    stack("dovecot")
    number = re.match(r"[\d.]+",
                      run(DOVECOT, "--version").stdout.decode())[0]
    old = number.startswith("2.3.")
    head = "" if old else (f"dovecot_config_version = {number}\n"
                           f"dovecot_storage_version = {number}\n")
    path = STAGE + "/dovecot.conf"
    write(path, head + CONFIGURATION.format(stage=STAGE) +
          (OLD if old else NEW))
    subprocess.Popen([DOVECOT, "-F", "-c", path], stdin=subprocess.DEVNULL)
    for port in PORTS:
        await_that(lambda: run("ss", "-Hltn", f"sport = :{port}").stdout,
                   "dovecot")


def dovecot_is_needed():
    if not DOVECOT:
        raise Skipped("dovecot is not installed")
