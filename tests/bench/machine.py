# SPDX-License-Identifier: BSD-2-Clause
"""The machine that is measured on: processes and their CPU time."""

import contextlib
import os
import re
import resource
import subprocess
import sys
import time

TOP = os.environ.get("builddir") or os.path.realpath(
    os.path.join(os.path.dirname(__file__), "../.."))
LOAD = TOP + "/tests/bench/load"
STAGE = "/run/bench"
# Two of them: for servers and clients alike.
CPUS = sorted(os.sched_getaffinity(0))[:2]
# With what is root's only.
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
# Of the account that logs in.
ACCOUNT = 61001
PATIENCE = 20
# What is played with a program ends by then, whatever the program does.
GUARD = 90
# What reading /proc says of a process that ends meanwhile.
GONE = FileNotFoundError, ProcessLookupError


@contextlib.contextmanager
def accounts():
    """A group of control groups, whose CPU time the kernel adds up."""
    for root in "/sys/fs/cgroup/unified", "/sys/fs/cgroup", \
            "/sys/fs/cgroup/cpuacct":
        parent = f"{root}/stssl-bench-{os.getpid()}"
        try:
            os.mkdir(parent)
        except OSError:
            continue
        if any(os.path.exists(f"{parent}/{name}")
               for name in ("cpu.stat", "cpuacct.usage")):
            break
        os.rmdir(parent)
    else:
        yield None
        return
    try:
        yield parent
    finally:
        for directory, _, _ in os.walk(parent, topdown=False):
            # The last processes of the namespace may still be going.
            with contextlib.suppress(AssertionError):
                await_that(lambda: remove(directory), "an empty group")


def remove(directory):
    try:
        os.rmdir(directory)
    except OSError:
        return False
    return True


def await_that(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("not within the time: " + what)
        time.sleep(0.01)


def stage():
    """What is private here: /run, the network, and limits."""
    subprocess.run("mount -t tmpfs -o mode=755,nr_inodes=0 bench /run && "
                   "ip link set lo up && mkdir /run/bench /run/stssl && "
                   "cp -a /etc /run/bench/etc && "
                   "mount --bind /run/bench/etc /etc && "
                   "rm -rf /etc/stssl && mkdir /etc/stssl",
                   shell=True, check=True)
    for name, value in (("net/ipv4/ip_local_port_range", "10000 65535"),
                        ("net/core/somaxconn", "4096")):
        with open("/proc/sys/" + name, "w") as file:
            file.write(value)
    for limit in 200000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
            break
        except (OSError, ValueError):
            pass
    os.sched_setaffinity(0, CPUS)


def account(name, home, password=None):
    """Somebody who is nobody else's; without a password there is no login by
    one.  Hashed as Debian does it."""
    for file, line in (("passwd", f"{name}:x:{ACCOUNT}:{ACCOUNT}::{home}:"
                                  "/bin/sh"),
                       ("group", f"{name}:x:{ACCOUNT}:"),
                       ("shadow", f"{name}:*:19000:0:99999:7:::")):
        with open("/etc/" + file) as old:
            lines = [each for each in old.read().splitlines()
                     if not each.startswith(name + ":")]
        with open("/etc/" + file, "w") as new:
            new.write("\n".join(lines + [line]) + "\n")
    with open("/etc/nsswitch.conf", "w") as file:
        file.write("passwd: files\ngroup: files\nshadow: files\n"
                   "hosts: files\n")
    if password:
        subprocess.run(["chpasswd", "-c", "YESCRYPT"], check=True, text=True,
                       input=f"{name}:{password}\n", timeout=GUARD,
                       env=dict(os.environ, PATH=PATH))


def output(*command, **more):
    return subprocess.run(command, check=True, text=True, timeout=GUARD,
                          stdout=subprocess.PIPE, **more).stdout


def load(*words):
    """Run the generator; returns what it found."""
    text = output(LOAD, *map(str, words))
    return {key: float(value) for key, value in
            re.findall(r"(\w+)=([0-9.]+)", text)}


def listens(port):
    return output("ss", "-Hltn", f"sport = :{port}") != ""


class Server:
    """A program with all its children, in an account of its own."""

    number = 0

    def __init__(self, command, port, **more):
        Server.number += 1
        self.port = port
        self.group = None
        if os.environ["BENCH_ACCOUNTS"] != "none":
            self.group = f"{os.environ['BENCH_ACCOUNTS']}/{Server.number}"
            os.mkdir(self.group)
        self.log = f"{STAGE}/{Server.number}.log"
        with open(self.log, "w") as file:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                preexec_fn=self.enter, **more)
        try:
            await_that(lambda: self.process.poll() is not None or
                       listens(port), f"{command[0]} listens")
            if self.process.poll() is not None:
                raise AssertionError(f"{command[0]} ended at once")
        except AssertionError:
            with open(self.log) as file:
                print(file.read()[-2000:], file=sys.stderr)
            raise

    def enter(self):
        if self.group:
            with open(self.group + "/cgroup.procs", "w") as file:
                file.write("0")

    def seconds(self):
        """CPU time so far, of all that are or were."""
        if self.group and os.path.exists(self.group + "/cpu.stat"):
            with open(self.group + "/cpu.stat") as file:
                return int(re.search(r"usage_usec (\d+)",
                                     file.read()).group(1)) / 1e6
        if self.group:
            with open(self.group + "/cpuacct.usage") as file:
                return int(file.read()) / 1e9
        return sum(map(spent, self.processes()))

    def processes(self):
        return family(self.process.pid)

    def memory(self):
        """KiB, with what is shared divided among those who share it."""
        total = 0
        for pid in self.processes():
            with contextlib.suppress(*GONE):
                with open(f"/proc/{pid}/smaps_rollup") as file:
                    total += sum(map(int, re.findall(r"^Pss: +(\d+)",
                                                     file.read(), re.M)))
        return total

    def stop(self):
        for pid in reversed(self.processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 15)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            for pid in self.processes():
                os.kill(pid, 9)
            self.process.wait()


def family(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            found = [pid]
            for child in map(int, file.read().split()):
                found += family(child)
            return found
    except GONE:
        return []


def spent(pid):
    """In clock ticks, where there are no control groups."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except GONE:
        return 0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
