#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program tisckb-extract as it is started: what comes out of every kind of file, and its exit status."""

import os
import random
import subprocess
import sys
import tempfile

import samples

PROGRAM = os.environ["TKB_BUILD_ROOT"] + "/src/extract/tisckb-extract"
WHOLE, CUT, INCOMPLETE, NOTHING, ENCRYPTED, DAMAGED, TOO_LARGE, UNSUPPORTED = 0, 3, 4, 5, 6, 7, 8, 9


def run(data, kind="", name=""):
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        done = subprocess.run([PROGRAM, kind, name], stdin=file, capture_output=True, timeout=100, check=False)
    return done.returncode, done.stdout.decode()


CASES = {  # name: bytes, content type, file name, status, text (None: any)
    "pdf": (samples.pdf(), "application/pdf", "", WHOLE, "A pump driven by the sun, example of the art 泵站"),
    "pdf by its bytes": (b"junk\n" + samples.pdf(), "text/plain", "a.txt", WHOLE, None),
    "pdf of pages": (samples.pdf(pages=3), "", "", WHOLE, None),
    "scan": (samples.scan(), "", "", NOTHING, ""),
    "pdf cut off": (samples.pdf()[:400], "", "", DAMAGED, ""),
    "pdf that is none": (b"\x00\x01\x02 no pdf", "application/pdf", "", DAMAGED, ""),
    "pdf encrypted": (samples.pdf(encrypted=True), "", "", ENCRYPTED, ""),
    "docx": (samples.docx(), "", "", WHOLE, "The first paragraph\n" + samples.CHINESE),
    "docx with changes": (samples.docx_with_changes(), "", "", WHOLE, "kept tabbedchoice\nnoted below"),
    "docx cut off": (samples.docx()[:200], "", "", DAMAGED, ""),
    "docx of broken xml": (samples.docx(body="</w:p>"), "", "", INCOMPLETE, None),
    "docx with entities": (samples.docx_with_entities(), "", "", DAMAGED, ""),
    "docx encrypted": (samples.locked_docx(), "", "", ENCRYPTED, ""),
    "docx too long": (samples.docx(["word " * 1000] * 1000), "", "", CUT, None),
    "zip bomb": (samples.bomb(), "", "", TOO_LARGE, ""),
    "zip of something else": (samples.archive(a_dot_txt="hello"), "", "", UNSUPPORTED, ""),
    "odt": (samples.odt(), "", "", WHOLE, "A heading\nSome words in a span"),
    "odt encrypted": (samples.odt(manifest="<encryption-data/>"), "", "", ENCRYPTED, None),
    "old doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "application/msword", "", UNSUPPORTED, ""),
    "html": (samples.html(), "text/html", "", WHOLE, "标题\n检索报告第二行\none\ntwo"),
    "html by its beginning": (b" <!DOCTYPE html><p>x<p>y", "", "", WHOLE, "x\ny"),
    "html with a declared charset": ("<p>é</p>".encode("latin-1"), "text/html; charset=iso-8859-1", "", WHOLE, "é"),
    "html nested deep": (b"<html>" + b"<div>" * 200_000 + b"deep", "text/html", "", None, None),
    "utf-8": ("naïve\r\n\r\ntext\u00ad \x07专\n利".encode(), "text/plain", "", WHOLE, "naïve\ntext 专利"),
    "utf-16": ("hello 世界".encode("utf-16"), "text/plain", "", WHOLE, "hello 世界"),
    "gb18030": ((samples.CHINESE * 5).encode("gb18030"), "text/plain", "", WHOLE, samples.CHINESE * 5),
    "gb18030 by name": ((samples.CHINESE * 5).encode("gb18030"), "application/octet-stream", "A.TXT", WHOLE,
                        samples.CHINESE * 5),
    "windows-1256": ((samples.ARABIC * 5).encode("windows-1256"), "text/plain", "", WHOLE, (samples.ARABIC * 5).strip()),
    "windows-1251": ((samples.RUSSIAN * 5).encode("windows-1251"), "text/plain", "", WHOLE,
                     (samples.RUSSIAN * 5).strip()),
    "too long": (b"word " * 1_000_000, "text/plain", "", CUT, None),
    "far too long": (b"word " * 3_000_000, "text/plain", "", CUT, None),
    "json by itself": (b'{"a": "word"}', "application/json", "", WHOLE, '{"a": "word"}'),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png", "a.png", UNSUPPORTED, ""),
    "picture of letters": (b"P1 1 1 0", "image/x-portable-bitmap", "", UNSUPPORTED, ""),
    "binary": (bytes(range(256)) * 20, "text/plain", "", UNSUPPORTED, ""),
    "nothing": (b"", "text/plain", "", NOTHING, ""),
    "blank": (b" \n\n ", "text/plain", "", NOTHING, ""),
}


def check(case):
    data, kind, name, status, text = CASES[case]
    code, out = run(data, kind, name)
    assert (code == status) if status is not None else code >= 0, f"status {code}, not {status}: {out[:200]!r}"
    assert text is None or out == text, f"{out[:300]!r}"
    assert len(out.encode()) <= 2 * 1024 * 1024


def mutations():
    """Bytes turned over at random: it always ends with a status of its own, never by a signal."""
    dice = random.Random(1)
    for data in (samples.pdf(), samples.docx(), samples.odt(), samples.html()):
        for _ in range(25):
            wrong = bytearray(data)
            for _ in range(dice.randint(1, 8)):
                wrong[dice.randrange(len(wrong))] = dice.randrange(256)
            code, _text = run(bytes(wrong))
            assert code in (0, 3, 4, 5, 6, 7, 8, 9), code


def main():
    tests = {name: (lambda name=name: check(name)) for name in CASES} | {"mutations": mutations}
    print(f"1..{len(tests)}", flush=True)
    for number, (name, function) in enumerate(tests.items(), 1):
        try:
            function()
            print(f"ok {number} {name}", flush=True)
        except (AssertionError, UnicodeDecodeError, subprocess.TimeoutExpired) as problem:
            print(f"not ok {number} {name}\n# {problem}", flush=True)
    return 0


sys.exit(main())
