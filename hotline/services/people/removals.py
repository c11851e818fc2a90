"""Removes a responder, and settles at which desks one acts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.accounts.account import Actor
from hotline.domain.people.enrolment import UNPROVED, EnrolmentState
from hotline.domain.people.recipients import NATIONAL_LEAST, national_living
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL
from hotline.errors import PersonnelRefused
from hotline.ports import Kit
from hotline.services.people import handing_on, one_human, responder_sms
from hotline.services.people.leaves import LONGEST_LEAVE
from hotline.services.people.personnel import (
    check_national,
    check_second,
    find,
    record,
)
from hotline.store.database import Session
from hotline.store.desk.audit import Signer
from hotline.store.people import memberships
from hotline.store.people.responders import Responder
from hotline.store.referrals import personnel


@dataclass(frozen=True, slots=True)
class Removed:
    person: Responder
    national: int
    """How many of the national desk can be told now."""
    is_red: bool
    """The national desk lost one of its last two."""


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

    The desks that she could open want another key from then on (the page Desks). The national desk is told by
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
