#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes data/starter/{cases,guides,systems}.json: make-starter.py FACTS_FOLDER

The facts (systems.json, query-syntax.json, cases-and-guides.json) carry their sources; the prose,
the codes and the Chinese titles come from starter-overlay.json beside this script. A fact that is
missing is said to be missing; a fact without a source is named in `to_verify`."""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATE = "2026-11-22T00:00:00Z"
NOT_STATED = "Not stated in the source."
CHECKED_BY = "The TISC Knowledge Base authors, from public pages as of the date of each source"

PROVINCES = {"Gansu": "CN-GS", "Tianjin": "CN-TJ", "Shanghai": "CN-SH", "Guizhou": "CN-GZ",
             "Beijing": "CN-BJ", "Fujian": "CN-FJ", "Chongqing": "CN-CQ"}

# The facts' free words for a source -> source-type; the first that occurs wins.
SOURCE_TYPES = [
    ("seed document", "project-text"), ("copy", "copy"), ("mirror", "copy"),
    ("wipo", "international-organisation"), ("un partnership", "international-organisation"),
    ("partner page", "international-organisation"), ("office", "office-page"),
    ("press", "press"), ("academic", "academic"), ("library", "academic"),
    ("institution", "institution"), ("law", "law-firm"), ("practitioner", "law-firm"),
    ("search firm", "law-firm"), ("documentation", "documentation"),
]
HOST_TYPES = [
    (r"^https?://[^/]*wipo\.(int|org)|github\.com/wipo-analytics|ifpma", "international-organisation"),
    (r"^https?://[^/]*(github\.com|gitee\.com|pypi\.org)", "code"),
    (r"^https?://[^/]*(\bepo\.org|espacenet|uspto|dpma|cnipa|ipophil|inpit|kipris|ipaustralia|fips\.ru)",
     "office-page"),
    (r"support\.|help|docs\.|gitbook|ebi\.ac\.uk", "documentation"),
]

SYSTEM_TYPES = {
    "search database": "search", "register": "register", "API": "api", "portal": "portal",
    "classification": "classification", "access programme": "access-programme",
    "specialised: terminology": "terminology",
}
FEES = {"free": "free", "registration": "free-with-account", "mixed": "freemium", None: "unknown"}
REGISTRATION = {"free": "none", "registration": "required", "mixed": "optional", None: "unknown"}
LANGUAGES = {
    "national mirrors in most EPO member languages": [], "en (labels)": ["en"],
    "en (partial)": ["en"], "nine languages for labels; content mainly Chinese": ["zh"],
    "eight interface languages": ["und"], "six UN languages": ["ar", "zh", "en", "fr", "ru", "es"],
}
CLASSES = {"IPC": "ipc", "CPC": "cpc", "CPC C-sets": "cpc-c-sets", "FI": "fi", "F-term": "f-term",
           "USPC": "uspc", "US and national classes": "national",
           "Canadian classification": "national"}
# Words of a search mode -> search-tool; every one that occurs counts.
TOOLS = [
    (r"\b(simple|quick|basic|general|smart search|smart\b(?! formula)|keyword$|free text|conventional"
     r"|EBI Search|query assistant)", "simple"),
    (r"\b(advanced|structured|form\b|form$|field combination|selection form|query builder|table search"
     r"|by item|typed filters)", "advanced"),
    (r"\b(typed|CQL|expert|Ikofax|formula|expression editor|Lucene|query parser)", "command-line"),
    (r"\bBoolean", "boolean"),
    (r"\b(number|identifier)", "number"),
    (r"\b(natural language)", "semantic"),
    (r"\b(similar (documents|by))", "similar-documents"),
    (r"\b(cross-lingual)", "cross-lingual"),
    (r"\b(classification|CPC|IPCCAT|cross-reference)", "classification"),
    (r"^family\b", "family"),
    (r"\b(transaction)", "legal-status"),
    (r"\b(chemical|structure:|^structure$|pharmaceutical)", "chemical-structure"),
    (r"\b(sequence)", "sequence"),
    (r"\b(non-patent|Europe PMC)", "literature"),
    (r"\b(analysis|genome map|concept maps)", "statistics"),
    (r"\b(browse)", "browse"),
    (r"\b(term search|international non-proprietary|species)|^name$", "term-lookup"),
    (r"\b(monitoring)", "monitoring"),
    (r"over HTTP", "api"),
]
# The facts' field names -> ours, for to_verify.
FIELD_NAMES = {"url": "address", "family_data": "families", "export.formats": "export",
               "search_modes": "search_tools", "tisc_notes": "tips", "coverage": "summary",
               "lesson": "lessons"}
CURRENCIES = {"yuan": ("", "CNY"), "billion yuan": ("billion", "CNY"),
              "million pesos": ("million", "PHP"), "Swiss francs": ("", "CHF")}
LEADING_NOTES = ("more than", "nearly", "about", "over", "above", "as many as")


def compact(document):
    """Without empty members, in the order they were put in."""
    return {key: value for key, value in document.items() if value not in (None, "", [], {})}


def year_text(value):
    return str(value) if value else None


class Converter:
    def __init__(self, facts, overlay):
        self.systems = json.loads((facts / "systems.json").read_text(encoding="utf-8"))
        self.syntax = json.loads((facts / "query-syntax.json").read_text(encoding="utf-8"))
        both = json.loads((facts / "cases-and-guides.json").read_text(encoding="utf-8"))
        self.cases, self.guides = both["cases"], both["guides"]
        self.overlay = overlay
        self.system_names = {system["id"]: system["name"] for system in self.systems}

    def reword(self, text):
        return self.overlay["reword"].get(text, text)

    # Parts that every kind shares

    def source(self, fact):
        url = fact["url"]
        what = fact["what"]
        kind = (fact.get("type") or "").lower()
        source_type = next((code for word, code in SOURCE_TYPES if word in kind), None)
        if url and not url.startswith("http"):
            source_type = source_type or "code"
            if source_type == "code":
                what += " (public source code of third parties)"
            url = None
        if url and " " in url:  # an address with a remark behind it
            url, remark = url.split(" ", 1)
            what = f"{what} {remark}"
        if url and url.endswith("..."):
            url = None  # cut off where it was seen
        if source_type is None:
            source_type = next((code for pattern, code in HOST_TYPES if url and re.search(pattern, url)),
                               "web-page")
        if "address has still to be found" in kind:
            what += " (read on a copy; the original address has still to be found)"
        return compact({"url": url, "what": what, "source_type": source_type,
                        "as_of": year_text(fact.get("as_of"))})

    def head(self, kind, fact, overlay, title, summary):
        if len(summary) > 300:
            raise SystemExit(f"{kind} {fact['id']}: the summary has {len(summary)} characters")
        return {"_id": f"{kind}:{fact['id']}", "kind": kind, "title": title,
                "titles": overlay.get("titles"), "summary": summary,
                "summaries": overlay.get("summaries"), "language": "en"}

    def tail(self, fact, caveats, to_verify, sources=True):
        listed = [self.source(source) for source in fact["sources"]] if sources else []
        first = next((source for source in listed if "url" in source), {})
        return {"sources": listed, "caveats": [self.reword(text) for text in caveats],
                "to_verify": sorted(set(to_verify)),
                "source_url": first.get("url"), "source_date": first.get("as_of"),
                "authors": ["The TISC Knowledge Base authors"],
                "contributing_institution": "TISC Knowledge Base", "licence": "CC-BY-4.0",
                "visibility": "public", "state": "published", "created": DATE, "modified": DATE,
                "published": DATE}

    # Cases

    def figure(self, case, outcome):
        value, unit, note = outcome["value"], outcome["unit"], outcome.get("note") or ""
        scale = ""
        if isinstance(value, str):  # "208,063 million"
            number, scale = re.fullmatch(r"([\d,.]+) (\w+)", value).groups()
            spoken = f"{value} {unit}"
            value = float(number.replace(",", ""))
            value = int(value) if value.is_integer() else value
        elif unit == "year":
            spoken = str(value)
        elif unit == "th country":
            spoken, unit = f"{value}th country", "rank"
        else:
            spoken = f"{value:,} {unit}"
        currency = None
        if unit in CURRENCIES:
            unit, currency = CURRENCIES[unit]
            unit = scale or unit
        lead = next((word for word in LEADING_NOTES if note.split(",")[0].split(";")[0] == word), None)
        if lead:
            spoken, note = f"{lead} {spoken}", note[len(lead):].lstrip(",; ")
        if note and not re.search(r"caveats|check|as printed|unit as", note):
            spoken, note = f"{spoken} ({note})", ""
        if "implausible" in note:
            note = self.reword(case["caveats"][0])
        source = case["sources"][0]
        copied = any(word in case["evidence"] for word in ("copy", "mirror", "press", "seed"))
        return compact({"label": outcome["label"], "value": value, "unit": unit, "currency": currency,
                        "text": spoken, "as_of": year_text(source.get("as_of")),
                        "source": self.source(source)["what"], "caveat": note,
                        **({"verified": False} if note or copied else {})})

    def case(self, fact):
        overlay = self.overlay["cases"][fact["id"]]
        economic = overlay.get("economic_fact_indexes", [])
        ip = overlay.get("ip_fact_indexes", [])
        figures = [self.figure(fact, outcome) for outcome in fact["outcome_facts"]]
        to_verify = [code for code in ("need", "lessons", "ipc_classes", "repeat_needs", "effort")
                     if code in overlay]
        related = [{"document": f"guide:{guide}", "relation": "example-of"}
                   for guide in self.guides_of(fact["id"])]
        related += overlay.get("related_documents", [])
        caveats = list(fact["caveats"])
        caveats.append("The wording of the need, the lessons and what a repetition takes are the "
                       "compilers' own reading of the source.")
        if fact["sources"][0].get("type") == "seed document":
            caveats.append("From a text that came without an address.")
        place = fact["province_or_city"]
        return compact({
            **self.head("case", fact, overlay, fact["title"], overlay.get("summary") or fact["summary"]),
            "tags": sorted(set(overlay["tags"]) | self.free_words(fact)),
            "serving_institution": fact["institution"], "partners": fact["partners"],
            "country": fact["country"],
            "province": overlay.get("province") or PROVINCES.get(place),
            "city": overlay.get("city"), "year": fact["year"],
            "client_type": overlay["client_type"],
            "further_client_types": overlay.get("further_client_types"),
            "client_consent": "not-needed",
            "service_types": overlay["service_types"], "sector": overlay.get("sector"),
            "ipc_classes": overlay.get("ipc_classes"),
            "innovation_stage": overlay.get("innovation_stage"),
            "ip_rights": overlay.get("ip_rights"), "need": overlay["need"],
            "process": overlay["process"], "systems_used": overlay.get("systems_used"),
            "deliverables": overlay["deliverables"],
            "economic_result": overlay.get("economic_result", NOT_STATED),
            "economic_figures": [figures[i] for i in economic],
            "social_result": overlay["social_result"],
            "social_figures": [f for i, f in enumerate(figures) if i not in economic and i not in ip],
            "ip_outcomes": [figures[i] for i in ip],
            "recognition": overlay.get("recognition"), "lessons": overlay["lessons"],
            "repeat_needs": overlay["repeat_needs"], "effort": overlay["effort"],
            "cost_to_client": "unknown",
            "related_documents": related,
            **self.tail(fact, caveats, to_verify),
        })

    def free_words(self, case):
        """The facts' own short words for services and tools, kept as tags."""
        return {word for word in [*case["services"], *case["tools"]] if len(word) <= 32}

    def guides_of(self, case):
        listed = [guide["id"] for guide in self.guides if case in guide["related_cases"]]
        return list(dict.fromkeys([*listed, *self.overlay["cases"][case]["guides"]]))

    # Guides

    def guide(self, fact):
        overlay = self.overlay["guides"][fact["id"]]
        used = {}
        steps = []
        for step in fact["steps"]:
            for system in step["systems"]:
                used.setdefault(system, []).append(step["n"])
            basis = "General working practice" if step["basis"] == "practice" else \
                "; ".join(fact["sources"][i]["what"] for i in step["basis"])
            steps.append(compact({
                "step": step["text"],
                "systems": [{"document": f"system:{system}", "relation": "uses-system"}
                            for system in step["systems"]],
                "basis": basis}))
        ranked = sorted(used, key=lambda system: (-len(used[system]), used[system][0]))
        examples = list(dict.fromkeys(
            [*fact["related_cases"],
             *(case["id"] for case in self.cases
               if fact["id"] in self.overlay["cases"][case["id"]]["guides"])]))
        limits = "\n".join(f"- {self.reword(text)}" for text in fact["cautions"])
        return compact({
            **self.head("guide", fact, overlay, fact["title"], fact["purpose"]),
            "tags": fact["clients"], "service_type": overlay["service_type"],
            "clients": overlay["clients"], "chain_place": overlay["chain_place"],
            "stage": overlay.get("stage"), "when_to_use": fact["when_to_use"],
            "when_not_to_use": overlay["when_not_to_use"],
            "intake_questions": [{"question": sentence(question), "why": why} for question, why
                                 in zip(fact["inputs_to_collect"], overlay["why"], strict=True)],
            "steps": steps,
            "recommended_systems": [
                {"document": f"system:{system}", "relation": "uses-system",
                 "note": reason(used[system], fact["steps"])} for system in ranked[:8]],
            "outputs": [sentence(text) for text in fact["outputs"]],
            "quality_checks": overlay["quality_checks"],
            "example_cases": [{"document": f"case:{case}", "relation": "see-also"} for case in examples],
            "limits": f"{limits}\n\nThe result is information and no legal advice.",
            "legal_basis": overlay.get("legal_basis"), "jurisdiction": overlay.get("jurisdiction"),
            "skill_level": overlay["skill_level"],
            "duration": NOT_STATED,
            **self.tail(fact, ["Steps without a named source rest on general working practice."],
                        ["when_not_to_use", "quality_checks", "skill_level"]),
        })

    # Search systems

    def search_tools(self, fact):
        tools = {}
        as_of = year_text(fact["as_of"])
        for mode in fact["search_modes"] or []:
            for pattern, code in TOOLS:
                if re.search(pattern, mode):
                    tools.setdefault(code, []).append(mode)
        operators = fact["operators"] or {}
        for member, code in (("boolean", "boolean"), ("proximity", "proximity"), ("wildcards", "wildcard")):
            if operators.get(member):
                tools.setdefault(code, []).insert(0, operators[member])
        if operators.get("extra"):
            tools.setdefault("command-line", []).append(operators["extra"])
        translated = fact["machine_translation"] or ""
        if "searchable" in translated:
            tools.setdefault("cross-lingual", []).append(translated)
        if not tools:
            return [{"tool": "not-stated", "support": "unknown", "how": NOT_STATED}]
        order = [code for _, code in TOOLS] + ["proximity", "wildcard"]
        return [compact({"tool": code, "support": "yes", "how": capitalised("; ".join(tools[code])),
                         "as_of": as_of}) for code in sorted(tools, key=order.index)]

    def cleaned(self, value):
        """A copy whose texts name public code as such, not by where a copy of it was kept."""
        if isinstance(value, dict):
            return {key: self.cleaned(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self.cleaned(member) for member in value]
        if isinstance(value, str):
            return re.sub(r"github files stored ids \d+(?:, \d+)*(?: and \d+)?",
                          "public source code of third parties", value)
        return value

    def query_syntax(self, fact):
        ref = fact["syntax_ref"]
        syntax = next((s for s in self.syntax["systems"] if s["system_id"] == ref), None)
        if syntax is None:
            return None
        syntax = self.cleaned(syntax)
        syntax["sources"] = [self.source(s) if isinstance(s, dict) else s for s in syntax["sources"]]
        signs = [{"sign": hazard["symbol"], "here": hazard["meanings"][ref],
                  "elsewhere": {k: v for k, v in hazard["meanings"].items() if k != ref}}
                 for hazard in self.syntax["conversion_hazards"] if ref in hazard["meanings"]]
        if signs:
            syntax["conversion_hazards"] = signs
        if ref == "cnipa-pss":  # the dialect of the site before it, kept as history
            syntax["earlier_dialects"] = [self.cleaned(s) for s in self.syntax["systems"]
                                          if s["system_id"] == "sipo-english-legacy"]
        return syntax

    def support(self, value):
        """A fact that is null, a truth value or words -> (support code, note)."""
        if value is None:
            return "unknown", None
        if isinstance(value, bool):
            return ("yes" if value else "no"), None
        first = re.split(r"[\s,;:]", value, maxsplit=1)[0].lower()
        return {"none": "no", "partly": "partly"}.get(first, "yes"), sentence(value)

    def full_text(self, fact):
        full_text = fact["full_text"]
        if not full_text:
            return "unknown", None
        languages = full_text["languages"]
        words = ", ".join(languages) if isinstance(languages, list) else languages
        available = full_text["available"]
        if available is True:
            return "yes", words and f"Languages: {words}."
        return "partly", f"{sentence(available)} Languages: {words}."

    def languages(self, fact):
        codes = []
        for language in fact["interface_languages"] or ["und"]:
            codes += LANGUAGES.get(language, [language])
        return list(dict.fromkeys(codes))

    def collections(self, fact):
        offices = (fact["full_text"] or {}).get("offices", [])
        since = fact["coverage"]["since"]
        codes = list(dict.fromkeys([*fact["region"], *offices]))
        only = [code for code in codes if code != "international"]
        records = []
        for code in codes:
            records.append(compact({
                "office": code, "from_year": since if len(only) == 1 and code in only else None,
                "full_text": "yes" if code in offices else None,
                "note": f"{fact['coverage']['collections']} collections or offices"
                        if code == "international" and fact["coverage"]["collections"] else None}))
        return records

    def documents_total(self, fact):
        total = fact["coverage"]["documents"]
        if not total:
            return None
        counting = next((source for source in fact["sources"] if re.search(
            r"\b(size|sizes|documents|figures|coverage|counts?|content|million)\b", source["what"])), {})
        return compact({"label": "documents", "value": total, "unit": "documents",
                        "text": f"{total:,} documents",
                        "as_of": year_text(counting.get("as_of") or fact["as_of"]),
                        "source": counting.get("what")})

    def export(self, fact):
        export = fact["export"]
        if not export:
            return None
        return compact({"formats": export["formats"], "limit": export["limit"],
                        "note": export.get("note") and sentence(export["note"])})

    def system(self, fact):
        overlay = self.overlay["systems"][fact["id"]]
        pages = [s["url"] for s in fact["sources"] if str(s["url"]).startswith("http")]
        caveats, to_verify = [], [FIELD_NAMES.get(code, code) for code in fact["unsourced_fields"]]
        address = fact["url"]
        if not address:
            address = pages[0]
            to_verify.append("address")
            caveats.append("The address of the system itself was not found: the address given is a "
                           "page that describes it.")
        classes = list(dict.fromkeys(CLASSES[name] for name in fact["classifications"] or []))
        machine, machine_note = self.support(fact["machine_translation"])
        families, families_note = self.support(fact["family_data"])
        citations, citations_note = self.support(fact["citations"])
        legal, legal_note = self.support(fact["legal_status"])
        alerts, alerts_note = self.support(fact["alerts"])
        api, api_note = self.support(fact["api"])
        full_text, full_text_note = self.full_text(fact)
        gaps = []
        if fact["max_results"]:
            shown = fact["max_results"]
            gaps.append(f"Shows at most {shown:,} results." if isinstance(shown, int)
                        else f"Shows at most {shown}.")
        unknown = [label for label, value in (
            ("interface languages", fact["interface_languages"]), ("fee", fact["fee"]),
            ("classifications", classes), ("search tools", fact["search_modes"])) if not value]
        if unknown:
            caveats.append(f"Not stated in the sources: {', '.join(unknown)}.")
        odd = [word for word in fact["interface_languages"] or [] if word in LANGUAGES]
        caveats += [f"Interface languages as the source puts it: {word}." for word in odd]
        kind = fact["kind"]
        coverage = fact["coverage"]["text"]
        rights = overlay.get("ip_rights") or (
            ["patent"] if SYSTEM_TYPES.get(kind) in ("search", "register", "api") else None)
        return compact({
            **self.head("system", fact, overlay, fact["name"],
                        overlay.get("summary") or coverage),
            "tags": [kind.removeprefix("specialised: ")], "native_name": fact["native_name"],
            "address": address, "type": SYSTEM_TYPES.get(kind, "subject-database"),
            "provider": fact["provider"], "provider_type": overlay["provider_type"],
            "country": fact["region"][0], "fee": FEES[fact["fee"]],
            "fee_note": fact["fee_note"] and sentence(fact["fee_note"]),
            "registration": REGISTRATION[fact["fee"]],
            "access_programme": {"wipo-aspi": ["aspi-group-1", "aspi-group-2", "aspi-group-3"],
                                 "wipo-ardi": ["ardi"]}.get(fact["id"]),
            "interface_languages": self.languages(fact),
            "highlights": coverage if "summary" in overlay else None,
            "collections": self.collections(fact), "documents_total": self.documents_total(fact),
            "ip_rights": rights, "full_text": full_text, "full_text_note": full_text_note,
            "machine_translation": machine, "machine_translation_note": machine_note,
            "families": families, "families_note": families_note,
            "citations": citations, "citations_note": citations_note,
            "legal_status": legal, "legal_status_note": legal_note,
            "classifications": classes or ["not-stated"],
            "search_tools": self.search_tools(fact), "query_syntax": self.query_syntax(fact),
            "export": self.export(fact), "alerts": alerts, "alerts_note": alerts_note,
            "api": api, "api_note": api_note, "best_for": overlay["best_for"],
            "tips": [self.reword(text) for text in fact["tisc_notes"]], "known_gaps": gaps,
            "checked_on": year_text(fact["as_of"]), "checked_by": CHECKED_BY,
            "related_documents": self.guides_with(fact["id"]),
            **self.tail(fact, caveats, [*to_verify, "best_for"]),
        })

    def guides_with(self, system):
        return [{"document": f"guide:{guide['id']}", "relation": "see-also"} for guide in self.guides
                if any(system in step["systems"] for step in guide["steps"])]


def capitalised(text):
    """With a capital letter, where it is prose; words such as eDossier stay."""
    text = text.strip()
    if text and text[0].islower() and not re.match(r"[a-z]*[A-Z/,]", text):
        text = text[0].upper() + text[1:]
    return text


def sentence(text):
    """With a capital letter and a full stop."""
    text = capitalised(text)
    return text if not text or text[-1] in ".!?)" else text + "."


def reason(numbers, steps):
    words = ", ".join(str(number) for number in numbers)
    first = next(step["text"] for step in steps if step["n"] == numbers[0])
    return f"Step{'s' if len(numbers) > 1 else ''} {words}: {first}"


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__.splitlines()[0])
    overlay = json.loads((ROOT / "build-aux" / "starter-overlay.json").read_text(encoding="utf-8"))
    converter = Converter(Path(sys.argv[1]), overlay)
    target = ROOT / "data" / "starter"
    target.mkdir(exist_ok=True)
    for name, facts, make in (("cases", converter.cases, converter.case),
                              ("guides", converter.guides, converter.guide),
                              ("systems", converter.systems, converter.system)):
        documents = sorted((make(fact) for fact in facts), key=lambda document: document["_id"])
        text = json.dumps(documents, ensure_ascii=False, indent=1)
        (target / f"{name}.json").write_text(text + "\n", encoding="utf-8")


main()
