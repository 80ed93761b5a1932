#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole journey without a window: browse, search, write with the server down, sync when it is up,
and find the new case in a second installation."""

import json
import subprocess

from harness import CASE, PASSWORD, main, test

ID = "case:journey"


@test
def a_new_store_has_the_starter_content(c):
    c.cli("init", "--starter")
    (stats,) = c.rows("stats")
    assert (stats["case"], stats["guide"], stats["system"]) == (36, 16, 60), stats
    assert stats["waiting"] == 0 and stats["index_behind"] == 0, stats


@test
def search_finds_chinese_and_english(c):
    chinese = c.rows("search", "专利")
    assert len(chinese) >= 5 and any("<b>" in r.get("title_markup", "") + r.get("snippet_markup", "") for r in chinese)
    vegetable = c.rows("search", "vegetable")
    assert any(r["_id"] == "case:gansu-facility-vegetables" for r in vegetable), vegetable
    assert c.rows("search", "vegetables")[0]["_id"] == "case:gansu-facility-vegetables"


@test
def facets_narrow_the_result(c):
    counts = {(r["field"], r["code"]): r["count"] for r in c.rows("facets")}
    assert counts[("country", "CN")] > 5, counts
    hits = c.rows("search", "", "--kind", "case", "--facet", "country=CN", "--limit", "1000")
    assert len(hits) == {(r["field"], r["code"]): r["count"] for r in c.rows("facets", "--kind", "case")}[("country", "CN")]
    assert all(r["kind"] == "case" for r in hits)


@test
def the_gansu_case_can_be_read(c):
    (case,) = c.rows("show", "case:gansu-facility-vegetables")
    assert case["_rev"].startswith("1-") and case["titles"]["zh"]
    assert "208,063" in json.dumps(case) and case["caveats"], "the production value needs its caveat"
    assert "# " in c.cli("show", "case:gansu-facility-vegetables").out


@test
def a_case_written_without_a_line_waits(c):
    c.put({**CASE, "_id": ID})
    (stats,) = c.rows("stats")
    assert stats["waiting"] == 1, stats
    run = c.cli("sync", "http://127.0.0.1:9/tisckb", status=1)
    assert run.err.strip(), "an unreachable server needs a message"
    assert c.rows("stats")[0]["waiting"] == 1


@test
def it_arrives_when_the_server_is_there(c):
    data = c.work / "server"
    data.mkdir()
    c.add_user(data)
    c.server = c.start_server(data)
    c.cli("sync", c.server.url, *c.account())
    curl = subprocess.run(["curl", "-sS", "-u", f"editor:{PASSWORD}", f"{c.server.url}/{ID}"],
                          capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(curl.stdout)["title"] == CASE["title"], curl.stdout
    assert c.rows("stats")[0]["waiting"] == 0


@test
def a_second_installation_pulls_everything_and_finds_it(c):
    c.cli("init", store="second")
    c.cli("sync", c.server.url, "--pull", *c.account(), store="second")
    assert c.rows("stats", store="second")[0]["documents"] == c.rows("stats")[0]["documents"] == 113
    assert c.rows("search", "terraced valve", store="second")[0]["_id"] == ID
    for one, two in zip(c.rows("export"), c.rows("export", store="second")):
        assert one == two


@test
def edits_travel_both_ways(c):
    (case,) = c.rows("show", ID, store="second")
    c.put({**case, "summary": "Changed at the second place."}, store="second")
    c.cli("sync", c.server.url, *c.account(), store="second")
    c.cli("sync", c.server.url, *c.account())
    assert c.rows("show", ID)[0]["summary"] == "Changed at the second place."
    c.cli("delete", ID)
    c.cli("sync", c.server.url, *c.account())
    c.cli("sync", c.server.url, *c.account(), store="second")
    c.cli("show", ID, store="second", status=1)


@test
def a_conflict_is_listed_and_resolved(c):
    guide = "guide:novelty-search"
    for store, text in (("library", "From the first."), ("second", "From the second.")):
        c.put({**c.rows("show", guide, store=store)[0], "summary": text}, store=store)
    for store in ("library", "second", "library"):
        c.cli("sync", c.server.url, *c.account(), store=store)
    (first,), (second,) = c.rows("conflicts"), c.rows("conflicts", store="second")
    assert first == second and first["_id"] == guide and len(first["leaves"]) == 2
    c.cli("resolve", guide, "--keep", first["leaves"][1])
    assert c.rows("show", guide)[0]["_rev"] == first["leaves"][1]
    for store in ("library", "second"):
        c.cli("sync", c.server.url, *c.account(), store=store)
        assert not c.rows("conflicts", store=store)
    assert c.rows("show", guide, store="second")[0]["_rev"] == first["leaves"][1]


@test
def what_does_not_meet_is_merged_without_a_question(c):
    guide = "guide:novelty-search"
    for store, change in (("library", {"summary": "Merged summary."}), ("second", {"tags": ["merged"]})):
        c.put({**c.rows("show", guide, store=store)[0], **change}, store=store)
    for store in ("library", "second", "library"):
        c.cli("sync", c.server.url, *c.account(), store=store)
    for store in ("library", "second"):
        shown = c.rows("show", guide, store=store)[0]
        assert shown["summary"] == "Merged summary." and shown["tags"] == ["merged"], shown
        assert not c.rows("conflicts", store=store)
        assert [row["_rev"] for row in c.rows("history", guide, store=store) if row.get("merged")][0] == shown["_rev"]
    assert c.rows("show", guide)[0]["_rev"] == c.rows("show", guide, store="second")[0]["_rev"]


@test
def a_conflict_says_what_meets_and_a_person_may_merge_the_rest(c):
    guide = "guide:novelty-search"
    for store, change in (("library", {"summary": "Left.", "tags": ["a"]}), ("second", {"summary": "Right.", "tags": ["b"]})):
        c.put({**c.rows("show", guide, store=store)[0], **change}, store=store)
    for store in ("second", "library", "second"):
        c.cli("sync", c.server.url, *c.account(), store=store)
    (row,) = c.rows("conflicts")
    (other,) = row["conflicts"]
    (field,) = other["fields"]
    assert not other["merges"] and field["path"] == "summary" and field["reason"] == "same_lines", other
    assert {field["current"], field["other"]} == {"Left.", "Right."} and "base" in field
    assert "summary" in c.cli("conflicts").out
    c.cli("resolve", guide, "--auto", status=1)
    c.put({**c.rows("show", guide)[0], "summary": other["fields"][0]["other"]})
    c.cli("resolve", guide, "--auto")
    assert not c.rows("conflicts")
    assert sorted(c.rows("show", guide)[0]["tags"]) == ["a", "b"]
    for store in ("library", "second"):
        c.cli("sync", c.server.url, *c.account(), store=store)
        assert not c.rows("conflicts", store=store)


@test
def a_deletion_never_beats_an_edit(c):
    case = "case:deleted-and-edited"
    c.put({**CASE, "_id": case})
    for store in ("library", "second"):
        c.cli("sync", c.server.url, *c.account(), store=store)
    c.cli("delete", case)
    c.put({**c.rows("show", case, store="second")[0], "title": "Edited"}, store="second")
    for store in ("library", "second", "library"):
        c.cli("sync", c.server.url, *c.account(), store=store)
    assert c.rows("show", case)[0]["title"] == "Edited"
    assert "the edit was kept" in c.cli("history", case).out


@test
def a_store_file_is_a_peer(c):
    c.cli("init", store="stick")
    c.cli("sync", c.store("stick"))
    assert c.rows("stats", store="stick")[0]["documents"] == c.rows("stats")[0]["documents"]
    c.put({**CASE, "_id": "case:from-the-stick"}, store="stick")
    c.cli("sync", c.store("stick"))
    assert c.rows("show", "case:from-the-stick")[0]["title"] == CASE["title"]


@test
def every_store_is_clean(c):
    assert c.server.stop() == 0
    for store in ("library", "second", "stick", "server/tisckb"):
        c.cli("check", store=store)


main()
