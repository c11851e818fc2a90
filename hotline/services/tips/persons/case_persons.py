"""The persons of a case as a page shows them: in clear how many and which clocks run; opened, what was noted of each.

Nothing here outlives a request. Nothing that a hook reaches imports this file.

What an account writes down of a person of a case: the acts of a responder's phone, and what a deciding body said.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from hotline.domain import trial
from hotline.domain.accounts.account import SignedIn
from hotline.domain.cases.entries import EntryKind, EntryWay
from hotline.domain.cases.following import FollowKind
from hotline.domain.cases.may_record import StopReason
from hotline.domain.cases.people_codes import CASE_FORMS, CONSENT, ConsentCode, PersonCodes
from hotline.domain.cases.persons import MetPerson
from hotline.domain.desk.audit_sentences import actor
from hotline.domain.desk.desks import of_account
from hotline.domain.tip import Matter
from hotline.errors import CodesRefused, KeyMissing, NotFound, SealBroken
from hotline.ports import ConsoleKit, Kit
from hotline.services.accounts import sessions
from hotline.services.cases import case_opening, line_of_time, people
from hotline.services.cases.entries import EntryBy
from hotline.services.cases.line_of_time import CaseMoment
from hotline.services.cases.people import PersonAct
from hotline.services.desk import admissions
from hotline.services.doorbell import ringing
from hotline.services.referrals.helping import recording
from hotline.services.tips.desk_viewer import found_or_refused, viewer_of
from hotline.store.cases import case_keys, case_log, case_people
from hotline.store.cases.case_people import PossibleVictim, ServiceReferral
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.referrals import referrals
from hotline.store.referrals.desk_pages import tip_pages
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer

NOTED = "person_noted"
"""How the audit log calls it that an account wrote something down of a person."""
OF_PEOPLE = frozenset(CASE_FORMS)


@dataclass(frozen=True, slots=True)
class RunningClock:
    """What is to be said of one person, and until when."""

    n: int
    kind: FollowKind
    due_at: datetime
    is_owed: bool
    """Somebody was asked for it, and it is not said yet."""
    offered_id: int | None = None


@dataclass(frozen=True, slots=True)
class CasePersons:
    """A case's persons in clear: numbers and times."""

    met: Mapping[int, datetime]
    offers: Sequence[ServiceReferral]
    clocks: Sequence[RunningClock]
    """What is due first stands first."""
    are_gone: bool
    """Somebody was met, and what was noted went when its month was counted for good."""
    is_counted: bool = False
    """Its month was counted for good: what is noted from now on helps the person, and is in no figure."""


@dataclass(frozen=True, slots=True)
class OpenedPersons:
    """What was noted of each, which stays out of `repr`; and who noted it, by entry."""

    people: Sequence[MetPerson] = field(repr=False)
    by: Mapping[int, str]


def in_clear(session: Session, tip_id: int) -> CasePersons:
    rows, offers = case_people.of_tip(session, tip_id), case_people.offers_of(session, tip_id)
    followed: list[PossibleVictim | ServiceReferral] = [*rows, *offers]
    clocks = [
        RunningClock(
            row.n,
            FollowKind(row.clock),
            row.due_at,
            row.rung > 0,
            row.offered_id if isinstance(row, ServiceReferral) else None,
        )
        for row in followed
        if row.due_at is not None and row.clock is not None
    ]
    met = {row.n: row.met_at for row in rows}
    gone = not met and case_log.has_met(session, tip_id)
    clocks.sort(key=lambda one: one.due_at)
    return CasePersons(met, offers, clocks, gone, case_keys.is_counted(session, tip_id))


def still_owed(kit: Kit, tip_id: int) -> Sequence[RunningClock]:
    """Returns what is still owed to the persons of a case, what is due first in front."""
    with kit.database.reading() as session:
        return in_clear(session, tip_id).clocks


def read(kit: ConsoleKit, by: SignedIn, token: str, tip_id: int, reason: str) -> OpenedPersons:
    """What was noted of the persons. The audit row is committed before anybody sees it; so is a refusal's.

    Raises NotFound where this account may know of no such tip, KeyMissing, SealBroken where its key opens nothing.
    """
    viewer, tip = found_or_refused(kit, by, tip_id, reason)
    try:
        private_key = key_of(kit, token)
        with kit.database.reading() as session:
            _, private = case_key(session, kit, by, private_key, viewer, tip)
            found = people.opened(session, tip, private)
            names = noted_by(session, tip_id)
    except (KeyMissing, SealBroken):
        _append(kit, by, tip_id, "tip_refused", f"the persons do not open: {reason}")
        raise
    _append(kit, by, tip_id, "people_read", reason)
    return OpenedPersons(found, names)


def known(
    session: Session, kit: ConsoleKit, by: SignedIn, token: str, tip: Tip
) -> Sequence[MetPerson]:
    """Returns the persons of a case for a rule that nobody is shown. Raises KeyMissing, SealBroken."""
    viewer = viewer_of(session, by)
    _, private = case_key(session, kit, by, key_of(kit, token), viewer, tip)
    return people.opened(session, tip, private)


def key_of(kit: ConsoleKit, token: str) -> bytes:
    """The account's own. Raises KeyMissing."""
    private_key = sessions.key_of(kit, token)
    if private_key is None:
        raise KeyMissing("the key of this session is closed")
    return private_key


def case_key(
    session: Session, kit: ConsoleKit, by: SignedIn, private_key: bytes, viewer: Viewer, tip: Tip
) -> tuple[str, bytes | None]:
    """The desk by which this account opens the case, and the case's key; None where no desk of hers was handed it."""
    member, desks = of_account(by.account_id), sorted(viewer.desks)
    for desk in desks:
        with suppress(NotFound, SealBroken):
            keys = [one.key for one in admissions.open_as(session, desk, member, private_key)]
            found = case_opening.private_by(session, kit, tip, desk, keys)
            if found is not None:
                return desk, found
    return next(iter(desks), ""), None


def noted_by(session: Session, tip_id: int) -> Mapping[int, str]:
    """Who wrote each entry about a person: a responder, an account, or a desk; nobody where it was the clock."""
    signed = {
        row.at: actor(row.actor, {})[1]
        for row in audit.entries(session, subject=f"tip:{tip_id}")
        if row.action == NOTED
    }
    told = [one for one in line_of_time.of_tip(session, tip_id) if one.kind in OF_PEOPLE]
    return {one.entry_id: _name(one, signed) for one in told}


def _name(one: CaseMoment, signed: Mapping[datetime, str]) -> str:
    return signed.get(one.at) or one.who or one.desk


def _append(kit: ConsoleKit, by: SignedIn, tip_id: int, action: str, reason: str) -> None:
    with kit.database.writing() as session:
        audit.sign(
            session, by.actor, at=kit.now(), action=action, subject=f"tip:{tip_id}", reason=reason
        )


CLOSED = "closed"
"""The stop of a case that is over: nobody new is met there."""


def note(
    kit: ConsoleKit,
    by: SignedIn,
    token: str,
    tip_id: int,
    kind: EntryKind,
    said: PersonCodes,
    *,
    once: str,
    corrects: int | None,
) -> None:
    """Writes down what a form says, with its row of the audit log. A form about somebody new has the number 0.

    `once`: the form's own word, so that what is sent twice is written once.
    Raises NotFound where this account may know of no such tip, CodesRefused, ValueError for codes of no list, and
    KeyMissing or SealBroken where its key opens nothing of the case.
    """
    private_key, at, actor = key_of(kit, token), kit.now(), audit.by_actor(by.actor)
    with ringing(kit) as session:
        viewer = viewer_of(session, by)
        tip_pages.seen(session, viewer, tip_id)
        tip = referrals.tip_for_writing(session, tip_id)
        if tip.matter != Matter.TIP or tip.channel in trial.UNCOUNTED:
            raise NotFound(f"tip {tip_id} is about no person who was met")
        key = f"{tip_id}:{by.account_id}:{once}"
        if case_log.is_written(session, f"{kind}:{key}"):
            return
        desk, private = case_key(session, kit, by, private_key, viewer, tip)
        act = PersonAct(
            kind,
            _numbered(session, tip, said).checked(kind),
            EntryBy(actor, EntryWay.CONSOLE, desk, viewer.responder_id),
            at,
            key,
            corrects,
        )
        _check(session, tip, act, private)
        if recording.record(session, kit, tip, act, private=private) is not None:
            subject = f"tip:{tip_id}"
            audit.append(
                session, at=at, actor=actor, action="person_noted", subject=subject, reason=""
            )


def _numbered(session: Session, tip: Tip, said: PersonCodes) -> PersonCodes:
    """Gives somebody new the next number of the case."""
    numbers = (row.n for row in case_people.of_tip(session, tip.id))
    return said if said.n else replace(said, n=max(numbers, default=0) + 1)


def _check(session: Session, tip: Tip, act: PersonAct, private: bytes | None) -> None:
    """Refuses what the screens of a phone never offer. Raises CodesRefused."""
    if act.kind is EntryKind.SCREENED and tip.closed_at is not None and act.supersedes is None:
        raise CodesRefused(CLOSED)
    if act.kind is not EntryKind.CONSENT or act.said.codes[CONSENT] != ConsentCode.YES:
        return
    known = people.opened(session, tip, private)
    if any(one.n == act.said.n and one.is_child for one in known):
        raise CodesRefused(StopReason.UNDECIDED)
