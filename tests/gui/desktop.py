# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private desktop for journeys: Xvfb, a session bus and the accessibility bus of its own, the real
programs in private folders, and a driver that sees what a screen reader sees.

A journey calls run (JOURNEY): it starts itself again inside xvfb-run and dbus-run-session, then runs the
functions marked @step in order and prints TAP. A failed step ends the journey; a picture of the screen at
that moment is kept beside the others in build/screenshots/."""

import base64
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path

BUILD = Path(os.environ["TKB_BUILD_ROOT"])
SHOTS = BUILD / "screenshots"
APP = str(BUILD / "src/app/tisckb")
CLI = str(BUILD / "src/cli/tisckb-cli")
SERVER = str(BUILD / "src/server/tisckb-server")
PASSWORD = "correct horse battery staple"

_steps = []


def step(function):
    _steps.append(function)
    return function


def wait_for(what, function, seconds=15.0):
    """function's first true answer; polled, with a deadline. Errors of a half-built tree are retried."""
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            answer = function()
            if answer:
                return answer
            last = None
        except Exception as error:  # a widget may go away while it is looked at
            last = error
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}" + (f" ({last})" if last else ""))


class Installation:
    """One person's machine: a home of its own with a library and settings."""

    def __init__(self, work, name, **settings):
        self.home = Path(work) / name
        self.env = {**os.environ, "HOME": str(self.home), "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo",
                    "GSETTINGS_BACKEND": "keyfile", "GTK_A11Y": "atspi", "LC_ALL": "C.UTF-8", "G_DEBUG": "",
                    "NO_AT_BRIDGE": "0"}
        for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            self.env[variable] = str(self.home / variable.lower())
            Path(self.env[variable]).mkdir(parents=True)
        self.store = Path(self.env["XDG_DATA_HOME"]) / "tisckb" / "library.tisckb"
        self.set(**settings)

    def set(self, **settings):
        """Writes the application's settings: keys with _ for -."""
        folder = Path(self.env["XDG_CONFIG_HOME"]) / "glib-2.0" / "settings"
        folder.mkdir(parents=True, exist_ok=True)
        lines = ["[org/example/TiscKB]"]
        for key, value in {"window_width": 1280, "window_height": 800, **settings}.items():
            text = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else \
                f"'{value}'" if isinstance(value, str) else str(value)
            lines.append(f"{key.replace('_', '-')}={text}")
        (folder / "keyfile").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def cli(self, *args, stdin=None):
        run = subprocess.run([CLI, "--store", str(self.store), *args], env=self.env, input=stdin, text=True,
                             capture_output=True, timeout=120, check=False)
        assert run.returncode == 0, f"tisckb-cli {args}: {run.stderr}"
        return [json.loads(line) for line in run.stdout.splitlines()] if "--json" in args else run.stdout


class Window:
    """The running application, seen through AT-SPI."""

    def __init__(self, installation, *args, language=None):
        # the bus addresses are in the environment by now
        import gi  # pylint: disable=import-outside-toplevel
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi  # pylint: disable=import-outside-toplevel
        self.atspi = Atspi
        env = {**installation.env, **({"LANGUAGE": language} if language else {})}
        self.log = open(installation.home / "log", "a", encoding="utf-8")
        self.process = subprocess.Popen([APP, *args], env=env, stdout=self.log, stderr=self.log)
        self.root = wait_for("the window", self.find_root, 30)

    def find_root(self):
        assert self.process.poll() is None, f"the application ended with {self.process.returncode}"
        desktop = self.atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            if child and child.get_process_id() == self.process.pid and child.get_child_count():
                return child
        return None

    # ---- looking ----

    def walk(self, node=None, depth=0):
        node = node or self.root
        yield node
        if depth < 60:
            for index in range(min(node.get_child_count(), 400)):
                child = node.get_child_at_index(index)
                if child:
                    yield from self.walk(child, depth + 1)

    def all(self, role=None, name=None, contains=None, showing=True, under=None):
        found = []
        for node in self.walk(under):
            try:
                if role and node.get_role_name() not in ((role,) if isinstance(role, str) else role):
                    continue
                text = node.get_name() or ""
                if name is not None and text != name:
                    continue
                if contains is not None and contains.lower() not in text.lower():
                    continue
                if showing and not node.get_state_set().contains(self.atspi.StateType.SHOWING):
                    continue
                found.append(node)
            except self.glib_error():
                continue
        return found

    def glib_error(self):
        from gi.repository import GLib  # pylint: disable=import-outside-toplevel
        return GLib.Error

    def find(self, what=None, seconds=15, **match):
        return wait_for(what or f"{match}", lambda: next(iter(self.all(**match)), None), seconds)

    def gone(self, seconds=15, **match):
        wait_for(f"{match} to go away", lambda: not self.all(**match), seconds)

    def text(self, node):
        """What a text widget holds."""
        interface = node.get_text_iface()
        return self.atspi.Text.get_text(interface, 0, self.atspi.Text.get_character_count(interface)) if interface else ""

    def texts(self):
        """Every label on the screen, for looking for a word wherever it stands."""
        return [node.get_name() or "" for node in self.all()]

    def dump(self):
        lines = []
        for node in self.walk():
            try:
                if node.get_state_set().contains(self.atspi.StateType.SHOWING):
                    lines.append(f"{node.get_role_name()}: {node.get_name()!r}")
            except self.glib_error():
                continue
        return "\n".join(lines)

    # ---- acting ----

    def press(self, node=None, seconds=15, action=None, **match):
        """Does the node's action as a screen reader's user would."""
        node = node or self.find(seconds=seconds, **match)
        interface = node.get_action_iface()
        assert interface, f"{node.get_role_name()} {node.get_name()!r} has no action"
        names = [self.atspi.Action.get_action_name(interface, i) for i in range(self.atspi.Action.get_n_actions(interface))]
        index = 0 if action is None else names.index(action)
        assert self.atspi.Action.do_action(interface, index), f"{node.get_name()!r} did not react"

    def click(self, node=None, **match):
        """A real click in the middle of the node."""
        node = node or self.find(**match)
        box = node.get_component_iface().get_extents(self.atspi.CoordType.WINDOW)
        xdotool("mousemove", str(box.x + box.width // 2), str(box.y + box.height // 2), "click", "1")

    def set_text(self, text, node=None, **match):
        node = node or self.find(**match)
        interface = node.get_editable_text_iface()
        assert interface, f"{node.get_role_name()} {node.get_name()!r} cannot be edited"
        assert self.atspi.EditableText.set_text_contents(interface, text)

    def key(self, *keys):
        xdotool("key", "--delay", "40", *keys)

    def type(self, text):
        xdotool("type", "--delay", "30", text)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self.log.close()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def xdotool(*args):
    subprocess.run(["xdotool", *args], check=True, timeout=60)


def shot(name):
    """A picture of the screen, once it has stopped changing."""
    SHOTS.mkdir(exist_ok=True)
    path = SHOTS / f"{name}.png"
    before = None
    for _ in range(20):
        time.sleep(0.15)
        now = subprocess.run(["import", "-window", "root", "rgb:-"], stdout=subprocess.PIPE, check=True, timeout=30).stdout
        if now == before:
            break
        before = now
    subprocess.run(["import", "-window", "root", str(path)], check=True, timeout=30)
    return path


class Server:
    """A real tisckb-server on loopback; start and stop as the line comes and goes."""

    def __init__(self, work, port):
        self.data = Path(work) / "server"
        self.data.mkdir()
        self.port = port
        self.password = Path(work) / "password"
        self.password.write_text(PASSWORD, encoding="utf-8")
        self.process = None
        self.url = f"http://127.0.0.1:{port}/tisckb"
        subprocess.run([SERVER, "user", "add", "editor", "--role", "editor", "--password-file", str(self.password),
                        "--data", str(self.data)], check=True, timeout=30)

    def start(self, *args):
        self.process = subprocess.Popen([SERVER, "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", *args],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert any("listening on" in line for line in self.process.stdout), "tisckb-server did not start"
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def get(self, path):
        token = base64.b64encode(f"editor:{PASSWORD}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Authorization": f"Basic {token}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def free_port():
    import socket  # pylint: disable=import-outside-toplevel
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(name, size="1280x800"):
    if "TKB_PRIVATE_DESKTOP" not in os.environ:
        with tempfile.TemporaryDirectory(prefix="tisckb-desktop-") as runtime:
            os.chmod(runtime, 0o700)
            env = {**os.environ, "TKB_PRIVATE_DESKTOP": "1", "XDG_RUNTIME_DIR": runtime, "HOME": runtime,
                   "LIBGL_ALWAYS_SOFTWARE": "1"}
            env.pop("DBUS_SESSION_BUS_ADDRESS", None)
            env.pop("WAYLAND_DISPLAY", None)
            sys.exit(subprocess.run(["xvfb-run", "-a", "-s", f"-screen 0 {size}x24", "dbus-run-session", "--",
                                     "/usr/bin/python3", *sys.argv], env=env, check=False).returncode)
    work = tempfile.mkdtemp(prefix="tisckb-gui-")
    failed = False
    print(f"1..{len(_steps)}", flush=True)
    context = type("Context", (), {"work": work, "windows": [], "server": None})()
    try:
        for number, function in enumerate(_steps, 1):
            title = function.__name__.replace("_", " ")
            if failed:
                print(f"not ok {number} {title} # not reached", flush=True)
                continue
            try:
                function(context)
                print(f"ok {number} {title}", flush=True)
            except Exception:  # the rest of a journey makes no sense without this step
                failed = True
                print(f"not ok {number} {title}\n# " + traceback.format_exc().replace("\n", "\n# "))
                shot(f"failed-{name}-{number:02d}")
                for window in context.windows:
                    if window.process.poll() is None:
                        print("# " + window.dump().replace("\n", "\n# "), flush=True)
                for log in Path(work).rglob("log"):
                    print("# " + log.read_text(encoding="utf-8", errors="replace")[-3000:].replace("\n", "\n# "), flush=True)
    finally:
        for window in context.windows:
            window.close()
        if context.server:
            context.server.stop()
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(1 if failed else 0)


def number_in(text):
    """The first number in a text, group separators left out; -1 where there is none."""
    found = re.search(r"\d[\d,. ]*", text)
    return int(re.sub(r"\D", "", found.group(0))) if found else -1
