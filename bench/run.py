#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run - measures FraiseQL beside the database alone and HTTP alone, in interleaved rounds.

Usage: bench/run.py [--ops C3,Q1,Q2b] [--rounds 5] [--seconds 4] [--volume medium] [--connections 64]
                    [--program build/fraiseql] [--database URL [--tcp URL]] [--json FILE]

For each round and operation, in shuffled order: wrk against `fraiseql serve`, pgbench -M prepared of the
same SQL with 8 clients over TCP, which is how our clients come, and with 8 and 2 over the Unix socket, and wrk
against nginx returning as many bytes. Without --database a
private PostgreSQL is initialised in a temporary folder and loaded by bench/dataset/load.sh. Before an
operation is measured its answer is compared with psql's rows (bench/dataset/parity.sh).

Printed: medians over the rounds of requests/s, of the ratios within a round, and of CPU microseconds per
request of the server, of PostgreSQL and of the load generator. --json keeps the raw figures. "nginx, then
pgbench" is what both cost one after the other: the ceiling of a server that does not send statements in
batches.

All clients of Q and D operations ask the same, so they share statements (`pool.share`); what different lists cost
shows --flag=--no-pool-share. C3 draws its ids.

C3t is C3 asked by a tenant: with a bearer token, whose claims become settings of a transaction of its own;
pgbench does the same transaction.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import pwd
import random
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
OPS = os.path.join(HERE, "dataset", "ops")
USERS = {"xs": 100, "medium": 10000, "large": 100000}
TICK = os.sysconf("SC_CLK_TCK")
PORT, NGINX_PORT = 18470, 18471
ALL_OPS = ["C3", "C3t", "Q1", "Q2", "Q2b", "Q3", "F1", "F2", "D3", "W1", "M1"]
TOKEN_OPS = ("C3t",)
SECRET = secrets.token_hex(32)
# Spares a backend from giving its heap back to the kernel after each statement.
MALLOC = {"MALLOC_TRIM_THRESHOLD_": "16777216", "MALLOC_TOP_PAD_": "4194304",
          "MALLOC_MMAP_THRESHOLD_": "16777216"}


def sh(*words, **options):
    return subprocess.run(words, check=True, text=True, **options)


def cpu(pid, reaped=False):
    """utime + stime of a process (and of its reaped children), in seconds; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    ticks = int(fields[11]) + int(fields[12])
    if reaped:
        ticks += int(fields[13]) + int(fields[14])
    return ticks / TICK


def children(pid):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as f:
                if f.read().rsplit(")", 1)[1].split()[1] == str(pid):
                    found.append(int(name))
        except OSError:
            pass
    return found


def family(pid):
    return cpu(pid, reaped=True) + sum(cpu(child) for child in children(pid))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cluster:
    """A private PostgreSQL: fsync off, everything in shared buffers: CPU-bound, not I/O."""

    def __init__(self, folder):
        self.bin = sorted(p for p in (os.path.join("/usr/lib/postgresql", v, "bin")
                                      for v in os.listdir("/usr/lib/postgresql"))
                          if os.path.exists(os.path.join(p, "postgres")))[-1]
        self.data = os.path.join(folder, "data")
        user = "postgres" if os.getuid() == 0 else None
        if user:
            owner = pwd.getpwnam(user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        password = os.path.join(folder, "password")
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write(SECRET)
        if user:
            os.chown(password, owner.pw_uid, owner.pw_gid)
        sh(os.path.join(self.bin, "initdb"), "-D", self.data, "-U", "bench", "--auth-local=trust",
           "--auth-host=scram-sha-256", f"--pwfile={password}", "-N", "--locale=C.UTF-8", user=user,
           stdout=subprocess.DEVNULL)
        os.remove(password)
        port = free_port()
        options = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": folder, "fsync": "off",
                   "shared_buffers": "1GB", "max_connections": "100", "jit": "off"}
        words = [os.path.join(self.bin, "postgres"), "-D", self.data]
        for key, value in options.items():
            words += ["-c", f"{key}={value}"]
        self.log = open(os.path.join(folder, "log"), "w")
        self.process = subprocess.Popen(words, user=user, stderr=self.log, env={**os.environ, **MALLOC})
        self.pid = self.process.pid
        self.url = f"postgresql://bench@/postgres?host={folder}&port={port}"
        self.tcp_url = f"postgresql://bench:{SECRET}@127.0.0.1:{port}/postgres"
        for _ in range(100):
            if subprocess.run(["psql", "-qc", "", self.url], capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        sys.exit("the private PostgreSQL did not start")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def postmaster_of(url):
    out = sh("psql", "-XAtqc", "select pg_read_file('postmaster.pid')", url, capture_output=True)
    return int(out.stdout.split()[0])


def request_body(op):
    with open(os.path.join(OPS, op + ".graphql")) as f:
        body = {"query": f.read()}
    variables = os.path.join(OPS, op + ".variables.json")
    if os.path.exists(variables):
        with open(variables) as f:
            body["variables"] = json.load(f)
    return body


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token():
    claims = {"sub": "u1", "tenant_id": "t1", "exp": int(time.time()) + 86400}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return signed + "." + base64url(hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest())


def headers(op):
    bearer = {"authorization": "Bearer " + token()} if op in TOKEN_OPS else {}
    return {"content-type": "application/json", **bearer}


def fetch(port, op):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", json.dumps(request_body(op)).encode(),
                                     headers(op))
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def wrk_script(folder, op, users, url):
    """A lua script that sends the operation; with random ids and days where the SQL draws them."""
    body = request_body(op)
    path = os.path.join(folder, op + ".lua")
    header = 'wrk.method = "POST"\n' + "".join(f'wrk.headers["{name}"] = {lua(value)}\n'
                                               for name, value in headers(op).items())
    text = json.dumps(body)
    if op in ("C3", "C3t", "M1"):
        ids = sh("psql", "-XAtqc", f"select md5('u' || i)::uuid from generate_series(1, {users}) i", url,
                 capture_output=True).stdout.split()
        with open(os.path.join(folder, "ids"), "w") as f:
            f.write("\n".join(ids))
        before, after = split_at(text, body["variables"])
        header += (f'local requests, before, after = {{}}, {lua(before)}, {lua(after)}\n'
                   'function init()\n  math.randomseed(os.time())\n'
                   f'  for id in io.lines("{folder}/ids") do\n'
                   '    requests[#requests + 1] = wrk.format(nil, "/graphql", nil, before .. id .. after)\n'
                   '  end\nend\n'
                   'function request() return requests[math.random(#requests)] end\n')
    elif op == "W1":
        day = str(body["variables"]["before"])
        before, after = text.split(day)
        header += (f'local before, after = {lua(before)}, {lua(after)}\n'
                   'function init() math.randomseed(os.time()) end\n'
                   'function request() local t = os.date("!%Y-%m-%d", 1712707200 + 86400 *'
                   ' math.random(0, 600))\n  return wrk.format(nil, "/graphql", nil, before .. t .. '
                   f'{lua(day[10:])} .. after) end\n')
    else:
        header += f"wrk.body = {lua(text)}\n"
    with open(path, "w") as f:
        f.write(header)
    return path


def split_at(text, variables):
    found = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", json.dumps(variables)).group(0)
    return text.split(found)


def lua(text):
    return json.dumps(text).replace("\\/", "/")


def run_wrk(port, script, a):
    out = sh("wrk", "-t1", f"-c{a.connections}", f"-d{a.seconds}s", "--latency", "-s", script,
             f"http://127.0.0.1:{port}/graphql", capture_output=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit("wrk saw errors:\n" + out)
    number = re.search(r"(\d+) requests in", out)
    return int(number.group(1)), float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), latency(out)


def latency(out):
    found = {}
    for percent in ("50", "99"):
        value = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", out)
        found["p" + percent] = float(value.group(1)) * {"us": 0.001, "ms": 1, "s": 1000}[value.group(2)]
    return found


def measured(run, pids):
    """Runs; returns what it returned and CPU seconds: of the load generator, then of each pid given."""
    before = [family(pid) for pid in pids]
    used = os.times()
    result = run()
    after = os.times()
    own = after.children_user + after.children_system - used.children_user - used.children_system
    time.sleep(0.1)
    return result, own, [family(pid) - start for pid, start in zip(pids, before)]


def measure_server(a, port, script, server, postmaster):
    (n, rate, lat), own, spent = measured(lambda: run_wrk(port, script, a),
                                          [server] + ([postmaster] if postmaster else []))
    return {"rate": rate, "server_us": spent[0] / n * 1e6, "load_us": own / n * 1e6,
            "postgres_us": spent[1] / n * 1e6 if postmaster else 0.0, **lat}


def measure_pgbench(a, op, clients, url, postmaster):
    def run():
        out = sh("pgbench", "-n", "-M", "prepared", "-D", f"users={USERS[a.volume]}", "-c", str(clients),
                 "-j", "2", "-T", str(a.seconds), "-f", os.path.join(OPS, op + ".sql"), url,
                 capture_output=True).stdout
        n = int(re.search(r"actually processed: (\d+)", out).group(1))
        return n, float(re.search(r"tps = ([\d.]+)", out).group(1))
    (n, rate), own, spent = measured(run, [postmaster])
    return {"rate": rate, "load_us": own / n * 1e6, "postgres_us": spent[0] / n * 1e6, "server_us": 0.0}


def start_nginx(folder, answers):
    def answer(size, piece=4000):  # nginx takes parameters of 4 KB at most
        sets = "".join(f"set $v{i} '{'x' * min(piece, size - at)}'; " for i, at in enumerate(range(0, size, piece)))
        return sets + 'return 200 "' + "".join(f"$v{i}" for i in range((size + piece - 1) // piece)) + '"; '
    blocks = "".join(f"location /{op} {{ {answer(size)}}}\n" for op, size in answers.items())
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w") as f:
        f.write(f"daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
                f"events {{ worker_connections 1024; }}\nhttp {{ access_log off; keepalive_requests 1000000;\n"
                f"client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};\n"
                f"uwsgi_temp_path {folder}; scgi_temp_path {folder};\n"
                f"server {{ listen 127.0.0.1:{NGINX_PORT};\n{blocks}}} }}\n")
    return subprocess.Popen(["nginx", "-c", conf], stderr=subprocess.DEVNULL)


def check_parity(folder, op, answer, url):
    path = os.path.join(folder, op + ".json")
    with open(path, "wb") as f:
        f.write(answer)
    done = subprocess.run([os.path.join(HERE, "dataset", "parity.sh"), op, path, url], text=True,
                          capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{op}: the answer differs from the database's:\n{done.stdout}{done.stderr}")


def start_server(a, url):
    words = [a.program, "serve", "--schema", os.path.join(HERE, "dataset", "schema.graphql"),
             "--database", url, "--port", str(PORT), "--no-log-access", "--log-level", "warn"]
    words += a.flags
    process = subprocess.Popen(words, env={**os.environ, "FRAISEQL_AUTH_SECRET": SECRET})
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/ready") as answer:
                if answer.status == 200:
                    return process
        except OSError:
            time.sleep(0.05)
    sys.exit("the server did not become ready")


def rounds(a, folder, url, tcp, postmaster, server, results):
    scripts = {op: wrk_script(folder, op, USERS[a.volume], url) for op in a.ops}
    sizes = {op: len(fetch(PORT, op)) for op in a.ops}
    nginx = start_nginx(folder, sizes)
    time.sleep(0.5)
    plain = {}
    for op in a.ops:
        plain[op] = os.path.join(folder, op + "-nginx.lua")
        with open(plain[op], "w") as f:
            f.write(f'wrk.method = "POST"\nwrk.path = "/{op}"\nwrk.body = {lua(json.dumps(request_body(op)))}\n')
    try:
        for number in range(a.rounds):
            for op in random.sample(a.ops, len(a.ops)):
                contenders = {
                    "fraiseql": lambda: measure_server(a, PORT, scripts[op], server.pid, postmaster),
                    "pgbench8": lambda: measure_pgbench(a, op, 8, url, postmaster),
                    "pgbench2": lambda: measure_pgbench(a, op, 2, url, postmaster),
                    **({"tcp8": lambda: measure_pgbench(a, op, 8, tcp, postmaster)} if tcp else {}),
                    "nginx": lambda: measure_server(a, NGINX_PORT, plain[op], nginx.pid, None),
                }
                row = {}
                for name in random.sample(list(contenders), len(contenders)):
                    row[name] = contenders[name]()
                results.append({"round": number, "op": op, "bytes": sizes[op], **row})
                print(f"round {number + 1}/{a.rounds} {op}: " + ", ".join(
                    f"{k} {v['rate']:,.0f}/s" for k, v in row.items()), file=sys.stderr)
    finally:
        nginx.terminate()
        nginx.wait()


def median(rows, name, key):
    return statistics.median(r[name][key] for r in rows)


def ratio(rows, other):
    return statistics.median(r["fraiseql"]["rate"] / r[other]["rate"] for r in rows)


def in_turn(row):
    """The rate of a server that did what nginx does, then what pgbench's best does, at no cost of its own."""
    database = max(row["pgbench8"]["rate"], row["pgbench2"]["rate"])
    return row["fraiseql"]["rate"] * (1 / row["nginx"]["rate"] + 1 / database)


def table(a, results):
    print("| op | bytes | req/s | p50 / p99 ms | / pgbench -c8 (TCP) | / pgbench -c8 | / pgbench -c2 | / nginx |"
          " / nginx, then pgbench | server µs | PostgreSQL µs | pgbench -c2: client + PostgreSQL µs | nginx µs |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for op in a.ops:
        rows = [r for r in results if r["op"] == op]
        f = {key: median(rows, "fraiseql", key) for key in rows[0]["fraiseql"]}
        print(f"| {op} | {rows[0]['bytes']:,} | {f['rate']:,.0f} | {f['p50']:.2f} / {f['p99']:.1f} "
              f"| {format(ratio(rows, 'tcp8'), '.2f') if 'tcp8' in rows[0] else '–'} "
              f"| {ratio(rows, 'pgbench8'):.2f} | {ratio(rows, 'pgbench2'):.2f} | {ratio(rows, 'nginx'):.2f} "
              f"| {statistics.median(map(in_turn, rows)):.2f} "
              f"| {f['server_us']:.1f} | {f['postgres_us']:.1f} "
              f"| {median(rows, 'pgbench2', 'load_us'):.1f} + {median(rows, 'pgbench2', 'postgres_us'):.1f} "
              f"| {median(rows, 'nginx', 'server_us'):.1f} |")


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ops", default="C3,Q1,Q2b")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--seconds", type=int, default=4)
    p.add_argument("--volume", default="medium", choices=USERS)
    p.add_argument("--connections", type=int, default=64)
    p.add_argument("--program", default=os.path.join(ROOT, "build", "fraiseql"))
    p.add_argument("--database", help="loaded by bench/dataset/load.sh, on this machine")
    p.add_argument("--tcp", help="the same database by TCP, for pgbench")
    p.add_argument("--json")
    p.add_argument("--flag", dest="flags", action="append", default=[], help="more for `fraiseql serve`")
    a = p.parse_args()
    a.ops = ALL_OPS if a.ops == "all" else a.ops.split(",")
    return a


def main():
    a = arguments()
    folder = tempfile.mkdtemp(prefix="fraiseql-bench-")
    os.chmod(folder, 0o755)
    cluster = server = None
    results = []
    try:
        if not a.database:
            base = os.path.join(folder, "pg")
            os.mkdir(base)
            cluster = Cluster(base)
            sh(os.path.join(HERE, "dataset", "load.sh"), a.volume, cluster.url, stdout=subprocess.DEVNULL)
        url = a.database or cluster.url
        postmaster = cluster.pid if cluster else postmaster_of(url)
        server = start_server(a, url)
        for op in a.ops:
            check_parity(folder, op, fetch(PORT, op), url)
        rounds(a, folder, url, cluster.tcp_url if cluster else a.tcp, postmaster, server, results)
        table(a, results)
        if a.json:
            with open(a.json, "w") as f:
                json.dump(results, f, indent=1)
    finally:
        for process in (server,):
            if process:
                process.terminate()
                process.wait()
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
