#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does about damage: check, repair, sync; bytes that were lost come from the server."""

import base64
import sqlite3
from pathlib import Path

from harness import CASE, main, test

ID = "case:with-drawing"
DRAWING = bytes(range(256)) * 700


def blob(c, name="library"):
    """The one file of an attachment in a store."""
    (path,) = [p for p in Path(c.store(name) + ".blobs").glob("??/*") if p.is_file()]
    return path


@test
def a_case_with_a_drawing_is_on_the_server(c):
    data = c.work / "server"
    data.mkdir()
    c.add_user(data)
    c.server = c.start_server(data)
    c.cli("init")
    drawing = {"content_type": "image/png", "data": base64.b64encode(DRAWING).decode()}
    c.put({**CASE, "_id": ID, "_attachments": {"drawing.png": drawing}})
    c.cli("sync", c.server.url, *c.account())
    assert c.cli("check").out.strip().endswith("is clean.")
    assert blob(c).read_bytes() == DRAWING


@test
def a_damaged_drawing_is_found_and_comes_again(c):
    path = blob(c)
    damaged = bytearray(DRAWING)
    damaged[1000] ^= 0x40
    path.write_bytes(damaged)
    found = c.cli("check", status=1).out
    assert f"“{ID}”" in found and "missing or damaged" in found and "check --repair" in found, found
    done = c.cli("check", "--repair").out
    assert f"“{ID}”" in done and "next sync" in done, done
    assert not path.exists()
    assert (path.parent.parent / "damaged" / path.name).read_bytes() == damaged
    assert "missing" in c.cli("check", status=1).out
    c.cli("sync", c.server.url, *c.account())
    assert path.read_bytes() == DRAWING
    c.cli("check")
    assert c.rows("check", "--repair") == []


@test
def a_missing_drawing_comes_again(c):
    path = blob(c)
    path.unlink()
    c.cli("check", status=1)
    c.cli("check", "--repair")
    c.cli("sync", c.server.url, "--pull", *c.account())
    assert path.read_bytes() == DRAWING
    c.cli("check")


@test
def a_text_that_is_lost_comes_again(c):
    with sqlite3.connect(c.store()) as db:
        db.execute("UPDATE revision SET body = '{\"title\": \"hal' WHERE doc ="
                   " (SELECT doc FROM document WHERE id = ?)", (ID,))
    db.close()
    assert f"“{ID}”" in c.cli("check", status=1).out
    c.cli("check", "--repair")
    c.cli("check")
    c.cli("show", ID, status=1)
    c.cli("sync", c.server.url, *c.account())
    assert c.rows("show", ID)[0]["title"] == CASE["title"]
    c.cli("check")


main()
