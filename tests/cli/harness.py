# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real tisckb-cli and tisckb-server from outside. Test functions are registered with @test and
run in order by main (), which prints TAP."""

import base64
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path

BUILD = Path(os.environ["TKB_BUILD_ROOT"])
CLI = str(BUILD / "src/cli/tisckb-cli")
SERVER = str(BUILD / "src/server/tisckb-server")
PASSWORD = "correct horse battery staple"

CASE = {
    "kind": "case", "language": "en", "title": "Irrigation valve for terraced fields",
    "summary": "A growers' association asked whether its valve was new.", "state": "submitted",
    "visibility": "public", "serving_institution": "Test TISC", "country": "CN", "province": "CN-GS",
    "client_type": "association-or-park", "service_types": ["novelty-search"], "year": 2026,
    "need": "The association wanted to know whether the **valve** was new.",
    "process": [{"action": "Agreed on the features."}, {"action": "Searched with classes and words."}],
    "social_result": "Forty members use the valve.",
    "lessons": ["Ask for drawings first.", "Search classes before words.", "Write the log as you go."],
}

_tests = []


def test(function):
    _tests.append(function)
    return function


class Context:
    def __init__(self):
        self.work = Path(tempfile.mkdtemp(prefix="tisckb-cli-"))
        self.password = self.work / "password"
        self.password.write_text(PASSWORD, encoding="utf-8")
        self.servers = []

    def store(self, name="library"):
        return str(self.work / f"{name}.tisckb")

    def cli(self, *args, store="library", status=0, stdin=None, env=None):
        """Runs tisckb-cli; the finished process. stdin: str or bytes."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        run = subprocess.run([CLI, "--store", self.store(store), *args], input=data, capture_output=True,
                             timeout=120, check=False, env={**os.environ, **(env or {})})
        run.out, run.err = run.stdout.decode(), run.stderr.decode(errors="replace")
        if status is not None:
            assert run.returncode == status, \
                f"tisckb-cli {' '.join(args)[:200]}: exit {run.returncode}, not {status}\n{run.out[:2000]}\n{run.err[:2000]}"
        return run

    def rows(self, *args, **kwargs):
        return [json.loads(line) for line in self.cli(*args, "--json", **kwargs).out.splitlines()]

    def put(self, *documents, store="library", status=0):
        return self.cli("put", "-", store=store, status=status,
                        stdin="\n".join(json.dumps(d) for d in documents))

    def account(self):
        return ["--user", "editor", "--password-file", str(self.password)]

    def add_user(self, data, name="editor", role="editor"):
        subprocess.run([SERVER, "user", "add", name, "--role", role, "--password-file", str(self.password),
                        "--data", str(data)], check=True, timeout=30)

    def start_server(self, data, port=0):
        server = Server(data, port)
        self.servers.append(server)
        return server

    def close(self):
        for server in self.servers:
            server.kill()
        shutil.rmtree(self.work, ignore_errors=True)


class Server:
    """A running tisckb-server on loopback."""

    def __init__(self, data, port):
        self.process = subprocess.Popen([SERVER, "--data", str(data), "--listen", f"127.0.0.1:{port}"],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.port = None
        for line in self.process.stdout:
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                break
        assert self.port, "tisckb-server did not start"
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.port}/tisckb"

    def request(self, method, path, body=None, user="editor"):
        token = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {"Content-Type": "application/json", "Authorization": f"Basic {token}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Answering(http.server.ThreadingHTTPServer):
    """An HTTP server that gives one answer to everything: status, content type, body."""

    def __init__(self, status, content_type, body):
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/tisckb"


def main():
    context = Context()
    failed = 0
    print(f"1..{len(_tests)}")
    try:
        for number, function in enumerate(_tests, 1):
            name = function.__name__.replace("_", " ")
            try:
                function(context)
                print(f"ok {number} {name}")
            except Exception:  # a test reports whatever went wrong in it
                failed += 1
                print(f"not ok {number} {name}")
                print("# " + traceback.format_exc().replace("\n", "\n# "))
            sys.stdout.flush()
    finally:
        context.close()
    sys.exit(1 if failed else 0)
