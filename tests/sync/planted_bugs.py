# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows that the simulator can fail: plants one bug after the other into a copy of the sources, builds
test-simulator from it and runs seeds until one catches the bug. Prints which seed did."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ["TKB_SOURCE_ROOT"])
SEEDS = 300

# name: (file, what stands there once, what the bug makes of it)
PLANTS = {
    "the checkpoint is saved before the data": (
        "src/sync/tkb-replication.c",
        "      set_idle (self, FALSE);\n",
        "      set_idle (self, FALSE);\n      g_free (self->done_seq);\n"
        "      self->done_seq = g_strdup (changes->last_seq);\n"),
    "the winner is what a clock says came last": (
        "src/store/tkb-edit-store.c",
        "  const char *winner = tkb_rev_tree_get_winner (row->tree);\n",
        "  const char *winner = fresh != NULL && !(fresh_flags & TKB_ROW_DELETED)\n"
        "                           ? fresh_rev : tkb_rev_tree_get_winner (row->tree);\n"),
    "a revision that did not come is forgotten": (
        "src/sync/tkb-replication-batch.c",
        "      if (!g_hash_table_contains (answered, key))\n",
        "      if (!g_hash_table_contains (answered, key) && FALSE)\n"),
    "the failures are not on disk before the checkpoint that steps over them": (
        "src/sync/tkb-replication-log.c",
        "  if (!self->failed_changed)\n",
        "  if (TRUE)\n"),
    "the history of the checkpoints is not compared": (
        "src/sync/tkb-replication-log.c",
        "  g_autofree char *common = tkb_wire_checkpoint_find_common (self->source_log, self->target_log);\n",
        "  g_autofree char *common = g_strdup (self->target_log->history->len\n"
        "                                          ? self->target_log->source_last_seq : \"0\");\n"),
    "drafts are sent": (
        "src/model/tkb-document.c",
        "tkb_document_may_leave (TkbDocument *self)\n{\n",
        "tkb_document_may_leave (TkbDocument *self)\n{\n  if (TRUE)\n    return TRUE;\n"),
}


def copy_sources(target):
    for name in ("src", "data", "po", "tests", "build-aux"):
        shutil.copytree(SOURCE / name, target / name, symlinks=True,
                        ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for file in SOURCE.iterdir():
        if file.is_file():
            shutil.copy2(file, target)


def run_seeds(build):
    environment = {**os.environ, "TKB_SIM_SEEDS": str(SEEDS)}
    environment.pop("TKB_SIM_FIRST", None)
    return subprocess.run([build / "tests/sync/test-simulator"], env=environment, capture_output=True, text=True,
                          errors="replace", timeout=1800, check=False)


def main():
    failed = False
    with tempfile.TemporaryDirectory(prefix="tisckb-planted-") as folder:
        sources, build = Path(folder) / "sources", Path(folder) / "build"
        sources.mkdir()
        copy_sources(sources)
        subprocess.run(["meson", "setup", "-Dapp=false", build, sources], check=True, stdout=subprocess.DEVNULL)
        print(f"1..{len(PLANTS)}")
        for number, (name, (file, old, new)) in enumerate(PLANTS.items(), 1):
            original = (sources / file).read_text(encoding="utf-8")
            assert original.count(old) == 1, f"{file} has changed: plant “{name}” anew"
            (sources / file).write_text(original.replace(old, new), encoding="utf-8")
            subprocess.run(["ninja", "-C", build, "tests/sync/test-simulator"], check=True, stdout=subprocess.DEVNULL)
            run = run_seeds(build)
            (sources / file).write_text(original, encoding="utf-8")
            seeds = re.findall(r"^# seed (\d+)$", run.stdout, re.MULTILINE)
            caught = run.returncode != 0
            failed = failed or not caught
            why = [line for line in (run.stdout + run.stderr).splitlines() if "ERROR" in line]
            print(f"{'ok' if caught else 'not ok'} {number} - {name}")
            if caught:
                print(f"# caught by seed {seeds[-1]}: {why[0] if why else 'crash'}", flush=True)
    return 1 if failed else 0


sys.exit(main())
