"""What the line did, in figures that identify nobody: of a month that is over, made once and then only read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hotline.domain.cases import months
from hotline.domain.cases.months import AFTER, MonthVersion
from hotline.domain.evidence.month_figures import (
    ALL,
    ANSWERED,
    ASKED,
    KEPT_BACK,
    QUIZ,
    RIGHT_AFTER,
    RIGHT_BEFORE,
    SCORE,
    MonthCell,
    MonthCounts,
    month_cells,
)
from hotline.domain.reach.counters import By
from hotline.domain.rolls.quiz import Bound, Gain, Share, average, pooled, thing_of
from hotline.engine.flow import Menu, Say
from hotline.errors import NotFound, NotReady
from hotline.ports import Kit
from hotline.services.reach.outreach import day_of
from hotline.store.database import Session
from hotline.store.flows import flows
from hotline.store.reach import editions, outreach, people

COUNTERS = ("district", "language", "channel", "entry", "topic", "day")
"""Columns by which a month's counters are added up."""
ShownCell = int | str
"""A number, a share with what it says of the true one, or the sign of whatever is kept back."""


@dataclass(frozen=True, slots=True)
class MonthEdition:
    """What is told of one month."""

    month: str
    cells: Mapping[tuple[str, str], Mapping[str, MonthCell]]
    """By figure and what it is by, in the order of its rows."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the posters are called that name the entries."""

    def column(self, figure: str, by: str) -> Mapping[str, ShownCell]:
        return {row: said(cell) for row, cell in self.cells.get((figure, by), {}).items()}

    def number(self, figure: str) -> ShownCell:
        """The nation's."""
        return self.column(figure, ALL).get(ALL, KEPT_BACK)

    def figures(self, by: str) -> list[str]:
        return [figure for figure, of in self.cells if of == by]

    def rows(self, figures: Iterable[str], by: str) -> list[str]:
        return [*dict.fromkeys(row for one in figures for row in self.cells.get((one, by), {}))]

    def gain(self, thing: str) -> Gain | None:
        """None where too few were asked."""
        shares = [self.cells.get((one, QUIZ), {}).get(thing) for one in (RIGHT_BEFORE, RIGHT_AFTER)]
        before, after = (_share(one) if one is not None else None for one in shares)
        return Gain(before, after) if before is not None and after is not None else None

    def gains(self) -> Gain | None:
        """Over all things, made of what is told of each."""
        asked = self.cells.get((ASKED, QUIZ), {})
        found = [(cell.number, self.gain(thing)) for thing, cell in asked.items()]
        return pooled([(number, one) for number, one in found if number and one is not None])

    def score(self) -> Share | None:
        """Of officers' lessons, over all districts, made of what is told of each."""
        answered, right = (self.cells.get((one, By.DISTRICT), {}) for one in (ANSWERED, SCORE))
        found = [(answered[code].number, _share(cell)) for code, cell in right.items()]
        return average([(number, one) for number, one in found if number and one is not None])


@dataclass(frozen=True, slots=True)
class NationsMonth:
    """The nation's numbers of one month, by figure."""

    month: str
    numbers: Mapping[str, ShownCell]


def said(cell: MonthCell) -> ShownCell:
    if cell.number is None:
        return KEPT_BACK
    return f"{cell.bound}{cell.number}" if cell.bound else cell.number


def _share(cell: MonthCell) -> Share | None:
    return None if cell.number is None else Share(cell.number, Bound(cell.bound))


def make_editions(kit: Kit, at: datetime) -> None:
    """Of every month that is over and not made, once. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        if not due(session, at):
            return
    live = live_rows(kit)
    with kit.database.writing() as session:
        write_due(session, at, live)


def due(session: Session, at: datetime) -> Sequence[str]:
    """Months that ended `AFTER` ago at least, since the first on which anything was counted."""
    first = outreach.first_day(session)
    if first is None:
        return ()
    known = {*editions.made(session)}
    every = set(months.since(f"{first:%Y-%m}", at)) - known
    return [month for month in sorted(every) if months.due_at(month, MonthVersion.FIRST) <= at]


def write_due(session: Session, at: datetime, live: Mapping[str, Collection[str]]) -> None:
    """`live` are the rows that callers can come to: `live_rows`."""
    for month in due(session, at):
        editions.write(session, month, month_cells(counted(session, month, live)), at)


def live_rows(kit: Kit) -> Mapping[str, Collection[str]]:
    """Entries, topics and things of the quiz that the live flows have: each is listed, whatever was counted of it."""
    try:
        book = kit.books.book(kit.books.live())
    except NotReady:
        return {}
    nodes = [node for flow in book.flows.values() for node in flow.nodes.values()]
    topics = {node.topic for node in nodes if isinstance(node, Say) and node.topic}
    saved = {node.saves for node in nodes if isinstance(node, Menu) and node.saves}
    things = {thing for name in saved if (thing := thing_of(name)) is not None}
    return {By.ENTRY: {"", *book.entries}, By.TOPIC: topics, QUIZ: things}


def counted(session: Session, month: str, live: Mapping[str, Collection[str]]) -> MonthCounts:
    """Raw, to be shown to nobody."""
    begins, ends = (day_of(at) for at in (months.begins(month), months.ends(month)))
    counts = {
        (by, value, measure): number
        for by in COUNTERS
        for (value, measure), number in outreach.totals(session, by, (begins, ends)).items()
    }
    return MonthCounts(begins, people.totals(session).get(month, 0), counts, live)


def edition(kit: Kit, month: str | None = None) -> MonthEdition:
    """Of one month, or of the last that is made. Raises NotFound, StoreUnavailable."""
    with kit.database.reading() as session:
        wanted = month or editions.newest(session)
        found = editions.cells(session, wanted) if wanted is not None else ()
        names = flows.entry_names(session)
    if wanted is None or not found:
        raise NotFound(_not_made(wanted or months.month_of(kit.now())))
    return MonthEdition(wanted, _by_figure(found), names)


def _not_made(month: str) -> str:
    at = months.due_at(month, MonthVersion.FIRST)
    return f"{month}: its figures are made once, {AFTER[MonthVersion.FIRST].days} days after it ended: on {at:%Y-%m-%d}"


def _by_figure(cells: Sequence[MonthCell]) -> Mapping[tuple[str, str], Mapping[str, MonthCell]]:
    found: dict[tuple[str, str], dict[str, MonthCell]] = {}
    for cell in cells:
        found.setdefault((cell.figure, cell.by), {})[cell.row] = cell
    return found


def every_month(kit: Kit) -> Mapping[str, Mapping[str, ShownCell]]:
    """The nation's numbers by month. Months have no total: whoever came in two of them is in both."""
    with kit.database.reading() as session:
        found = editions.every(session, ALL)
    rows: dict[str, dict[str, ShownCell]] = {}
    for month, figure, number in found:
        rows.setdefault(month, {})[figure] = KEPT_BACK if number is None else number
    return rows


def newest_numbers(kit: Kit) -> NationsMonth | None:
    """Of the last month that is made; None before the first is. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        month = editions.newest(session)
        cells = editions.cells(session, month, by=ALL) if month is not None else ()
    if month is None:
        return None
    return NationsMonth(month, {cell.figure: said(cell) for cell in cells})
