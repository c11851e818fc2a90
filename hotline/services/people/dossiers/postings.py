"""Where somebody works from now on: less at once and by one person, more by a second one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.domain.desk.desks import READS, DeskKind, kind_of
from hotline.domain.desk.members import of_responder
from hotline.domain.people.posting import WantedPosting, goes_up, read_posting, without_more
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL
from hotline.errors import NotFound, PersonnelRefused
from hotline.ports import Kit
from hotline.services.desk import admissions, two_names
from hotline.services.people import handing_on, removals
from hotline.services.people.personnel import find, record
from hotline.store.accounts import approvals
from hotline.store.accounts.approvals import Approval, ApprovalDecision, ApprovalKind
from hotline.store.database import Session
from hotline.store.desk import audit, desks
from hotline.store.people import memberships
from hotline.store.people.responders import Responder
from hotline.store.referrals import personnel
from hotline.text.names import is_one_name
from hotline.text.remark import remark


@dataclass(frozen=True, slots=True)
class WaitingPosting:
    id: int
    responder_id: int
    name: str
    gains: Mapping[str, Level]
    """What she would have that she has not: a desk, or a higher level in one."""
    asked_by: str
    asker_id: int | None
    asked_at: datetime
    expires_at: datetime
    reason: str


def place(kit: Kit, by: Actor, responder_id: int, wanted: WantedPosting, reason: str) -> bool:
    """Let her work there. True where some of it waits for a second person; the rest is done at once.

    Raises NotFound, PersonnelRefused.
    """
    at, to_ring = kit.now(), None
    with kit.database.writing() as session:
        personnel.take_turns(session)
        person = _acting(session, responder_id)
        _check(session, wanted.desks)
        now = _desks_of(session, person)
        waits = goes_up(now, wanted.desks)
        at_once = without_more(now, wanted.desks) if waits else wanted.desks
        if not at_once:
            at_once = now
        to_ring = removals.settle(session, kit, person, at_once, wanted.categories, at)
        if at_once != now or not waits:
            record(session, kit, "responder_moved", person, by=by, reason=f"{wanted}: {reason}")
        _withdraw(session, by, person, at)
        if waits:
            _ask(session, kit, by, person, wanted, reason)
    handing_on.announce(kit, to_ring)
    return waits


def waiting(kit: Kit) -> Sequence[WaitingPosting]:
    """What a second person may decide on, the oldest first."""
    with kit.database.reading() as session:
        rows = approvals.undecided(session, ApprovalKind.POSTING, kit.now())
        return [_waits(session, row) for row in rows]


def decide(kit: Kit, by: Actor, posting_id: int, reason: str, *, approve: bool) -> None:
    """What another person says of it than who asked. Raises NotFound, PersonnelRefused."""
    at, to_ring = kit.now(), None
    with kit.database.writing() as session:
        personnel.take_turns(session)
        row = approvals.held(session, ApprovalKind.POSTING, posting_id, at)
        if row is None:
            raise NotFound("that was decided already, or its time is over")
        responder_id, wanted = _about(row)
        person = _acting(session, responder_id)
        check_other(session, row, by, person)
        decision = ApprovalDecision.APPROVED if approve else ApprovalDecision.REFUSED
        approvals.decide(row, audit.by_actor(by), at, decision)
        action = "responder_moved" if approve else "responder_refused"
        record(session, kit, action, person, by=by, reason=f"{wanted}: {reason}")
        if approve:
            to_ring = removals.settle(session, kit, person, wanted.desks, wanted.categories, at)
            ask_in_everywhere(session, kit, by, person, reason)
    handing_on.announce(kit, to_ring)


def check_other(session: Session, asked: Approval, by: Actor, person: Responder) -> None:
    """Raises PersonnelRefused where the one who decides asked for it, or it is about her, by account or by name."""
    is_same = by.account_id is not None and by.account_id == asked.asker_id
    is_same = is_same or two_names.is_herself(session, by, of_responder(person.id))
    wrote = asked.asked_by.rpartition(":")[2]
    names = (wrote, person.name)
    if is_same or any(is_one_name(by.name, name) for name in names):
        raise PersonnelRefused(
            remark("another admin decides: neither who wrote it down, nor the person herself")
        )


def ask_in_everywhere(
    session: Session, kit: Kit, by: Actor, person: Responder, reason: str
) -> None:
    """Asks for an admission at each of her desks that she cannot open yet; nothing where she has no key of her own."""
    if person.public_key is None:
        return
    member = of_responder(person.id)
    hers = _desks_of(session, person)
    for row in desks.everything(session):
        reads = row.retired_at is None and DeskKind(row.kind or kind_of(row.code)) in READS
        if row.code not in hers or not reads:
            continue
        if not admissions.opens_or_waits(session, kit, row.code, member):
            admissions.ask_in(session, kit, by, row.code, member, reason)


def _ask(
    session: Session, kit: Kit, by: Actor, person: Responder, wanted: WantedPosting, reason: str
) -> None:
    subject = f"{_begins(person.id)}{wanted}"
    approvals.ask(session, by, ApprovalKind.POSTING, subject, reason, kit.now())
    record(session, kit, "responder_more_wanted", person, by=by, reason=f"{wanted}: {reason}")


def _withdraw(session: Session, by: Actor, person: Responder, at: datetime) -> None:
    """What waited is wanted no more: something else is."""
    for row in approvals.about(session, ApprovalKind.POSTING, _begins(person.id), at):
        approvals.decide(row, audit.by_actor(by), at, ApprovalDecision.WITHDRAWN)


def _waits(session: Session, row: Approval) -> WaitingPosting:
    responder_id, wanted = _about(row)
    person = session.get_one(Responder, responder_id)
    now = _desks_of(session, person)
    gains = {code: level for code, level in wanted.desks.items() if goes_up(now, {code: level})}
    return WaitingPosting(
        id=row.id,
        responder_id=responder_id,
        name=person.name,
        gains=gains,
        asked_by=row.asked_by,
        asker_id=row.asker_id,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        reason=row.reason,
    )


def _acting(session: Session, responder_id: int) -> Responder:
    person = find(session, str(responder_id))
    if not person.active:
        raise PersonnelRefused(
            remark("{name} was removed, or is not enrolled yet", name=person.name)
        )
    return person


def _check(session: Session, wanted: Mapping[str, Level]) -> None:
    if not wanted:
        raise PersonnelRefused(remark("a responder is of one desk at least"))
    rows = {row.code: row for row in desks.everything(session)}
    for code, level in wanted.items():
        row = rows.get(code)
        if row is None or row.retired_at is not None:
            raise PersonnelRefused(remark("there is no such desk, or it was retired"))
        if (level is Level.NATIONAL) != (code == NATIONAL):
            raise PersonnelRefused(remark("national is the level of the national desk alone"))


def _desks_of(session: Session, person: Responder) -> Mapping[str, Level]:
    return {row.desk_code: Level(row.level) for row in memberships.running(session, person.id)}


def _begins(responder_id: int) -> str:
    return f"posting:{responder_id}:"


def _about(row: Approval) -> tuple[int, WantedPosting]:
    _, responder_id, wanted = row.subject.split(":", 2)
    return int(responder_id), read_posting(wanted)
