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
from hotline.store.cases import case_keys, case_log, case_people, counted, service_referrals
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.database import Session
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.referrals.desk_pages import tip_pages
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
    """A case in clear: nothing here was sealed, and nothing says what is noted of a person."""

    tip: Tip
    references: Sequence[str]
    """By which responders know it, the first first."""
    stage: CaseStage
    holder: str | None
    """The name of the responder who has it."""
    persons: int | None
    """How many were met; None where what was noted of them is gone, and that they were with it."""
    clocks: Sequence[tuple[datetime, str]]
    """When each that runs is due, the first first."""

    @property
    def is_red(self) -> bool:
        """Nobody was left to tell, and the national desk is told until one of it takes it."""
        return any(kind == DeadlineKind.RED for _, kind in self.clocks)


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
        linked = links.of_tip(session, tip.id, THE_LINE)
        return CaseSheet(_listed(session, tip), linked, of_tip(session, tip.id))


def _listed(session: Session, tip: Tip) -> ListedCase:
    entries = [case_log.entry_of(row) for row in case_log.of_tip(session, tip.id)]
    people = case_people.of_tip(session, tip.id)
    offers = service_referrals.of_tip(session, tip.id)
    asked = [*(one.due_at for one in people), *(one.due_at for one in offers)]
    clocks = [(due_at, kind) for _, kind, due_at in tip_pages.clocks(session, [tip.id])]
    are_gone = counted.is_over(session, tip.id) and not case_keys.public_key(session, tip.id)
    return ListedCase(
        tip,
        referrals.references(session, tip.id),
        stage(entries),
        None if tip.holder_id is None else session.get_one(Responder, tip.holder_id).name,
        None if are_gone else len(people),
        sorted((*clocks, *((at, FOLLOW_UP) for at in sorted(filter(None, asked))[:1]))),
    )
