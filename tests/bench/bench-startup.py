#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time from start to first frame: an empty library, a large one, and a bare libadwaita window, as ratios
within this run (1.0 = the bare window; less is faster). Under Xvfb. The large library is the one of the search
benchmark, made once and kept. usage: bench-startup.py [DOCUMENTS] [RUNS]"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUILD = Path(os.environ["TKB_BUILD_ROOT"])


def environment(home):
    private = {name: str(home / name.lower()) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    for folder in private.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {**os.environ, **private, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime),
            "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo", "GSETTINGS_BACKEND": "memory", "G_DEBUG": ""}


def library(home, documents):
    """A library of so many documents of 500 bytes, where the program looks for it."""
    env = environment(home)
    folder = Path(env["XDG_DATA_HOME"]) / "tisckb"
    folder.mkdir(parents=True)
    path = folder / "library.tisckb"
    if documents:
        subprocess.run([str(BUILD / "tests/bench/bench-search"), "--copy", f"{documents}x500", str(path)], env=env,
                       check=True)
    else:
        subprocess.run([str(BUILD / "src/cli/tisckb-cli"), "--store", str(path), "init"], env=env, check=True,
                       stdout=subprocess.DEVNULL)
    return env


def first_frame(command, env):
    start = time.perf_counter()
    subprocess.run(command, env=env, check=True, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    with tempfile.TemporaryDirectory(prefix="tisckb-startup-") as work:
        empty = library(Path(work) / "empty", 0)
        large = library(Path(work) / "large", documents)
        app = [str(BUILD / "src/app/tisckb"), "--no-starter", "--exit-after-first-frame"]
        cases = {"bare": ([str(BUILD / "tests/bench/bench-window")], empty), "empty": (app, empty), "large": (app, large)}
        times = {name: [] for name in cases}
        for _ in range(runs + 1):  # the first round warms the caches
            for name, (command, env) in cases.items():
                times[name].append(first_frame(command, env))
        median = {name: statistics.median(values[1:]) for name, values in times.items()}
    print(f"time to first frame, median of {runs} (1.00 = a bare libadwaita window)")
    print(f"  library of 0 documents           {median['empty'] / median['bare']:.2f}")
    print(f"  library of {documents:<8} documents    {median['large'] / median['bare']:.2f}")
    print(f"  large / empty                    {median['large'] / median['empty']:.2f}")


main()
