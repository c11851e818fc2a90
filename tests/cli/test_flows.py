"""`hotline flows`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hotline.cli.words.flows import flows
from hotline.engine.document.source import dump
from tests.engine.books import make_document, t

HEAD = "number,service,status,evidence,confirmed_by,confirmed_on,note\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(tmp_path, make_document())
    (tmp_path / "numbers.csv").write_text(
        HEAD + "112,Police,verified,e,MIGEPROF,2026-11-24,\n114,Nobody,never,-,,,\n"
    )
    return tmp_path


def _write(folder: Path, document: dict[str, Any]) -> None:
    for name, flow in document["flows"].items():
        (folder / f"{name}.yaml").write_text(dump(flow), encoding="utf-8")
    (folder / "entries.yaml").write_text(dump(document["entries"]), encoding="utf-8")


def _run(*arguments: str | Path, keyed: str = "") -> Result:
    return CliRunner().invoke(flows, [str(argument) for argument in arguments], input=keyed)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "learn.yaml one fr: text holds ê (LATIN SMALL LETTER E WITH CIRCUMFLEX)"),
        ("fr", "learn.yaml one fr : text a ê (LATIN SMALL LETTER E WITH CIRCUMFLEX)"),
        ("rw", "learn.yaml one fr: text irimo ê (LATIN SMALL LETTER E WITH CIRCUMFLEX)"),
    ],
)
def test_a_finding_is_said_in_the_readers_language(
    tmp_path: Path, language: str, says: str
) -> None:
    words = {**t("x"), "fr": "tête"}
    _write(tmp_path, make_document(learn={"one": {"say": {"text": words}}}))
    result = _run("check", tmp_path, "--language", language)
    assert result.exit_code == 1
    assert says in result.output
    broken = make_document(learn={"one": {"say": {"texts": words}}})
    _write(tmp_path, broken)
    missing = {"en": "is entered here", "fr": "n'est saisi ici", "rw": "Nta cyanditse hano".lower()}
    assert missing[language] in _run("check", tmp_path, "--language", language).output


def test_good_flows_end_with_0(folder: Path) -> None:
    result = _run("check", folder)
    *rows, last = result.output.splitlines()
    assert (result.exit_code, last) == (0, "Nothing to mend.")
    (one,) = (row for row in rows if row.startswith("learn.one "))
    assert one.split() == ["learn.one", "rw", "4", "en", "3", "fr", "4"]
    (front,) = (row for row in rows if row.startswith("front.front "))
    assert "en  5 (3)" in front, "languages are no part of its question"


@pytest.mark.row("A4")
def test_findings_end_with_1_and_say_where_and_what_to_do(folder: Path) -> None:
    _write(
        folder,
        make_document(learn={"one": {"say": {"text": {**t("call 112 or 114"), "fr": "reçu"}}}}),
    )
    result = _run("check", folder)

    assert result.exit_code == 1
    assert "learn.yaml one fr: text holds ç (LATIN SMALL LETTER C WITH CEDILLA)" in result.output
    assert "[letter]. Fix: write c" in result.output
    assert "names 114, which nobody signed" in result.output
    assert "names 112" not in result.output
    assert "shows 112 also when its confirmation is over" in result.output


def test_findings_as_json(folder: Path) -> None:
    _write(folder, make_document(learn={"one": {"say": {}}}))
    result = _run("check", folder, "--json")

    assert result.exit_code == 1
    (found,) = json.loads(result.output)
    assert found["code"] == "shape"
    where = found["flow"], found["node"], found["field"]
    assert (where, found["message"]) == (("learn", "one", "text"), "nothing is entered here")


def test_c15_every_number_says_who_signed_it_and_until_when_it_shows(folder: Path) -> None:
    lead = {"number": "112", "text": t("call 112")}
    _write(folder, make_document(learn={"one": {"say": {"text": t("a"), "lead": [lead]}}}))

    assert "until 2027-11-24" in _run("numbers", folder).output
    first, second = json.loads(_run("numbers", folder, "--json").output)
    assert (first["confirmed_by"], first["named"]) == ("MIGEPROF", True)
    assert (second["shows"], second["named"]) == (False, False)


def test_the_shipped_flows_have_no_findings() -> None:
    result = _run("check")
    *rows, last = result.output.splitlines()
    assert (result.exit_code, last) == (0, "Nothing to mend.")
    assert [row for row in rows if row.startswith("report.danger ")]


def test_playing_shows_screens_events_and_septets(folder: Path) -> None:
    result = _run("play", "--folder", folder, "--lang", "en", keyed="5\n1\n\n")
    assert "| Welcome en " in result.output
    assert "  FlowEntered tell\n" in result.output
    assert "  Answered danger=yes\n" in result.output
    assert " of 156 septets" in result.output


def test_playing_a_dial_with_an_entry_and_without_the_report(folder: Path) -> None:
    result = _run("play", "--folder", folder, "--dial", "*384*777*11*9#", keyed="00\n\n")
    assert "| Second lesson rw " in result.output
    first = _run("play", "--folder", folder, "--lang", "rw", keyed="\n")
    assert "| Welcome rw " in first.output
    without = _run("play", "--folder", folder, "--no-report", keyed="\n")
    assert "Problem" not in without.output


RECEIPT = ("4", "5", "5", "430021655", "1234")
"""From the front, in English, to what a receipt finds."""
SAVED = ("5", "2", "2", "1", "1", "1", "1", "2", "1")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("received", "| Received. "),
        ("checking", "| Being checked. "),
        ("helper", "| With a helper. "),
        ("closed", "| Closed. "),
        ("nothing", "| Nothing found. Check the digits"),
    ],
)
def test_whatever_a_receipt_may_find_can_be_walked_and_is_marked(found: str, words: str) -> None:
    played = _run("play", "--lang", "en", "--receipt", found, keyed="\n".join((*RECEIPT, "", "")))
    assert words in played.output
    shown = played.output.count(" of 156 septets")
    assert played.output.count(f"PRETENDED: every receipt finds {found}\n") == shown == 6
    assert "1234" not in played.output.replace("> 1234", "")


def test_the_number_she_is_shown_and_the_call_she_may_ask_for_are_pretended() -> None:
    keyed = "\n".join((*SAVED, "2", "4831", "3", "2", "1", "1", "1", "1", "1", ""))
    played = _run("play", "--lang", "en", "--receipt", "received", "--call-back", keyed=keyed)
    assert "| To ask later: " in played.output
    assert "| 430 021 655 " in played.output
    assert "Completed call_back" in played.output
    shown = played.output.count(" of 156 septets")
    marked = "PRETENDED: every receipt finds received; a call is offered\n"
    assert played.output.count(marked) == shown


def test_without_pretence_neither_is_offered_and_nothing_is_marked() -> None:
    played = _run("play", "--lang", "en", keyed="\n".join((*SAVED, "00", "4", "5", "", "")))
    assert "Saved. You can stop." in played.output
    for words in ("Call me", "Number to ask later", "My number", "PRETENDED"):
        assert words not in played.output


def test_the_schema_is_json() -> None:
    assert json.loads(_run("schema").output)["title"] == "FlowModel"
