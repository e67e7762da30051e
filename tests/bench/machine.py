# SPDX-License-Identifier: BSD-2-Clause
"""The machine that is measured on: processes, their CPU time, the report."""

import contextlib
import csv
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time

TOP = os.environ.get("builddir") or os.path.realpath(
    os.path.join(os.path.dirname(__file__), "../.."))
LOAD = TOP + "/tests/bench/load"
STAGE = "/run/bench"
# Two of them: for servers and clients alike.
CPUS = sorted(os.sched_getaffinity(0))[:2]
PATIENCE = 20


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
    subprocess.run("mount -t tmpfs -o mode=755 bench /run && "
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


def output(*command, **more):
    return subprocess.run(command, check=True, text=True,
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
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += int(re.search(r"Pss: +(\d+)", file.read()).group(1))
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
    except FileNotFoundError:
        return []


def spent(pid):
    """In clock ticks, where there are no control groups."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def version(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True)
    return done.stdout or "?"


def facts(packages):
    with open("/proc/cpuinfo") as file:
        cpu = re.search(r"model name\s*: (.*)", file.read())
    yield "date", time.strftime("%Y-%m-%d %H:%M")
    yield "cpu", cpu.group(1) if cpu else platform.machine()
    yield "cores", str(os.cpu_count())
    yield "kernel", platform.release()
    yield "load average", "%.2f %.2f %.2f" % os.getloadavg()
    for package in packages:
        yield package, version(package)


PACKAGES = ("libgnutls30 libssl3 haproxy nginx hitch stunnel4 vsftpd "
            "curl lftp").split()


class Report:
    """A table on standard output, and CSV."""

    def __init__(self, chosen):
        self.file = open(chosen.csv, "w", newline="") if chosen.csv else None
        self.csv = csv.writer(self.file) if self.file else None
        self.row("fact", "name", "value")
        for name, value in facts(PACKAGES):
            print(f"{name}: {value}")
            self.row("fact", name, value)
        self.row("scenario", "program", "median", "unit", "ratio to ours",
                 "low", "high", "rounds")

    def row(self, *values):
        if self.csv:
            self.csv.writerow(values)

    def say(self, text):
        print(text, flush=True)
        self.row("note", text)

    def table(self, title, unit, found):
        """`found`: program to values, one a round.  Ours is the measure."""
        print(f"\n{title} [{unit}]", flush=True)
        ours = statistics.median(found["ours"]) if found.get("ours") else None
        for name, values in found.items():
            if not values:
                continue
            middle = statistics.median(values)
            ratio = f"{middle / ours:.2f}" if ours else ""
            print(f"  {name:10} {middle:10.2f}  {ratio:>6}  "
                  f"({min(values):.2f} to {max(values):.2f})", flush=True)
            self.row(title, name, f"{middle:.3f}", unit, ratio,
                     f"{min(values):.3f}", f"{max(values):.3f}", len(values))

    def close(self):
        self.row("fact", "load average at the end",
                 "%.2f %.2f %.2f" % os.getloadavg())
        if self.file:
            self.file.close()
