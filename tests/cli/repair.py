#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does about damage: check, repair, sync; bytes that were lost come from the server."""

import base64
import json
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


def damage(c, name, *pages):
    """Noise in the place of some pages."""
    path = Path(c.store(name))
    content = bytearray(path.read_bytes())
    for page in pages:
        content[page * 4096:(page + 1) * 4096] = bytes((i * 131 + 77) % 256 for i in range(4096))
    path.write_bytes(content)
    return bytes(content)


@test
def a_damaged_file_is_saved_and_the_server_fills_the_gaps(c):
    c.cli("import", "-", stdin="\n".join(json.dumps({**CASE, "_id": f"case:{i:03}", "title": f"Case {i}"})
                                         for i in range(200)))
    c.cli("sync", c.server.url, *c.account())
    c.put({**CASE, "_id": "case:unsent", "title": "Not sent yet"},
          {**CASE, "_id": "case:mine", "state": "draft", "title": "A draft"})
    (before,) = c.rows("stats")
    pages = Path(c.store()).stat().st_size // 4096
    content = damage(c, "library", *range(60, pages, 9))
    found = c.cli("check", status=1)
    assert "damaged" in found.out + found.err and "check --repair" in found.out + found.err, found.out + found.err
    done = c.cli("check", "--repair").out
    assert "Sync now" in done, done
    (kept,) = c.work.glob("library.tisckb.damaged-*[0-9]")
    assert kept.read_bytes() == content
    assert "Saved: " in Path(f"{kept}.txt").read_text()
    c.cli("check")
    c.cli("sync", c.server.url, *c.account())
    c.cli("check")
    (after,) = c.rows("stats")
    assert after["documents"] >= before["documents"] - 2, (before, after)
    assert after["waiting"] == 0, after
    for i in range(200):
        assert c.rows("show", f"case:{i:03}")[0]["title"] == f"Case {i}"
    blob(c)


@test
def what_is_saved_may_go_to_another_file(c):
    damage(c, "library", 0)
    c.cli("stats", status=1)
    (row,) = c.rows("salvage", "--output", c.store("saved"))[:1]
    assert row["documents"] >= 200 and row["lost_documents"] == 0, row
    c.cli("check", store="saved")
    assert c.rows("show", "case:007", store="saved")[0]["title"] == "Case 7"
    assert blob(c, "saved").read_bytes() == DRAWING
    c.cli("salvage", "--output", c.store("saved"), status=1)
    c.cli("stats", status=1)


@test
def what_only_this_machine_has_is_saved_and_put_back(c):
    c.cli("init", store="one")
    c.put({**CASE, "_id": "case:mine", "state": "draft"}, {**CASE, "_id": "case:unsent"}, store="one")
    assert "2" in c.cli("backup", store="one").out
    (saved,) = Path(c.store("one") + ".backups").glob("*.tisckb")
    Path(c.store("one")).unlink()
    assert c.cli("restore", store="one").out.splitlines()[:2] == ["case:mine", "case:unsent"]
    (stats,) = c.rows("stats", store="one")
    assert (stats["documents"], stats["drafts"], stats["waiting"]) == (2, 1, 1), stats
    c.cli("check", store="one")
    c.cli("init", store="two")
    assert c.rows("restore", str(saved), store="two") == [{"restored": "case:mine"}, {"restored": "case:unsent"}]
    c.cli("restore", store="three", status=1)
    c.cli("backup", c.store("copy"), store="one")
    assert c.rows("stats", store="copy")[0]["documents"] == 2


@test
def nothing_is_made_of_nothing(c):
    path = Path(c.store("noise"))
    path.write_bytes(bytes(range(256)) * 64)
    c.cli("salvage", store="noise", status=1)
    assert path.read_bytes() == bytes(range(256)) * 64
    c.cli("salvage", store="absent", status=1)
    assert not Path(c.store("absent")).exists()


main()
