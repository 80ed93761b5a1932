#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at random moments while documents are written and synced: whatever was acknowledged is
there afterwards, and `check` finds nothing. usage: kill_storm.py [KILLS] [SEED]; prints TAP.

A third of the kills each: tisckb-cli while it puts, tisckb-server while it answers _bulk_docs, and
either of the two in the middle of a sync."""

import base64
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

BUILD = Path(os.environ["TKB_BUILD_ROOT"])
CLI = str(BUILD / "src/cli/tisckb-cli")
SERVER = str(BUILD / "src/server/tisckb-server")
PASSWORD = "correct horse battery staple"
AUTHORIZATION = "Basic " + base64.b64encode(f"editor:{PASSWORD}".encode()).decode()


def document(number, round_number):
    """A complete case, so that the server's door lets it through."""
    return {
        "_id": f"case:storm-{round_number:03d}-{number:05d}", "kind": "case", "language": "en",
        "title": f"Storm case {number} of round {round_number}", "summary": "Written in a storm.",
        "state": "published", "visibility": "public", "serving_institution": "Storm TISC",
        "country": "CN", "client_type": "sme", "service_types": ["novelty-search"],
        "need": "A need. " + "words " * 100, "process": [{"action": "Searched."}],
        "social_result": "A result.", "lessons": ["One.", "Two.", "Three."],
    }


class Storm:
    def __init__(self, kills, seed):
        self.random = random.Random(seed)
        self.kills = kills
        self.work = Path(tempfile.mkdtemp(prefix="tisckb-storm-"))
        self.password = self.work / "password"
        self.password.write_text(PASSWORD)
        self.data = self.work / "server"
        self.store = str(self.work / "client.tisckb")
        self.server = None
        self.port = 0

    def cli(self, *args, status=0, **kwargs):
        run = subprocess.run([CLI, "--store", self.store, *args], capture_output=True, text=True,
                             timeout=120, check=False, **kwargs)
        if status is not None and run.returncode != status:
            raise AssertionError(f"tisckb-cli {' '.join(args)}: exit {run.returncode}: {run.stderr}")
        return run

    def check(self, store):
        run = subprocess.run([CLI, "--store", store, "check"], capture_output=True, text=True,
                             timeout=120, check=False)
        assert run.returncode == 0, f"check of {store}: {run.stdout}{run.stderr}"

    # ---- tisckb-cli killed while it writes ----

    def kill_put(self, round_number):
        lines = [json.dumps(document(n, round_number)) for n in range(400)]
        child = subprocess.Popen([CLI, "--store", self.store, "put", "--json", "-"],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 text=True)
        timer = threading.Timer(self.random.uniform(0.005, 0.25), child.kill)
        timer.start()
        try:
            child.stdin.write("\n".join(lines))
            child.stdin.close()
        except BrokenPipeError:
            pass
        acknowledged = []
        for line in child.stdout:
            try:
                row = json.loads(line)
                acknowledged.append((row["_id"], row["_rev"]))
            except (ValueError, KeyError):
                pass  # the line that the kill cut off
        child.wait()
        timer.cancel()
        self.check(self.store)
        for doc_id, rev in self.sample(acknowledged):
            shown = json.loads(self.cli("show", doc_id, "--json").stdout)
            assert shown["_rev"] == rev, f"{doc_id}: {shown['_rev']} is not {rev}"
        return len(acknowledged)

    def sample(self, acknowledged):
        """The first, the last and some between: one process each, so not all of hundreds."""
        some = acknowledged[:1] + acknowledged[-2:]
        return some + self.random.sample(acknowledged, min(3, len(acknowledged)))

    # ---- tisckb-server killed while it writes ----

    def start_server(self):
        self.server = subprocess.Popen([SERVER, "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"],
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.server.stdout:
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                threading.Thread(target=self.server.stdout.read, daemon=True).start()
                return
        raise AssertionError("tisckb-server did not start")

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {"Content-Type": "application/json", "Authorization": AUTHORIZATION})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def kill_server(self, round_number):
        self.start_server()
        acknowledged = {}
        timer = threading.Timer(self.random.uniform(0.02, 0.3), self.server.kill)
        timer.start()
        try:
            for batch in range(200):
                docs = [document(batch * 10 + n, 500 + round_number) for n in range(10)]
                status, rows = self.request("POST", "/tisckb/_bulk_docs", {"docs": docs})
                assert status == 201, rows
                for row in rows:
                    assert "rev" in row, row
                    acknowledged[row["id"]] = row["rev"]
        except (OSError, http.client.HTTPException, ValueError):
            pass
        self.server.wait()
        timer.cancel()
        self.check(str(self.data / "tisckb.tisckb"))
        self.start_server()
        _, answer = self.request("POST", "/tisckb/_all_docs", {"keys": list(acknowledged)})
        for row in answer["rows"]:
            assert row.get("value", {}).get("rev") == acknowledged[row["key"]], row
        self.stop_server()
        return len(acknowledged)

    def stop_server(self):
        self.server.send_signal(signal.SIGTERM)
        assert self.server.wait(timeout=20) == 0, "SIGTERM does not end the server cleanly"

    # ---- either killed while they sync ----

    def url(self):
        return f"http://127.0.0.1:{self.port}/tisckb"

    def account(self):
        return ["--user", "editor", "--password-file", str(self.password)]

    def kill_sync(self, round_number):
        self.start_server()
        for number in range(20):
            status, _ = self.request("PUT", "/tisckb/" + document(number, 900 + round_number)["_id"],
                                     document(number, 900 + round_number))
            assert status == 201
        self.cli("put", "-", input="\n".join(json.dumps(document(n, 700 + round_number)) for n in range(60)))
        child = subprocess.Popen([CLI, "--store", self.store, "sync", self.url(), *self.account()],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        victim = child if round_number % 2 else self.server
        time.sleep(self.random.uniform(0.01, 0.35))
        victim.kill()
        victim.wait()
        if victim is self.server:
            child.wait(timeout=60)
            self.check(str(self.data / "tisckb.tisckb"))
            self.start_server()
        self.check(self.store)
        self.cli("sync", self.url(), *self.account())
        _, mine = self.request("POST", "/tisckb/_all_docs",
                               {"keys": [document(n, 700 + round_number)["_id"] for n in range(60)]})
        assert all("value" in row for row in mine["rows"]), "a local document did not arrive"
        for number in (0, 19):
            self.cli("show", document(number, 900 + round_number)["_id"])
        self.stop_server()
        return 80

    def prepare(self):
        self.data.mkdir()
        self.cli("init")
        subprocess.run([SERVER, "user", "add", "editor", "--role", "editor", "--password-file", str(self.password),
                        "--data", str(self.data)], check=True, timeout=30)

    def close(self):
        if self.server and self.server.poll() is None:
            self.server.kill()
            self.server.wait()
        shutil.rmtree(self.work, ignore_errors=True)


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261122
    storm = Storm(kills, seed)
    failed = False
    print("1..3")
    try:
        storm.prepare()
        for number, (name, kind) in enumerate([("put", storm.kill_put), ("server", storm.kill_server),
                                               ("sync", storm.kill_sync)], 1):
            rounds = kills - 2 * (kills // 3) if kind == storm.kill_put else kills // 3
            acknowledged = 0
            try:
                for round_number in range(rounds):
                    acknowledged += kind(round_number)
                print(f"ok {number} {name}: {rounds} kills, {acknowledged} acknowledged writes, none lost (seed {seed})")
            except (AssertionError, subprocess.SubprocessError) as error:
                failed = True
                print(f"not ok {number} {name} (seed {seed})\n# " + str(error).replace("\n", "\n# "))
            sys.stdout.flush()
    finally:
        storm.close()
    return 1 if failed else 0


sys.exit(main())
