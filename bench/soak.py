#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""soak - mixed load with vanishing clients and killed backends; says whether answers or memory were lost.

Usage: bench/soak.py [--seconds 600] [--clients 32] [--program build/fraiseql] [--kill-every 5]

Starts a private PostgreSQL with bench/dataset (xs) and `fraiseql serve`. Clients send point lookups, lists,
nested lists, errors and updates on keep-alive connections; one request in ten is abandoned at a random moment.
Every complete answer is checked against what the database holds; UNAVAILABLE is the only error that a killed
backend may cause, and no client may wait longer than the statement timeout. Prints the resident memory over
time. Exit code 1: an answer was wrong or lost, or memory grew by more than a tenth after the first fifth.
"""
import argparse
import asyncio
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("run", os.path.join(HERE, "run.py"))
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)

PATIENCE = 40  # seconds that a client waits for an answer


class Totals(SimpleNamespace):
    pass


def rss_kb(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def facts(url):
    """What answers are checked against: user id → username, and the answers of the fixed operations."""
    rows = bench.sh("psql", "-XAtqc", "select id, username from benchmark.tv_user", url, capture_output=True)
    return dict(line.split("|") for line in rows.stdout.splitlines())


def requests(users, fixed):
    ids = list(users)

    def lookup():
        user = random.choice(ids)
        body = {"query": "query ($id: UUID!) { user(id: $id) { id username } }", "variables": {"id": user}}
        want = {"data": {"user": {"id": user, "username": users[user]}}}
        return body, lambda answer: answer == want

    def known():
        op = random.choice(list(fixed))
        body, want = fixed[op]
        return body, lambda answer: answer == want

    def wrong():
        return {"query": "{ user { nope } }"}, lambda answer: "errors" in answer and "data" not in answer

    def update():
        user = random.choice(ids)
        text = f"soak {random.randrange(10**9)}"
        body = dict(bench.request_body("M1"))
        body = json.loads(json.dumps(body))
        body["variables"] = replace_id(body["variables"], user, text)
        return body, lambda answer: answer.get("data") is not None and "errors" not in answer
    return random.choices([lookup, known, wrong, update], [60, 25, 5, 10])[0]()


def replace_id(variables, user, text):
    def walk(value, key=None):
        if isinstance(value, dict):
            return {k: walk(v, k) for k, v in value.items()}
        if key == "id":
            return user
        return text if key == "bio" else value
    return walk(variables)


def encode(body):
    text = json.dumps(body).encode()
    return (b"POST /graphql HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(text)) + text


async def read_answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-length"))
    return json.loads(await reader.readexactly(length))


def judge(t, answer, check, body):
    codes = {e.get("extensions", {}).get("code") for e in answer.get("errors", [])}
    if codes == {"UNAVAILABLE"}:
        t.unavailable += 1
    elif check(answer):
        t.right += 1
    else:
        t.wrong += 1
        print("WRONG", json.dumps(body)[:300], json.dumps(answer)[:300], file=sys.stderr)


async def client(t, users, fixed):
    reader = writer = None
    while time.monotonic() < t.until:
        if writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", bench.PORT)
        body, check = requests(users, fixed)
        text = encode(body)
        vanish = random.random() < 0.1
        try:
            if vanish:
                writer.write(text[:random.randrange(len(text) + 1)])
                await writer.drain()
                await asyncio.sleep(random.random() * 0.003)
                t.vanished += 1
                writer.transport.abort() if random.random() < 0.5 else writer.close()
                writer = None
                continue
            writer.write(text)
            judge(t, await asyncio.wait_for(read_answer(reader), PATIENCE), check, body)
        except (asyncio.TimeoutError, asyncio.IncompleteReadError, ConnectionError) as e:
            t.lost += 1
            print("LOST", repr(e), json.dumps(body)[:200], file=sys.stderr)
            writer = None
    if writer:
        writer.close()


async def killer(t, url, every):
    sql = ("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fraiseql' "
           "order by random() limit 2")
    while time.monotonic() + every < t.until:
        await asyncio.sleep(every)
        done = await asyncio.create_subprocess_exec("psql", "-Xqc", sql, url, stdout=subprocess.DEVNULL)
        await done.wait()
        t.kills += 1


async def watcher(t, pid, samples):
    start = time.monotonic()
    while time.monotonic() < t.until:
        samples.append((round(time.monotonic() - start, 1), rss_kb(pid)))
        await asyncio.sleep(max(0.5, t.seconds / 60))


async def soak(a, t, url, pid, samples):
    users = facts(url)
    fixed = {}
    for op in ("Q1", "Q2b", "Q3", "D3", "F2"):
        body = bench.request_body(op)
        fixed[op] = (body, json.loads(bench.fetch(bench.PORT, op)))
    t.until = time.monotonic() + a.seconds
    await asyncio.gather(watcher(t, pid, samples), killer(t, url, a.kill_every),
                         *(client(t, users, fixed) for _ in range(a.clients)))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seconds", type=float, default=600)
    p.add_argument("--clients", type=int, default=32)
    p.add_argument("--kill-every", type=float, default=5)
    p.add_argument("--program", default=os.path.join(bench.ROOT, "build", "fraiseql"))
    a = p.parse_args()
    a.volume, a.flags = "xs", []
    folder = tempfile.mkdtemp(prefix="fraiseql-soak-")
    os.chmod(folder, 0o755)
    os.mkdir(os.path.join(folder, "pg"))
    cluster = bench.Cluster(os.path.join(folder, "pg"))
    server, samples = None, []
    t = Totals(right=0, wrong=0, lost=0, unavailable=0, vanished=0, kills=0, until=0, seconds=a.seconds)
    try:
        bench.sh(os.path.join(HERE, "dataset", "load.sh"), "xs", cluster.url, stdout=subprocess.DEVNULL)
        server = bench.start_server(a, cluster.url)
        asyncio.run(soak(a, t, cluster.url, server.pid, samples))
        server.terminate()
        code = server.wait(timeout=30)
    finally:
        if server and server.poll() is None:
            server.kill()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    early = max(kb for at, kb in samples[:max(1, len(samples) // 5)])
    late = max(kb for at, kb in samples[-max(1, len(samples) // 5):])
    print(f"{t.right:,} right, {t.wrong} wrong, {t.lost} lost, {t.unavailable} UNAVAILABLE, {t.vanished:,} vanished, "
          f"{t.kills} rounds of kills; exit code {code}")
    print("resident KB: " + " ".join(f"{at:.0f}s:{kb}" for at, kb in samples[::max(1, len(samples) // 12)]))
    print(f"first fifth at most {early} KB, last fifth {late} KB")
    sys.exit(1 if t.wrong or t.lost or code != 0 or late > early * 1.1 else 0)


if __name__ == "__main__":
    main()
