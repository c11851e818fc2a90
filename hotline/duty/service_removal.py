"""Removes people, and sets the desks at which a responder works.

If a person is removed, all their phones, accounts, on-call contacts and access to desks end.

All functions except `remove_responder` run in the transaction of the calling function.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts import queries_people, service_alarm_notices, service_messages
from hotline.core.actors import AccountState, Actor
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.duty import service_accounts, service_leaves
from hotline.duty.service_account_changes import AccountChange
from hotline.duty.service_leaves import (
    MAX_LEAVE,
    check_national,
    check_second,
    find_person,
    log_command,
)
from hotline.errors import PersonnelRefused
from hotline.gateway import queries_on_call
from hotline.gateway.doorbell import ringing
from hotline.people import (
    queries_member_keys,
    tables,
    tables_accounts,
    tables_desks,
    tables_enrolments,
    tables_members,
)
from hotline.people.rules import MIN_NATIONAL, UNPROVED, EnrolmentState, Level, active_national
from hotline.people.tables import Responder
from hotline.people.tables_audit import CommandActor
from hotline.text.codes import NATIONAL


def national_desk_without(session: Session, person: Responder, at: datetime) -> tuple[int, bool]:
    """Returns how many active people the national desk has without this responder. Also returns True if these are too
    few.
    """
    rest = active_national(queries_people.members(session, but=person.person_id), at)
    before = active_national(queries_people.members(session), at)
    return rest, rest < before and rest < MIN_NATIONAL


def close_desks(
    session: Session, person_id: int, at: datetime, *, but: Collection[str] = ()
) -> None:
    """Ends the access of a person's phones and accounts to every desk, except the desks in `but`."""
    for member in queries_member_keys.names_of(session, person_id):
        tables_members.end_access(session, member, at, but=but)


def end_access(
    session: Session, context: Context, by: Actor, person_id: int, reason: str, *, by_two: bool
) -> None:
    """Ends a removed person's access to all desks, their accounts and their on-call contacts.

    `by_two` is True if a second person approved the removal. If so, also ends an account that one person alone may not
    end.
    """
    for account in tables_accounts.of_person(session, person_id):
        change = AccountChange(session, context, by, account, reason)
        if by_two and account.state != AccountState.ENDED:
            service_accounts.end_account(change)
        else:
            service_accounts.close_account(change)
    at = context.now()
    close_desks(session, person_id, at)
    for contact in queries_on_call.on_call_contacts(session):
        if contact.person_id == person_id:
            service_alarm_notices.end_contact(session, contact, by, at)


@dataclass(frozen=True, slots=True)
class Removed:
    person: Responder
    national: int
    """The number of people of the national desk who can be alerted now."""
    is_below_minimum: bool
    """True if the national desk lost a person and now has fewer people than `MIN_NATIONAL`."""


def set_desks(
    session: Session,
    context: Context,
    person: Responder,
    desks: Mapping[str, Level],
    categories: Collection[str],
    at: datetime,
) -> None:
    """Sets the desks of a responder and the categories of cases that they get.

    If the responder loses a desk or a category, others get the open cases there. Raises PersonnelRefused if the
    national desk would have too few active people.
    """
    before = {row.desk_code for row in tables.current_memberships(session, person.id)}
    lost = before - set(desks)
    if NATIONAL in lost and person.unreachable is None:
        check_national(session, person, at, at + MAX_LEAVE)
    oversight = tables_desks.every_oversight(session)
    if lost & oversight and service_leaves.is_last_of_oversight(session, person, at, at):
        raise PersonnelRefused(service_leaves.LAST_OF_OVERSIGHT)
    # An empty list of categories means all categories.
    narrows = categories and (not person.categories or not {*person.categories} <= {*categories})
    tables.set_desks(session, person, desks, categories, at)
    own = tables_accounts.phones_of(session, person.person_id)
    kept = {row.desk_code for one in own for row in tables.current_memberships(session, one.id)}
    close_desks(session, person.person_id, at, but=kept)
    if lost or narrows:
        service_leaves.hand_on(session, context, person.id, at)


def remove_responder(
    context: Context, name: str, *, second: str | None, by: CommandActor, reason: str
) -> Removed:
    """Removes a person at once: they get no alerts, their open cases go to others, and their phones and accounts end.

    After that, the desks whose tips the person could decrypt need a new key (see the page Desks). The national desk
    gets an SMS with the number of cases that others got. The SMS does not name the person.

    To remove one of the last two people of the national desk, a second person must approve. Raises NotFound,
    PersonnelRefused.
    """
    with ringing(context) as session:
        return remove_within(session, context, name, second=second, by=by, reason=reason)


def remove_within(
    session: Session,
    context: Context,
    name: str,
    *,
    second: str | None,
    by: CommandActor,
    reason: str,
) -> Removed:
    """Does the same as `remove_responder`, but in the transaction of the calling function."""
    at = context.now()
    queries_people.take_lock(session)
    person = find_person(session, name)
    for who in (by, second or ""):
        service_leaves.check_overseen(session, who, person)
    is_new = person.removed_at is None and person.state in UNPROVED
    if not person.active and not is_new:
        raise PersonnelRefused(f"{person.name} was removed already")
    rest, is_red = national_desk_without(session, person, at)
    if is_red:
        check_second(session, by, second, person, LAST_OF_NATIONAL)
    elif service_leaves.is_last_of_oversight(session, person, at, at):
        check_second(session, by, second, person, "removing the last person of an oversight desk")

    every = [one for one in tables.phones_of(session, person.person_id) if one.removed_at is None]
    cases = sum(queries_people.open_cases(session, one.id) for one in every)
    for one in every:
        _end_one(session, one, at)
    actor = by if isinstance(by, Actor) else Actor(by)
    end_access(session, context, actor, person.person_id, reason, by_two=second is not None)
    for one in every:
        service_leaves.hand_on(session, context, one.id, at)
    if not is_new:
        service_messages.notify_removal(session, cases, at)
    agreed = f"; agreed by {second}" if second else ""
    log_command(session, context, "responder_removed", person, by, f"{reason}{agreed}")
    return Removed(person, rest, is_red)


def _end_one(session: Session, person: Responder, at: datetime) -> None:
    """Ends a phone, with its memberships and its unfinished enrolment."""
    is_new = person.state in UNPROVED
    person.active, person.removed_at = False, at
    person.state = EnrolmentState.PROVING if is_new else EnrolmentState.REMOVED
    tables.end_memberships(session, person, at)
    waits = tables_enrolments.open_enrolment(session, person.id, for_writing=True)
    if waits is not None:
        tables_enrolments.end_enrolment(waits, tables_enrolments.EnrolmentEnd.WITHDRAWN, at)


LAST_OF_NATIONAL = (
    f"the national desk would have fewer than {MIN_NATIONAL} active people: add a person there first."
    " If this one must leave now, removing one of the last"
)
