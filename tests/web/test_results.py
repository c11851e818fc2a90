"""E6: everybody may read what became of tips, and nobody is marked by reading it."""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from threading import Event, Thread
from typing import cast

import pytest

from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.edition import Edition
from hotline.errors import StoreUnavailable
from hotline.store.database import Database, Session, open_database
from hotline.store.evidence import figure_editions
from hotline.web.results import KeptPage
from tests.callers import Line
from tests.published_year import published

HEARD = {"Cookie": "a=b", "Accept-Language": "fr", "User-Agent": "somebody", "Referer": "https://x"}
GOES_ELSEWHERE = re.compile(
    r"<script|<img|<link|<form|<iframe|https?:|url\(|@import|\son\w+=", re.I
)


@pytest.mark.row("E6")
def test_e6_the_page_of_results_tells_a_quarter_and_marks_nobody(line: Line) -> None:
    empty = line.client.get("/results").get_data(as_text=True)
    for said in ("Nta mibare iratangazwa", "No figures are out yet", "Aucun chiffre"):
        assert said in empty

    inside = published("2026-Q2", Edition.INSIDE, MonthVersion.REVISED, seed=7)
    newest, older = (
        published(period, Edition.OUTSIDE, MonthVersion.REVISED)
        for period in ("2026-Q2", "2026-Q1")
    )
    with line.database.writing() as session:
        for one in (published("2026-09", Edition.OUTSIDE), inside, older, newest):
            figure_editions.write(session, one)
    assert line.client.get("/results").get_data(as_text=True) == empty, "drawn once in ten minutes"
    line.clock.turn(minutes=10)
    told = line.client.get("/results")
    page = told.get_data(as_text=True)

    assert told.status_code == 200
    for said in ("Igihembwe cya 2 cya 2026", "Quarter 2 of 2026", "Trimestre 2 de 2026"):
        assert said in page
    acted = newest.number("acted_of_100")
    assert page.count(f"somebody acted on {acted}.") == 1
    minutes = newest.number("acknowledged_median", "urgency:1")
    assert page.count(f"half of the tips were taken by somebody within {minutes}\xa0min.") == 1
    assert f"{newest.number('arrived')} persons reached help" in page
    assert "Quarter 1 of 2026" in page
    assert f"{inside.number('identified')}" not in re.findall(r"\d+", page), "of outside alone"

    assert len(page.encode()) < 20_000
    assert not GOES_ELSEWHERE.search(page)
    ours = line.kit.line
    assert not any(code in page for code in (ours.service_code, ours.shortcode) if code)
    assert not re.search(r"\*\d|\+250|\b3512\b", page)
    again = line.client.get("/results", headers=HEARD)
    assert again.get_data(as_text=True) == page
    headers = [(name, value) for name, value in told.headers if name != "Date"]
    assert headers == [(name, value) for name, value in again.headers if name != "Date"]
    assert not {"Set-Cookie", "ETag", "Last-Modified"} & {name for name, _ in headers}
    assert "default-src 'none'" in told.headers["Content-Security-Policy"]


def test_without_its_database_the_page_is_the_one_of_before_or_none(line: Line) -> None:
    nowhere = open_database("sqlite:////nowhere/at/all.db")
    cold = replace(line, kit=replace(line.kit, database=nowhere))
    assert cold.client.get("/results").status_code == 503


@dataclass
class DatabaseThatWaits:
    """Counts who asks it, and lets the first wait until somebody else was answered."""

    real: Database
    began: Event = field(default_factory=Event)
    goes_on: Event = field(default_factory=Event)
    asked: int = 0

    def reading(self) -> AbstractContextManager[Session]:
        self.asked += 1
        self.began.set()
        assert self.goes_on.wait(5)
        return self.real.reading()


def test_nobody_waits_for_the_page_that_another_thread_draws(line: Line) -> None:
    """The threads are the callers': one at most is held by a slow database."""
    kept, slow = KeptPage(), DatabaseThatWaits(line.database)
    kit = replace(line.kit, database=cast(Database, slow))
    drawing = Thread(target=kept.of, args=(kit,))
    drawing.start()
    assert slow.began.wait(5)
    with pytest.raises(StoreUnavailable):
        kept.of(kit)
    assert slow.asked == 1
    slow.goes_on.set()
    drawing.join()
    assert b"No figures are out yet" in kept.of(kit)

    nowhere = replace(line.kit, database=open_database("sqlite:////nowhere/at/all.db"))
    line.clock.turn(minutes=10)
    old = kept.of(nowhere)
    line.clock.turn(seconds=29)
    before = slow.asked
    assert kept.of(kit) == old
    assert slow.asked == before, "a database that is away is left alone for a while"
    line.clock.turn(seconds=1)
    kept.of(kit)
    assert slow.asked > before
