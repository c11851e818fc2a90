"""Leave, and the way back from it: from a removal, and from the mark of a number that could not be reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.msisdn import sendable
from hotline.domain.people.enrolment import UNPROVED, EnrolmentState
from hotline.domain.people.recipients import all_away
from hotline.domain.places.places import districts
from hotline.domain.referrals.referral import Level
from hotline.errors import PersonnelRefused
from hotline.ports import Kit
from hotline.services.people import handing_on
from hotline.services.people.personnel import (
    check_national,
    check_second,
    find,
    record,
    shown,
)
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.desk.audit import Signer
from hotline.store.dialogue import contacts
from hotline.store.people import memberships
from hotline.store.people.responders import Leave, Responder
from hotline.store.referrals import personnel
from hotline.store.watch.alarms import STOPPED
from hotline.text.remark import remark

LONGEST_LEAVE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class LeaveGiven:
    person: Responder
    leave: Leave
    alone: Sequence[str]
    """Codes of districts whose people are all away when it begins, and were not before."""


@dataclass(frozen=True, slots=True)
class BroughtBack:
    person: Responder
    ended: Sequence[str]
    """What kept her from being told, and does no more: `left`, `leave`, `planned leave`, `unreachable`."""


def leave(
    kit: Kit, name: str, *, starts_at: datetime | None, ends_at: datetime, by: Signer, reason: str
) -> LeaveGiven:
    """Send a person on leave, from now on where no beginning is given. Raises NotFound, PersonnelRefused."""
    at, to_ring = kit.now(), None
    begins = max(starts_at or at, at)
    _check_time(begins, ends_at, at)
    with kit.database.writing() as session:
        personnel.take_turns(session)
        person = find(session, name)
        _check_leave(session, person, begins, ends_at, at)
        before = all_away(personnel.members(session), _codes(), begins)

        row = Leave(
            responder_id=person.id,
            starts_at=begins,
            ends_at=ends_at,
            asked_by=audit.named(by),
            asked_at=at,
            begun_at=None,
        )
        session.add(row)
        session.flush()
        if begins <= at:
            row.begun_at = at
            to_ring = handing_on.hand_on(session, kit, person.id, at)
        alone = set(all_away(personnel.members(session), _codes(), begins)) - set(before)
        why = f"{shown(begins)} to {shown(ends_at)}: {reason}"
        record(session, kit, "responder_on_leave", person, by=by, reason=why)
    handing_on.announce(kit, to_ring)
    return LeaveGiven(person, row, sorted(alone))


def back(
    kit: Kit, name: str, *, number: str | None, second: str | None, by: Signer, reason: str
) -> BroughtBack:
    """Let a person be told again: ends leave, a removal, and the mark of a number that could not be reached.

    A number on the stop list needs itself, since it is known by digest alone; a removed person a second name. Raises
    NotFound, NumberInvalid, PersonnelRefused.
    """
    at = kit.now()
    ended: list[str] = []
    with kit.database.writing() as session:
        person = find(session, name)
        if person.left_at is not None:
            check_second(by, second, person, "bringing back a person who was removed")
            memberships.reopen(session, person, person.left_at, at)
            person.left_at = None
            if person.state not in UNPROVED:
                person.active, person.state = True, EnrolmentState.ACTIVE
            ended.append("left")
        ended += _end_leave(personnel.leaves(session, person.id, at), at)
        if person.unreachable is not None:
            if person.unreachable == STOPPED:
                _unstop(session, kit, person, number)
            person.unreachable = None
            ended.append("unreachable")
        if ended:
            agreed = f"; agreed by {second}" if second else ""
            why = f"{', '.join(ended)}: {reason}{agreed}"
            record(session, kit, "responder_back", person, by=by, reason=why)
    return BroughtBack(person, ended)


def begin_leaves(kit: Kit) -> None:
    """Hand on the cases of those whose leave has come, and send nothing more to those who were removed.

    A step of the clock; twice is harmless. Raises StoreUnavailable.
    """
    at = kit.now()
    with kit.database.reading() as session:
        if not personnel.any_to_hand_on(session, at):
            return
    to_ring = None
    with kit.database.writing() as session:
        for row in personnel.leaves_to_begin(session, at):
            row.begun_at = at
            to_ring = handing_on.hand_on(session, kit, row.responder_id, at) or to_ring
        personnel.drop_messages_of_the_left(session)
    handing_on.announce(kit, to_ring)


def _check_time(begins: datetime, ends_at: datetime, at: datetime) -> None:
    if ends_at <= at:
        raise PersonnelRefused(
            remark("a leave ends in the future, and {at} is past", at=shown(ends_at))
        )
    if ends_at <= begins:
        raise PersonnelRefused(
            remark("a leave ends after it begins, and that is {at}", at=shown(begins))
        )
    if ends_at - begins > LONGEST_LEAVE:
        raise PersonnelRefused(
            remark(
                "a leave lasts {days} days at most: take them off the line for a longer time",
                days=LONGEST_LEAVE.days,
            )
        )


def _check_leave(
    session: Session, person: Responder, begins: datetime, ends_at: datetime, at: datetime
) -> None:
    if not person.active:
        raise PersonnelRefused(
            remark("{name} was removed already, and is told of nothing", name=person.name)
        )
    for other in personnel.leaves(session, person.id, at):
        if other.starts_at < ends_at and begins < other.ends_at:
            raise PersonnelRefused(
                remark(
                    "{name} is on leave from {at} until {until} already: end that one first, by Back to work",
                    name=person.name,
                    at=shown(other.starts_at),
                    until=shown(other.ends_at),
                )
            )
    if person.level == Level.NATIONAL and person.unreachable is None:
        check_national(session, person, begins, ends_at)


def _end_leave(leaves: Sequence[Leave], at: datetime) -> list[str]:
    """End the one that runs; where none does, those that are planned."""
    running = [row for row in leaves if row.starts_at <= at]
    for row in running or leaves:
        row.ends_at = max(row.starts_at, at)
    return ["leave"] if running else ["planned leave"] if leaves else []


def _unstop(session: Session, kit: Kit, person: Responder, number: str | None) -> None:
    if number is None:
        raise PersonnelRefused(
            remark(
                "the number of {name} asked for no more SMS (STOP): ask them, and type the number with it",
                name=person.name,
            )
        )
    msisdn = sendable(number)
    if kit.pseudonyms.enrolled(msisdn) != person.number_key:
        raise PersonnelRefused(f"that is not the number under which {person.name} is enrolled")
    contacts.unstop(session, kit.pseudonyms.stopped(msisdn))


def _codes() -> list[str]:
    return [district.code for district in districts()]
