#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A library that cannot be opened: the window says why and what to do; a damaged one is repaired from there. It never
begins with an empty one in its place."""

import sqlite3

from desktop import Installation, Window, run, shot, step, wait_for


def contains(window, words):
    return any(words in text for text in window.texts())


@step
def a_library_is_made(context):
    context.home = Installation(context.work, "one", first_run=False)
    window = Window(context.home)
    context.windows.append(window)
    wait_for("the starter content", lambda: contains(window, "112"))
    window.close()
    with sqlite3.connect(context.home.store) as db:  # the program was ended, so its log is still there
        db.execute("PRAGMA wal_checkpoint (TRUNCATE)")
    db.close()
    context.content = bytearray(context.home.store.read_bytes())


@step
def a_damaged_library_is_repaired_from_the_window(context):
    context.content[:4096] = context.content[:16] + b"\x10\0" + bytes(4078)
    context.content[68:72] = b"TKB1"
    context.home.store.write_bytes(context.content)
    window = context.window = Window(context.home)
    context.windows.append(window)
    wait_for("the trouble", lambda: contains(window, "could not be opened"))
    shot("trouble-1-damaged")
    window.press("Repair")
    wait_for("the report", lambda: contains(window, "was repaired"), seconds=60)
    shot("trouble-2-report")
    window.press("Open the Library")
    wait_for("the library", lambda: contains(window, "112"))
    shot("trouble-3-open")
    window.close()
    (kept,) = [p for p in context.home.store.parent.iterdir() if ".damaged-" in p.name and p.suffix != ".txt"]
    assert kept.read_bytes() == context.content


@step
def a_file_that_is_something_else_is_left_alone(context):
    context.home.store.write_bytes(b"Not a library at all, but longer than sixteen bytes.")
    window = Window(context.home)
    context.windows.append(window)
    wait_for("the trouble", lambda: contains(window, "something else"))
    shot("trouble-4-something-else")
    window.press("Repair")
    wait_for("that nothing can be done", lambda: contains(window, "could not be repaired"))
    assert context.home.store.read_bytes().startswith(b"Not a library")
    window.close()


run("trouble")
