#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account set up in the preferences: an address that is none, nobody there, a wrong password, the right one;
the foot of the sidebar and its popover; the password in a file that only its owner can read, since there is no
keyring here; and a second start that signs in by itself."""

import stat
from pathlib import Path

from desktop import PASSWORD, Installation, Server, Window, free_port, run, shot, step, wait_for


def foot(window, text):
    """The button at the foot of the sidebar, once it says text."""
    return window.find(role="push button", contains=text, seconds=30)


def result(window, text):
    window.find(role="label", contains=text, seconds=30)


def start(context):
    window = Window(context.machine, "--no-starter")
    context.windows.append(window)
    return window


@step
def a_library_without_a_server(context):
    context.server = Server(context.work, free_port())
    context.machine = Installation(context.work, "machine", first_run=False)
    context.window = start(context)
    context.window.press(node=context.window.pressable(foot(context.window, "No server yet")))
    context.window.find(role="label", contains="Everything is stored on this computer")
    shot("account-01-no-server")
    context.window.press("Preferences")
    context.window.field("Server Address")


@step
def an_address_that_is_none(context):
    context.window.set_text("Server Address", "not an address")
    context.window.press("Test Connection")
    result(context.window, "This is not the address of a server")
    shot("account-02-no-address")


@step
def nobody_is_there(context):
    context.window.set_text("Server Address", f"http://127.0.0.1:{context.server.port}/")
    context.window.set_text("User Name", "editor")
    context.window.set_text("Password", "not the password")
    context.window.press("Test Connection")
    result(context.window, "The server cannot be reached")
    address = context.window.text(context.window.field("Server Address"))
    assert address == context.server.url, f"the address was understood as {address}"
    context.window.find(role="label", contains="No keyring found")
    shot("account-03-nobody")


@step
def a_wrong_password(context):
    context.server.start("--starter")
    context.window.press("Test Connection")
    result(context.window, "does not accept this name and password")
    foot(context.window, "Sign-in needed")
    shot("account-04-wrong-password")


@step
def the_right_password(context):
    context.window.set_text("Password", PASSWORD)
    context.window.press("Test Connection")
    result(context.window, "The server answers and has ")
    foot(context.window, "Up to date")
    shot("account-05-right-password")
    context.window.key("Escape")
    context.window.gone(role="text", name="Server Address")


@step
def the_password_is_in_a_private_file(context):
    config = Path(context.machine.env["XDG_CONFIG_HOME"])
    credentials = config / "tisckb" / "credentials"
    wait_for("the password in the file", lambda: PASSWORD in credentials.read_text(encoding="utf-8"))
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600, oct(credentials.stat().st_mode)
    others = [p for p in config.rglob("*") if p.is_file() and p != credentials and PASSWORD.encode() in p.read_bytes()]
    assert not others, f"the password is in {others} too"


@step
def the_foot_of_the_sidebar_has_details(context):
    context.window.press(node=context.window.pressable(foot(context.window, "Up to date")))
    context.window.find(role="label", contains=context.server.url)
    context.window.find(role="label", contains="Last sync: just now")
    shot("account-06-details")
    context.window.press("Sync Now")
    foot(context.window, "Up to date")


@step
def the_next_start_signs_in_by_itself(context):
    context.window.close()
    context.window = start(context)
    foot(context.window, "Up to date")
    context.server.stop()
    foot(context.window, "Offline")
    shot("account-07-offline")


run("account")
