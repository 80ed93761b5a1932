#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the main screens for a person to look at: wide and narrow, light and dark, in English, Chinese and
Arabic. What a picture must show is checked as well: that the page is there, that the words are of the language, and
that the mirrored window has its sidebar on the other side."""

import os
from pathlib import Path

from desktop import Installation, Window, run, shot, step, wait_for

CASE = "facility vegetables in the Hexi Corridor"
CASE_ZH = "蔬菜"


LANGUAGES = (Path(os.environ.get("TKB_SOURCE_ROOT", Path(__file__).parents[2])) / "po/LINGUAS").read_text().split()


def open_window(context, name, language=None, **settings):
    home = Installation(context.work, name, first_run=False, **settings)
    window = Window(home, language=language)
    context.windows.append(window)
    wait_for("the list", lambda: window.all(role="status bar"))
    window.key("Escape")
    return window


def find_case(window, text, title):
    window.search(text)
    return window.find(role="panel", contains=title)


def tour(window, name, case_words=("vegetable", CASE)):
    """List, case, search system, editor."""
    shot(f"{name}-1-list")
    row = find_case(window, *case_words)
    window.press(node=row, action="row.activate")
    wait_for("the page", lambda: window.all(role="heading"))
    shot(f"{name}-2-case")
    window.key("Alt+Left")
    row = find_case(window, "espacenet", "Espacenet")
    window.press(node=row, action="row.activate")
    wait_for("the page", lambda: [h for h in window.all(role="heading") if "Espacenet" in h.get_name()])
    shot(f"{name}-3-system")
    window.key("ctrl+e")
    wait_for("the form", lambda: [t for t in window.all(role="text") if "Espacenet" in window.text(t)])
    shot(f"{name}-4-editor")
    window.close()


@step
def wide_and_light(context):
    tour(open_window(context, "light"), "screen-light")


@step
def wide_and_dark(context):
    tour(open_window(context, "dark", style="dark"), "screen-dark")


@step
def narrow(context):
    tour(open_window(context, "narrow", window_width=600), "screen-narrow")


@step
def narrow_and_dark(context):
    tour(open_window(context, "narrow-dark", window_width=600, style="dark"), "screen-narrow-dark")


@step
def chinese(context):
    window = open_window(context, "chinese", language="zh_CN")
    window.find(role="list item", contains="案例")
    tour(window, "screen-zh", ("蔬菜", CASE_ZH))


@step
def arabic_is_mirrored(context):
    if "ar" not in LANGUAGES:
        return "there is no Arabic translation yet"
    window = open_window(context, "arabic", language="ar")
    sidebar = window.find(role="list", what="the sidebar")
    box = sidebar.get_component_iface().get_extents(window.atspi.CoordType.WINDOW)
    assert box.x > 640, f"the sidebar begins at {box.x}"
    tour(window, "screen-ar")
    return None


@step
def preferences(context):
    window = open_window(context, "preferences")
    window.key("ctrl+comma")
    window.find(contains="Server")
    shot("screen-preferences")


run("screens")
