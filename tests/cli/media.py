#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Media that cannot be written to, and a disk that is full: after each the old state or the new one, and a message
that says what happened. Mounts are made in a name space of the test's own; where that is not allowed, it is skipped."""

import os
import subprocess
import sys
from pathlib import Path

UNSHARE = ["unshare", *([] if os.geteuid() == 0 else ["-r"]), "-m"]

if os.environ.get("TKB_TEST_INSIDE") is None:
    probe = UNSHARE + ["sh", "-c", "mount -t tmpfs none /mnt"]
    try:
        allowed = subprocess.run(probe, capture_output=True, timeout=20, check=False).returncode == 0
    except OSError:
        allowed = False
    if not allowed:
        print("1..0 # SKIP mounting is not allowed here")
        sys.exit(0)
    os.environ["TKB_TEST_INSIDE"] = "1"
    os.execvp(UNSHARE[0], UNSHARE + [sys.executable, os.path.abspath(__file__)])

from harness import CASE, main, test  # noqa: E402 pylint: disable=wrong-import-position


def mount(*args):
    subprocess.run(["mount", *args], check=True, timeout=20)


def put(c, store, *ids, status=0, **fields):
    return c.put(*[{**CASE, "_id": i, **fields} for i in ids], store=store, status=status)


@test
def a_stick_with_the_lock_on_can_be_read(c):
    stick = c.work / "stick"
    stick.mkdir()
    c.cli("init", store="stick/library")
    put(c, "stick/library", "case:one", title="Solar pump")
    mount("--bind", str(stick), str(stick))
    mount("-o", "remount,ro,bind", str(stick))
    assert c.rows("show", "case:one", store="stick/library")[0]["title"] == "Solar pump"
    assert c.rows("search", "solar", store="stick/library")[0]["_id"] == "case:one"
    c.cli("check", store="stick/library")
    run = put(c, "stick/library", "case:two", status=1)
    assert "Nothing was kept" in run.err, run.err
    run = c.cli("check", "--repair", store="stick/library", status=1)
    assert run.err.strip()
    assert sorted(p.name for p in stick.iterdir()) == ["library.tisckb"]
    c.cli("salvage", "--output", c.store("from-the-stick"), store="stick/library")
    assert c.rows("show", "case:one", store="from-the-stick")[0]["title"] == "Solar pump"
    mount("-o", "remount,rw,bind", str(stick))
    put(c, "stick/library", "case:two")


@test
def a_log_on_a_stick_with_the_lock_on_is_not_passed_over(c):
    stick = c.work / "stick2"
    stick.mkdir()
    c.cli("init", store="stick2/library")
    put(c, "stick2/library", "case:one")
    Path(c.store("stick2/library") + "-wal").write_bytes(b"some log")
    mount("--bind", str(stick), str(stick))
    mount("-o", "remount,ro,bind", str(stick))
    run = c.cli("show", "case:one", store="stick2/library", status=1)
    assert "log" in run.err, run.err
    mount("-o", "remount,rw,bind", str(stick))


@test
def a_full_disk_keeps_what_was_there(c):
    disk = c.work / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=3m", "none", str(disk))
    c.cli("init", store="disk/library")
    put(c, "disk/library", "case:first")
    text = "A long account of the need. " * 700
    full = None
    for number in range(400):
        run = put(c, "disk/library", f"case:{number:03}", status=None, need=text)
        if run.returncode != 0:
            full = number
            break
    assert full is not None and full > 5, full
    assert "Make room" in run.err, run.err
    found = {r["_id"] for r in c.rows("export", store="disk/library")}
    assert found == {"case:first", *(f"case:{i:03}" for i in range(full))}, (full, len(found))
    run = c.cli("backup", store="disk/library", status=1)
    assert "Make room" in run.err, run.err
    mount("-o", "remount,size=16m", str(disk))
    put(c, "disk/library", f"case:{full:03}", need=text)
    c.cli("check", store="disk/library")
    c.cli("backup", store="disk/library")


@test
def a_salvage_without_room_changes_nothing(c):
    disk = c.work / "disk2"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=16m", "none", str(disk))
    c.cli("init", "--starter", store="disk2/library")
    path = Path(c.store("disk2/library"))
    content = bytearray(path.read_bytes())
    content[:4096] = bytes(4096)
    path.write_bytes(content)
    (disk / "filler").write_bytes(bytes(max(0, os.statvfs(disk).f_bavail * 4096 - 400_000)))
    run = c.cli("salvage", store="disk2/library", status=1)
    assert "Make room" in run.err, run.err
    assert path.read_bytes() == content
    (disk / "filler").unlink()
    c.cli("salvage", store="disk2/library")
    assert c.rows("stats", store="disk2/library")[0]["documents"] == 112


main()
