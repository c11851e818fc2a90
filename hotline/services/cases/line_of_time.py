"""What happened to a case, in the order in which it did: for phones, pages and commands alike.

It shows nothing that was sealed, and never whom a case is kept from.

How cases stand, for whoever runs the line: what entries and clocks say, and nothing of a person but a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hotline.domain.cases.entries import AGREES, PROOF, WAITS, YES, EntryKind, TakeProof
from hotline.domain.cases.persons import CaseStage, stage
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.wording import Template
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.store.cases import case_log, case_overview
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.cases.case_overview import CaseOverview
from hotline.store.database import Session
from hotline.store.people.responders import Responder
from hotline.store.tips import links
from hotline.store.tips.links import LinkedTip
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import THE_LINE

SAID = {
    EntryKind.TOLD: Template.LINE_TOLD,
    EntryKind.DELIVERED: Template.LINE_DELIVERED,
    EntryKind.TAKEN: Template.LINE_TAKEN,
    EntryKind.OPENED: Template.LINE_OPENED,
    EntryKind.ON_SITE: Template.LINE_ON_SITE,
    EntryKind.OFFERED: Template.LINE_OFFERED,
    EntryKind.ASKED: Template.LINE_ASKED,
    EntryKind.NOTE: Template.LINE_NOTE,
    EntryKind.PASSED: Template.LINE_PASSED,
    EntryKind.LINKED: Template.LINE_LINKED,
    EntryKind.JUDGED: Template.LINE_REFUSED,
    EntryKind.CLOSED: Template.LINE_CLOSED,
    EntryKind.REOPENED: Template.LINE_REOPENED,
    EntryKind.SCREENED: Template.LINE_SCREENED,
    EntryKind.CONSENT: Template.LINE_CONSENT,
    EntryKind.ANSWERED: Template.LINE_ANSWERED,
    EntryKind.ARRIVED: Template.LINE_ARRIVED,
    EntryKind.THIRTY: Template.LINE_THIRTY,
    EntryKind.DETERMINATION: Template.LINE_DETERMINED,
}
"""By kind, what it is called. What is not here is for desks alone."""


@dataclass(frozen=True, slots=True)
class CaseMoment:
    """One entry as a person reads it."""

    at: datetime
    kind: EntryKind
    way: str
    who: str
    """A responder by her name; empty where it was a desk, a command or the clock."""
    desk: str
    codes: Mapping[str, str] = field(default_factory=dict)
    entry_id: int = 0
    supersedes: int | None = None
    """The entry that this one corrects."""
    corrected_by: int | None = None
    """The newest entry that corrects this one: both stay."""

    @property
    def template(self) -> Template | None:
        """What it is called; None of what is for desks alone."""
        if self.kind is EntryKind.TAKEN and self.codes.get(PROOF) == TakeProof.DOUBTED:
            return Template.LINE_DOUBTED
        if self.kind is EntryKind.CLOSED and self.codes.get(WAITS) == YES:
            return Template.LINE_WANTED
        if self.kind is EntryKind.JUDGED and self.codes.get(AGREES) == YES:
            return Template.LINE_AGREED
        return SAID.get(self.kind)


def of_tip(session: Session, tip_id: int) -> Sequence[CaseMoment]:
    """The first first."""
    rows = case_log.of_tip(session, tip_id)
    ids = {row.responder_id for row in rows if row.responder_id is not None}
    names = {one: session.get_one(Responder, one).name for one in ids}
    corrected = {row.supersedes: row.id for row in rows if row.supersedes is not None}
    return [replace(_moment(row, names), corrected_by=corrected.get(row.id)) for row in rows]


def _moment(row: CaseLogRow, names: Mapping[int, str]) -> CaseMoment:
    return CaseMoment(
        row.at,
        EntryKind(row.kind),
        row.way,
        names.get(row.responder_id or 0, ""),
        row.desk or "",
        row.codes,
        row.id,
        row.supersedes,
    )


FOLLOW_UP = "follow-up"
"""A clock that runs for a person. Which of them it is, is not said here: it would tell what was answered."""


@dataclass(frozen=True, slots=True)
class ListedCase:
    case: CaseOverview
    stage: CaseStage
    is_red: bool
    """Nobody was left to tell, and the national desk is told until one of it takes it."""
    clocks: Sequence[tuple[datetime, str]]
    """When each that runs is due, the first first."""


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """One case whole."""

    listed: ListedCase
    links: Sequence[LinkedTip]
    moments: Sequence[CaseMoment]


def sheet(kit: Kit, name: str) -> CaseSheet:
    """By a tip's id or any responder's reference. Raises NotFound."""
    with kit.database.reading() as session:
        found = case_log.tip_named(session, name)
        tip = None if found is None else session.get(Tip, found)
        if tip is None:
            raise NotFound(f"no case {name}: `hotline tips list` says which there are")
        (case,) = case_overview.of_tips(session, [tip])
        linked = links.of_tip(session, tip.id, THE_LINE)
        return CaseSheet(_listed(case), linked, of_tip(session, tip.id))


def _listed(case: CaseOverview) -> ListedCase:
    follow = [(case.follow_due, FOLLOW_UP)] if case.follow_due is not None else []
    is_red = any(kind == DeadlineKind.RED for _, kind in case.clocks)
    return ListedCase(case, stage(case.entries), is_red, sorted((*case.clocks, *follow)))
