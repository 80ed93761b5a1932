#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading on: from a page to documents like it and back."""

from desktop import Installation, Window, run, shot, step, wait_for, xdotool

CASE = "facility vegetables in the Hexi Corridor"


def heading(window, text):
    return window.find(role="heading", contains=text)


def top(window, node):
    return node.get_component_iface().get_extents(window.atspi.CoordType.WINDOW).y


@step
def similar_documents_stand_at_the_end_of_the_page(context):
    context.home = Installation(context.work, "home", first_run=False)
    window = context.window = Window(context.home)
    context.windows.append(window)
    wait_for("the list", lambda: window.all(role="status bar"))
    window.key("Escape")  # the welcome
    window.search("vegetable")
    window.press(node=window.find(role="panel", contains=CASE), action="row.activate")
    heading(window, CASE)
    before = top(window, heading(window, CASE))
    heading(window, "Similar documents")
    assert top(window, heading(window, CASE)) == before
    ids = [row["_id"] for row in context.home.cli("similar", case_id(context, CASE), "--limit", "5", "--json")]
    assert ids
    context.similar = context.home.cli("show", ids[0], "--json")[0]["title"]
    xdotool("mousemove", "940", "640", "click", "--repeat", "150", "--delay", "5", "5")  # the wheel, to the end
    shot("reading-01-similar")


def case_id(context, title):
    return next(row["_id"] for row in context.home.cli("search", "vegetable", "--json") if title in row["title"])


@step
def one_of_them_opens_and_there_is_a_way_back(context):
    window = context.window
    window.click(node=next(n for n in reversed(window.all(role="list item", contains=context.similar))))
    wait_for("its page", lambda: heading(window, context.similar))
    shot("reading-02-opened")
    window.press("Back")
    heading(window, CASE)
    wait_for("the row where it was", lambda: any(100 < top(window, n) < 780
                                                 for n in window.all(role="list item", contains=context.similar)))
    shot("reading-03-back")


run("reading")
