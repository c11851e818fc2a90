"""A month of figures, from rows to paper: how long each step of its making takes."""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import click

from hotline.adapters import typst_paper
from hotline.bootstrap import build_console, build_reader, build_relay
from hotline.config import Settings
from hotline.domain.cases import months
from hotline.domain.evidence.due import EditionSet
from hotline.domain.evidence.edition import Edition
from hotline.domain.people.rehearsal import demo_responders
from hotline.lab.bench import busy_month
from hotline.lab.bench.refer import make_tables
from hotline.ports import Kit
from hotline.sealing.keys.keymaking import make_keys
from hotline.services.evidence import making, printing, reckoning
from hotline.services.people import enrolment
from hotline.services.reader.cases import month_ends
from hotline.text.languages import CODES

MONTH = "2026-10"
COUNTED, GATHERED, PROTECTED, PUBLISHED, PRINTED = (
    *("persons counted", "figures gathered", "figures protected"),
    *("published, all of it", "printed"),
)


@dataclass
class EvidenceFigures:
    database: str
    sessions: int
    tips: int
    persons: int
    seconds: dict[str, float] = field(default_factory=dict)
    """By step. The publishing gathers and protects once more: both are told apart beside it."""
    cells: int = 0
    """Numbers of the inside edition, and of these hidden ones."""
    hidden: int = 0
    pages: int = 0
    """Bytes of the PDFs, in three languages and two editions."""
    load: float = 0.0

    @property
    def whole(self) -> float:
        """What the clock, the reader and whoever prints wait for."""
        return sum(self.seconds[step] for step in (COUNTED, PUBLISHED, PRINTED))


@click.command("evidence")
@click.option("--sessions", default=100_000, show_default=True, type=click.IntRange(1))
@click.option("--tips", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--persons", default=500, show_default=True, help="Met in as many of the tips.")
@click.option("--database", "url", help="An empty PostgreSQL database; else SQLite.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def evidence_bench(sessions: int, tips: int, persons: int, url: str | None, as_json: bool) -> None:
    """A month of that size counted, protected, published and printed."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder, ExitStack() as block:
        figures = _measured(block, Path(folder), url, (sessions, tips, min(persons, tips)))
    if as_json:
        click.echo(json.dumps({**asdict(figures), "whole": figures.whole}))
        return
    f = figures
    click.echo(f"{f.sessions} sessions, {f.tips} tips, {f.persons} persons met, {f.database}")
    for step, seconds in f.seconds.items():
        click.echo(f"{step:24}{seconds:7.2f} s")
    click.echo(
        f"in all {f.whole:.1f} s; {f.cells} numbers, {f.hidden} hidden, {f.pages // 1000} kB of PDF,"
        f" load {f.load:.1f}"
    )


def _measured(
    block: ExitStack, home: Path, url: str | None, size: tuple[int, int, int]
) -> EvidenceFigures:
    begins, ends = months.begins(MONTH), months.ends(MONTH)
    environ = {"HOTLINE_HOME": str(home)}
    settings = Settings.read(environ | ({"HOTLINE_DATABASE_URL": url} if url else {}))
    make_keys(home / "keys", begins)
    make_tables(settings.database_url)
    relay, reader, desk = build_relay(settings), build_reader(settings), build_console(settings)
    for kit in (relay, reader, desk):
        block.enter_context(closing(kit.database))
    _fill(settings, begins, size)

    after = _at(ends + timedelta(days=6))
    reader, looker = replace(reader, now=after), replace(desk, now=after)
    figures = EvidenceFigures(desk.database.engine.dialect.name, *size)
    figures.load = os.getloadavg()[0]
    tell("counting, protecting, printing ...")
    with _timed(figures, COUNTED):
        month_ends.tidy(reader)
    with desk.database.reading() as session:
        (due,) = making.due(session, after()).sets
    reckon = _gathered(looker, due, figures)
    with _timed(figures, PROTECTED):
        made = reckon()
    with _timed(figures, PUBLISHED):
        making.make_due(looker, after(), busy_month.LIVE)
    with _timed(figures, PRINTED):
        figures.pages = sum(_printed(looker))
    inside = made[Edition.INSIDE].cells
    figures.cells, figures.hidden = len(inside), sum(one.number is None for one in inside)
    return figures


def _fill(settings: Settings, begins: datetime, size: tuple[int, int, int]) -> None:
    sessions, tips, persons = size
    dice, filed = Random(1), _at(begins + timedelta(days=14, hours=9))
    desk, relay = (
        replace(build_console(settings), now=filed),
        replace(build_relay(settings), now=filed),
    )
    with closing(desk.database), closing(relay.database):
        enrolment.import_responders(desk, demo_responders())
        tell(f"counting {sessions} sessions ...")
        busy_month.count_sessions(desk, sessions, begins, dice)
        busy_month.count_screens(desk, sessions, begins, dice)
        tell(f"telling of {tips} tips ...")
        busy_month.tell_tips(relay, tips, dice)
        tell(f"meeting {persons} persons ...")
        busy_month.meet_persons(desk, persons, dice)
        busy_month.watch_districts(desk, begins)


def _gathered(kit: Kit, due: EditionSet, figures: EvidenceFigures) -> reckoning.Reckon:
    with kit.database.reading() as session, _timed(figures, GATHERED):
        return reckoning.gathered(session, due, busy_month.LIVE)


def _printed(kit: Kit) -> Iterator[int]:
    for edition in Edition:
        for language in CODES:
            paper = printing.printed(kit, MONTH, edition, language, typst_paper.pdf)
            yield len(paper.content)


def _at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


@contextmanager
def _timed(figures: EvidenceFigures, step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    figures.seconds[step] = round(time.perf_counter() - began, 3)


def tell(words: str) -> None:
    click.echo(words, err=True)
