# SPDX-License-Identifier: BSD-2-Clause
"""PostgreSQL as a backend, on loopback, and psql in front."""

import glob
import os
import subprocess

from backend import home_of, let_read_shadow, stack
from story import PATIENCE, PKI, Skipped, await_that, equal, run, write

USER = "postgres"
PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))


def as_postgres(*command):
    return ["setpriv", "--reuid", USER, "--regid", USER, "--init-groups",
            "--inh-caps", "+net_bind_service", "--ambient-caps",
            "+net_bind_service", *command]


def start_postgresql():
    """On a port that only root may take: its unit needs that capability."""
    let_read_shadow(USER)
    stack("postgresql")
    home = home_of(USER, "postgresql")
    programs = os.path.dirname(PROGRAMS[-1])
    run(*as_postgres(programs + "/initdb", "-D", home + "/data", "-A",
                     "trust", "--no-locale", "--no-sync"))
    write(home + "/data/pg_hba.conf",
          "local all postgres trust\n"
          "host all all 127.0.0.1/32 pam pamservice=postgresql\n")
    with open(home + "/log", "w") as output:
        subprocess.Popen(
            as_postgres(programs + "/postgres", "-D", home + "/data", "-p",
                        "432", "-k", home, "-c", "fsync=off"),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True)
    await_that(lambda: administer(home, "select 1", check=False) == "1\n",
               "PostgreSQL")
    for name in "alice", "bob", "acme-1", "robot", "ted":
        administer(home, f'create role "{name}" login')
    return home


def administer(home, command, check=True):
    return run("psql", "-h", home, "-p", "432", "-U", USER, "-Atc", command,
               check=check).stdout.decode()


def postgresql_is_needed():
    if not PROGRAMS:
        raise Skipped("PostgreSQL is not installed")


def psql(port, user, password="x", certificate=None, mode="verify-full",
         command="select current_user", more=""):
    """A psql that is running."""
    postgresql_is_needed()
    files = f"sslcert={PKI}{certificate}.pem sslkey={PKI}{certificate}.key" \
        if certificate else "sslcert=none"
    environment = dict(os.environ, PGPASSWORD=password) if password else None
    return subprocess.Popen(
        ["psql", "-wAt", "-c", command,
         f"host=localhost hostaddr=127.0.0.1 port={port} user={user} "
         f"dbname=postgres sslmode={mode} sslrootcert={PKI}ca.pem "
         f"{files} {more}"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


REFUSED = 'PAM authentication failed for user "{}"'


def outcome_of(client, user):
    said, error = client.communicate(timeout=PATIENCE)
    if client.returncode == 0:
        equal(said.decode(), user + "\n")
        return "in"
    equal(REFUSED.format(user) in error.decode(), True)
    return "refused"
