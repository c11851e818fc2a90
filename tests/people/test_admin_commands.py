"""Tests suspensions, removed accounts and roles, and new links.

No admin alone can lock out a team, and people are notified of each action.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from hotline.alarms import service, tables
from hotline.alarms.rules import Alarm
from hotline.core.actors import AccountRole, AccountState
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database
from hotline.duty import service_accounts, service_enrolment, service_invitations, service_removal
from hotline.gateway.tables import Message
from hotline.people import service_sessions, tables_audit
from hotline.people.rules_accounts import AccountFault
from hotline.web import service_approvals
from tests.support.clock import Clock
from tests.support.contexts import make_console_context
from tests.support.deciding import one_person
from tests.support.signing import SERVER, Person, refused

R = AccountRole
NATIONAL = """name,msisdn,language,level,districts,categories
National 1,+250788009901,en,national,,
National 2,+250788009902,rw,national,,
Responder 1,+250788009903,fr,responder,Gasabo,
"""


@pytest.fixture
def context(database: Database, clock: Clock) -> ConsoleContext:
    made = make_console_context(database=database, now=clock)
    service_enrolment.import_responders(made, NATIONAL)
    return made


def editors(admin: Person, number: int) -> list[Person]:
    return [admin.colleague(f"Editor {one}", R.EDITOR, R.TRANSLATOR) for one in range(number)]


def messages(context: ConsoleContext) -> list[tuple[int | None, str, dict[str, str]]]:
    with context.database.reading() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        return [(one.responder_id, one.template, dict(one.parameters)) for one in rows]


def due_at(context: ConsoleContext) -> object:
    with context.database.reading() as session:
        return tables.raised_alarms(session)[Alarm.ACCOUNTS].next_at


def take_roles(admin: Person, one: Person, reason: str = "stolen phone") -> None:
    admin.gives(one, R.TRANSLATOR, reason=reason)


Command = Callable[..., object]
COMMANDS: dict[str, tuple[Command, str, str]] = {
    "end": (Person.ends, "ACCOUNT_ENDED", " "),
    "suspend": (Person.suspends, "ACCOUNT_SUSPENDED", ""),
    "link": (Person.asks_link, "ACCOUNT_LINK", "x" * 201),
    "roles": (take_roles, "ACCOUNT_ROLES_TAKEN", ""),
}
"""For each action of an admin: its function, the template of the SMS that the hotline then sends, and a reason that the
action refuses as invalid."""


def execute(act: str, admin: Person, one: Person) -> object:
    return COMMANDS[act][0](admin, one, "stolen phone")


def approve_all(admin: Person) -> None:
    by = admin.signs_in()
    for one in service_approvals.pending(admin.context, by):
        service_approvals.decide(admin.context, by, one.id, "so it is", approve=True)


@pytest.mark.adversary("an admin who ends or takes over accounts")
@pytest.mark.parametrize("act", COMMANDS)
def test_third_serious_command_is_refused(two: list[Person], clock: Clock, act: str) -> None:
    """Without a limit on the number of actions, one admin could end every account in half a second, before anyone is
    notified."""
    first, second = two
    ones = editors(first, 4)
    execute(act, first, ones[0])
    execute("suspend", first, ones[1])
    again = partial(execute, act, first, ones[2])
    assert refused(again) == AccountFault.TOO_MANY_COMMANDS
    execute(act, second, ones[3])
    clock.turn(hours=1)
    again()


@pytest.mark.parametrize("act", COMMANDS)
def test_each_serious_command_is_logged_and_notified(
    context: ConsoleContext, two: list[Person], clock: Clock, act: str
) -> None:
    one, other = editors(two[0], 2)
    do, template, no_reason = COMMANDS[act]
    assert refused(lambda: do(two[0], one, no_reason)) == AccountFault.NO_REASON
    assert one.enters().signed_in.roles == {R.EDITOR, R.TRANSLATOR}
    assert messages(context) == []
    execute(act, two[0], one)
    number = {"number": str(one.account_id)}
    assert messages(context) == [(1, template, number), (2, template, number)]
    assert due_at(context) == clock()
    with context.database.reading() as session:
        rows = [one for one in tables_audit.entries(session) if one.subject == "account Editor 0"]
    assert rows[-1].actor == f"account:{two[0].account_id}:Admin 1"
    assert rows[-1].reason.endswith("stolen phone")
    clock.turn(minutes=3)
    execute(act, two[0], other)
    assert len(messages(context)) == 4
    assert due_at(context) == clock(), "each is told, though the alarm stands"


def test_suspension_ends_after_a_day(two: list[Person], clock: Clock) -> None:
    first, second = two
    (one,) = editors(first, 1)
    token = one.enters().token
    key = service_sessions.key_of(one.context, token)
    first.suspends(one)
    assert service_sessions.find_session(one.context, token) is None
    one.is_refused()
    clock.turn(hours=24)
    assert service_sessions.key_of(one.context, one.enters().token) == key
    again = partial(first.suspends, one, "once more")
    assert refused(again) == AccountFault.SUSPENDED_LATELY
    second.suspends(one, "a second admin says so")
    clock.turn(days=7)
    again()


def test_another_admin_lifts_suspension(two: list[Person]) -> None:
    first, second = two
    (one,) = editors(first, 1)
    first.suspends(one)
    assert refused(lambda: one.lifts(one)) == AccountFault.ONESELF
    second.lifts(one)
    assert one.enters()
    assert refused(lambda: second.lifts(one)) == AccountFault.NOT_SUSPENDED


@pytest.mark.parametrize("act", ["end", "suspend"])
def test_last_other_admin_or_approver_cannot_be_removed(two: list[Person], act: str) -> None:
    first, second = two
    approvers = [first.colleague(f"Approver {n}", R.TRANSLATOR) for n in (1, 2, 3)]
    for one in approvers:
        first.gives(one, R.TRANSLATOR, R.APPROVER)
    approve_all(second)

    def last(one: Person) -> object:
        return refused(lambda: execute(act, first, one))

    assert last(second) == AccountFault.LAST_OTHER
    for one in approvers[1:]:
        execute(act, first, one)
    approve_all(second)
    two[0].clock.turn(hours=2)
    assert last(approvers[0]) == AccountFault.LAST_OTHER


@pytest.mark.parametrize("act", ["end", "suspend", "roles"])
def test_last_account_of_national_desk_cannot_be_removed(two: list[Person], act: str) -> None:
    first, second = two

    def national(name: str) -> Person:
        made = first.colleague(name, R.TRANSLATOR)
        first.gives(made, R.TRANSLATOR, R.NATIONAL)
        approve_all(second)
        return made

    acts = partial(execute, act, first, national("Officer 1"))
    assert refused(acts) == AccountFault.LAST_OTHER
    national("Officer 2")
    acts()


def test_server_has_no_command_limit(context: ConsoleContext, two: list[Person]) -> None:
    for one in editors(two[0], 3):
        service_removal.end_account(context, SERVER, one.account_id, "left")
    assert len(messages(context)) == 6


# The tests below are about a new link for another person's account.


@pytest.fixture
def officer(context: ConsoleContext, two: list[Person]) -> Person:
    """Returns an account of a person whose phone the hotline knows."""
    made = two[0].colleague("Desk 1", R.DESK)
    one_person(context, made.account_id, "Responder 1")
    return made


def waits_for_link(one: Person) -> bool:
    return service_invitations.waiting_link(one.context, one.account_id) is not None


@pytest.mark.adversary("an admin who ends or takes over accounts")
def test_new_link_waits_a_day_and_person_is_notified(two: list[Person], officer: Person) -> None:
    ask = partial(two[0].asks_link, officer)
    assert ask().link == ""
    assert (3, "OWN_LINK", {}) in messages(two[0].context)
    assert officer.enters(), "the old proofs hold while it rests"
    two[0].clock.turn(hours=23)
    assert refused(ask) == AccountFault.LINK_RESTS
    assert len(messages(two[0].context)) == 3
    two[0].clock.turn(hours=1)
    invited = ask()
    assert invited.link
    officer.is_refused()
    assert officer.takes_up(invited.link).enters()
    assert not waits_for_link(officer)


@pytest.mark.parametrize("first_act", ["link", "suspend"])
@pytest.mark.parametrize("is_lifted", [False, True])
def test_link_waits_only_while_person_can_refuse(
    two: list[Person], officer: Person, clock: Clock, *, first_act: str, is_lifted: bool
) -> None:
    ask = partial(two[0].asks_link, officer)
    for act in (first_act, *{"link", "suspend"} - {first_act}):
        execute(act, two[0], officer)
    clock.turn(hours=20)
    if is_lifted:
        two[0].lifts(officer)
        assert officer.enters()
    clock.turn(hours=5)
    assert refused(ask) == AccountFault.LINK_RESTS
    officer.enters()
    clock.turn(hours=18)
    assert refused(ask) == AccountFault.LINK_RESTS
    clock.turn(hours=5)
    assert ask().link


def test_earlier_suspension_does_not_lengthen_wait(
    two: list[Person], officer: Person, clock: Clock
) -> None:
    two[0].suspends(officer)
    clock.turn(hours=25)
    two[0].asks_link(officer)
    clock.turn(hours=24)
    assert two[0].asks_link(officer).link


def test_link_request_ends_by_person_admin_or_week(
    two: list[Person], officer: Person, clock: Clock
) -> None:
    ask = partial(two[0].asks_link, officer)
    ask()
    service_invitations.refuse_own(officer.context, officer.signs_in())
    assert not waits_for_link(officer)
    clock.turn(days=2)
    assert ask().link == "", "it rests again"
    two[1].decides("link", approve=False)
    assert not waits_for_link(officer)
    clock.turn(hours=2)
    ask()
    clock.turn(days=7)
    assert not waits_for_link(officer)
    assert ask().link == "", "nobody made the link within a week"
    assert officer.enters()


def test_link_for_person_without_phone_needs_admin(two: list[Person], clock: Clock) -> None:
    """The hotline cannot notify the person, so a waiting time alone would help an attacker."""
    first, second = two
    (one,) = editors(first, 1)
    first.asks_link(one)
    clock.turn(days=3)
    assert refused(lambda: first.asks_link(one)) == AccountFault.LINK_RESTS
    second.decides("link")
    assert first.asks_link(one).link


def test_invited_person_gets_another_link(two: list[Person]) -> None:
    admin = two[0]
    invited = admin.invites("Editor 9", R.EDITOR)
    again = service_invitations.request_link(admin.context, admin.actor, invited.account_id)
    assert again.link not in ("", invited.link)
    assert service_accounts.list_accounts(admin.context)[-1].state is AccountState.INVITED
    assert messages(admin.context) == []


def test_next_command_raises_closed_alarm_again(context: ConsoleContext, clock: Clock) -> None:
    with context.database.writing() as session:
        service.record_each(session, Alarm.ACCOUNTS, clock())
        before = tables.raised_alarms(session)[Alarm.ACCOUNTS]
    clock.turn(hours=1)
    with context.database.writing() as session:
        service.record_each(session, Alarm.ACCOUNTS, clock())
        after = tables.raised_alarms(session)[Alarm.ACCOUNTS]
    assert after.next_at - before.next_at == timedelta(hours=1)
    assert after.since == before.since
