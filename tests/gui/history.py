#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Earlier versions: compared with the one shown now, brought back in one field and as a whole, and undone."""

import json

from desktop import Installation, Window, run, shot, step, wait_for

ID = "system:espacenet"


def current(context):
    return context.home.cli("show", ID, "--json")[0]


def write(context, **members):
    context.home.cli("put", "-", stdin=json.dumps({**current(context), **members}))


def open_history(window):
    window.press("More about this document")
    window.press("Earlier Versions…", roles="menu item")
    window.find("Version 1")


@step
def the_history_lists_the_versions(context):
    context.home = Installation(context.work, "home", first_run=False)
    window = Window(context.home)  # makes the library with the starter content
    context.windows.append(window)
    wait_for("the list", lambda: window.all(role="status bar"))
    window.key("Escape")  # the welcome
    window.close()
    context.first = current(context)
    write(context, summary="A free search system of the European Patent Office, and more.",
          tags=["changed"])
    context.second = current(context)
    window = context.window = Window(context.home)
    context.windows.append(window)
    window.search("espacenet")
    window.press(node=window.find(role="panel", contains="Espacenet"), action="row.activate")
    open_history(window)
    shot("history-01-versions")


@step
def an_earlier_version_is_compared(context):
    window = context.window
    window.press("Compare with the version shown now")
    window.find("Restore this version")
    wait_for("two fields", lambda: len(window.all(role="push button", name="Restore this field")) == 2)
    shot("history-02-compared")


@step
def one_field_is_restored_and_that_is_undone(context):
    window = context.window
    window.press("Restore this field")
    wait_for("one field", lambda: current(context)["_rev"].startswith("3-"))
    now = current(context)
    assert (now["summary"] == context.first["summary"]) != (now.get("tags") == context.first.get("tags")), now
    window.find("Undo")
    shot("history-03-restored")
    window.press("Undo")
    wait_for("undone", lambda: current(context)["_rev"].startswith("4-"))
    assert {k: v for k, v in current(context).items() if k not in ("_rev", "modified")} == \
        {k: v for k, v in context.second.items() if k not in ("_rev", "modified")}


@step
def the_whole_version_is_restored(context):
    window = context.window
    open_history(window)
    window.press(node=window.all(role="push button", name="Compare with the version shown now")[-1])
    window.press("Restore this version")
    wait_for("restored", lambda: current(context)["_rev"].startswith("5-"))
    now = current(context)
    assert now["summary"] == context.first["summary"] and now.get("tags") == context.first.get("tags")


@step
def a_picture_in_chinese_and_dark(context):
    context.window.close()
    context.home.set(style="dark")
    window = Window(context.home, language="zh_CN")
    context.windows.append(window)
    window.search("espacenet")
    window.press(node=window.find(role="panel", contains="Espacenet"), action="row.activate")
    window.press("本文档的更多操作")
    window.press("历史版本(V)…", roles="menu item")
    window.press("与当前显示的版本比较")
    window.find("恢复此版本")
    shot("history-04-chinese-dark")


run("history")
