#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in an attachment is found, as long as the attachment is there."""

import base64
import os
import shutil
import subprocess
import sys

from harness import CASE, main, test

sys.path.insert(0, os.environ["TKB_SOURCE_ROOT"] + "/tests/extract")
import samples  # noqa: E402  (beside the tests of the readers)

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def attach(data, content_type):
    return {"content_type": content_type, "data": base64.b64encode(data).decode()}


class Library:
    """One store of its own for each test."""

    def __init__(self, c, name):
        self.c, self.name = c, name
        self.path = c.store(name)
        self.cli("init")

    def cli(self, *args):
        return self.c.cli(*args, store=self.name)

    def rows(self, *args):
        return self.c.rows(*args, store=self.name)

    def put(self, *documents):
        return self.c.put(*documents, store=self.name)

    def found(self, text):
        return {row["_id"] for row in self.rows("search", text)}

    def texts(self):
        stats = self.rows("stats")[0]
        return {name.split("_")[1]: stats[name] for name in stats if name.startswith("texts_")}


@test
def words_of_an_attachment_are_found_until_it_goes(c):
    k = Library(c, "words")
    k.put({**CASE, "_id": "case:a", "_attachments": {"report.pdf": attach(samples.pdf(), PDF),
                                                     "notes.docx": attach(samples.docx(), DOCX)}},
          {**CASE, "_id": "case:b"})
    for text in ("泵站", "driven", "example", '"driven by the sun"', "pumps", "艺术", "检索 driven", "valve driven",
                 "driven -nonsense", "耐心 OR nonsense"):
        assert k.found(text) == {"case:a"}, text
    assert k.found("valve -driven") == {"case:b"}
    hit = k.rows("search", "driven")[0]
    assert hit["attachment"] == "report.pdf" and "<b>driven</b>" in hit["snippet_markup"], hit
    assert k.found("title:driven") == set()
    assert k.texts() == {"whole": 2, "partial": 0, "none": 0, "unreadable": 0, "waiting": 0}
    # an edit keeps it, one without the attachment loses it
    kept = k.rows("show", "case:a")[0]
    stubs = kept["_attachments"]
    kept["title"] = "Another title"
    k.put(kept)
    assert k.found("泵站") == {"case:a"}
    last = {**k.rows("show", "case:a")[0], "_attachments": {"notes.docx": stubs["notes.docx"]}}
    k.put(last)
    assert k.found("泵站") == set() and k.found("艺术") == {"case:a"}
    k.cli("check")
    k.cli("delete", "case:a")
    assert k.found("艺术") == set()
    k.cli("check")


@test
def two_documents_with_one_file(c):
    k = Library(c, "two")
    file = attach(samples.odt(), "application/vnd.oasis.opendocument.text")
    k.put({**CASE, "_id": "case:a", "_attachments": {"a.odt": file}})
    k.put({**CASE, "_id": "case:b", "_attachments": {"b.odt": file}})
    assert k.found("heading") == {"case:a", "case:b"}
    assert k.texts()["whole"] == 1
    k.cli("delete", "case:a")
    assert k.found("heading") == {"case:b"}
    k.cli("check")


@test
def what_cannot_be_read_is_counted_and_holds_up_nothing(c):
    k = Library(c, "unread")
    k.put({**CASE, "_id": "case:a", "_attachments": {
        "bomb.docx": attach(samples.bomb(), DOCX), "cut.pdf": attach(samples.pdf()[:400], PDF),
        "locked.pdf": attach(samples.pdf(encrypted=True), PDF), "scan.pdf": attach(samples.scan(), PDF),
        "photo.png": attach(b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png"),
        "broken.docx": attach(samples.docx(body="</w:p>"), DOCX),
        "chinese.txt": attach((samples.CHINESE * 5).encode("gb18030"), "text/plain")}})
    assert k.found("耐心") == {"case:a"} and k.found("paragraph") == {"case:a"}
    assert k.texts() == {"whole": 1, "partial": 1, "none": 2, "unreadable": 3, "waiting": 0}
    k.cli("check")


@test
def reindex_reads_what_waits_and_finds_all_again(c):
    k = Library(c, "again")
    k.put({**CASE, "_id": "case:a", "_attachments": {"report.pdf": attach(samples.pdf(), PDF)}})
    k.cli("reindex")
    assert k.found("泵站") == {"case:a"} and k.texts()["whole"] == 1
    k.cli("check")
    # as if nobody had ever looked, and as if the text were damaged
    for change in ("UPDATE attached SET version = 0", "UPDATE attached SET text = x'00'"):
        subprocess.run([shutil.which("sqlite3") or "sqlite3", k.path, change], check=True, timeout=30)
        k.cli("reindex")
        assert k.texts()["waiting"] == 0 and k.found("泵站") == {"case:a"}, change
        k.cli("check")


main()
