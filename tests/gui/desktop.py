# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private desktop for journeys: Xvfb, a session bus and the accessibility bus of its own, the real
programs in private folders, and a driver that sees what a screen reader sees.

A journey calls run (JOURNEY): it starts itself again on an X server and a session bus of its own, then runs the
functions marked @step in order and prints TAP; a step that returns a text is skipped for that reason. A failed step
ends the journey; a picture of the screen at that moment is kept beside the others in build/screenshots/."""

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

# where no window manager runs, GTK draws a border of its own around the window: pixels
BORDER = 5
PRESSABLE = ("push button", "toggle button", "menu item", "check box", "check menu item", "list item", "panel", "switch")

FIRST_FREE_KEYCODE = 230  # multimedia keys follow, which no journey presses

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

    keys = []  # letters that type () has given a key on this display

    def __init__(self, installation, *args, language=None):
        # the bus addresses are in the environment by now
        import gi  # pylint: disable=import-outside-toplevel
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi  # pylint: disable=import-outside-toplevel
        self.atspi = Atspi
        env = {**installation.env, **({"LANGUAGE": language} if language else {})}
        self.log = open(installation.home / "log", "a", encoding="utf-8")
        self.process = subprocess.Popen([APP, *args], env=env, stdout=self.log, stderr=self.log)
        # without a window manager keys go where the pointer is: to the edge of the window, where it changes nothing
        xdotool("mousemove", "10", "620")
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

    def is_showing(self, node):
        """Whether the node has a place in its window; pages of a stack have none of their own. (GTK 4.8 sets the state
        SHOWING on windows alone.)"""
        component = node.get_component_iface()
        if not component:
            return True
        box = component.get_extents(self.atspi.CoordType.WINDOW)
        return box.width > 0 and box.height > 0

    def walk(self, node=None, showing=True, depth=0):
        """The node (without one: every window) and all below it; pages that were never shown are passed over, and so is
        what goes away while it is looked at."""
        if node is None:
            node = self.root
        elif showing and not self.is_showing(node):
            return
        yield node
        for index in range(min(node.get_child_count(), 400) if depth < 60 else 0):
            try:
                child = node.get_child_at_index(index)
                if child:
                    yield from self.walk(child, showing, depth + 1)
            except self.glib_error():
                assert self.process.poll() is None, f"the application ended with {self.process.returncode}"

    def all(self, role=None, name=None, contains=None, showing=True, under=None):
        found = []
        for node in self.walk(under, showing):
            try:
                if role and node.get_role_name() not in ((role,) if isinstance(role, str) else role):
                    continue
                text = node.get_name() or ""
                if name is not None and text != name:
                    continue
                if contains is not None and contains.lower() not in text.lower():
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
        """What a screen reader could read out, one node a line."""
        lines = []
        for node in self.walk():
            try:
                role, name = node.get_role_name(), node.get_name() or ""
                text = self.text(node) if role in ("entry", "text", "password text") else ""
                if name or text:
                    lines.append(f"{role}: {name!r}" + (f" = {text!r}" if text else ""))
            except self.glib_error():
                continue
        return "\n".join(lines)

    # ---- acting ----

    def named(self, roles, name):
        """The nodes of these roles that are called so: whole names before parts of names. (GTK 4.8 puts a button's
        label and its accessible name one after the other, with the mnemonic's underscore.)"""
        nodes = self.all(role=roles, contains=name)
        return [n for n in nodes if n.get_name() == name] + [n for n in nodes if n.get_name() != name]

    def pressable(self, node):
        """The node itself or, of a menu button, the button within that takes the press."""
        interface = node.get_action_iface()
        if interface and self.atspi.Action.get_n_actions(interface) > 0:
            return node
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            if child and child.get_role_name() in ("push button", "toggle button"):
                return self.pressable(child)
        return None

    def press(self, name=None, node=None, seconds=15, action=None, roles=PRESSABLE):
        """Does what pressing a button, a menu item or a row does, as a screen reader's user would."""
        node = node or wait_for(f"“{name}” to press",
                                lambda: next(filter(None, map(self.pressable, self.named(roles, name))), None), seconds)
        interface = node.get_action_iface()
        names = [self.atspi.Action.get_action_name(interface, i) for i in range(self.atspi.Action.get_n_actions(interface))]
        index = 0 if action is None else names.index(action)
        assert self.atspi.Action.do_action(interface, index), f"{node.get_name()!r} did not react"
        self.settle()

    def settle(self):
        """Lets windows come and go: GTK 4.8 falls over when it is asked for a window that it is just opening or
        closing (the handler of GetChildAtIndex on the application makes a reference from a path that is not there yet)."""
        time.sleep(0.3)

    def click(self, node=None, **match):
        """A real click in the middle of the node."""
        node = node or self.find(**match)
        box = node.get_component_iface().get_extents(self.atspi.CoordType.WINDOW)
        xdotool("mousemove", str(BORDER + box.x + box.width // 2), str(BORDER + box.y + box.height // 2), "click", "1")

    def field(self, name, seconds=15, roles=("text", "entry")):
        """The text field of that label."""
        return wait_for(f"the field “{name}”", lambda: next(iter(self.named(roles, name)), None), seconds)

    def set_text(self, name, text, roles=("text", "entry")):
        node = self.field(name, roles=roles)
        interface = node.get_editable_text_iface()
        assert interface, f"{node.get_role_name()} {name!r} cannot be edited"
        assert self.atspi.EditableText.set_text_contents(interface, text)

    def focus(self, name):
        """Keyboard focus on a text field, with the cursor at its end."""
        self.click(self.field(name))
        self.key("ctrl+End")

    def choose(self, label, typed):
        """Picks a term in a field of codes, as one does with the keyboard: open, type, Enter."""
        names = (f"{label}: ", f"Add to “{label}”")
        self.press(node=wait_for(f"the choice “{label}”", lambda: next(filter(None, (
            self.pressable(n) for name in names for n in self.named("push button", name))), None)))
        self.type(typed)
        self.key("Return")

    def key(self, *keys):
        xdotool("key", "--delay", "40", *keys)
        self.settle()

    def type(self, text):
        """Keystrokes. Letters that are on no key get one for good first: xdotool would take theirs away again
        before a busy program has looked at the key."""
        for letter in sorted(set(text)):
            if not letter.isascii() and letter not in self.keys:
                self.keys.append(letter)
                subprocess.run(["xmodmap", "-e", f"keycode {FIRST_FREE_KEYCODE + len(self.keys)} = U{ord(letter):04X}"],
                               check=True, timeout=30)
                time.sleep(0.5)
        xdotool("type", "--delay", "40", text)

    def search(self, text):
        """Types into the search entry, in place of what stands there."""
        self.key("ctrl+f")
        self.key("ctrl+a")
        self.type(text)
        wait_for(f"“{text}” in the entry", lambda: any(self.text(e) == text for e in self.all(role="entry")))

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

    def titles(self):
        """The titles of all documents that the server has."""
        status, answer = self.get("/tisckb/_all_docs?include_docs=true")
        assert status == 200, answer
        return [row["doc"].get("title") for row in answer["rows"]]

    def document(self, title):
        """The document of that title, or None."""
        _, answer = self.get("/tisckb/_all_docs?include_docs=true")
        return next((row["doc"] for row in answer["rows"] if row["doc"].get("title") == title), None)

    def put(self, document):
        status, answer = self.ask("PUT", f"/tisckb/{document['_id']}", document)
        assert status == 201, answer

    def get(self, path):
        return self.ask("GET", path)

    def ask(self, method, path, body=None):
        token = base64.b64encode(f"editor:{PASSWORD}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Authorization": f"Basic {token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def free_port():
    import socket  # pylint: disable=import-outside-toplevel
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def enter_private_desktop(size):
    """Starts this script again with a screen, a home and buses that nobody else uses. The X server chooses
    its number itself, so that journeys can run side by side."""
    with tempfile.TemporaryDirectory(prefix="tisckb-desktop-") as runtime:
        os.chmod(runtime, 0o700)
        with open(Path(runtime) / "xvfb.log", "w", encoding="utf-8") as log:
            server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", f"{size}x24", "-nolisten", "tcp",
                                       "-noreset"], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            number = server.stdout.readline().strip()
            assert number, "Xvfb did not start"
            env = {**os.environ, "TKB_PRIVATE_DESKTOP": "1", "XDG_RUNTIME_DIR": runtime, "HOME": runtime,
                   "DISPLAY": f":{number}", "G_DEBUG": "", "LIBGL_ALWAYS_SOFTWARE": "1"}
            for variable in ("DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "XAUTHORITY", "LANGUAGE"):
                env.pop(variable, None)
            # daemons that the bus starts write to its stdout; the results go past them
            results = os.dup(sys.stdout.fileno())
            env["TKB_RESULTS"] = str(results)
            return subprocess.run(["dbus-run-session", "--", "/usr/bin/python3", *sys.argv], env=env, stdout=sys.stderr,
                                  pass_fds=[results], check=False).returncode
        finally:
            server.terminate()
            server.wait()


def run(name, size="1280x800"):
    if "TKB_PRIVATE_DESKTOP" not in os.environ:
        sys.exit(enter_private_desktop(size))
    sys.stdout = os.fdopen(int(os.environ["TKB_RESULTS"]), "w", encoding="utf-8")
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
                skipped = function(context)
                print(f"ok {number} {title}" + (f" # SKIP {skipped}" if skipped else ""), flush=True)
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
