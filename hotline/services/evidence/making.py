"""Publishes figures when they are due: counts once, hides what is small, and writes down what may be read.

Counting and hiding take seconds, and hold no lock; each set of editions is written in one short transaction. Of two
clocks that make one set, the later writes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.cases import months
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.due import EditionSet, PublishedSoFar, sets_due
from hotline.domain.evidence.edition import PublishedFigures
from hotline.ports import Kit
from hotline.services.evidence import reach_counts, reckoning
from hotline.services.evidence.reach_counts import LiveRows
from hotline.services.evidence.reckoning import Kept
from hotline.store.cases import counted
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.evidence import figure_editions, origin
from hotline.store.reach import case_ends, outreach
from hotline.store.referrals import retention

EVERY = timedelta(hours=1)
ERRAND = "figures"
MADE_BY = "clock"


@dataclass(frozen=True, slots=True)
class FiguresDue:
    """What is to be published now, and what waits for the reader."""

    sets: Sequence[EditionSet]
    waiting: Collection[tuple[str, MonthVersion]]
    """Months whose cases are to be counted first."""


def publish_due(kit: Kit) -> None:
    """All that is due, once an hour; what fails is tried again in the next. Raises StoreUnavailable."""
    at = kit.now()
    with kit.database.reading() as session:
        if retention.is_done(session, ERRAND, at, EVERY):
            return
    with kit.database.writing() as session:
        retention.finish(session, ERRAND, at)
    make_due(kit, at)


def make_due(kit: Kit, at: datetime, live: LiveRows | None = None) -> Sequence[EditionSet]:
    """Everything that is due, the earliest first, and what it was. Raises StoreUnavailable.

    `live` are the rows that are listed whatever was counted; without it: those of the live flows.
    """
    with kit.database.reading() as session:
        found = due(session, at).sets
    if found and live is None:
        live = reach_counts.live_rows(kit)
    kept: Kept = {}
    for one in found:
        _make(kit, one, at, live or {}, kept)
    return found


def due(session: Session, at: datetime) -> FiguresDue:
    waiting = {*case_ends.due(session, at)}
    published = PublishedSoFar(figure_editions.made(session), figure_editions.closed(session))
    return FiguresDue(sets_due(_counted(session, at), published, waiting, at), waiting)


def _counted(session: Session, at: datetime) -> Sequence[str]:
    """The months since the first on which anything was counted."""
    day = outreach.first_day(session)
    known = {f"{day:%Y-%m}"} if day is not None else set()
    known |= counted.made(session, MonthVersion.FIRST)
    return months.since(min(known), at) if known else ()


def _make(kit: Kit, one: EditionSet, at: datetime, live: LiveRows, kept: Kept) -> None:
    with kit.database.reading() as session:
        reckon = reckoning.gathered(session, one, live, kept)
        is_invented = origin.is_invented(session)
    found = reckon()
    kit.failpoint("figures.before_write")
    with kit.database.writing() as session:
        for edition in one.editions:
            published = PublishedFigures(
                period=one.period,
                edition=edition,
                version=one.version,
                made_at=at,
                made_by=MADE_BY,
                cells=found[edition].cells,
                is_invented=is_invented,
            )
            counts = found[edition].working().decode()
            if not figure_editions.write(session, published, counts):
                session.rollback()
                return
        audit.append(
            session,
            at=at,
            actor=MADE_BY,
            action="figures_made",
            subject=one.period,
            reason=f"{one.version}: {', '.join(one.editions)}",
        )
    kit.failpoint("figures.after_write")
