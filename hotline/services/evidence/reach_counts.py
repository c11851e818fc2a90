"""What the counters of a month come to: raw, to be shown to nobody."""

from collections.abc import Collection, Mapping
from datetime import datetime

from hotline.domain.cases import months
from hotline.domain.evidence.month_figures import QUIZ, MonthCounts
from hotline.domain.reach.counters import By
from hotline.domain.rolls.quiz import thing_of
from hotline.engine.flow import Menu, Say
from hotline.errors import NotReady
from hotline.ports import Kit
from hotline.services.reach.outreach import day_of
from hotline.store.database import Session
from hotline.store.reach import outreach, people

COUNTERS = ("district", "language", "channel", "entry", "topic", "day")
"""Columns by which a month's counters are added up."""
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
    return {By.ENTRY: {"", *book.entries}, By.TOPIC: topics, QUIZ: things}


def counted(session: Session, begins: datetime, ends: datetime, live: LiveRows) -> MonthCounts:
    first, after = day_of(begins), day_of(ends)
    counts = {
        (by, value, measure): number
        for by in COUNTERS
        for (value, measure), number in outreach.totals(session, by, (first, after)).items()
    }
    persons = people.totals(session).get(months.month_of(begins), 0)
    return MonthCounts(first, persons, counts, live)
