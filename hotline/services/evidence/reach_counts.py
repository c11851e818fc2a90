"""What the counters of a month come to: raw, to be shown to nobody."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from hotline.domain.cases import months
from hotline.domain.evidence.month_figures import QUIZ, MonthCounts
from hotline.domain.evidence.raw import Raw
from hotline.domain.evidence.screens.revision_weeks import (
    LivePeriod,
    RevisionWeeks,
    revision_weeks,
)
from hotline.domain.evidence.screens.screen_figures import (
    FLOW,
    QUESTION,
    SCREEN,
    LiveScreens,
    of_screens,
    of_seconds,
)
from hotline.domain.reach.counters import By
from hotline.domain.reach.screens import ScreenMeasure
from hotline.domain.rolls.quiz import thing_of
from hotline.engine.flow import Ask, Book, Finish, Menu, Say
from hotline.engine.view import can_be_answered
from hotline.errors import NotReady
from hotline.ports import Kit
from hotline.services.reach.outreach import day_of
from hotline.store.database import Session
from hotline.store.flows import publications
from hotline.store.reach import outreach, people, screen_counts

COUNTERS = ("district", "language", "channel", "entry", "topic", "day")
"""Columns by which a month's counters are added up."""
OF_SCREENS = (ScreenMeasure.SHOWN, ScreenMeasure.ANSWERED)
ADDED_UP = tuple(one for one in ScreenMeasure if one not in OF_SCREENS)
LiveRows = Mapping[str, Collection[str]]
"""By what is counted, the rows that callers can come to."""


def live_rows(kit: Kit) -> LiveRows:
    """Entries, topics and things of the quiz that the live flows have: each is listed, whatever was counted of it."""
    try:
        book = kit.books.book(kit.books.live())
    except NotReady:
        return {}
    nodes = [node for flow in book.flows.values() for node in flow.nodes.values()]
    topics = {node.topic for node in nodes if isinstance(node, Say) and node.topic}
    saved = {node.saves for node in nodes if isinstance(node, Menu) and node.saves}
    things = {thing for name in saved if (thing := thing_of(name)) is not None}
    rows: LiveRows = {By.ENTRY: {"", *book.entries}, By.TOPIC: topics, QUIZ: things}
    return {**rows, **_live_screens(book)}


def _live_screens(book: Book) -> LiveRows:
    """Every screen that a caller can come to: no page behind a private entry."""
    flows = [flow for flow in book.flows.values() if not flow.private]
    nodes = {f"{flow.name}/{name}": node for flow in flows for name, node in flow.nodes.items()}
    shown = {
        screen: node
        for screen, node in nodes.items()
        if isinstance(node, Say | Menu | Ask)
        or (isinstance(node, Finish) and node.text is not None)
    }
    asked = [screen for screen, node in shown.items() if can_be_answered(node)]
    return {SCREEN: [*shown], QUESTION: asked, FLOW: [flow.name for flow in flows]}


def counted(session: Session, begins: datetime, ends: datetime, live: LiveRows) -> MonthCounts:
    first, after = day_of(begins), day_of(ends)
    counts = {
        (by, value, measure): number
        for by in COUNTERS
        for (value, measure), number in outreach.totals(session, by, (first, after)).items()
    }
    persons = people.totals(session).get(months.month_of(begins), 0)
    return MonthCounts(first, persons, counts, live)


def seconds(session: Session, begins: datetime, ends: datetime) -> Sequence[Raw]:
    """How long a report took: a producer of figures, of a period of any length."""
    first, after = day_of(begins), day_of(ends)
    of = ScreenMeasure.SECONDS
    return of_seconds({of: screen_counts.totals(session, of, first, after)})


def screens(session: Session, begins: datetime, ends: datetime, live: LiveRows) -> Sequence[Raw]:
    """Where the sessions of a month went, and where they were left."""
    first, after = day_of(begins), day_of(ends)
    totals = {one: screen_counts.totals(session, one, first, after) for one in ADDED_UP}
    walks = {one: screen_counts.walks(session, one, first, after) for one in OF_SCREENS}
    rows = LiveScreens(
        live.get(SCREEN, ()),
        live.get(QUESTION, ()),
        live.get(FLOW, ()),
        weeks(session, begins, ends),
    )
    return of_screens(totals, rows, walks)


def weeks(session: Session, begins: datetime, ends: datetime) -> RevisionWeeks:
    """Those of a month, as publications cut them."""
    periods = [LivePeriod(*one) for one in publications.live_periods(session, begins, ends)]
    return revision_weeks(periods, begins, ends)
