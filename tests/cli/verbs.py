#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verb, its exit codes, and bad input of every sort: a clear message, and nothing lost."""

import csv
import io
import json
import sqlite3
import subprocess
from pathlib import Path

from harness import BUILD, CASE, CLI, Answering, main, test


@test
def wrong_usage_is_two(c):
    for args in ([], ["fly"], ["put"], ["show"], ["similar"], ["show", "a", "b"], ["search", "--limit", "x"], ["--nonsense"],
                 ["export", "--format", "docx"], ["resolve", "a"], ["search", "--facet", "nonsense"]):
        run = c.cli(*args, status=2)
        assert run.err.strip(), args


@test
def help_and_version(c):
    assert "reindex" in c.cli("--help").out
    assert c.cli("--version").out.startswith("tisckb-cli ")


@test
def a_missing_store_is_named(c):
    run = c.cli("stats", status=1)
    assert "init" in run.err and c.store() in run.err


@test
def messages_speak_the_language_of_the_environment(c):
    run = c.cli("stats", status=1, env={"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"})
    assert "知识库" in run.err, run.err


@test
def init_twice_keeps_what_is_there(c):
    c.cli("init")
    c.put({**CASE, "_id": "case:one"})
    c.cli("init")
    assert c.rows("stats")[0]["documents"] == 1


@test
def put_takes_an_object_an_array_and_lines(c):
    file = c.work / "in.json"
    file.write_text(json.dumps({**CASE, "_id": "case:pretty"}, indent=2), encoding="utf-8")
    c.cli("put", str(file))
    file.write_text(json.dumps([{**CASE, "_id": "case:a,[1]"}, {**CASE, "_id": "case:b", "need": "a \\ \" ] } , b"}]),
                    encoding="utf-8")
    c.cli("put", str(file))
    rows = c.rows("put", "-", stdin="\n\n".join(json.dumps({**CASE, "_id": f"case:l{n}"}) for n in range(3)))
    assert [r["_id"] for r in rows] == ["case:l0", "case:l1", "case:l2"]
    assert all(r["_rev"].startswith("1-") for r in rows)
    assert c.rows("show", "case:b")[0]["need"] == "a \\ \" ] } , b"


@test
def search_knows_fields_in_the_language_of_the_reader(c):
    c.cli("init", store="fields")
    c.put({**CASE, "_id": "case:plain"},
          {**CASE, "_id": "case:filed", "language": "zh", "year": 2020,
           "_attachments": {"a.txt": {"content_type": "text/plain", "data": "aGVsbG8="}}}, store="fields")
    chinese = {"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"}
    for query, ids in (("has:attachment", ["case:filed"]), ("valve -has:attachment", ["case:plain"]), ("lang:zh", ["case:filed"]),
                       ("country:中国 year:>2020", ["case:plain"]), ("province:甘肃 year:<=2020", ["case:filed"]),
                       ("state:submitted lang:en", ["case:plain"])):
        found = [row["_id"] for row in c.rows("search", query, store="fields", env=chinese)]
        assert found == ids, f"{query}: {found}"


@test
def put_again_makes_a_new_revision(c):
    (row,) = c.rows("put", "-", stdin=json.dumps({**CASE, "_id": "case:pretty", "title": "Second"}))
    assert row["_rev"].startswith("2-")
    history = c.rows("history", "case:pretty")
    assert len(history) == 2 and history[0]["winner"] and history[0]["leaf"] and not history[1]["leaf"]
    assert c.rows("show", "case:pretty", "--rev", history[1]["_rev"])[0]["title"] == CASE["title"]


@test
def a_stale_revision_is_a_conflict(c):
    old = c.rows("history", "case:pretty")[1]["_rev"]
    run = c.put({**CASE, "_id": "case:pretty", "_rev": old, "title": "Third"}, status=1)
    assert "case:pretty" in run.err
    assert c.rows("show", "case:pretty")[0]["title"] == "Second"


@test
def unknown_fields_are_kept(c):
    c.put({**CASE, "_id": "case:extra", "our_own_field": {"deep": [1, 2.5, None, True, "é专"]}})
    assert c.rows("show", "case:extra")[0]["our_own_field"] == {"deep": [1, 2.5, None, True, "é专"]}


@test
def delete_leaves_the_history(c):
    c.cli("delete", "case:extra")
    run = c.cli("show", "case:extra", status=1)
    assert "case:extra" in run.err
    assert len(c.rows("history", "case:extra")) == 2
    c.cli("delete", "case:extra", status=1)
    c.put({**CASE, "_id": "case:extra"})
    assert c.rows("show", "case:extra")[0]["_rev"].startswith("3-")


@test
def an_earlier_version_is_restored(c):
    for title, need in (("One", "water"), ("Two", "water and soap"), ("Three", "soap")):
        c.put({**CASE, "_id": "case:back", "title": title, "need": need})
    third, second, first = c.rows("history", "case:back")
    assert second["changed"] == ["title", "need"] == third["changed"] and "changed" not in first
    (row,) = c.rows("revert", "case:back", "--rev", first["_rev"], "--field", "need")
    assert row["written"] and row["_rev"].startswith("4-")
    shown = c.rows("show", "case:back")[0]
    assert (shown["title"], shown["need"], shown["_rev"]) == ("Three", "water", row["_rev"])
    assert shown["modified"]
    c.cli("revert", "case:back", "--rev", second["_rev"])
    shown = c.rows("show", "case:back")[0]
    assert (shown["title"], shown["need"]) == ("Two", "water and soap")
    assert not c.rows("revert", "case:back", "--rev", second["_rev"])[0]["written"]
    assert len(c.rows("history", "case:back")) == 5
    assert "5-" in c.cli("history", "case:back").out and ", need" in c.cli("history", "case:back").out


@test
def a_deleted_document_is_restored(c):
    (rev,) = [r["_rev"] for r in c.rows("history", "case:back")][:1]
    c.cli("delete", "case:back")
    c.cli("revert", "case:back", "--rev", rev)
    assert c.rows("show", "case:back")[0]["title"] == "Two"


@test
def what_cannot_be_restored_is_said(c):
    rev = c.rows("history", "case:back")[0]["_rev"]
    c.cli("revert", "case:back", status=2)
    c.cli("revert", "case:back", "--rev", rev, "--field", "state", status=2)
    assert "case:back" in c.cli("revert", "case:back", "--rev", "9-" + "0" * 32, status=1).err
    assert "case:nobody" in c.cli("revert", "case:nobody", "--rev", rev, status=1).err


@test
def search_by_words_kind_and_facet(c):
    c.put({**CASE, "_id": "case:patents", "title": "Patents for bamboo baskets", "country": "VN"})
    assert c.rows("search", "patent", "bamboo")[0]["_id"] == "case:patents"
    assert not c.rows("search", "bamboo", "--kind", "guide")
    assert c.rows("search", "bamboo", "--facet", "country=VN")
    assert not c.rows("search", "bamboo", "--facet", "country=CN")
    assert len(c.rows("search", "", "--limit", "2")) == 2
    for odd in ('"', '(((', 'AND OR NOT', '-', '*', 'title:', '"a b" -c (d OR e)', '\u202e', 'x' * 5000, '%_\\'):
        c.cli("search", "--", odd)


@test
def similar_documents_are_listed(c):
    c.put({**CASE, "_id": "case:weaving", "title": "Weaving bamboo", "tags": ["bamboo"]})
    c.put({**CASE, "_id": "case:wicker", "title": "Bamboo wicker", "tags": ["bamboo"]})
    rows = c.rows("similar", "case:weaving")
    assert "case:wicker" in [r["_id"] for r in rows] and rows[0]["score"] >= rows[-1]["score"] > 0
    assert "case:weaving" not in [r["_id"] for r in rows]
    assert len(c.rows("similar", "case:weaving", "--limit", "1")) == 1
    assert "Bamboo wicker" in c.cli("similar", "case:weaving").out
    assert "case:nobody" in c.cli("similar", "case:nobody", status=1).err
    c.cli("similar", "case:weaving", "--limit", "-1", status=2)


@test
def reindex_finds_the_same(c):
    before = [r["_id"] for r in c.rows("search", "valve")]
    c.cli("reindex")
    assert [r["_id"] for r in c.rows("search", "valve")] == before and before
    c.cli("check")


@test
def export_in_four_formats(c):
    documents = [json.loads(line) for line in c.cli("export").out.splitlines()]
    assert len(documents) == c.rows("stats")[0]["documents"]
    table = list(csv.DictReader(io.StringIO(c.cli("export", "--format", "csv").out)))
    assert [row["_id"] for row in table] == [d["_id"] for d in documents]
    assert "# Patents for bamboo baskets" in c.cli("export", "--format", "markdown").out
    c.put({**CASE, "_id": "case:html", "title": "<script>alert(1)</script>", "need": "[x](javascript:alert(1))"})
    page = c.cli("export", "--format", "html").out
    assert "<script>" not in page and "javascript:" not in page
    out = c.work / "out.json"
    c.cli("export", "--output", str(out))
    c.cli("init", store="copy")
    c.cli("import", str(out), store="copy", status=None)
    assert len(out.read_text(encoding="utf-8").splitlines()) == c.rows("stats")[0]["documents"]


@test
def import_makes_drafts_of_what_is_not_complete(c):
    c.cli("import", "-", stdin=json.dumps({"_id": "case:thin", "kind": "case", "title": "Thin", "state": "submitted"}))
    assert c.rows("show", "case:thin")[0]["state"] == "draft"


# ---- bad input ----

def refused(c, text, *words):
    run = c.cli("put", "-", stdin=text, status=1)
    for word in words:
        assert word in run.err, f"{word!r} is not in: {run.err[:500]}"
    assert len(run.err) < 20000, "the message repeats the input"
    return run


@test
def malformed_json(c):
    for text in ("{", "nonsense", '{"_id": "x"', '{"_id": "x",}', "{'a': 1}", '{"a": 01}', "/* c */ {}", "[1,2]", '"text"', "[" * 5000):
        refused(c, text)


@test
def one_bad_line_does_not_stop_the_rest(c):
    text = "\n".join([json.dumps({**CASE, "_id": "case:good-1"}), '{"_id": broken}', json.dumps({**CASE, "_id": "case:good-2"})])
    run = refused(c, text)
    assert "2" in run.err
    c.cli("show", "case:good-1")
    c.cli("show", "case:good-2")


@test
def wrong_types(c):
    refused(c, json.dumps({**CASE, "_id": "case:t1", "title": 7}), "case:t1", "title")
    refused(c, json.dumps({**CASE, "_id": "case:t2", "service_types": "novelty-search"}), "service_types")
    refused(c, json.dumps({**CASE, "_id": "case:t3", "process": [{"action": []}]}), "process")
    refused(c, json.dumps({**CASE, "_id": 7}))
    refused(c, json.dumps({**CASE, "_id": "case:t4", "_rev": "not a revision"}))
    refused(c, json.dumps({**CASE, "_id": "case:t5", "service_types": ["no-such-service"]}), "no-such-service")


@test
def a_title_of_ten_megabytes(c):
    refused(c, json.dumps({**CASE, "_id": "case:long", "title": "x" * 10_000_000}))
    c.cli("show", "case:long", status=1)


@test
def unknown_kinds(c):
    refused(c, json.dumps({"_id": "recipe:1", "kind": "recipe", "title": "Soup"}), "recipe")


@test
def broken_utf8(c):
    refused(c, b'{"_id": "case:u", "kind": "case", "title": "\xff\xfe"}')
    refused(c, b'{"_id": "case:u", "kind": "case", "title": "\\ud800"}')
    refused(c, b'{"_id": "case:u", "kind": "case", "title": "a\\u0000b"}')


@test
def missing_required_fields_are_named(c):
    run = refused(c, json.dumps({"_id": "case:m", "kind": "case", "title": "T", "state": "submitted"}))
    for field in ("summary", "need", "lessons", "country"):
        assert field in run.err, field


@test
def a_document_without_a_state_may_be_incomplete(c):
    c.put({"_id": "case:sketch", "kind": "case", "title": "A sketch"})
    assert "state" not in c.rows("show", "case:sketch")[0]


@test
def a_file_that_is_not_there(c):
    c.cli("put", "/nowhere/file.json", status=1)


@test
def a_store_of_a_newer_version_is_left_alone(c):
    c.cli("init", store="newer")
    database = sqlite3.connect(c.store("newer"))
    database.execute("PRAGMA user_version = 9999")
    database.commit()
    database.close()
    before = Path(c.store("newer")).read_bytes()
    run = c.cli("stats", store="newer", status=1)
    assert "newer" in run.err.lower() and "pdate" in run.err, run.err
    assert Path(c.store("newer")).read_bytes() == before


@test
def foreign_and_damaged_files_are_left_alone(c):
    c.cli("init", "--starter", store="whole")
    whole = Path(c.store("whole")).read_bytes()
    half = whole[:len(whole) // 2]
    cases = {"text": b"this is not a database " * 100, "cut": half, "header": whole[:50],
             "scrambled": whole[:100] + bytes(b ^ 0x55 for b in whole[100:])}
    for name, content in cases.items():
        Path(c.store(name)).write_bytes(content)
        run = c.cli("check", store=name, status=1)
        assert run.out.strip() or run.err.strip(), name
        c.cli("search", "patent", store=name, status=None)
        assert Path(c.store(name)).read_bytes() == content, f"{name} was changed"
    foreign = sqlite3.connect(c.store("foreign"))
    foreign.execute("CREATE TABLE mine (x)")
    foreign.commit()
    foreign.close()
    c.cli("put", "-", stdin=json.dumps({**CASE, "_id": "case:x"}), store="foreign", status=1)
    assert sqlite3.connect(c.store("foreign")).execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


# ---- files ----

@test
def the_three_forms_of_a_file(c):
    c.cli("init", store="forms")
    one, two = ({**CASE, "_id": f"case:form-{n}"} for n in (1, 2))
    file = c.work / "forms.json"

    def put(text, status=0):
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return [line.split()[0] for line in c.cli("put", str(file), store="forms", status=status).out.splitlines()]

    assert put("\ufeff" + json.dumps(one)) == ["case:form-1"], "a byte order mark"
    assert put(json.dumps(one) + "\r\n\r\n" + json.dumps(two) + "\r\n") == ["case:form-1", "case:form-2"]
    assert put("[]") == [] and put("") == []
    assert put(json.dumps([one, two], indent=3)) == ["case:form-1", "case:form-2"]
    assert put("{nonsense\n" + json.dumps(two), status=1) == ["case:form-2"], "the first line is wrong"
    assert put(json.dumps([one, two])[:-30], status=1) == ["case:form-1"], "an array that is cut off"
    assert put("[" + json.dumps(one) + ", nonsense, " + json.dumps(two) + "]", status=1) == ["case:form-1", "case:form-2"]
    assert put(json.dumps([one]) + " more", status=1) == ["case:form-1"]


@test
def two_versions_in_one_file_are_two_revisions(c):
    rows = c.rows("put", "-", stdin="\n".join(json.dumps({**CASE, "_id": "case:twice", "title": t}) for t in "ab"))
    assert [r["_rev"][:2] for r in rows] == ["1-", "2-"]
    assert c.rows("show", "case:twice")[0]["title"] == "b"


@test
def control_characters_stay_off_the_terminal(c):
    c.put({**CASE, "_id": "case:\x1b]0;x\x07", "title": "A \x1b[2J\x9b31m title"})
    for args in (("show", "case:\x1b]0;x\x07"), ("history", "case:\x1b]0;x\x07"), ("search", "title")):
        assert not any(ord(ch) < 32 and ch not in "\n\t" or 127 <= ord(ch) < 160 for ch in c.cli(*args).out), args


@test
def output_that_cannot_be_written_is_a_failure(c):
    for args in (("export",), ("stats",), ("search", "", "--limit", "1000", "--json")):
        with open("/dev/full", "wb") as full:
            run = subprocess.run([CLI, "--store", c.store(), *args], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
        assert run.returncode == 1 and run.stderr.strip(), args


@test
def a_large_library_goes_to_a_file_and_back(c):
    many = 600 if BUILD.name == "asan" else 6000  # the sanitizers take a hundred times as long
    c.cli("init", store="large")
    c.cli("init", store="stick")
    c.cli("put", "-", store="large", stdin="\n".join(json.dumps({**CASE, "_id": f"case:{n:05}"}) for n in range(many)))
    first = c.rows("sync", c.store("large"), store="stick")
    assert [(r["direction"], r["written"]) for r in first] == [("pull", many), ("push", 0)], first
    again = c.rows("sync", c.store("large"), store="stick")
    assert [(r["changes"], r["written"]) for r in again] == [(0, 0), (0, 0)], again


@test
def a_store_is_not_its_own_peer_and_a_missing_one_is_named(c):
    assert c.cli("sync", c.store(), status=1).err.strip()
    assert "nowhere" in c.cli("sync", str(c.work / "nowhere.tisckb"), status=1).err
    assert not (c.work / "nowhere.tisckb").exists()


@test
def passwords_come_from_files(c):
    c.cli("sync", "http://127.0.0.1:9/tisckb", "--user", "a", status=2)
    empty = c.work / "empty"
    empty.write_text("\n", encoding="utf-8")
    assert "password" in c.cli("sync", "http://127.0.0.1:9/tisckb", "--user", "a", "--password-file", str(empty), status=1).err


@test
def a_server_that_answers_html(c):
    page = b"<!DOCTYPE html><html><body>Please sign in to the hotel's network</body></html>"
    for status in (200, 302, 403, 404, 500, 503):
        server = Answering(status, "text/html", page)
        run = c.cli("sync", server.url, status=1)
        assert run.err.strip() and "<html>" not in run.err, run.err
        server.shutdown()
    assert c.rows("stats")[0]["waiting"] > 0


@test
def a_server_that_answers_nonsense(c):
    for body in (b"", b"[]", b"{}", b"nul", b'{"couchdb":"Welcome"}', b'{"results": 7}', b"[" * 100000):
        server = Answering(200, "application/json", body)
        run = c.cli("sync", server.url, status=1)
        assert run.err.strip(), body
        server.shutdown()
    c.cli("check")


@test
def plain_http_beyond_loopback_is_refused(c):
    run = c.cli("sync", "http://kb.example.org/tisckb", status=1)
    assert "https" in run.err, run.err


main()
