"""Moving a responder to other districts, another level or a desk that was added, and removing one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.domain.desk.desks import DeskKind
from hotline.domain.desk.members import of_responder
from hotline.domain.people.memberships import desks_of, every_district
from hotline.domain.people.posting import is_raised
from hotline.domain.people.recipients import NATIONAL_LEAST, national_living
from hotline.domain.people.standing import UNPROVED, EnrolmentState
from hotline.domain.places.places import district_named
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL, Category, is_district
from hotline.errors import NotFound, PersonnelRefused
from hotline.ports import Kit
from hotline.services.desk import admissions
from hotline.services.people import handing_on, one_human, responder_sms
from hotline.services.people.leaves import LONGEST_LEAVE
from hotline.services.people.personnel import (
    check_national,
    check_second,
    find,
    record,
)
from hotline.store.database import Session
from hotline.store.desk import desks as store_desks
from hotline.store.desk.audit import Signer
from hotline.store.people import memberships
from hotline.store.people.responders import Responder
from hotline.store.referrals import personnel

STAFFED = (DeskKind.BORDER, DeskKind.PROTECTION, DeskKind.OVERSIGHT)
"""Kinds of desks that were added and have responders."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a person works from now on; None leaves it as it is, and an empty list means everywhere, or everything."""

    level: Level | None = None
    districts: Sequence[str] | None = None
    """Names."""
    categories: Sequence[Category] | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    person: Responder
    national: int
    """How many of the national desk can be told now."""
    is_red: bool
    """The national desk lost one of its last two."""


def move(
    kit: Kit, name: str, to: Posting, *, second: str | None, by: str, reason: str
) -> Responder:
    """Change level, districts or categories. Where a place of hers is taken away, her open cases go on to others.

    For a higher level two people decide. Raises NotFound, PersonnelRefused.
    """
    codes = None if to.districts is None else _codes(to.districts)
    at, to_ring = kit.now(), None
    with kit.database.writing() as session:
        personnel.take_turns(session)
        person = find(session, name)
        if not person.active:
            raise PersonnelRefused(
                f"{person.name} was removed: `hotline responders back` brings her back first"
            )
        before = _told(person)
        categories = person.categories if to.categories is None else to.categories
        desks = _desks(session, person, to.level, codes)
        if is_raised(_desks(session, person, None, None), desks):
            check_second(by, second, person, "a higher level")
        to_ring = settle(session, kit, person, desks, categories, at)
        agreed = f"; agreed by {second}" if second else ""
        why = f"{before} to {_told(person)}: {reason}{agreed}"
        record(session, kit, "responder_moved", person, by=by, reason=why)
    handing_on.announce(kit, to_ring)
    return person


def place_at(
    kit: Kit, name: str, desk: str, level: Level, *, second: str | None, by: str, reason: str
) -> None:
    """From now on she acts at a border post's or a camp's desk as well, and waits to be let in.

    Two people decide. Raises NotFound, PersonnelRefused.
    """
    at = kit.now()
    with kit.database.writing() as session:
        personnel.take_turns(session)
        person = find(session, name)
        row = store_desks.one(session, desk)
        if row.kind not in STAFFED or row.retired_at is not None or level is Level.NATIONAL:
            raise PersonnelRefused(f"nobody is {level} of desk {desk}")
        if not person.active:
            raise PersonnelRefused(f"{person.name} was removed, or is not enrolled yet")
        check_second(by, second, person, "a place at another desk")
        desks = {**_desks(session, person, None, None), desk: level}
        memberships.place(session, person, desks, person.categories, at)
        if person.public_key is not None:
            admissions.ask_in(session, kit, Actor(by), desk, of_responder(person.id), reason)
        why = f"{level} of {desk}: {reason}; agreed by {second}"
        record(session, kit, "responder_moved", person, by=by, reason=why)


def leave_desk(kit: Kit, name: str, desk: str, *, by: str, reason: str) -> None:
    """She acts there no more, and her open cases go on to others. Raises NotFound, PersonnelRefused."""
    at = kit.now()
    with kit.database.writing() as session:
        personnel.take_turns(session)
        person = find(session, name)
        desks = dict(_desks(session, person, None, None))
        if desks.pop(desk, None) is None or is_district(desk) or desk == NATIONAL or not desks:
            raise PersonnelRefused(f"{person.name} has no place at {desk} that ends so")
        memberships.place(session, person, desks, person.categories, at)
        one_human.close_desks(session, person, at, but=desks)
        to_ring = handing_on.hand_on(session, kit, person.id, at)
        record(session, kit, "responder_moved", person, by=by, reason=f"left {desk}: {reason}")
    handing_on.announce(kit, to_ring)


def settle(
    session: Session,
    kit: Kit,
    person: Responder,
    desks: Mapping[str, Level],
    categories: Collection[str],
    at: datetime,
) -> int | None:
    """From now on she acts at exactly these desks. Where she may no longer hear of something that she heard of, her
    open cases go on to others: a message to ring for.

    Raises PersonnelRefused where too few would be left of the national desk.
    """
    before = {row.desk_code for row in memberships.running(session, person.id)}
    lost = before - set(desks)
    if NATIONAL in lost and person.unreachable is None:
        check_national(session, person, at, at + LONGEST_LEAVE)
    loses = bool(lost) or _narrows(person.categories, categories)
    memberships.place(session, person, desks, categories, at)
    one_human.close_desks(session, person, at, but=desks)
    return handing_on.hand_on(session, kit, person.id, at) if loses else None


def _narrows(before: Collection[str], after: Collection[str]) -> bool:
    """Of kinds of cases; none means all."""
    return bool(after) and (not before or not set(before) <= set(after))


def remove(kit: Kit, name: str, *, second: str | None, by: Signer, reason: str) -> Removed:
    """Remove a person at once: she is told nothing more, her open cases take their next step, her account ends.

    The desks that she could open want another key from then on (`hotline desks list`). The national desk is told by
    SMS how many cases went on, and never whose.

    One of the last two of the national desk goes by two names alone, and the desk is red from then on. Raises
    NotFound, PersonnelRefused.
    """
    with kit.database.writing() as session:
        done, to_ring = remove_in(session, kit, name, second=second, by=by, reason=reason)
    for message in to_ring:
        handing_on.announce(kit, message)
    return done


def remove_in(
    session: Session, kit: Kit, name: str, *, second: str | None, by: Signer, reason: str
) -> tuple[Removed, Sequence[int]]:
    """`remove`, inside the caller's transaction. Returns the messages to ring for as well."""
    at = kit.now()
    personnel.take_turns(session)
    person = find(session, name)
    is_new = person.left_at is None and person.state in UNPROVED
    if not person.active and not is_new:
        raise PersonnelRefused(f"{person.name} was removed already")
    rest = national_living(personnel.members(session, but=person.id), at)
    before = national_living(personnel.members(session), at)
    is_red = rest < before and rest < NATIONAL_LEAST
    if is_red:
        check_second(by, second, person, LAST_OF_NATIONAL)

    cases = len(personnel.open_cases(session, person.id))
    person.active, person.left_at = False, at
    person.state = EnrolmentState.PROVING if is_new else EnrolmentState.LEFT
    memberships.end(session, person, at)
    actor = by if isinstance(by, Actor) else Actor(by)
    one_human.end(session, kit, actor, person, at, reason, by_two=second is not None)
    to_ring = handing_on.hand_on(session, kit, person.id, at)
    if not is_new:
        to_ring = responder_sms.tell_removal(session, cases, at) or to_ring
    agreed = f"; agreed by {second}" if second else ""
    record(session, kit, "responder_removed", person, by=by, reason=f"{reason}{agreed}")
    return Removed(person, rest, is_red), () if to_ring is None else (to_ring,)


LAST_OF_NATIONAL = (
    f"the national desk would have fewer than {NATIONAL_LEAST} living on duty: bring somebody there first."
    " Where she must go tonight all the same, removing one of the last"
)


def _desks(
    session: Session, person: Responder, level: Level | None, codes: Sequence[str] | None
) -> Mapping[str, Level]:
    """The desks that she is a member of from now on: what was not named stays."""
    now = {row.desk_code: Level(row.level) for row in memberships.running(session, person.id)}
    if level is None and codes is None:
        return now
    routed = (NATIONAL, *every_district())
    others = {code: hers for code, hers in now.items() if code not in routed}
    places = person.districts if codes is None else codes
    return {**others, **desks_of(level or Level(person.level), places)}


def _told(person: Responder) -> str:
    """As the log keeps it: `responder 12,31`."""
    return f"{person.level} {','.join(person.districts) or 'everywhere'}"


def _codes(names: Sequence[str]) -> list[str]:
    found = {name: district_named(name) for name in names}
    if unknown := [name for name, code in found.items() if code is None]:
        raise NotFound(f"no district {unknown[0]!r}: write its name, as in `Gasabo`")
    return sorted({code for code in found.values() if code is not None})
