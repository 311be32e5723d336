#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""start - from exec to the first answer, and the memory of a server that does nothing.

Usage: bench/start.py [--rounds 15] [--program build/fraiseql]

Starts a private PostgreSQL with bench/dataset (xs), then `fraiseql serve` round by round: the time from its
start until the first request (C3, sent again and again from the beginning) is answered with data, the time
that it had a processor until then, and its
resident memory (VmRSS, and RssAnon: what is its own) three seconds later, after a thousand more requests, and
three seconds after those. Prints the median, the best and the worst. Aims: an answer within 100 ms, 12 MB
when idle. Nothing is asserted: times depend on the machine.
"""
import argparse
import http.client
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("run", os.path.join(HERE, "run.py"))
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)


def memory(pid):
    with open(f"/proc/{pid}/status") as f:
        rows = dict(line.split(":", 1) for line in f)
    return {name: int(rows[name].split()[0]) for name in ("VmRSS", "RssAnon")}


def cpu_ms(pid):
    """Time on a processor, of all threads so far: what waiting and other programs add is not in it."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat") as f:
            total += int(f.read().split()[0])
    return total / 1e6


def ask(connection, body):
    connection.request("POST", "/graphql", body, {"content-type": "application/json"})
    return json.loads(connection.getresponse().read())


def first_answer(body, deadline):
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", bench.PORT)
        try:
            if "data" in ask(connection, body):
                return connection
        except OSError:
            time.sleep(0.0005)
    raise SystemExit("the server gives no answer")


def one(a, url, body):
    words = [a.program, "serve", "--schema", os.path.join(HERE, "dataset", "schema.graphql"), "--database", url,
             "--port", str(bench.PORT), "--log-level", "warn"]
    start = time.monotonic()
    process = subprocess.Popen(words)
    connection = first_answer(body, start + 30)
    took = (time.monotonic() - start) * 1000
    used_ms = cpu_ms(process.pid)
    time.sleep(3)
    idle = memory(process.pid)
    for _ in range(1000):
        ask(connection, body)
    time.sleep(3)
    used = memory(process.pid)
    process.terminate()
    process.wait()
    return {"first answer ms": took, "its CPU ms": used_ms, "idle KB": idle["VmRSS"], "idle, its own KB": idle["RssAnon"],
            "used KB": used["VmRSS"], "used, its own KB": used["RssAnon"]}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=15)
    p.add_argument("--program", default=os.path.join(bench.ROOT, "build", "fraiseql"))
    a = p.parse_args()
    folder = tempfile.mkdtemp(prefix="fraiseql-start-")
    os.chmod(folder, 0o755)
    os.mkdir(os.path.join(folder, "pg"))
    cluster = bench.Cluster(os.path.join(folder, "pg"))
    try:
        bench.sh(os.path.join(HERE, "dataset", "load.sh"), "xs", cluster.url, stdout=subprocess.DEVNULL)
        body = json.dumps(bench.request_body("C3"))
        rows = [one(a, cluster.url, body) for _ in range(a.rounds)]
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for name in rows[0]:
        values = [row[name] for row in rows]
        print(f"{name:20} median {statistics.median(values):8,.1f}  best {min(values):8,.1f}  worst {max(values):8,.1f}")


if __name__ == "__main__":
    main()
