"""One tip in clear as an account of the console sees it: its line of time, and what may be done with it.

Reasons that people gave are shown to the national desk alone: they may name somebody whom a district knows. Of a
requested closure and its refusal, the desk whose member asked reads them too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain.accounts.account import SignedIn
from hotline.domain.cases.entries import SAYS, EntryKind
from hotline.domain.desk.audit_sentences import actor, template
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.engine.numbers.questions import Question, QuestionStatus
from hotline.errors import NotReady
from hotline.ports import ConsoleKit
from hotline.services.cases import line_of_time
from hotline.services.desk import ask_back
from hotline.services.referrals import case_standing, endings
from hotline.services.tips import desk_acts, keeping_from, waiting_closures
from hotline.services.tips.desk_viewer import is_national, viewer_of
from hotline.services.tips.persons import case_persons
from hotline.services.tips.persons.case_persons import CasePersons
from hotline.services.tips.tip_lines import TipLine, lines_of
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.people import responders
from hotline.store.referrals import cluster_names, deadlines, referrals
from hotline.store.referrals.desk_pages import tip_pages
from hotline.store.tips import links, tips, visible
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer

HIDDEN = ("tip_exclu", "tip_refused")
"""How rows of the audit log begin that the national desk alone is shown: whom a tip is kept from, and who tried it."""


class Came(StrEnum):
    """What stands in a tip's line of time besides the rows of the audit log, which tell who read it."""

    TOLD = "told"
    ALERTED = "alerted"
    DELIVERED = "delivered"
    SILENT = "silent"
    TAKEN = "taken"
    DOUBTED = "doubted"
    ON_SITE = "on_site"
    HANDED = "handed"
    PASSED = "passed"
    RELEASED = "released"
    MOVED = "moved"
    PERSON = "person"
    """Something was noted of a person: `outcome` is the kind of the entry. What it says is sealed."""
    NOTED = "noted"
    """A responder's note: `outcome` is its code. Its words, where it has any, stand with the tip's words alone."""
    LOGGED = "logged"
    """A row of the audit log: `phrase` says it."""


@dataclass(frozen=True, slots=True)
class TipMoment:
    at: datetime
    came: Came
    who: str = ""
    phrase: str = ""
    outcome: str = ""
    reason: str = ""
    place: str = ""
    entry_id: int = 0
    """Of the log of the case; 0 of what stands elsewhere."""
    corrects: bool = False
    """It stands in the place of an entry before it, which is shown too."""


@dataclass(frozen=True, slots=True)
class KeptPerson:
    """Somebody, or a desk, from whom a tip is kept."""

    id: int
    """Of the exclusion."""
    name: str
    desk: str | None
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TipSheet:
    line: TipLine
    moments: Sequence[TipMoment]
    """The oldest first."""
    linked: Sequence[int]
    """Others of the same phone and week."""
    alike: Sequence[int]
    """Others that look like it."""
    is_national: bool
    needs_second: bool
    """Whether its end waits for a second person."""
    may_judge: bool
    """Whether this account is that second person."""
    has_opened: bool
    """Whether this account has opened the case since closure was requested."""
    desk_decides: bool
    """Whether the national desk decides on the closure, since somebody was met."""
    decision_due: datetime | None
    """By when; None where no clock runs, since nobody was alerted of the tip."""
    reference: str
    """The name by which the person of this account was told of it; empty where she was not."""
    holds: bool
    """Whether that person holds it, and no one else is asked to take it."""
    questions: Mapping[str, Question]
    """What may be asked back now, by name; empty where nothing may."""
    kept: Sequence[KeptPerson]
    """Whom it is kept from, for the national desk."""
    persons: CasePersons


def one(kit: ConsoleKit, by: SignedIn, tip_id: int) -> TipSheet:
    """Raises NotFound where there is no such tip, or none for this account."""
    at = kit.now()
    asks = _questions(kit, at)
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
        tip = tip_pages.seen(session, viewer, tip_id)
        (line,) = lines_of(session, viewer, [tip], at)
        national = is_national(viewer)
        known_as, me = "", endings.signed_by(session, by.actor, "").name
        if viewer.responder_id is not None:
            newest = referrals.newest_of(session, tip.id, viewer.responder_id)
            known_as = "" if newest is None else newest.reference
        decision = deadlines.open_clocks(session, tip.id).get(DeadlineKind.DECISION)
        return TipSheet(
            line=line,
            moments=sorted(_moments(session, viewer, tip, national), key=lambda one: one.at),
            linked=tip_pages.linked(session, viewer, tip),
            alike=_alike(session, viewer, tip),
            is_national=national,
            needs_second=endings.needs_second(session, tip),
            may_judge=national
            and tip.end_wanted_by is not None
            and not endings.is_same(session, tip.end_wanted_by, me),
            has_opened=endings.has_opened(session, tip, me),
            desk_decides=case_standing.desk_decides(session, tip),
            decision_due=None if decision is None else decision.due_at,
            reference=known_as,
            holds=viewer.responder_id is not None
            and tip.holder_id == viewer.responder_id
            and line.is_taken,
            questions={} if line.question or line.closed_at or line.erased_at else asks,
            kept=_kept(session, tip) if national else (),
            persons=case_persons.in_clear(session, tip.id),
        )


def _alike(session: Session, viewer: Viewer, tip: Tip) -> Sequence[int]:
    ring = {one.id for one in cluster_names.company(session, tip) if one.id != tip.id}
    others = links.beside(session, [tip.id]).get(tip.id, frozenset())
    return tip_pages.known(session, viewer, ring | others)


def _questions(kit: ConsoleKit, at: datetime) -> Mapping[str, Question]:
    """Those that are signed and may be asked today."""
    try:
        found = ask_back.listed(kit)
    except NotReady:
        return {}
    day = at.date()
    return {name: one for name, one in found.items() if one.standing(day) is QuestionStatus.SHOWS}


def _kept(session: Session, tip: Tip) -> Sequence[KeptPerson]:
    return [
        KeptPerson(row.id, keeping_from.name_of(session, row), row.desk_code, row.why, row.at)
        for row in visible.standing(session, tip.id)
    ]


def _moments(session: Session, viewer: Viewer, tip: Tip, national: bool) -> Iterator[TipMoment]:
    if tip.filed_at is not None:
        yield TipMoment(tip.filed_at, Came.TOLD)
    for place in tips.earlier_places(session, tip.id):
        yield TipMoment(place.corrected_at, Came.MOVED, place=place.place)
    for told in tip_pages.told_of(session, tip.id):
        yield from _of_person(told)
    for name, at in tip_pages.deliveries(session, tip.id):
        yield TipMoment(at, Came.DELIVERED, name)
    for at in tip_pages.silences(session, tip.id):
        yield TipMoment(at, Came.SILENT)
    noted_by = case_persons.noted_by(session, tip.id)
    for entry in line_of_time.of_tip(session, tip.id):
        if entry.entry_id in noted_by:
            yield TipMoment(
                entry.at,
                Came.PERSON,
                noted_by[entry.entry_id],
                outcome=entry.kind.value,
                entry_id=entry.entry_id,
                corrects=entry.supersedes is not None,
            )
        if entry.kind is EntryKind.NOTE:
            yield TipMoment(entry.at, Came.NOTED, entry.who, outcome=entry.codes.get(SAYS, ""))
    yield from _logged(session, viewer, tip, national)


def _of_person(told: tip_pages.ToldPerson) -> Iterator[TipMoment]:
    row, name = told.referral, told.name
    taken = Came.TAKEN if told.believed else Came.DOUBTED
    came = (
        (row.created_at, Came.ALERTED),
        (row.acknowledged_at, taken),
        (row.on_site_at, Came.ON_SITE),
        (row.handed_to_help_at, Came.HANDED),
        (row.passed_at, Came.PASSED),
        (row.released_at, Came.RELEASED),
    )
    for at, what in came:
        if at is not None:
            yield TipMoment(at, what, name)


def _logged(session: Session, viewer: Viewer, tip: Tip, national: bool) -> Iterator[TipMoment]:
    names = responders.names(session)
    rows = audit.entries(session, subject=f"tip:{tip.id}")
    readable = waiting_closures.readable(session, viewer, rows)
    for row in rows:
        if row.action == case_persons.NOTED or (row.action.startswith(HIDDEN) and not national):
            continue
        if row.action in desk_acts.ACTIONS:
            other = desk_acts.other_of(row.reason)
            if other is None or not visible.is_visible(session, other, viewer):
                continue
        phrase, outcome = template(row.action)
        reason = row.reason if row.id in readable else ""
        who = actor(row.actor, names)[1]
        yield TipMoment(row.at, Came.LOGGED, who, phrase, outcome, reason)
