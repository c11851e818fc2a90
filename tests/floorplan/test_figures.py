"""Every figure on our pages that a table holds equals its constant; it is said how many nothing holds."""

from collections import Counter

import pytest

from tests.floorplan.documented import documents
from tests.floorplan.figures import DocumentedFigure, bound, fault, figures, in_text
from tests.steps import Tell

LEFT = 20
"""So many figures may stay that nothing prints, fails by, or equals."""

PAGE = """
# Fast
`hotline bench hop` prints it.

A hop takes 27 us, 1,390 of them a second.

| | us |
|---|---|
| whole | 275 |

# True
It waits for five seconds.

Kept for 90 days (`tests/web/test_ussd.py`).

Ten is wanted, 12 s.

Kept for thirty-one days; told 20 an hour; a rule of 4 lines.
"""


def test_each_figure_is_found_with_what_holds_it() -> None:
    found = [*in_text(PAGE, ["waits for five seconds"])]
    beside, bound_by = "a command or a test that is named beside it", "a constant or a test"
    assert found == [
        ("27 us", beside),
        ("1,390 of them a second", beside),
        ("275", beside),
        ("five seconds", bound_by),
        ("90 days", beside),
        ("12 s", "a goal"),
        ("20 an hour", None),
    ]


def test_a_figure_of_the_table_stands_on_a_page_and_equals_its_constant() -> None:
    pages = [" ".join(page.read_text(encoding="utf-8").split()) for page in documents()]
    assert bound()
    for phrase, holder in bound().items():
        assert any(phrase in page for page in pages if f"“{phrase}”" not in page), phrase
        assert fault(phrase, holder) is None


@pytest.mark.parametrize(
    ("phrase", "holder"),
    [
        ("after 31 days", "hotline.domain.tips.retention:INBOUND"),
        ("after some days", "hotline.domain.tips.retention:INBOUND"),
        ("six tries an hour", "hotline.domain.guessing:LIMITS[receipt].an_hour"),
        ("after 30 days", "tests/domain/test_nothing.py"),
    ],
)
def test_one_that_does_not_hold_is_said(phrase: str, holder: str) -> None:
    assert fault(phrase, holder) is not None


def test_it_is_said_how_many_nothing_holds(tell_steps: Tell) -> None:
    left = [figure for figure in figures() if figure.held is None]
    pages = Counter(figure.page for figure in left)
    named = ", ".join(f"{page} {number}" for page, number in sorted(pages.items()))
    tell_steps(f"figures on our pages that nothing holds: {len(left)} of {len(figures())}: {named}")
    assert DocumentedFigure("README.md", "26 hours", "a constant or a test") in figures()
    assert len(left) <= LEFT
