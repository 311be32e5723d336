#!/usr/bin/env python3
"""hostile - are hostile documents read and validated in linear time? Counts instructions, no clock.

Runs `graphql_bench hostile` under callgrind over doubling sizes and prints millions of instructions
per size, and how much each doubling multiplied them (what the program does before the document is
taken off). With --check only small sizes, and it fails if any doubling costs more than 2.2 times as
much. With --size one size alone, `10M` for example.
Usage: hostile.py [--program FILE] [--check | --size N] [KIND...]
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
UNIT = {"": 1, "K": 1 << 10, "M": 1 << 20}
MOST = 2.2  # times the instructions for twice the text


def count(program, kind, size):
    """Instructions of one run, and its outcome."""
    with tempfile.NamedTemporaryFile(suffix=".callgrind") as out:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", program,
             "hostile", kind, str(size)], capture_output=True, text=True, check=True)
        refs = re.search(r"Collected : (\d+)", run.stderr)
        return int(refs.group(1)), run.stdout.strip()


def size_of(text):
    number, unit = re.fullmatch(r"(\d+)([KM]?)", text).groups()
    return int(number) * UNIT[unit]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=os.path.join(TOP, "build/bench/graphql_bench"))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--size")
    parser.add_argument("kinds", nargs="*")
    args = parser.parse_args()
    listed = subprocess.run([args.program, "hostile"], capture_output=True, text=True, check=True)
    kinds = args.kinds or listed.stdout.split()
    sizes = [size_of(s) for s in (["32K", "64K", "128K"] if args.check else ["128K", "256K", "512K", "1M"])]
    if args.size:
        sizes = [size_of(args.size)]
    base, _ = count(args.program, kinds[0], 1)
    print("| document | " + " | ".join(f"{s >> 10} KB" for s in sizes) + " | times | outcome |")
    print("|---" * (len(sizes) + 3) + "|")
    bad = []
    for kind in kinds:
        runs = [count(args.program, kind, s) for s in sizes]
        work = [max(n - base, 1) for n, _ in runs]
        times = [b / a for a, b in zip(work, work[1:])]
        # Below a million instructions start and end count for more than the text.
        if any(t > MOST and w > 1e6 for t, w in zip(times, work)):
            bad.append(kind)
        print(f"| {kind} | " + " | ".join(f"{w / 1e6:.1f}" for w in work) + " | "
              + " ".join(f"{t:.2f}" for t in times) + f" | {runs[-1][1]} |", flush=True)
    if bad:
        sys.exit("hostile: more than linear: " + ", ".join(bad))


if __name__ == "__main__":
    main()
