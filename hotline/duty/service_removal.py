"""Removes people, and changes the desks at which a responder works.

If a person is removed, all their phones, accounts, on-call contacts and access to desks end. One admin may remove a
person from all work, from one desk or from the console. But a second person must approve if the removed person is one
of the last two people of the national desk. Without this approval, one admin could leave the national desk without
people. Until the approval, the person has no access but still gets alerts. A second person must also approve the end of
an account on which a team or a desk depends.

If a responder gets fewer desks or a lower level, the change takes effect at once. If a responder gets more desks or a
higher level, a second person must approve.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import queries_people, service_alarm_notices
from hotline.alerts.service_messages import notify_person
from hotline.core.actors import AccountState, Actor, SignedIn
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.duty import service_accounts, service_leaves
from hotline.duty.service_accounts import AccountChange, current_account
from hotline.duty.service_leaves import (
    MAX_LEAVE,
    PeopleChange,
    change_of,
    changing_people,
    check_national,
    find_person,
)
from hotline.gateway import queries
from hotline.people import (
    decrypt_grants,
    tables,
    tables_accounts,
    tables_audit,
    tables_desks,
    tables_sessions,
)
from hotline.people.rules import (
    APART,
    MIN_NATIONAL,
    OVERSEEN_DESK,
    UNPROVED,
    EnrolmentState,
    Level,
    RequestedPosting,
    account_of,
    active_national,
    gains_rights,
    of_responder,
    read_posting,
    without_gains,
)
from hotline.people.rules_accounts import AccountFault, refusal
from hotline.people.service_approving import (
    ADMIN,
    DECIDING,
    OPERATING,
    ApprovalRule,
    ApprovalView,
    Decision,
    request,
    sees,
)
from hotline.people.tables import Responder
from hotline.people.tables_audit import CommandActor
from hotline.people.tables_sessions import Approval, ApprovalDecision, ApprovalKind
from hotline.text.errors import DeskRefused, NotFound, PersonnelRefused
from hotline.text.languages import message_text, phrase
from hotline.text.places import NATIONAL


def national_desk_without(session: Session, person: Responder, at: datetime) -> tuple[int, bool]:
    """Returns the number of active people that the national desk has without this responder. The second returned value
    is True if the desk loses this responder and then has fewer people than `MIN_NATIONAL`.
    """
    rest = active_national(queries_people.members(session, skip=person.person_id), at)
    before = active_national(queries_people.members(session), at)
    return rest, rest < before and rest < MIN_NATIONAL


def close_desks(
    session: Session, person_id: int, at: datetime, *, skip: Collection[str] = ()
) -> None:
    """Ends the access of a person's phones and accounts to every desk, except the desks in `skip`."""
    for member in tables_desks.names_of(session, person_id):
        tables_desks.end_access(session, member, at, skip=skip)


def end_access(change: PeopleChange, person_id: int, *, by_two: bool) -> None:
    """Ends the accounts and the on-call contacts of a removed person, and the person's access to all desks.

    `by_two` is True if a second person approved the removal. If `by_two` is True, the function also ends an account
    that one person alone may not end.
    """
    session, at = change.session, change.at
    for account_change in account_changes(change, person_id):
        if by_two and account_change.account.state != AccountState.ENDED:
            service_accounts.end_account(account_change)
        else:
            service_accounts.close_account(account_change)
    close_desks(session, person_id, at)
    for contact in queries.on_call_contacts(session):
        if contact.person_id == person_id:
            service_alarm_notices.end_contact(session, contact, change.by, at)


def account_changes(change: PeopleChange, person_id: int) -> list[AccountChange]:
    """Returns the change for each account of a person."""
    accounts = tables_accounts.of_person(change.session, person_id)
    fields = (change.session, change.context, change.by)
    return [AccountChange(*fields, account, change.reason) for account in accounts]


class Removed(NamedTuple):
    person: Responder
    national: int
    """The number of people of the national desk who can be alerted now."""
    is_below_minimum: bool
    """True if the national desk lost a person and now has fewer people than `MIN_NATIONAL`."""


def set_desks(
    change: PeopleChange,
    person: Responder,
    desks: Mapping[str, Level],
    categories: Collection[str],
) -> None:
    """Sets the desks of a responder and the categories of cases that they get.

    If the responder loses a desk or a category, other responders get the responder's open cases. Raises
    PersonnelRefused if the national desk would have too few active people.
    """
    session, at = change.session, change.at
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
    codes = {row.desk_code for one in own for row in tables.current_memberships(session, one.id)}
    close_desks(session, person.person_id, at, skip=codes)
    if lost or narrows:
        change.hand_on(person.id)


def remove_responder(
    context: Context, name: str, *, second: str | None, by: CommandActor, reason: str
) -> Removed:
    """Removes a person at once. Ends the person's alerts, phones and accounts, and gives the person's open cases to
    other responders.

    After the removal, each desk whose tips the person could decrypt needs a new key (see the page Desks). The
    national desk gets an SMS that says how many cases other responders got. The SMS does not name the
    person.

    To remove one of the last two people of the national desk, a second person must approve. Raises NotFound,
    PersonnelRefused.
    """
    with changing_people(context, by, reason) as change:
        return remove_within(change, name, second=second)


def remove_within(change: PeopleChange, name: str, *, second: str | None) -> Removed:
    """Does the same as `remove_responder`, but in the transaction of the calling function, which must hold the lock
    `queries_people.take_lock`."""
    session, at = change.session, change.at
    person = find_person(session, name)
    change.check_overseen(person, second=second)
    is_new = person.removed_at is None and person.state in UNPROVED
    if not person.active and not is_new:
        raise PersonnelRefused(f"{person.name} was already removed from the hotline")
    rest, is_red = national_desk_without(session, person, at)
    if is_red:
        change.check_second(second, person, LAST_OF_NATIONAL)
    elif service_leaves.is_last_of_oversight(session, person, at, at):
        change.check_second(second, person, "removing the last person of an oversight desk")

    every = [one for one in tables.phones_of(session, person.person_id) if one.removed_at is None]
    cases = sum(queries_people.open_cases(session, responder.id) for responder in every)
    for responder in every:
        _end_one(session, responder, at)
    end_access(change, person.person_id, by_two=second is not None)
    for responder in every:
        change.hand_on(responder.id)
    if not is_new:
        for responder in tables.national_people(session, at):
            notify_person(session, responder, Template.REMOVED, at, count=str(cases))
    agreed = f"; agreed by {second}" if second else ""
    change.log("responder_removed", person, f"{change.reason}{agreed}")
    return Removed(person, rest, is_red)


def _end_one(session: Session, person: Responder, at: datetime) -> None:
    """Removes a phone, and ends its memberships of desks and its unfinished enrolment."""
    is_new = person.state in UNPROVED
    person.active, person.removed_at = False, at
    person.state = EnrolmentState.PROVING if is_new else EnrolmentState.REMOVED
    tables.end_memberships(session, person, at)
    waits = tables.open_enrolment(session, person.id, for_writing=True)
    if waits is not None:
        tables.end_enrolment(waits, tables.EnrolmentEnd.WITHDRAWN, at)


LAST_OF_NATIONAL = (
    f"the national desk would have fewer than {MIN_NATIONAL} active people: add a person there first."
    " If this one must leave now, removing one of the last"
)


# The functions below remove a person at once: from all work, from one desk, or from the console. One admin alone may
# start each removal. For some people, such as one of the last two of the national desk, a second person must approve
# before the removal is complete.


def remove_person(context: Context, by: SignedIn, person_id: int, reason: str) -> None:
    """Removes a person at once, with all phones, accounts and on-call contacts.

    If the person is one of the last two of the national desk, ends all access and requests a second person's approval.
    Only an admin can remove a person who has no phone. Raises NotFound, AccountRefused, PersonnelRefused.
    """
    with changing_people(context, by.actor, reason) as change:
        tables.person(change.session, person_id, for_writing=True)
        every = tables.phones_of(change.session, person_id)
        phones = [responder for responder in every if responder.removed_at is None]
        if phones:
            _take_away(change, max(phones, key=lambda responder: responder.active))
            return
        if not ADMIN & by.roles:
            raise NotFound("only an admin can remove a person who has no phone")
        for account_change in account_changes(change, person_id):
            account_change.check()
        end_access(change, person_id, by_two=False)


def _take_away(change: PeopleChange, person: Responder) -> None:
    session, at = change.session, change.at
    if person.removed_at is not None:
        raise PersonnelRefused(message_text("{name} was already removed", name=person.name))
    if tables_accounts.acts_for(session, change.by, person.person_id):
        raise PersonnelRefused(message_text("you cannot remove yourself: ask another person"))
    change.check_overseen(person)
    is_national = person.active and national_desk_without(session, person, at)[1]
    if is_national:
        for account_change in account_changes(change, person.person_id):
            service_accounts.close_account(account_change)
        close_desks(session, person.person_id, at)
    if is_national or (
        person.active and service_leaves.is_last_of_oversight(session, person, at, at)
    ):
        fields = (change.by, ApprovalKind.REMOVAL, f"responder:{person.id}", change.reason)
        if request(session, change.context, *fields):
            change.log("responder_removal_asked", person)
        return
    remove_within(change, str(person.id), second=None)


def end_account(context: Context, by: Actor, account_id: int, reason: str = "") -> bool:
    """Ends an account, and removes the phones of its owner. Both limits apply: the limits for ending an account and the
    limits for removing a person.

    Returns False if a second admin must approve the end of the account first. Until the approval, nothing changes.
    Raises AccountRefused, PersonnelRefused.
    """
    with changing_people(context, by, reason) as people:
        account = current_account(people.session, account_id)
        change = AccountChange(people.session, context, by, account, reason)
        change.check()
        if change.needs_second():
            service_accounts.request_end(change)
            return False
        _end(change)
        return True


def _end(change: AccountChange) -> None:
    """Ends an account, and removes the phones of its owner. The calling function must first check if the account may be
    ended."""
    service_accounts.end_account(change)
    session, person_id = change.session, change.account.person_id
    reason = ": ".join(filter(None, ("the account of the same person was ended", change.reason)))
    at = change.context.now()
    people = PeopleChange(session, change.context, change.by, reason, at)
    for responder in tables_accounts.phones_of(session, person_id):
        if responder.active:
            _take_away(people, responder)


def remove_from_desk(context: Context, by: Actor, code: str, member: str, reason: str) -> None:
    """Removes a person from one desk. Ends the person's work at this desk, and the access of the person's phones and
    accounts to this desk. Also ends the console sessions of the person, so that the person must sign in again.

    Raises NotFound, DeskRefused, PersonnelRefused.
    """
    with changing_people(context, by, reason) as change:
        session, at = change.session, change.at
        tables_desks.get_desk(session, code, for_writing=True)
        if tables_desks.is_overseen(session, tables_audit.by_actor(by), None, [code]):
            raise DeskRefused(OVERSEEN_DESK)
        human = tables_accounts.of_member(session, member)
        names = tables_desks.names_of(session, human.id)
        if tables_accounts.acts_for(session, by, human.id):
            raise DeskRefused(message_text("you cannot remove yourself: ask another person"))
        phones = tables_accounts.phones_of(session, human.id)
        for person in phones:
            now = _desks_of(session, person)
            if set(now) == {code}:
                raise DeskRefused(
                    message_text(
                        "{name} has no other desk: remove the person from the hotline instead",
                        name=person.name,
                    )
                )
            if code in now:
                left = {desk: level for desk, level in now.items() if desk != code}
                set_desks(change, person, left, person.categories)
        opened = tables_desks.end_access_at(session, code, names, at)
        for name in names:
            if (account_id := account_of(name)) is not None:
                tables_sessions.end_sessions_of(session, account_id)
        if not phones and not opened:
            raise DeskRefused(message_text("this person has no access to that desk"))
        decrypt_grants.log_member_command(session, context, "desk_left", by, code, member, reason)


def _about(session: Session, context: Context, row: Approval, _by: SignedIn) -> ApprovalView:
    person = session.get_one(tables.Responder, row.about_id)
    at = context.now()
    if service_leaves.is_last_of_oversight(session, person, at, at):
        text = message_text(
            "{by} asks to remove {about}, the last person of an oversight desk (a desk for complaints "
            "about the national desk). Until the approval, the person keeps their access.",
            by=row.asker,
            about=person.name,
        )
    else:
        text = message_text(
            "{by} asks to remove {about}, one of the last two members of the national desk. "
            "The person has lost all access, but gets alerts until you approve the removal.",
            by=row.asker,
            about=person.name,
        )
    return ApprovalView(text, f"responder:{person.id}", person_id=person.person_id)


def _removal_approved(decision: Decision) -> None:
    queries_people.take_lock(decision.session)
    remove_within(change_of(decision), decision.row.about, second=decision.row.asker)


REMOVAL = ApprovalRule(
    kind=ApprovalKind.REMOVAL,
    decided_by=OPERATING,
    about=_about,
    approve=_removal_approved,
    refused="responder_kept",
)


def _end_approved(decision: Decision) -> None:
    account = current_account(decision.session, decision.row.about_id)
    change = AccountChange(
        decision.session, decision.context, decision.by, account, decision.reason
    )
    if account_of(decision.row.asked_by) and change.is_last_other():
        raise refusal(AccountFault.LAST_OTHER)
    _end(change)


END = ApprovalRule(
    kind=ApprovalKind.END,
    decided_by=ADMIN,
    about=service_accounts.describes(
        phrase(
            "{by} asks to end the account of {about}. No one can then sign in to the account. A "
            "new sign-in link makes the account usable again."
        )
    ),
    approve=_end_approved,
    refused="account_end_refused",
)


def change_desks(
    context: Context, by: Actor, responder_id: int, posting: RequestedPosting, reason: str
) -> bool:
    """Changes the desks of a responder. Returns True if part of the change waits for a second person.

    The rest of the change takes effect at once. Raises NotFound, PersonnelRefused.
    """
    with changing_people(context, by, reason) as change:
        session = change.session
        person = _acting(session, responder_id)
        _check(session, person, posting.desks)
        change.check_overseen(person, posting.desks)
        now = _desks_of(session, person)
        waits = gains_rights(now, posting.desks)
        at_once = without_gains(now, posting.desks) if waits else posting.desks
        if not at_once:
            at_once = now
        set_desks(change, person, at_once, posting.categories)
        why, begins = f"{posting}: {reason}", f"posting:{person.id}:"
        if at_once != now or not waits:
            change.log("responder_moved", person, why)
        # The new request replaces the pending requests to change this responder's desks.
        actor, withdrawn = tables_audit.by_actor(by), ApprovalDecision.WITHDRAWN
        for row in tables_sessions.pending_about(session, ApprovalKind.POSTING, begins, change.at):
            tables_sessions.record_decision(row, actor, change.at, withdrawn)
        if waits:
            request(session, context, by, ApprovalKind.POSTING, f"{begins}{posting}", reason)
            change.log("responder_more_wanted", person, why)
    return waits


def request_access_everywhere(change: PeopleChange, person: Responder) -> None:
    """Requests access for a responder to each of their desks whose tips they cannot decrypt yet.

    Does nothing for a responder without a key pair.
    """
    if person.public_key is None:
        return
    session, context, member = change.session, change.context, of_responder(person.id)
    own = _desks_of(session, person)
    for row in tables_desks.all_desks(session):
        if row.code not in own or not row.reads_tips:
            continue
        if not decrypt_grants.has_access_or_request(session, context, row.code, member):
            fields = (change.by, row.code, member, change.reason)
            decrypt_grants.add_access_request(session, context, *fields)


def _acting(session: Session, responder_id: int) -> Responder:
    person = find_person(session, str(responder_id))
    if not person.active:
        raise PersonnelRefused(
            message_text("{name} was removed or is not enrolled yet", name=person.name)
        )
    return person


def _check(session: Session, person: Responder, desks: Mapping[str, Level]) -> None:
    if not desks:
        raise PersonnelRefused(message_text("a responder needs at least one desk"))
    rows = {row.code: row for row in tables_desks.all_desks(session)}
    for code, level in desks.items():
        row = rows.get(code)
        if row is None or row.retired_at is not None:
            raise PersonnelRefused(
                message_text("this desk does not exist or was retired: choose another desk")
            )
        if (level is Level.NATIONAL) != (code == NATIONAL):
            raise PersonnelRefused(message_text("the level national is for the national desk only"))
    other_desks = tables_desks.desks_of_person(session, person.person_id, skip=person.id)
    if tables_desks.mixes_oversight(session, other_desks.union(desks)):
        raise PersonnelRefused(APART)


def _desks_of(session: Session, person: Responder) -> Mapping[str, Level]:
    return {
        row.desk_code: Level(row.level) for row in tables.current_memberships(session, person.id)
    }


def _wanted(row: Approval) -> tuple[int, RequestedPosting]:
    _, responder_id, posting_text = row.subject.split(":", 2)
    return int(responder_id), read_posting(posting_text)


def _about_postings(
    session: Session, _context: Context, row: Approval, by: SignedIn
) -> ApprovalView | None:
    responder_id, posting = _wanted(row)
    person = session.get_one(Responder, responder_id)
    if not sees(session, by, person.person_id, posting.desks):
        return None
    now = _desks_of(session, person)
    gains = {
        code: level for code, level in posting.desks.items() if gains_rights(now, {code: level})
    }
    return ApprovalView(
        message_text(
            "{by} asks to give {about} access to more desks: {places}",
            by=row.asker,
            about=person.name,
            places=",".join(f"{code}={level}" for code, level in gains.items()),
        ),
        f"responder:{person.id}",
        detail=str(posting),
        person_id=person.person_id,
        desks=tuple(posting.desks),
    )


def _place(decision: Decision) -> None:
    change, (responder_id, posting) = change_of(decision), _wanted(decision.row)
    person = _acting(change.session, responder_id)
    _check(change.session, person, posting.desks)
    set_desks(change, person, posting.desks, posting.categories)
    request_access_everywhere(change, person)


POSTING = ApprovalRule(
    kind=ApprovalKind.POSTING,
    decided_by=DECIDING,
    about=_about_postings,
    approve=_place,
    given="responder_moved",
    refused="responder_refused",
)
