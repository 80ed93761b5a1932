#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""House rules that a machine can hold: lint.py RULE. One function a rule; each yields findings."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(p for p in (ROOT / "src").rglob("*.[ch]"))
TESTS = sorted(p for p in (ROOT / "tests").rglob("*.[ch]") if "node_modules" not in p.parts)

# Functions that are never right here, with what to use instead.
BANNED = {
    r"\b(strcpy|strcat|sprintf|vsprintf|strncpy|strncat)\s*\(": "g_strlcpy (), GString",
    r"\b(gets|strtok|alloca|g_alloca|g_newa)\s*\(": "an owned, bounded copy",
    r"\b(atoi|atol|atoll|atof|sscanf|strtol|strtoul|strtod)\s*\(": "g_ascii_string_to_signed (), g_ascii_strtod ()",
    r"\b(system|popen)\s*\(": "GSubprocess",
    r"\b(sleep|usleep|g_usleep)\s*\(": "TkbClock or a condition",
    r"\bg_task_run_in_thread(_sync)?\s*\(": "TkbWorker (conventions: Async)",
    r"\bgoto\s+\w+;": "g_autoptr and an early return",
    r"\b(gchar|gint|gshort|glong|guchar)\b": "the plain C type",
    r"\b\w+_get_default\s*\(\s*void": "hand the object in through a constructor",
    r"\b(TODO|FIXME|XXX)\b": "do it, or write an issue",
    r"\bsqlite3_mprintf\b|\bsqlite3_exec\b": "a prepared statement of the list",
}
BANNED_ALLOWED = {
    # g_usleep in a worker thread while SQLite says busy has no condition to wait for
    ("src/app", r"\b\w+_get_default\s*\(\s*void"): "",
}
# Headers of a library that only some places may see.
GUARDED = {
    "sqlite3.h": ["src/store/"],
    "gtk/": ["src/app/"],
    "adwaita.h": ["src/app/"],
    "gtksourceview/": ["src/app/"],
    "libsecret/": ["src/app/"],
    "libsoup/": ["src/sync/tkb-http-peer", "src/server/"],
    "sodium.h": ["src/server/"],
    "cmark-gfm": ["src/model/"],
    "unicode/": ["src/store/", "src/extract/tkb-extract"],
    "poppler": ["src/extract/tkb-extract"],
    "archive": ["src/extract/tkb-extract"],
    "libxml/": ["src/extract/tkb-extract"],
    "seccomp.h": ["src/extract/tkb-fence"],
    "libstemmer.h": ["src/store/"],
}


def relative(path):
    return path.relative_to(ROOT).as_posix()


def code_lines(path):
    """The file's lines with comments and strings blanked, so that prose is not taken for code."""
    text = path.read_text(encoding="utf-8")
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    text = re.sub(r"/\*.*?\*/|//[^\n]*", blank, text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', blank, text)
    return text.splitlines()


def layers():
    """docs/architecture.md carries the table `folder <- uses`; every include must be in it."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    uses = {}
    for row in re.findall(r"^\| `src/(\w+)/` \|[^|]*\|([^|]*)\|", text, flags=re.M):
        uses[row[0]] = set(re.findall(r"\b[a-z]+\b", row[1].split("+")[0])) & {
            p.name for p in (ROOT / "src").iterdir() if p.is_dir()}
    folders = {p.name for p in (ROOT / "src").iterdir() if p.is_dir() and any(p.glob("*.[ch]"))}
    for missing in sorted(folders - uses.keys()):
        yield f"docs/architecture.md: no row for src/{missing}/"

    def closure(folder, seen):
        for used in uses.get(folder, ()):
            if used not in seen:
                seen.add(used)
                closure(used, seen)
        return seen

    allowed_of = {folder: closure(folder, {folder}) for folder in folders}
    homes = {}  # header name -> the folders that have one of that name
    for path in SOURCES:
        if path.suffix == ".h":
            homes.setdefault(path.name, set()).add(path.relative_to(ROOT / "src").parts[0])
    # Two headers of one name are fine only where no folder can see both: "x.h" must mean one file.
    for name, places in sorted(homes.items()):
        for folder in sorted(folders):
            if len(places & allowed_of[folder]) > 1:
                seen = ", ".join(f"src/{p}/" for p in sorted(places & allowed_of[folder]))
                yield f"src/{folder}/: {name} could be any of {seen}"
    for path in SOURCES:
        folder = path.relative_to(ROOT / "src").parts[0]
        allowed = allowed_of[folder]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            include = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
            if not include:
                continue
            name = include.group(1)
            targets = homes.get(name.split("/")[-1], set())
            if line.lstrip().startswith("#include \"") and targets and not targets & allowed:
                target = ", ".join(f"src/{t}/" for t in sorted(targets))
                yield f"{relative(path)}:{number}: src/{folder}/ may not use {target} ({name})"
            for guarded, places in GUARDED.items():
                if name.startswith(guarded) and not any(relative(path).startswith(p) for p in places):
                    yield f"{relative(path)}:{number}: <{name}> belongs only in {', '.join(places)}"


def banned():
    for path in SOURCES:
        for number, line in enumerate(code_lines(path), 1):
            for pattern, instead in BANNED.items():
                if (relative(path.parent), pattern) not in BANNED_ALLOWED and re.search(pattern, line):
                    yield f"{relative(path)}:{number}: {line.strip()[:60]} (use {instead})"
        if re.search(r"\b(TODO|FIXME|XXX)\b", path.read_text(encoding="utf-8")):
            yield f"{relative(path)}: a note to do later (do it, or write an issue)"


def spdx():
    for path in SOURCES + TESTS:
        head = path.read_text(encoding="utf-8")[:300]
        if "SPDX-FileCopyrightText" not in head or "SPDX-License-Identifier: GPL-3.0-or-later" not in head:
            yield f"{relative(path)}: no SPDX header"
        if path.suffix == ".h" and "#pragma once" not in path.read_text(encoding="utf-8"):
            yield f"{relative(path)}: no #pragma once"


def size():
    for path in SOURCES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > 1000:
            yield f"{relative(path)}: {lines} lines; past 1,000 it holds more than one idea"


def style():
    files = [str(p) for p in SOURCES + TESTS]
    for start in range(0, len(files), 50):
        run = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *files[start:start + 50]],
                             capture_output=True, text=True, check=False)
        for line in run.stderr.splitlines():
            if "error:" in line:
                yield line.replace(str(ROOT) + "/", "")


def potfiles():
    listed = {l for l in (ROOT / "po/POTFILES.in").read_text().splitlines() if l and l[0] != "#"}
    for name in sorted(listed):
        if not (ROOT / name).is_file():
            yield f"po/POTFILES.in: {name} does not exist"
    marked = re.compile(r'(?<![\w"])(_|C_|N_|NC_|ngettext|g_dngettext)\s*\(\s*\(?\s*"|translatable="(yes|true)"')
    for path in [*SOURCES, *sorted((ROOT / "src").rglob("*.ui"))]:
        if marked.search(path.read_text(encoding="utf-8")) and relative(path) not in listed:
            yield f"{relative(path)}: has strings to translate but is not in po/POTFILES.in"


def translations():
    """Every shipped language is whole: no untranslated and no fuzzy string."""
    for lang in (ROOT / "po/LINGUAS").read_text().split():
        path = ROOT / f"po/{lang}.po"
        run = subprocess.run(["msgfmt", "--check", "--statistics", "-o", "/dev/null", str(path)],
                             capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
        if run.returncode != 0 or "fuzzy" in run.stderr or "untranslated" in run.stderr:
            yield f"po/{lang}.po: {run.stderr.strip()}"
    pot = subprocess.run(["xgettext", "--from-code=UTF-8", "-k_", "-kN_", "-kC_:1c,2", "-kNC_:1c,2",
                          "-kngettext:1,2", "-kg_dngettext:2,3", "--files-from=po/POTFILES.in", "-o", "-"],
                         capture_output=True, text=True, check=False, cwd=ROOT)
    for lang in (ROOT / "po/LINGUAS").read_text().split():
        run = subprocess.run(["msgcmp", f"po/{lang}.po", "-"], input=pot.stdout,
                             capture_output=True, text=True, check=False, cwd=ROOT)
        for line in run.stderr.splitlines()[:20]:
            if "this message is" in line or "untranslated" in line:
                yield f"po/{lang}.po: not complete: {line}"


def data():
    """The data files parse, and the resource lists every one of them."""
    listing = (ROOT / "data/tkb-data.gresource.xml").read_text(encoding="utf-8")
    for path in sorted(p for f in ("kinds", "vocabularies", "starter") for p in (ROOT / "data" / f).glob("*.json")):
        json.loads(path.read_text(encoding="utf-8"))
        if path.relative_to(ROOT / "data").as_posix() not in listing:
            yield f"data/tkb-data.gresource.xml: does not list {relative(path)}"


RULES = {f.__name__: f for f in (layers, banned, spdx, size, style, potfiles, translations, data)}


def main():
    findings = list(RULES[sys.argv[1]]())
    for finding in findings:
        print(finding)
    print(f"{sys.argv[1]}: {len(findings)} findings")
    return 1 if findings else 0


sys.exit(main())
