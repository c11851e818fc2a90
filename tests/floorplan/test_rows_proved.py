"""Every row of docs/rows.md is proved in three languages, by tests and transcripts that are named after it."""

import re
from dataclasses import dataclass
from functools import cache

import pytest

from hotline.text.languages import CODES
from tests.floorplan import tree
from tests.floorplan.proofs import NAMED, is_there
from tests.floorplan.tree import ROOT

ROWS = (*(f"C{number}" for number in range(1, 21)), "R11", "R13")
UNPROVED: set[str] = set()
"""What the table says openly is not there yet."""
ROW = re.compile(r"^\| (?P<name>[CR]\d+) \|(?P<cells>.+)\|$", re.M)
PART = re.compile(r"^\| (?P<name>[CRAEP]\d+)(?P<part>(?:,| to ).+?) \| (?P<proofs>[^|]+) \|$", re.M)
NOT_BUILT = "not built"
AFTER_PARTS = ("R1", "R2", "R3", "R6", "R7", "R10", "A7", "A8")
"""Rows of which a part at least is proved by a test that bears their name."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    proofs: tuple[str, ...]

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(proof for proof in self.proofs if "::" in proof)

    @property
    def transcripts(self) -> tuple[str, ...]:
        """The beginning of a transcript's name, without its language."""
        of_tests = frozenset(self.tests)
        return tuple(
            proof
            for proof in self.proofs
            if proof.startswith("tests/transcripts/") and proof not in of_tests
        )


@cache
def rows() -> dict[str, Row]:
    table = (ROOT / "docs" / "rows.md").read_text(encoding="utf-8")
    found = (
        Row(match["name"], tuple(NAMED.findall(match["cells"]))) for match in ROW.finditer(table)
    )
    return {row.name: row for row in found}


@cache
def parts() -> dict[str, Row]:
    """What was made stricter of each row, by its words."""
    table = (ROOT / "docs" / "rows.md").read_text(encoding="utf-8")
    return {
        match["name"] + match["part"]: Row(match["name"], tuple(NAMED.findall(match["proofs"])))
        for match in PART.finditer(table)
        if match["proofs"] != NOT_BUILT
    }


@cache
def collected() -> frozenset[str]:
    return tree.collected(test for row in rows().values() for test in row.tests)


def languages_of(proof: str) -> set[str]:
    """In which languages a test runs, or a transcript is written."""
    if "::" not in proof:
        return {code for code in CODES if (ROOT / f"{proof}.{code}.txt").is_file()}
    ids = [name for name in collected() if name.startswith(f"{proof}[")]
    return {code for code in CODES if any(re.search(rf"[\[-]{code}[\]-]", name) for name in ids)}


def test_the_table_has_every_row_once_and_in_order() -> None:
    assert tuple(rows()) == ROWS


def test_what_is_not_there_yet_names_nothing() -> None:
    assert {row.name for row in rows().values() if not row.proofs} == UNPROVED


@pytest.mark.parametrize("name", sorted({*ROWS} - UNPROVED))
def test_a_row_is_proved_in_three_languages_by_what_is_named_after_it(name: str) -> None:
    row = rows()[name]
    own = [
        proof
        for proof in row.proofs
        if re.search(rf"(/|_){name.lower()}(\.|_)", proof.removeprefix("tests/"))
    ]
    assert own, f"nothing is named after {name}"
    assert any(languages_of(proof) == {*CODES} for proof in own)


@pytest.mark.parametrize("name", ROWS)
def test_what_a_row_names_is_there(name: str) -> None:
    row = rows()[name]
    assert [test for test in row.tests if not _there(test)] == []
    assert [one for one in row.transcripts if languages_of(one) != {*CODES}] == []


def _there(test: str) -> bool:
    return any(name == test or name.startswith(f"{test}[") for name in collected())


def test_every_part_that_was_made_stricter_names_a_test_that_is_there() -> None:
    lost = [
        (part, test)
        for part, row in parts().items()
        for test in row.proofs
        if "::" not in test or not is_there(test)
    ]
    assert lost == []
    assert [part for part, row in parts().items() if not row.tests] == []
    assert len(parts()) > 30


@pytest.mark.parametrize("name", AFTER_PARTS)
def test_a_test_of_some_part_is_named_after_the_row(name: str) -> None:
    named = [
        test
        for row in parts().values()
        if row.name == name
        for test in row.tests
        if re.search(rf"::test_(?:[a-z]\d+_)*{name.lower()}_", test)
    ]
    assert named, f"nothing is named after {name}"
