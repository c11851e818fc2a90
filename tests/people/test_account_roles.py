"""Tests the roles of an account: some exclude each other, and some always wait for a second admin. Also tests that no
account or person gets a name that looks like the name of another."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from hotline.cases import decrypt_access
from hotline.core.actors import TWO_PERSON_ROLES, AccountRole, SignedIn, excluded_roles
from hotline.core.catalogues import load_console_words
from hotline.core.contexts import ConsoleContext
from hotline.duty import service_accounts, service_enrolment, service_invitations, service_leaves
from hotline.keys.passphrase import Costs
from hotline.people import (
    service_audit,
    service_demo,
    service_desks,
    service_sessions,
    tables_accounts,
)
from hotline.people.rules import DeskKind, account_of
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_audit import PROCESSES
from hotline.people.service_desks import NewDesk
from hotline.people.tables import Responder
from hotline.people.tables_sessions import Approval
from hotline.text.errors import (
    AccountRefused,
    ApprovalRefused,
    ImportRefused,
    NotFound,
    PersonnelRefused,
)
from hotline.web import service_approvals
from tests.long import is_long, seed
from tests.support.clock import Clock
from tests.support.signing import SERVER, Person, admins, person, refused
from tests.support.two_people import ALICE

R = AccountRole


def roles_of(context: ConsoleContext, name: str) -> tuple[set[AccountRole], set[AccountRole]]:
    """Returns two sets of roles of the account: those that it has, and those that wait for approval."""
    line = next(one for one in service_accounts.list_accounts(context) if one.name == name)
    return set(line.roles), set(line.waiting)


def test_one_admin_cannot_appoint_another(context: ConsoleContext, clock: Clock) -> None:
    (alone,) = admins(context, clock, ["Admin 1"])
    invited = alone.invites("Admin 2", R.ADMIN, R.AUDITOR)
    assert invited.waiting == {R.ADMIN}
    assert roles_of(context, "Admin 2") == ({R.AUDITOR}, {R.ADMIN})

    here = alone.signs_in()
    waiting = service_approvals.pending(context, here)[0]
    assert str(waiting.sentence) == "Admin 1 asks to give Admin 2 the role: admin"
    assert not waiting.may_decide
    with pytest.raises(ApprovalRefused):
        service_approvals.decide(context, here, waiting.id, "I want her", approve=True)


def test_server_is_second_person_below_two_admins(context: ConsoleContext, clock: Clock) -> None:
    (alone,) = admins(context, clock, ["Admin 1"])
    alone.invites("Admin 2", R.ADMIN)
    invited = service_invitations.invite_at_the_server(context, SERVER, "admin 2", [R.ADMIN], "en")
    assert roles_of(context, "Admin 2") == ({R.ADMIN}, set())
    Person(context, clock, "Admin 2").takes_up(invited.link)
    told = [row.sentence for _, row in service_audit.list_rows(context)]
    assert any("fewer than two admins are active" in one for one in told)

    invited = service_invitations.invite_at_the_server(context, SERVER, "Admin 3", [R.ADMIN], "en")
    assert invited.waiting == {R.ADMIN}
    assert roles_of(context, "Admin 3") == (set(), {R.ADMIN})


def test_second_admin_approves_or_refuses_once(context: ConsoleContext, two: list[Person]) -> None:
    first, second = two
    first.invites("Approver 1", R.APPROVER, R.NATIONAL)
    here = second.signs_in()
    one, other = service_approvals.pending(context, here)
    assert one.may_decide

    assert refused(lambda: service_approvals.decide(context, here, one.id, " ", approve=True)) == (
        AccountFault.NO_REASON
    )
    service_approvals.decide(context, here, one.id, "agreed with her head of unit", approve=True)
    service_approvals.decide(context, here, other.id, "reads no tips yet", approve=False)
    assert roles_of(context, "Approver 1") == ({R.APPROVER}, set())
    with pytest.raises(NotFound):
        service_approvals.decide(context, here, one.id, "again", approve=False)
    assert service_approvals.pending(context, here) == []


def sees_and_decides_nothing(context: ConsoleContext, here: SignedIn) -> bool:
    with pytest.raises(NotFound):
        service_approvals.decide(context, here, 1, "why", approve=True)
    return service_approvals.pending(context, here) == []


def test_unknown_pending_request_is_ignored(context: ConsoleContext, clock: Clock) -> None:
    (admin,) = admins(context, clock, ["Admin 1"])
    with context.database.writing() as session:
        session.add(
            Approval(
                kind="number",
                subject="responder:7",
                asked_by="account:2:Admin 2",
                asked_at=clock(),
                reason="",
                expires_at=clock() + timedelta(days=7),
            )
        )
    assert sees_and_decides_nothing(context, admin.signs_in())
    assert service_accounts.list_accounts(context)


def test_only_admins_decide_and_requests_expire_in_seven_days(
    context: ConsoleContext, clock: Clock, two: list[Person]
) -> None:
    first, second = two
    first.invites("Approver 1", R.APPROVER)
    editor = person(context, clock, "Editor 1", R.EDITOR)
    assert sees_and_decides_nothing(context, editor.signs_in())
    clock.turn(days=7)
    assert sees_and_decides_nothing(context, second.signs_in())
    assert service_invitations.set_roles(context, first.actor, 3, [R.APPROVER]) == {R.APPROVER}


def test_new_link_gives_no_deciding_role(context: ConsoleContext, two: list[Person]) -> None:
    """An admin who gives out a new link could use the link themselves, and sign in as the other person. So after a new
    link, roles that make decisions for others need a new approval."""
    first, second = two
    token = second.enters().token
    assert not service_invitations.request_link(
        context, SERVER, second.account_id, "lost both"
    ).link
    first.decides("link")
    assert service_sessions.find_session(context, token), "what was agreed to is not made yet"
    invited = service_invitations.request_link(context, SERVER, second.account_id)
    assert invited.waiting == {R.ADMIN}
    assert service_sessions.find_session(context, token) is None
    second.is_refused()
    assert roles_of(context, "Admin 2") == (set(), {R.ADMIN})


def test_new_link_keeps_roles_that_decide_nothing(context: ConsoleContext, clock: Clock) -> None:
    (admin,) = admins(context, clock, ["Admin 1"])
    editor = person(context, clock, "Editor 1", R.EDITOR, R.TRANSLATOR)
    with context.database.reading() as session:
        before = tables_accounts.get_account(session, editor.account_id).public_key
    invited = service_invitations.request_link(context, SERVER, editor.account_id)
    assert invited.waiting == frozenset()
    editor.takes_up(invited.link)
    assert editor.enters().signed_in.roles == {R.EDITOR, R.TRANSLATOR}
    with context.database.reading() as session:
        assert tables_accounts.get_account(session, editor.account_id).public_key != before
    token = editor.enters().token
    admin.gives(editor, R.TRANSLATOR)
    assert editor.here(token).roles == {R.TRANSLATOR}, "the next page knows the change"


def test_admin_cannot_change_or_end_own_account(context: ConsoleContext, clock: Clock) -> None:
    (admin,) = admins(context, clock, ["Admin 1"])
    for act in (admin.ends, admin.asks_link, lambda one: admin.gives(one, R.ADMIN, R.EDITOR)):
        assert refused(partial(act, admin)) == AccountFault.ONESELF
    assert admin.enters()


def test_withdrawn_role_request_no_longer_waits(context: ConsoleContext, two: list[Person]) -> None:
    first, second = two
    invited = first.invites("Approver 1", R.APPROVER)
    assert (
        service_invitations.set_roles(context, first.actor, invited.account_id, [R.EDITOR]) == set()
    )
    assert roles_of(context, "Approver 1") == ({R.EDITOR}, set())
    assert service_approvals.pending(context, second.signs_in()) == []


def test_approved_role_excludes_others(context: ConsoleContext, two: list[Person]) -> None:
    """While the first role waited for approval, the account got a second role that excludes the first one."""
    first, second = two
    invited = first.invites("National 1", R.NATIONAL)
    with context.database.writing() as session:
        tables_accounts.get_account(session, invited.account_id).roles = [R.AUDITOR]
    here = second.signs_in()
    assert refused(lambda: service_approvals.decide(context, here, 1, "why", approve=True)) == (
        AccountFault.ROLES_EXCLUDE
    )
    assert roles_of(context, "National 1") == ({R.AUDITOR}, {R.NATIONAL})


BAD_ACCOUNTS: tuple[tuple[str, list[AccountRole], AccountFault], ...] = (
    ("Editor 1", [], AccountFault.NO_ROLE),
    ("Editor 1", [R.ADMIN, R.NATIONAL], AccountFault.ROLES_EXCLUDE),
    ("", [R.EDITOR], AccountFault.NAME_WRONG),
    ("x" * 41, [R.EDITOR], AccountFault.NAME_WRONG),
    ("a\u202eb", [R.EDITOR], AccountFault.NAME_WRONG),
    ("ADMIN  1", [R.EDITOR], AccountFault.NAME_ALIKE),
)


def test_invalid_accounts_are_refused(context: ConsoleContext) -> None:
    service_invitations.invite(context, SERVER, "Admin 1", [R.ADMIN])
    for name, roles, fault in BAD_ACCOUNTS:
        ask = partial(service_invitations.invite, context, SERVER, name, roles)
        assert refused(ask) == fault, name


def test_init_link_is_for_the_first_admin(context: ConsoleContext, clock: Clock) -> None:
    first = service_invitations.first_link(context)
    again = service_invitations.first_link(context)
    assert first
    assert again
    assert first.link != again.link
    Person(context, clock, "Admin 1").takes_up(again.link)
    assert service_invitations.first_link(context) is None
    assert roles_of(context, "Admin 1") == ({R.ADMIN}, set())


@pytest.mark.row("A10")
@pytest.mark.parametrize("walk", range(8 if is_long() else 2))
def test_accounts_never_have_excluding_roles(
    context: ConsoleContext, clock: Clock, walk: int
) -> None:
    chance = random.Random(f"{seed()} roles {walk}")
    here = [one.signs_in() for one in admins(context, clock, ["Admin 1", "Admin 2"])]
    ids = [
        service_invitations.invite(context, here[0].actor, f"Desk {n}", [R.TRANSLATOR]).account_id
        for n in range(2)
    ]
    held: set[tuple[int, AccountRole]] = set()
    for _ in range(25):
        by, target = chance.choice(here), chance.choice(ids)
        clock.turn(minutes=40)
        approved: set[tuple[int, AccountRole]] = set()
        waiting = [one for one in service_approvals.pending(context, by) if one.kind == "role"]
        with suppress(AccountRefused, ApprovalRefused):
            match chance.randrange(5):
                case 0:
                    service_invitations.request_link(context, by.actor, target)
                case 1 | 2 if waiting:
                    one = chance.choice(waiting)
                    service_approvals.decide(context, by, one.id, "so it is", approve=True)
                    said = dict(one.sentence.values)
                    assert said["by"] != by.name
                    about = str(said["about"]).removeprefix("Desk ")
                    approved = {(ids[int(about)], AccountRole(str(said["role"])))}
                case _:
                    wanted = chance.sample(list(R), chance.randint(1, 3))
                    service_invitations.set_roles(context, by.actor, target, wanted, "other work")
        lines = [line for line in service_accounts.list_accounts(context) if line.id in ids]
        now = {(line.id, role) for line in lines for role in line.roles}
        assert not [line for line in lines if excluded_roles(line.roles)]
        assert {one for one in now - held if one[1] in TWO_PERSON_ROLES} <= approved
        held = now


def test_requester_and_approver_count_as_appointing(
    context: ConsoleContext, two: list[Person]
) -> None:
    asking, giving = two
    invited = asking.invites("Approver 1", R.APPROVER)
    assert service_accounts.appointed_by(context, invited.account_id, R.APPROVER) == frozenset()
    here = giving.signs_in()
    (waiting,) = service_approvals.pending(context, here)
    service_approvals.decide(context, here, waiting.id, "She reads for us", approve=True)
    appointed = service_accounts.appointed_by(context, invited.account_id, R.APPROVER)
    ids = {account_of(one) for one in appointed}
    assert ids == {asking.account_id, giving.account_id}


QUICK = Costs(passes=1, kib=8)
WORDS = load_console_words()
HEAD = "name,msisdn,language,level,districts,categories\n"


def people_csv(*names: str) -> str:
    rows = (f'"{name}",+25078800990{n},rw,responder,Gasabo,\n' for n, name in enumerate(names))
    return HEAD + "".join(rows)


def refusal_of(context: ConsoleContext, name: str) -> object:
    with pytest.raises(AccountRefused) as refused:
        service_invitations.invite(context, SERVER, name, [AccountRole.EDITOR])
    return refused.value.fault


@pytest.mark.adversary("an account or person named like a colleague")
def test_similar_account_names_are_refused(context: ConsoleContext) -> None:
    service_invitations.invite(context, SERVER, "Admin 1", [AccountRole.ADMIN])
    for name, fault in (
        ("Admin l", AccountFault.NAME_ALIKE),
        ("Admin I", AccountFault.NAME_ALIKE),
        ("\uff21dmin 1", AccountFault.NAME_ALIKE),
        ("Admin\uff11", AccountFault.NAME_ALIKE),
        ("\u0410dmin 1", AccountFault.NAME_SCRIPTS),
        ("Admin 1\u0323", AccountFault.NAME_MARKS),
    ):
        assert refusal_of(context, name) == fault, name
    assert [one.name for one in service_accounts.list_accounts(context)] == ["Admin 1"]


RESERVED = (
    *("the clock", "The  Command Line", "the watchman", "the 1ine", "clock", "national"),
    *("National desk", "the national desk", "bureau national", "Ibiro by'igihugu", "Gasabo"),
    *("gasabo desk", "Ibiro bya Gasabo", "Border East", "border-east"),
)


def test_account_name_is_not_like_hotline_or_desk(context: ConsoleContext) -> None:
    """Names that look like the hotline's, a desk's or a process's name are refused in every language."""
    new = NewDesk("border-east", DeskKind.BORDER, "Border East")
    decrypt_access.make_desks(context, "correct horse", costs=QUICK)
    service_desks.add_desk(context, new, by=ALICE, reason="a test", passphrase="correct horse")
    shown = [words[process] for words in WORDS.values() for process in PROCESSES.values()]
    for name in (*RESERVED, *shown):
        assert refusal_of(context, name) == AccountFault.NAME_RESERVED, name
    assert service_accounts.list_accounts(context) == []


def test_account_name_is_not_like_a_responder(context: ConsoleContext) -> None:
    service_enrolment.import_responders(context, people_csv("Gasabo 2"))
    for name in ("Gasabo 2", "gasabo2", "Gasab0 2"):
        assert refusal_of(context, name) == AccountFault.NAME_ALIKE
    service_invitations.invite(context, SERVER, "Gasabo 2, at the desk", [AccountRole.DESK])


def test_responder_shares_account_name_only_in_demo(context: ConsoleContext) -> None:
    service_invitations.invite(context, SERVER, "Editor 1", [AccountRole.EDITOR])
    with pytest.raises(ImportRefused, match="name looks like this name"):
        service_enrolment.import_responders(context, people_csv("Responder 1", "Edit0r 1"))
    demo = replace(context, is_emulated=True)
    assert "Desk 1" in [one.name for one in service_demo.make_accounts(demo)]
    service_enrolment.import_responders(demo, people_csv("Desk 1"))
    assert [one.name for one in service_enrolment.list_responders(context)] == ["Desk 1"]


def test_accents_are_allowed_in_names(context: ConsoleContext) -> None:
    for name in ("Editor \u00c9mile", "Editor Nai\u0308ma"):
        service_invitations.invite(context, SERVER, name, [AccountRole.EDITOR])
    assert [one.name for one in service_accounts.list_accounts(context)] == [
        "Editor \u00c9mile",
        "Editor Na\u00efma",
    ]


def test_similar_person_names_are_refused(context: ConsoleContext) -> None:
    for names, says in (
        (("Responder 1", "Responder 2", "Responder I"), r"line 4: name: The name on line 2 looks"),
        (("Responder 1",), ""),
        (("Responder 2", "Responder l"), "looks like this name"),
        (("Responder 2", "Responder \u0430"), "letters of one|one script|one alphabet"),
        (("Responder 2", "Responder J\u0300"), "with its accent as one letter"),
    ):
        if says:
            with pytest.raises(ImportRefused, match=says):
                service_enrolment.import_responders(context, people_csv(*names))
        else:
            service_enrolment.import_responders(context, people_csv(*names))
    assert [one.name for one in service_enrolment.list_responders(context)] == ["Responder 1"]


@pytest.mark.adversary("an account or person named like a colleague")
def test_second_person_is_not_first_in_similar_letters(context: ConsoleContext) -> None:
    with pytest.raises(PersonnelRefused, match="two different people"):
        check_second(context, "Admin 1", "\u0410dmin 1")
    check_second(context, "Admin 1", "Admin 2")


def check_second(context: ConsoleContext, first: str, second: str) -> None:
    with service_leaves.changing_people(context, first, "that") as change:
        change.check_second(second, Responder(id=1), "that")
