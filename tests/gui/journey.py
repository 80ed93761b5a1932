#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journey of the project: a first start without a line, searching in two languages, a facet, a case read, a case
written while the server is down; the server comes up and has it within ten seconds; a second, empty installation
receives everything and finds the new case."""

from desktop import Installation, Server, Window, free_port, number_in, run, shot, step, wait_for

TITLE = "Drip irrigation valves for terraced farms"


def connect(server):
    return ["--server", server.url, "--user", "editor", "--password-file", str(server.password)]


def count_line(window):
    return window.find(role="status bar").get_name()


def sync_line(window):
    """What the foot of the sidebar says."""
    names = [n.get_name() for n in window.all(role="push button")]
    return next((n for n in names if "waiting" in n or "Up to date" in n or "Offline" in n or "Syncing" in n), "")


@step
def first_start_shows_the_library(context):
    context.server = Server(context.work, free_port())
    context.first = Window(Installation(context.work, "first"), *connect(context.server))
    context.windows.append(context.first)
    context.first.find(role="label", name="Welcome to the TISC Knowledge Base")
    shot("journey-01-first-start")
    context.first.press("Start Browsing")
    context.first.gone(name="Welcome to the TISC Knowledge Base")
    documents = number_in(context.first.find(role="list item", contains="All documents").get_name())
    assert documents >= 100, f"{documents} documents of starter content"
    context.documents = documents
    shot("journey-02-library")


@step
def two_characters_of_chinese_find(context):
    context.first.search("专利")
    wait_for("results for 专利", lambda: 0 < number_in(count_line(context.first)) < context.documents)
    shot("journey-03-search-chinese")


@step
def a_facet_narrows_the_results(context):
    before = number_in(count_line(context.first))
    context.first.press("Kinds" if context.first.named("push button", "Kinds") else "Service types")
    row = context.first.find(role="check box", contains=", ", what="a value of the facet")
    expected = number_in(row.get_name().rsplit(",", 1)[1])
    context.first.press(node=row, action="row.toggle")
    context.first.key("Escape")
    wait_for(f"{expected} of {before} results", lambda: number_in(count_line(context.first)) == expected)
    shot("journey-04-facet")


@step
def vegetable_finds_the_case_of_gansu(context):
    context.first.press("All documents", roles="list item")
    context.first.search("vegetable")
    row = context.first.find(role="panel", contains="facility vegetables in the Hexi Corridor")
    shot("journey-05-search-english")
    context.first.press(node=row, action="row.activate")
    context.first.find(role="heading", contains="facility vegetables in the Hexi Corridor")
    shot("journey-06-reading")


@step
def a_case_is_written_while_the_server_is_down(context):
    window = context.first
    window.key("ctrl+n")
    window.press("Case study", roles="menu item")
    window.focus("Title")
    window.type(TITLE)
    wait_for("“Saved” in the header", lambda: any(t.startswith("Saved") for t in window.texts()))
    window.press("Send to the Server")
    window.find(role="label", name="Summary is missing")
    shot("journey-07-incomplete")
    window.set_text("Summary", "A co-operative wanted to know who protects low-pressure valves.")
    window.set_text("Serving institution", "TISC of the Highland University")
    window.choose("Country", "Kenya")
    window.choose("Client type", "association")
    window.choose("Service types", "state-of-the-art")
    window.find(name="Country: Kenya")
    window.find(name="Client type: Association or park")
    window.find(role="label", name="State-of-the-art search")
    window.set_text("Need", "The co-operative *builds* its own valves and asks whether it may sell them.")
    fill_list(window, "Process", "Action", "Searched families in A01G 25/16 and read the claims.")
    window.set_text("Social result", "Eleven villages share the drawings.")
    shot("journey-07-writing")
    for lesson in ("Ask for the drawing first.", "Search the class, then the words.", "Say what the search cannot show."):
        add_line(window, "Lessons", lesson)
    shot("journey-08-lessons")
    window.press("Send to the Server")
    wait_for("one change waiting", lambda: "1 change waiting" in sync_line(window))
    window.find(role="list item", name="Waiting for the server, 1")
    window.find(role="heading", name=TITLE, what="the page of the new case")
    shot("journey-09-waiting")


def fill_list(window, label, member, text):
    if not window.named(("text",), member):
        window.press(f"Add to “{label}”")
    window.set_text(member, text)


def add_line(window, label, text):
    """The next empty line of a list of texts."""
    empty = lambda: next((n for n in window.all(role="text", name=label) if not window.text(n)), None)
    if not empty():
        window.press(f"Add to “{label}”")
    node = wait_for(f"an empty line of {label}", empty)
    assert window.atspi.EditableText.set_text_contents(node.get_editable_text_iface(), text)


@step
def the_server_has_it_within_ten_seconds_of_its_start(context):
    context.server.start()
    wait_for("the case at the server", lambda: TITLE in context.server.titles(), 10)
    wait_for("nothing waiting", lambda: "Up to date" in sync_line(context.first), 30)
    context.first.find(role="list item", name="Waiting for the server", what="no change counted as waiting")
    shot("journey-10-up-to-date")


@step
def what_the_reviewer_asks_for_is_above_the_form(context):
    window = context.first
    case = context.server.document(TITLE)
    context.server.put({**case, "state": "returned", "review_note": "Please say how many villages were served."})
    wait_for("the note on the page", lambda: any("how many villages" in t for t in window.texts()), 20)
    shot("journey-10-returned")
    window.press("Edit", roles="push button")
    window.find(role="label", name="What the reviewer says")
    shot("journey-10-returned-form")
    window.set_text("Summary", "A co-operative of eleven villages wanted to know who protects low-pressure valves.")
    window.press("Send to the Server")
    wait_for("the corrected case at the server", lambda: (d := context.server.document(TITLE))["state"] == "submitted"
             and "eleven villages" in d["summary"], 20)


@step
def an_empty_installation_receives_everything(context):
    context.first.close()
    context.second = Window(Installation(context.work, "second", first_run=False), "--no-starter", *connect(context.server))
    context.windows.append(context.second)
    total = len([title for title in context.server.titles() if title])
    wait_for(f"all {total} documents", lambda: number_in(
        context.second.find(role="list item", contains="All documents").get_name()) == total, 60)
    shot("journey-11-second-installation")


@step
def and_finds_the_new_case(context):
    context.second.search("irrigation valves")
    row = context.second.find(role="panel", contains=TITLE)
    context.second.press(node=row, action="row.activate")
    context.second.find(role="label", name="TISC of the Highland University")
    shot("journey-12-found")


run("journey")
