"""Cases in clear, for a list: which tips they are, what happened to each, whose clocks run, and how many were met."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.domain import trial
from hotline.domain.cases.entries import CaseEntry
from hotline.domain.tip import Matter, TipState
from hotline.store.cases.case_keys import CaseKey
from hotline.store.cases.case_log import CaseLogRow, entry_of
from hotline.store.cases.case_people import PossibleVictim
from hotline.store.cases.counted import CaseCounted
from hotline.store.cases.service_referrals import ServiceReferral
from hotline.store.outbox.messages import TRULY_DUE, Deadline, Referral
from hotline.store.people.responders import Responder
from hotline.store.tips.tips import Tip

CASES = (Tip.matter == Matter.TIP, Tip.channel.not_in(trial.UNCOUNTED), Tip.state != TipState.DRAFT)
"""Of `Tip`: that it is a case, and nobody's rehearsal."""
WHOLE = (*CASES, Tip.state != TipState.FRAGMENT)
"""The same, and she did not hang up before she had told a district."""
BATCH = 500
"""So many a statement: a database takes so many parameters and no more."""


@dataclass(slots=True)
class CaseOverview:
    """A case in clear: nothing here was sealed, and nothing says what is noted of a person."""

    tip: Tip
    holder: str | None = None
    """The name of the responder who has it."""
    references: list[str] = field(default_factory=list)
    """By which responders know it, the first first."""
    entries: list[CaseEntry] = field(default_factory=list)
    clocks: list[tuple[datetime, str]] = field(default_factory=list)
    """When each clock that runs is due, and its kind (`domain.referrals.clocks.DeadlineKind`)."""
    follow_due: datetime | None = None
    """When somebody is asked next after a person of it. Which question it is would tell what was answered."""
    persons: int | None = 0
    """How many were met; None where what was noted of them is gone, and that they were with it."""


def of_tips(session: Session, tips: Sequence[Tip]) -> Sequence[CaseOverview]:
    """In the order in which they come."""
    found = {tip.id: CaseOverview(tip) for tip in tips}
    for begin in range(0, len(tips), BATCH):
        some = {tip.id: found[tip.id] for tip in tips[begin : begin + BATCH]}
        _add_rows(session, some)
        _add_people(session, some)
    return [*found.values()]


def _add_rows(session: Session, found: Mapping[int, CaseOverview]) -> None:
    """Entries, references, clocks, and who has it."""
    logged = select(CaseLogRow).where(CaseLogRow.tip_id.in_(found)).order_by(CaseLogRow.id)
    for row in session.scalars(logged):
        found[row.tip_id].entries.append(entry_of(row))
    told = select(Referral.tip_id, Referral.reference).where(Referral.tip_id.in_(found))
    for tip_id, reference in session.execute(told.order_by(Referral.id)):
        found[tip_id].references.append(reference)
    runs = (Deadline.tip_id.in_(found), Deadline.fired_at.is_(None))
    clocks = select(Deadline.tip_id, TRULY_DUE, Deadline.kind).where(*runs)
    for tip_id, due_at, kind in session.execute(clocks.order_by(TRULY_DUE, Deadline.id)):
        found[tip_id].clocks.append((due_at, kind))
    holders = {one.tip.holder_id for one in found.values()} - {None}
    named = select(Responder.id, Responder.name).where(Responder.id.in_(holders))
    names: dict[int | None, str] = {row.id: row.name for row in session.execute(named)}
    for one in found.values():
        one.holder = names.get(one.tip.holder_id)


def _add_people(session: Session, found: Mapping[int, CaseOverview]) -> None:
    """How many were met, and when somebody is asked after one of them."""
    met = select(PossibleVictim.tip_id, func.count()).where(PossibleVictim.tip_id.in_(found))
    for tip_id, count in session.execute(met.group_by(PossibleVictim.tip_id)):
        found[tip_id].persons = count
    for row in (PossibleVictim, ServiceReferral):
        runs = (row.tip_id.in_(found), row.due_at.is_not(None))
        first = select(row.tip_id, func.min(row.due_at)).where(*runs).group_by(row.tip_id)
        for tip_id, at in session.execute(first):
            moments = (at, found[tip_id].follow_due)
            found[tip_id].follow_due = min(one for one in moments if one is not None)
    for tip_id in _gone(session, found):
        found[tip_id].persons = None


def _gone(session: Session, tip_ids: Collection[int]) -> Sequence[int]:
    """Those that were counted for the last time, and of whose persons nothing is kept any more."""
    kept = select(CaseKey.tip_id).where(CaseKey.tip_id == CaseCounted.tip_id).exists()
    gone = select(CaseCounted.tip_id).where(CaseCounted.tip_id.in_(tip_ids), ~kept)
    return session.scalars(gone).all()
