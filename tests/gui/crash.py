#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the editor calls saved is on disk: the application is killed while someone types, and what stood in the title
when the header last said "Saved" is there after the restart."""

import threading

from desktop import Installation, Window, run, shot, step, wait_for

WORDS = "greenhouse heating with rock beds and night screens in high valleys ".split()


def is_saved(window):
    return any(t.startswith("Saved") for t in window.texts())


def draft_row(window):
    window.press("My drafts", roles="list item")
    return window.find(role="panel", contains=WORDS[0], what="the draft in the list")


@step
def typing_is_saved_while_one_types(context):
    context.home = Installation(context.work, "one", first_run=False)
    window = context.window = Window(context.home, "--no-starter")
    context.windows.append(window)
    window.key("ctrl+n")
    window.press("Case study", roles="menu item")
    window.focus("Title")
    for word in WORDS[:4]:
        window.type(word + " ")
    wait_for("“Saved” in the header", lambda: is_saved(window))
    context.saved = window.text(window.field("Title"))
    assert context.saved.split() == WORDS[:4], context.saved
    shot("crash-1-saved")


@step
def the_program_is_killed_in_the_middle_of_a_word(context):
    window = context.window
    typist = threading.Thread(target=lambda: window.type(" ".join(WORDS[4:])), daemon=True)
    typist.start()
    wait_for("more words in the title", lambda: len(window.text(window.field("Title"))) > len(context.saved) + 3)
    window.kill()
    typist.join()


@step
def what_was_called_saved_is_there_after_the_restart(context):
    window = context.window = Window(context.home, "--no-starter")
    context.windows.append(window)
    title = draft_row(window).get_name()
    assert title.startswith(context.saved.strip()), title
    shot("crash-2-restarted")


@step
def and_can_be_written_on(context):
    window = context.window
    window.press(node=draft_row(window), action="row.activate")
    window.press("Edit", roles="push button")
    window.set_text("Summary", "Kept through the crash.")
    wait_for("“Saved” in the header", lambda: is_saved(window))
    window.kill()
    window = context.window = Window(context.home, "--no-starter")
    context.windows.append(window)
    window.press(node=draft_row(window), action="row.activate")
    window.find(role="label", name="Kept through the crash.")
    shot("crash-3-second-restart")


@step
def leaving_the_form_saves_without_waiting(context):
    window = context.window
    window.press("Edit", roles="push button")
    window.set_text("Summary", "Written a moment before leaving.")
    window.press("Done")
    window.find(role="label", name="Written a moment before leaving.")


@step
def a_draft_thrown_away_can_be_brought_back(context):
    window = context.window
    window.press("Edit", roles="push button")
    window.press("More", roles="push button")
    window.press("Discard", roles="menu item")
    window.find(role="label", contains="discarded")
    wait_for("no draft", lambda: window.all(role="list item", name="My drafts"))
    shot("crash-4-discarded")
    window.press("Undo")
    window.find(role="list item", name="My drafts, 1")
    shot("crash-5-brought-back")


run("crash")
