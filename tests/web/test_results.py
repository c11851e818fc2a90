"""E6: tests that anyone may read the results of tips, and that reading identifies no one."""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from html import unescape
from threading import Event, Thread
from typing import cast

import pytest

from hotline.core.actors import RELEASE_ROLES
from hotline.core.database import Database, Session, open_database
from hotline.statistics import queries, service_report
from hotline.statistics.rules_definitions import CellName
from hotline.statistics.rules_release import Release, ReleaseNumber, starting_spans
from hotline.text.characters import is_gsm7, segments
from hotline.text.errors import StoreUnavailable
from hotline.text.languages import CODES
from hotline.web.hooks_app import PageCache
from tests.support.callers import Line

HEARD = {"Cookie": "a=b", "Accept-Language": "fr", "User-Agent": "somebody", "Referer": "https://x"}
GOES_ELSEWHERE = re.compile(
    r"<script|<img|<link|<form|<iframe|https?:|url\(|@import|\son\w+=", re.I
)


def publish(line: Line, period: str, **numbers: int | None) -> None:
    """Publishes a release of statistics with these numbers."""
    cells = [ReleaseNumber(CellName(name), number) for name, number in numbers.items()]
    cells.append(ReleaseNumber(CellName("minutes_to_read", "urgency", "1"), 8))
    release = Release(period, line.clock(), cells, starting_spans())
    with line.database.writing() as session:
        queries.write_release(session, release)
        for n, role in enumerate(RELEASE_ROLES):
            queries.write_approval(session, period, role, by=f"name:P{n}", at=line.clock())


@pytest.mark.row("E6")
def test_e6_the_page_of_results_tells_a_quarter_and_marks_nobody(line: Line) -> None:
    empty = line.client.get("/results").get_data(as_text=True)
    for said in ("Nta kiratangazwa", "No outcomes are published yet", "Rien n'est encore publié"):
        assert said in unescape(empty)

    publish(line, "2026-Q1", tips=50, acted=40, accepted=15)
    publish(line, "2026-Q2", tips=170, acted=60, accepted=None)
    assert line.client.get("/results").get_data(as_text=True) == empty, "drawn once in ten minutes"
    line.clock.turn(minutes=10)
    told = line.client.get("/results")
    page = unescape(told.get_data(as_text=True))

    assert told.status_code == 200
    for said in ("Igihembwe cya 2 cya 2026", "Quarter 2 of 2026", "Trimestre 2 de 2026"):
        assert said in page
    for said in (
        "The hotline received about 170 tips.",
        "A responder acted on about 60 of the filed tips within 72 hours.",
        "Half of the urgent tips were read within 8 minutes.",
        "A service agreed to help few possible victims.",
    ):
        assert page.count(said) == 1

    assert len(page.encode()) < 20_000
    assert not GOES_ELSEWHERE.search(page)
    ours = line.context.line
    assert not any(code in page for code in (ours.service_code, ours.shortcode) if code)
    assert not re.search(r"\*\d|\+250|\b3512\b", page)
    again = line.client.get("/results", headers=HEARD)
    assert unescape(again.get_data(as_text=True)) == page
    headers = [(name, value) for name, value in told.headers if name != "Date"]
    assert headers == [(name, value) for name, value in again.headers if name != "Date"]
    assert not {"Set-Cookie", "ETag", "Last-Modified"} & {name for name, _ in headers}
    assert "default-src 'none'" in told.headers["Content-Security-Policy"]


def test_without_its_database_the_page_is_the_one_of_before_or_none(line: Line) -> None:
    nowhere = open_database("sqlite:////nowhere/at/all.db")
    cold = replace(line, context=replace(line.context, database=nowhere))
    assert cold.client.get("/results").status_code == 503


@pytest.mark.row("E6")
@pytest.mark.parametrize("language", CODES)
def test_e6_the_results_are_one_sms_in_each_language(line: Line, language: str) -> None:
    assert segments(service_report.results_sms(line.context, language)) == 1
    publish(line, "2026-Q2", tips=12_345, acted=12_340, accepted=1_230)
    told = service_report.results_sms(line.context, language)
    assert segments(told) == 1
    assert is_gsm7(told)
    assert "2026" in told
    assert told.count("12") >= 2, "how many, and on how many somebody acted"


@dataclass
class DatabaseThatWaits:
    """A database that counts its queries, and lets the first query wait until the test continues it."""

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
    """If another thread is drawing the page and no older page is kept, a request for the page fails at once. A slow
    database may block only one thread, because the other threads serve callers."""
    kept, slow = PageCache(), DatabaseThatWaits(line.database)
    context = replace(line.context, database=cast(Database, slow))
    drawing = Thread(target=kept.of, args=(context,))
    drawing.start()
    assert slow.began.wait(5)
    with pytest.raises(StoreUnavailable):
        kept.of(context)
    assert slow.asked == 1
    slow.goes_on.set()
    drawing.join()
    assert b"No outcomes are published yet" in kept.of(context)

    nowhere = replace(line.context, database=open_database("sqlite:////nowhere/at/all.db"))
    line.clock.turn(minutes=10)
    old = kept.of(nowhere)
    line.clock.turn(seconds=29)
    before = slow.asked
    assert kept.of(context) == old
    assert slow.asked == before, "a database that is away is left alone for a while"
    line.clock.turn(seconds=1)
    kept.of(context)
    assert slow.asked > before
