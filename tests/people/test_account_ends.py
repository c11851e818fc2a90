"""Tests how an account that a team or a desk needs is ended, and how such an account gets a new link. A second admin
must agree to the end and to the new link. Two admins together can undo the end.
"""

from functools import partial

import pytest
from sqlalchemy import select

from hotline.cases import decrypt_access
from hotline.core.actors import AccountRole, AccountState
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database
from hotline.duty import (
    service_accounts,
    service_enrolment,
    service_leaves,
    service_removal,
)
from hotline.gateway.tables import Message
from hotline.keys.passphrase import Costs
from hotline.people import service_sessions, tables_accounts, tables_desks, tables_sessions
from hotline.people.rules import of_account
from hotline.people.rules_accounts import AccountFault
from hotline.text.errors import ApprovalRefused, NotFound
from hotline.web import service_approvals
from tests.support.clock import Clock
from tests.support.contexts import make_console_context
from tests.support.deciding import one_person
from tests.support.made_once import lay_rows
from tests.support.signing import SERVER, Person, admins, refused

R = AccountRole
PEOPLE = """name,msisdn,language,level,districts,categories
National 1,+250788009901,en,national,,
National 2,+250788009902,rw,national,,
National 3,+250788009903,fr,national,,
Leader 1,+250788009904,fr,coordinator,Gasabo,
Responder 1,+250788009905,en,responder,Gasabo,
"""
NATIONAL = [1, 2, 3]
LEADER, RESPONDER = 4, 5
GASABO = "12"


@pytest.fixture
def context(database: Database, clock: Clock) -> ConsoleContext:
    made = make_console_context(database=database, now=clock)

    def fill() -> None:
        service_enrolment.import_responders(made, PEOPLE)
        decrypt_access.make_desks(made, "correct horse", costs=Costs(passes=1, kib=8))

    lay_rows(database, "people and desks", fill)
    return made


def with_role(admin: Person, name: str, *roles: AccountRole) -> Person:
    """Returns an active account with roles that two admins approved."""
    made = admin.colleague(name, R.TRANSLATOR)
    with made.context.database.writing() as session:
        tables_accounts.get_account(session, made.account_id).roles = sorted(roles)
    return made


def officer(admin: Person, *roles: AccountRole) -> Person:
    """Makes two active accounts with these roles, and returns the first account."""
    one, _ = (with_role(admin, f"Officer {n}", *roles) for n in (1, 2))
    return one


def desk_officer(admin: Person, name: str) -> Person:
    """Returns an account that has a key of Gasabo's desk."""
    one = with_role(admin, name, R.DESK)
    with one.context.database.writing() as session:
        key = session, GASABO, of_account(one.account_id), b"wrapped"
        tables_desks.store_key(*key, one.clock())
    return one


def state(one: Person) -> AccountState:
    lines = {line.id: line for line in service_accounts.list_accounts(one.context)}
    return lines[one.account_id].state


def notified(context: ConsoleContext, template: str) -> list[int | None]:
    with context.database.reading() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        return [row.responder_id for row in rows if row.template == template]


@pytest.mark.adversary("an admin who ends or takes over accounts")
@pytest.mark.parametrize("role", [R.ADMIN, R.APPROVER, R.NATIONAL])
def test_second_admin_ends_account_with_deciding_role(
    context: ConsoleContext, two: list[Person], role: AccountRole
) -> None:
    one = officer(two[0], role)
    end = partial(two[0].ends, one)
    assert not end()
    assert state(one) is AccountState.ACTIVE
    assert one.enters(), "nothing happens before a second admin agrees"
    assert notified(context, "ACCOUNT_END_ASKED") == NATIONAL
    assert refused(end) == AccountFault.END_WAITS

    asked = "Admin 1 asks to end the account of Officer 1."
    (waiting,) = two[1].waits("end")
    assert str(waiting.sentence).startswith(asked)
    with pytest.raises(ApprovalRefused):
        two[0].decides("end")
    with pytest.raises(ApprovalRefused if role is R.ADMIN else NotFound):
        service_approvals.decide(context, one.signs_in(), waiting.id, "I stay", approve=False)
    two[1].decides("end")
    assert state(one) is AccountState.ENDED
    one.is_refused()
    assert notified(context, "ACCOUNT_ENDED") == NATIONAL
    assert two[1].waits("end") == []


def test_removing_the_role_needs_two_admins(two: list[Person], clock: Clock) -> None:
    one = officer(two[0], R.NATIONAL, R.TRANSLATOR)
    two[0].gives(one, R.TRANSLATOR)
    assert not two[0].ends(one)
    clock.turn(days=7, minutes=1)
    assert two[0].ends(one)
    assert state(one) is AccountState.ENDED


def test_refused_end_of_account_changes_nothing(two: list[Person], clock: Clock) -> None:
    one = officer(two[0], R.NATIONAL)
    two[0].ends(one)
    two[1].decides("end", approve=False)
    assert one.enters()
    with two[0].context.database.reading() as session:
        subject = f"account:{one.account_id}:end"
        assert tables_sessions.pending_for(session, subject, clock()) is None


def test_last_member_of_desk_is_ended_by_two(context: ConsoleContext, two: list[Person]) -> None:
    first, second = (desk_officer(two[0], f"Desk {n}") for n in (1, 2))
    assert two[0].ends(first)
    assert state(first) is AccountState.ENDED
    assert notified(context, "ACCOUNT_ENDED") == NATIONAL

    assert not two[0].ends(second)
    assert notified(context, "ACCOUNT_END_ASKED") == [*NATIONAL, LEADER]
    two[1].decides("end")
    assert notified(context, "ACCOUNT_ENDED") == [*NATIONAL, *NATIONAL, LEADER]


def test_end_of_account_notifies_and_removes_its_responder(
    context: ConsoleContext, two: list[Person], clock: Clock
) -> None:
    one = desk_officer(two[0], "Desk 1")
    one_person(context, one.account_id, "Responder 1")
    two[0].ends(one)
    assert notified(context, "OWN_END") == [RESPONDER]
    with context.database.reading() as session:
        assert service_leaves.find_person(session, "Responder 1").removed_at is None
    two[1].decides("end")
    with context.database.reading() as session:
        assert service_leaves.find_person(session, "Responder 1").removed_at == clock()
    assert state(one) is AccountState.ENDED


def test_new_link_always_needs_second_admin(two: list[Person], clock: Clock) -> None:
    one = desk_officer(two[0], "Desk 1")
    one_person(two[0].context, one.account_id, "Responder 1")
    again = partial(two[0].asks_link, one)
    assert again().link == ""
    assert notified(two[0].context, "OWN_LINK") == [RESPONDER]
    assert notified(two[0].context, "ACCOUNT_LINK") == [*NATIONAL, LEADER]
    clock.turn(days=3)
    assert refused(again) == AccountFault.LINK_RESTS
    with pytest.raises(ApprovalRefused, match="a request that you made"):
        two[0].decides("link")
    two[1].decides("link")
    assert again().link


def test_only_requester_withdraws_request(context: ConsoleContext, two: list[Person]) -> None:
    one = officer(two[0], R.NATIONAL)
    two[0].ends(one)
    (waiting,) = two[1].waits("end")
    assert not waiting.is_own
    with pytest.raises(NotFound):
        service_approvals.withdraw(context, two[1].signs_in(), waiting.id)
    (own,) = two[0].waits("end")
    assert own.is_own
    service_approvals.withdraw(context, two[0].signs_in(), own.id)
    assert two[1].waits("end") == []
    assert one.enters()


def test_ended_account_returns_by_two_admins(two: list[Person], clock: Clock) -> None:
    one = officer(two[0], R.NATIONAL, R.TRANSLATOR)
    two[0].ends(one)
    two[1].decides("end")
    again = partial(two[0].asks_link, one, "it was a mistake")
    assert again().link == ""
    clock.turn(days=3)
    assert refused(again) == AccountFault.LINK_RESTS
    two[1].decides("link")
    invited = again()
    assert invited.waiting == {R.NATIONAL}
    one.takes_up(invited.link)
    assert one.signs_in().roles == {R.TRANSLATOR}
    assert state(one) is AccountState.ACTIVE
    two[1].decides("role")
    assert one.signs_in().roles == {R.TRANSLATOR, R.NATIONAL}


def test_old_link_restores_no_account(two: list[Person], clock: Clock) -> None:
    """If an old link worked again, one admin alone could undo a decision of two admins."""
    one = officer(two[0], R.NATIONAL, R.TRANSLATOR)
    again = partial(two[0].asks_link, one)
    assert again().link == ""
    two[1].decides("link")
    two[0].ends(one)
    two[1].decides("end")
    clock.turn(hours=2)
    assert again().link == "", "it is asked for again"
    assert state(one) is AccountState.ENDED


def test_two_account_ends_leave_two_admins(context: ConsoleContext, two: list[Person]) -> None:
    """Before an account is ended, the hotline checks once more that another admin remains."""
    third = with_role(two[0], "Admin 3", R.ADMIN)
    two[0].ends(third)
    third.ends(two[0])
    asks, waiting = two[1].signs_in(), two[1].waits("end")
    service_approvals.decide(context, asks, waiting[0].id, "known to me", approve=True)
    act = partial(
        service_approvals.decide, context, asks, waiting[1].id, "known to me", approve=True
    )
    assert refused(act) == AccountFault.LAST_OTHER
    assert two[0].enters()


def test_removed_responder_leaves_two_admins(context: ConsoleContext, two: list[Person]) -> None:
    """While the removal waits for approval, the last other admin can still sign in and refuse the removal."""
    one_person(context, two[1].account_id, "Responder 1")
    token = two[1].enters().token
    service_removal.remove_responder(
        context, "Responder 1", second=None, by=two[0].actor, reason="must go"
    )
    assert service_sessions.find_session(context, token) is None
    assert two[1].enters()


@pytest.mark.parametrize("second", [None, "Admin 2"])
def test_removed_responder_is_locked_out_and_account_ends_by_two(
    context: ConsoleContext, two: list[Person], second: str | None
) -> None:
    """If one admin alone could remove a responder and the account, that admin could end every account of the national
    desk."""
    one = officer(two[0], R.NATIONAL)
    one_person(context, one.account_id, "National 1")
    service_removal.remove_responder(
        context, "National 1", second=second, by=two[0].actor, reason="must go"
    )
    one.is_refused()
    if second is None:
        assert state(one) is AccountState.ACTIVE
        two[1].decides("end")
    assert state(one) is AccountState.ENDED


def test_server_is_second_person_below_two_admins(context: ConsoleContext, clock: Clock) -> None:
    (admin,) = admins(context, clock, ["Admin 1"])
    ones = [with_role(admin, f"Officer {n}", R.NATIONAL) for n in (1, 2)]
    assert service_removal.end_account(context, SERVER, ones[0].account_id, "left")
    admins(context, clock, ["Admin 2"])
    assert not service_removal.end_account(context, SERVER, ones[1].account_id, "left")
    admin.decides("end")
    assert state(ones[1]) is AccountState.ENDED
