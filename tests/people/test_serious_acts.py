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
from hotline.core.actors import AccountRole, AccountState, Actor, SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database
from hotline.duty import service_accounts, service_enrolment, service_invitations, service_removal
from hotline.gateway.tables import Message
from hotline.people import service_sessions, tables_audit
from hotline.people.rules_accounts import AccountFault
from hotline.web import service_approvals
from tests.support.clock import Clock
from tests.support.contexts import make_console_context
from tests.support.deciding import decides, one_person
from tests.support.signing import SERVER, Person, person, refused

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


def editors(context: ConsoleContext, clock: Clock, number: int) -> list[Person]:
    return [
        person(context, clock, f"Editor {one}", R.EDITOR, R.TRANSLATOR) for one in range(number)
    ]


def messages(context: ConsoleContext) -> list[tuple[int | None, str, dict[str, str]]]:
    with context.database.reading() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        return [(one.responder_id, one.template, dict(one.parameters)) for one in rows]


def due_at(context: ConsoleContext) -> object:
    with context.database.reading() as session:
        return tables.raised_alarms(session)[Alarm.ACCOUNTS].next_at


def take_roles(context: ConsoleContext, actor: Actor, one: int, reason: str) -> None:
    service_invitations.set_roles(context, actor, one, [R.TRANSLATOR], reason)


Act = Callable[[ConsoleContext, Actor, int, str], object]
ACTS: dict[str, tuple[Act, str, str]] = {
    "end": (service_removal.end_account, "ACCOUNT_ENDED", " "),
    "suspend": (service_invitations.suspend, "ACCOUNT_SUSPENDED", ""),
    "link": (service_invitations.request_link, "ACCOUNT_LINK", "x" * 201),
    "roles": (take_roles, "ACCOUNT_ROLES_TAKEN", ""),
}
"""For each action of an admin: its function, the template of the SMS that the hotline then sends, and a reason that the
action refuses as invalid."""


def does(context: ConsoleContext, act: str, actor: Actor, one: int) -> object:
    return ACTS[act][0](context, actor, one, "stolen phone")


def approve_all(context: ConsoleContext, decider: SignedIn) -> None:
    for one in service_approvals.pending(context, decider):
        service_approvals.decide(context, decider, one.id, "so it is", approve=True)


@pytest.mark.adversary("an admin who ends or takes over accounts")
@pytest.mark.parametrize("act", ACTS)
def test_three_acts_are_refused(
    context: ConsoleContext, two: list[Person], clock: Clock, act: str
) -> None:
    """Without a limit on the number of actions, one admin could end every account in half a second, before anyone is
    notified."""
    ones = [one.account_id for one in editors(context, clock, 4)]
    first, second = (one.actor for one in two)
    does(context, act, first, ones[0])
    does(context, "suspend", first, ones[1])
    again = partial(does, context, act, first, ones[2])
    assert refused(again) == AccountFault.TOO_MANY_COMMANDS
    does(context, act, second, ones[3])
    clock.turn(hours=1)
    again()


@pytest.mark.parametrize("act", ACTS)
def test_the_log_the_national_desk_and_the_on_call_contacts_hear_of_each_with_its_reason(
    context: ConsoleContext, two: list[Person], clock: Clock, act: str
) -> None:
    one, other = editors(context, clock, 2)
    do, template, no_reason = ACTS[act]
    without = partial(do, context, two[0].actor, one.account_id, no_reason)
    assert refused(without) == AccountFault.NO_REASON
    assert one.enters().signed_in.roles == {R.EDITOR, R.TRANSLATOR}
    assert messages(context) == []
    does(context, act, two[0].actor, one.account_id)
    number = {"number": str(one.account_id)}
    assert messages(context) == [(1, template, number), (2, template, number)]
    assert due_at(context) == clock()
    with context.database.reading() as session:
        rows = [one for one in tables_audit.entries(session) if one.subject == "account Editor 0"]
    assert rows[-1].actor == f"account:{two[0].account_id}:Admin 1"
    assert rows[-1].reason.endswith("stolen phone")
    clock.turn(minutes=3)
    does(context, act, two[0].actor, other.account_id)
    assert len(messages(context)) == 4
    assert due_at(context) == clock(), "each is told, though the alarm stands"


def test_a_suspension_ends_after_a_day(
    context: ConsoleContext, two: list[Person], clock: Clock
) -> None:
    (one,) = editors(context, clock, 1)
    token = one.enters().token
    key = service_sessions.key_of(context, token)
    service_invitations.suspend(context, two[0].actor, one.account_id, "stolen phone")
    assert service_sessions.find_session(context, token) is None
    one.is_refused()
    clock.turn(hours=24)
    assert service_sessions.key_of(context, one.enters().token) == key
    again = partial(service_invitations.suspend, context, two[0].actor, one.account_id, "once more")
    assert refused(again) == AccountFault.SUSPENDED_LATELY
    service_invitations.suspend(context, two[1].actor, one.account_id, "a second admin says so")
    clock.turn(days=7)
    again()


def test_another_admin_lifts_it(context: ConsoleContext, two: list[Person], clock: Clock) -> None:
    first, second = two
    (one,) = editors(context, clock, 1)
    service_invitations.suspend(context, first.actor, one.account_id, "stolen phone")

    def lift(actor: Actor) -> None:
        service_invitations.lift_suspension(context, actor, one.account_id)

    assert refused(lambda: lift(Actor("Editor 0", one.account_id))) == AccountFault.ONESELF
    lift(second.actor)
    assert one.enters()
    assert refused(lambda: lift(second.actor)) == AccountFault.NOT_SUSPENDED


@pytest.mark.parametrize("act", ["end", "suspend"])
def test_nobody_shuts_out_the_last_other_admin_or_approver(
    context: ConsoleContext, two: list[Person], clock: Clock, act: str
) -> None:
    first, second = two
    approvers = [person(context, clock, f"Approver {n}", R.TRANSLATOR) for n in (1, 2, 3)]
    for one in approvers:
        both = [R.TRANSLATOR, R.APPROVER]
        service_invitations.set_roles(context, first.actor, one.account_id, both)
    decider = second.signs_in()
    approve_all(context, decider)

    def last(account_id: int) -> object:
        return refused(lambda: does(context, act, first.actor, account_id))

    assert last(second.account_id) == AccountFault.LAST_OTHER
    for one in approvers[1:]:
        does(context, act, first.actor, one.account_id)
    approve_all(context, decider)
    clock.turn(hours=2)
    assert last(approvers[0].account_id) == AccountFault.LAST_OTHER


@pytest.mark.parametrize("act", ["end", "suspend", "roles"])
def test_nobody_shuts_out_the_last_account_of_the_national_desk(
    context: ConsoleContext, two: list[Person], clock: Clock, act: str
) -> None:
    first, second = two
    decider = second.signs_in()

    def national(name: str) -> Person:
        made = person(context, clock, name, R.TRANSLATOR)
        roles = [R.TRANSLATOR, R.NATIONAL]
        service_invitations.set_roles(context, first.actor, made.account_id, roles)
        approve_all(context, decider)
        return made

    only = national("Officer 1")
    acts = partial(does, context, act, first.actor, only.account_id)
    assert refused(acts) == AccountFault.LAST_OTHER
    national("Officer 2")
    acts()


def test_the_server_has_no_limit(context: ConsoleContext, two: list[Person], clock: Clock) -> None:
    for one in editors(context, clock, 3):
        service_removal.end_account(context, SERVER, one.account_id, "left")
    assert len(messages(context)) == 6


# The tests below are about a new link for another person's account.


@pytest.fixture
def desk(context: ConsoleContext, clock: Clock, two: list[Person]) -> Person:
    """Returns an account of a person whose phone the hotline knows."""
    made = person(context, clock, "Desk 1", R.DESK)
    one_person(context, made.account_id, "Responder 1")
    return made


@pytest.mark.adversary("an admin who ends or takes over accounts")
def test_a_link_rests_for_a_day_and_its_person_is_told(
    context: ConsoleContext, two: list[Person], desk: Person, clock: Clock
) -> None:
    admin = two[0].actor
    assert service_invitations.request_link(context, admin, desk.account_id, "lost both").link == ""
    assert (3, "OWN_LINK", {}) in messages(context)
    assert desk.enters(), "the old proofs hold while it rests"
    clock.turn(hours=23)
    early = partial(service_invitations.request_link, context, admin, desk.account_id)
    assert refused(early) == AccountFault.LINK_RESTS
    assert len(messages(context)) == 3
    clock.turn(hours=1)
    invited = service_invitations.request_link(context, admin, desk.account_id)
    assert invited.link
    desk.is_refused()
    assert desk.takes_up(invited.link).enters()
    assert service_invitations.waiting_link(context, desk.account_id) is None


@pytest.mark.parametrize("first_act", ["link", "suspend"])
@pytest.mark.parametrize("is_lifted", [False, True])
def test_a_link_rests_no_hour_in_which_its_person_cannot_refuse_it(
    context: ConsoleContext,
    two: list[Person],
    desk: Person,
    clock: Clock,
    first_act: str,
    is_lifted: bool,
) -> None:
    admin = two[0].actor
    for act in (first_act, *{"link", "suspend"} - {first_act}):
        does(context, act, admin, desk.account_id)
    clock.turn(hours=20)
    if is_lifted:
        service_invitations.lift_suspension(context, admin, desk.account_id)
        assert desk.enters()
    clock.turn(hours=5)
    early = partial(service_invitations.request_link, context, admin, desk.account_id)
    assert refused(early) == AccountFault.LINK_RESTS
    desk.enters()
    clock.turn(hours=18)
    assert refused(early) == AccountFault.LINK_RESTS
    clock.turn(hours=5)
    assert service_invitations.request_link(context, admin, desk.account_id).link


def test_a_suspension_that_was_over_before_lengthens_no_rest(
    context: ConsoleContext, two: list[Person], desk: Person, clock: Clock
) -> None:
    admin = two[0].actor
    service_invitations.suspend(context, admin, desk.account_id, "stolen phone")
    clock.turn(hours=25)
    service_invitations.request_link(context, admin, desk.account_id, "lost both")
    clock.turn(hours=24)
    assert service_invitations.request_link(context, admin, desk.account_id).link


def test_a_link_ends_by_its_person_by_a_second_admin_and_after_a_week(
    context: ConsoleContext, two: list[Person], desk: Person, clock: Clock
) -> None:
    admin = two[0].actor
    asks = partial(service_invitations.request_link, context, admin, desk.account_id, "lost both")
    asks()
    service_invitations.refuse_own(context, desk.here(desk.enters().token))
    assert service_invitations.waiting_link(context, desk.account_id) is None
    clock.turn(days=2)
    assert asks().link == "", "it rests anew"
    decides(context, two[1].signs_in(), "link", approve=False)
    assert service_invitations.waiting_link(context, desk.account_id) is None
    clock.turn(hours=2)
    asks()
    clock.turn(days=7)
    assert service_invitations.waiting_link(context, desk.account_id) is None
    assert asks().link == "", "nobody made the link within a week"
    assert desk.enters()


def test_no_phone_needs_another_admin(
    context: ConsoleContext, two: list[Person], clock: Clock
) -> None:
    """The hotline cannot notify the person, so a waiting time alone would help an attacker."""
    first, second = two[0].actor, two[1]
    (one,) = editors(context, clock, 1)
    service_invitations.request_link(context, first, one.account_id, "lost both")
    clock.turn(days=3)
    early = partial(service_invitations.request_link, context, first, one.account_id)
    assert refused(early) == AccountFault.LINK_RESTS
    decides(context, second.signs_in(), "link")
    assert service_invitations.request_link(context, first, one.account_id).link


def test_a_person_without_an_account_gets_another_link(
    context: ConsoleContext, two: list[Person]
) -> None:
    invited = service_invitations.invite(context, two[0].actor, "Editor 9", [R.EDITOR])
    again = service_invitations.request_link(context, two[0].actor, invited.account_id)
    assert again.link not in ("", invited.link)
    assert service_accounts.list_accounts(context)[-1].state is AccountState.INVITED
    assert messages(context) == []


def test_the_next_act_raises_a_closed_alarm_again(context: ConsoleContext, clock: Clock) -> None:
    with context.database.writing() as session:
        service.record_each(session, Alarm.ACCOUNTS, clock())
        before = tables.raised_alarms(session)[Alarm.ACCOUNTS]
    clock.turn(hours=1)
    with context.database.writing() as session:
        service.record_each(session, Alarm.ACCOUNTS, clock())
        after = tables.raised_alarms(session)[Alarm.ACCOUNTS]
    assert after.next_at - before.next_at == timedelta(hours=1)
    assert after.since == before.since
