"""Tests the command `hotline flows`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from hotline.flows.document import dump
from tests.flows.books import make_document, t

HEAD = "number,service,status,evidence,confirmed_by,confirmed_on,answered_by,note\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(tmp_path, make_document())
    (tmp_path / "numbers.csv").write_text(
        HEAD + "112,Police,verified,e,MIGEPROF,2026-11-24,,\n114,Nobody,never,-,,,,\n"
    )
    return tmp_path


def _write(folder: Path, document: dict[str, Any]) -> None:
    for name, flow in document["flows"].items():
        (folder / f"{name}.yaml").write_text(dump(flow), encoding="utf-8")
    (folder / "entries.yaml").write_text(dump(document["entries"]), encoding="utf-8")


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["flows", *map(str, arguments)])


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "learn.yaml one fr: text contains ê (LATIN SMALL LETTER E WITH CIRCUMFLEX)"),
        ("fr", "learn.yaml one fr : text contient ê (LATIN SMALL LETTER E WITH CIRCUMFLEX)"),
        ("rw", "learn.yaml one fr: text irimo ê (LATIN SMALL LETTER E WITH CIRCUMFLEX)"),
    ],
)
def test_a_finding_is_in_the_reader_s_language(tmp_path: Path, language: str, says: str) -> None:
    words = {**t("x"), "fr": "tête"}
    _write(tmp_path, make_document(learn={"one": {"say": {"text": words}}}))
    result = _run("check", tmp_path, "--language", language)
    assert result.exit_code == 1
    assert says in result.output
    broken = make_document(learn={"one": {"say": {"texts": words}}})
    _write(tmp_path, broken)
    missing = {
        "en": "this field is empty",
        "fr": "ce champ est vide",
        "rw": "uyu mwanya urimo ubusa",
    }
    assert missing[language] in _run("check", tmp_path, "--language", language).output


def test_good_flows_end_with_0(folder: Path) -> None:
    result = _run("check", folder)
    *rows, last = result.output.splitlines()
    assert (result.exit_code, last) == (0, "No problems found.")
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
    assert "learn.yaml one fr: text contains ç (LATIN SMALL LETTER C WITH CEDILLA)" in result.output
    assert "[letter]. Fix: use c" in result.output
    assert "contains 114, which is not verified" in result.output
    assert "contains 112" not in result.output
    assert "contains the phone number 112" in result.output


def test_findings_as_json(folder: Path) -> None:
    _write(folder, make_document(learn={"one": {"say": {}}}))
    result = _run("check", folder, "--json")

    assert result.exit_code == 1
    (found,) = json.loads(result.output)
    assert found["code"] == "shape"
    where = found["flow"], found["node"], found["field"]
    assert (where, found["message"]) == (
        ("learn", "one", "text"),
        ("this field is empty: enter a value"),
    )


def test_the_shipped_flows_have_no_findings() -> None:
    result = _run("check")
    *rows, last = result.output.splitlines()
    assert (result.exit_code, last) == (0, "No problems found.")
    assert [row for row in rows if row.startswith("report.danger ")]
    (still,) = [row.split() for row in rows if row.startswith("question still ")]
    assert still[2:4] == ["shows", "until"]
    assert len(still[-1]) >= 8, "the digest that whoever signs it writes down"
