#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes po/data-strings.h: every label and help text of data/kinds/ and data/vocabularies/ as
N_("..."), so that xgettext finds what the program shows through gettext at run time.

With --check nothing is written: the exit code says whether the file is up to date."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "po" / "data-strings.h"
HEADER = """/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Made by build-aux/extract-data-strings.py from data/kinds/ and data/vocabularies/: for xgettext
 * only, never compiled. */
"""


def strings(path):
    """Every label and help text of one file, in the order of the file."""
    found = []

    def walk(value):
        if isinstance(value, dict):
            for key, member in value.items():
                if key in ("label", "label_plural", "help") and isinstance(member, str):
                    found.append(member)
                else:
                    walk(member)
        elif isinstance(value, list):
            for member in value:
                walk(member)

    walk(json.loads(path.read_text(encoding="utf-8")))
    return found


def escape(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def render():
    seen = set()
    lines = [HEADER, "\n"]
    for folder in ("kinds", "vocabularies"):
        for path in sorted((ROOT / "data" / folder).glob("*.json")):
            new = [text for text in dict.fromkeys(strings(path)) if text and text not in seen]
            seen.update(new)
            if new:
                lines.append(f"/* {folder}/{path.name} */\n")
                lines.extend(f'N_ ("{escape(text)}")\n' for text in new)
                lines.append("\n")
    return "".join(lines).rstrip("\n") + "\n"


def main():
    text = render()
    if "--check" in sys.argv[1:]:
        if not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != text:
            print("po/data-strings.h is out of date: run build-aux/extract-data-strings.py")
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    return 0


sys.exit(main())
