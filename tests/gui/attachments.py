#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A document with attachments comes from the server: while somebody reads something else, the text of its files is
read, found, and its page says which of them can be searched."""

import base64
import os
import sys

from desktop import Installation, Server, Window, free_port, run, shot, step, wait_for

for folder in ("cli", "extract"):
    sys.path.insert(0, os.environ.get("TKB_SOURCE_ROOT", os.path.join(os.path.dirname(__file__), "../..")) + "/tests/" + folder)
import samples  # noqa: E402  (beside the tests of the readers)
from harness import CASE  # noqa: E402

TITLE = "Pumps for dry terraces"


def attach(data, content_type):
    return {"content_type": content_type, "data": base64.b64encode(data).decode()}


@step
def a_document_with_files_arrives(context):
    context.server = Server(context.work, free_port())
    context.server.start()
    context.window = Window(Installation(context.work, "first", first_run=False), "--no-starter", "--server",
                            context.server.url, "--user", "editor", "--password-file", str(context.server.password))
    context.windows.append(context.window)
    context.server.put({
        **CASE, "_id": "case:pumps", "title": TITLE, "_attachments": {
            "report.pdf": attach(samples.pdf(), "application/pdf"),
            "broken.docx": attach(samples.docx(body="</w:p>"),
                                  "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            "locked.pdf": attach(samples.pdf(encrypted=True), "application/pdf"),
            "photo.png": attach(b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png")}})
    context.window.find(role="panel", contains=TITLE, seconds=60)


@step
def words_of_its_files_are_found(context):
    window = context.window
    for text, name in (("泵站", "report.pdf"), ("driven by the sun", "report.pdf"), ("paragraph", "broken.docx")):
        window.search(text)
        wait_for(f"{name} in the row found by {text}",
                 lambda name=name: [r for r in window.all(role="panel", contains=TITLE) if f"in {name}" in r.get_name()], 30)
    shot("attachments-1-found")


@step
def its_page_says_what_can_be_searched(context):
    window = context.window
    window.press(node=window.find(role="panel", contains=TITLE), action="row.activate")
    window.find(role="heading", contains=TITLE)
    for said, times in (("Text can be searched", 1), ("Only part of the text could be read", 1),
                        ("No text could be read", 1)):
        wait_for(f"“{said}” on the page", lambda said=said, times=times:
                 len([t for t in window.texts() if said in t]) == times)
    shot("attachments-2-page")


run("attachments")
