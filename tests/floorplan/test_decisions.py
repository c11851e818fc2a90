"""A decision that a later one supersedes says so under its title; no number is missing from 45 on."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.floorplan.tree import ROOT

WRITTEN = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
PAGES = {int(path.name[:4]): path for path in WRITTEN}
NUMBERED_FROM = 45
"""Of the numbers before it some were given up."""

SAYS_SO = re.compile(r"\b(?:Supersedes|[Rr]eplaces)\b(?P<what>(?:[^.:]|\.(?=md\)))*)")
PAGE = re.compile(r"(?:\[|\bADR )(?P<number>\d+)")
STATUS = re.compile(
    r"^Superseded(?P<part> in part)? by \[(?P<number>\d+)\]\((?P<file>[^)]+)\)", re.M
)


def superseded_by(page: Path) -> Iterator[int]:
    """The pages that this one says it supersedes, wholly or in a point."""
    for sentence in SAYS_SO.finditer(page.read_text(encoding="utf-8")):
        yield from (int(found["number"]) for found in PAGE.finditer(sentence["what"]))


def status(page: Path) -> Iterator[re.Match[str]]:
    """The lines between a page's title and its context that name a later page."""
    head, _, _ = page.read_text(encoding="utf-8").partition("Context")
    yield from STATUS.finditer(head)


def test_a_superseded_decision_names_the_later_one() -> None:
    claimed = {(old, new) for new, page in PAGES.items() for old in superseded_by(page)}
    named = {(old, int(line["number"])) for old, page in PAGES.items() for line in status(page)}
    assert len(claimed) >= 9
    assert sorted(claimed - named) == []


def test_a_status_line_names_a_later_page_and_says_what_it_changes() -> None:
    faults = []
    for number, page in PAGES.items():
        for line in status(page):
            later = int(line["number"])
            if later <= number or PAGES.get(later) != page.with_name(line["file"]):
                faults.append(f"{number}: {line[0]}")
            if line["part"] and not line.string[line.end() :].startswith(": "):
                faults.append(f"{number}: in part by {later}, but which part?")
    assert faults == []


def test_every_title_has_its_number_and_none_is_missing() -> None:
    for number, page in PAGES.items():
        assert page.read_text(encoding="utf-8").startswith(f"# {number}. "), page.name
    assert len(PAGES) == len(WRITTEN), "two pages have one number"
    later = sorted(number for number in PAGES if number >= NUMBERED_FROM)
    assert later == [*range(NUMBERED_FROM, later[-1] + 1)]
