"""Tests `hotline accounts`, and the invitation link that `hotline init` prints. A link is printed once and stored
nowhere."""

import re
from pathlib import Path

import pytest
from click.testing import Result

from hotline.cli.contexts import build_console
from hotline.core.actors import AccountState, Actor
from hotline.duty import service_accounts, service_removal
from hotline.people import (
    service_demo,
    service_own_account,
    service_sessions,
    tables_accounts,
    tables_desks,
)
from hotline.people.demo_sign_in import DEMO_ACCOUNTS
from hotline.people.rules import of_account
from hotline.people.service_sessions import NewSession
from hotline.text.places import NATIONAL
from tests.cli.homes import copy_home, hotline, opened
from tests.support.builders import NOON
from tests.support.made_once import lay_line

LINK = re.compile(r"http://127\.0\.0\.1:8080/welcome/([\w-]{43})  \(once, within 15 minutes\)")
INVITE = ("accounts", "invite")
BY = ("--by", "Admin")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_line(tmp_path, NOON)
    return tmp_path


def link_in(told: Result) -> str:
    found = LINK.search(told.output)
    assert found, told.output
    return found[1]


def listed(home: Path) -> list[tuple[str, list[str], str]]:
    """Returns the name, the roles and the state of every account."""
    with opened(home, build_console) as context:
        return [
            (one.name, sorted(map(str, one.roles)), str(one.state))
            for one in service_accounts.list_accounts(context)
        ]


def test_a_new_link_ends_the_older_one_and_restores_an_ended_account(home: Path) -> None:
    first = link_in(hotline(home, *INVITE, "Editor 1", "--role", "editor", typed="Admin\n"))
    assert listed(home) == [("Editor 1", ["editor"], "invited")]
    with opened(home, build_console) as context:
        assert service_own_account.current_step(context, first)
        second = link_in(hotline(home, *INVITE, "editor 1", *BY))
        assert service_own_account.current_step(context, first) is None
        assert service_own_account.current_step(context, second)
        service_removal.end_account(context, Actor("Admin"), 1, "left")
    assert [one[2] for one in listed(home)] == ["ended"]
    assert "/welcome/" in hotline(home, *INVITE, "Editor 1", *BY).output


def test_the_server_gives_a_role_that_decides_until_two_admins_exist(home: Path) -> None:
    assert "waits" not in hotline(home, *INVITE, "Approver 1", "--role", "approver", *BY).output
    assert listed(home)[0][1] == ["approver"]
    lines = hotline(home, "audit", "list").output
    assert "Admin gave a role to the account Approver 1: approver: the command line counts" in lines


def test_what_cannot_be_is_refused_in_a_sentence(home: Path) -> None:
    for words, says in [
        (("Editor 1",), "choose at least one role"),
        (("Editor 1", "--role", "admin", "--role", "desk"), "an admin or auditor cannot read tips"),
        (("Editor: 1", "--role", "editor"), "1 to 40 letters"),
    ]:
        assert says in hotline(home, *INVITE, *words, *BY, code=1).output
    assert listed(home) == []


def test_init_prints_a_link_for_the_first_admin(tmp_path: Path) -> None:
    copy_home(tmp_path / "home", demo=False)
    link = link_in(hotline(tmp_path / "home", "init"))
    assert [one[:2] for one in listed(tmp_path / "home")] == [("Admin 1", ["admin"])]
    with opened(tmp_path / "home", build_console) as context:
        assert service_own_account.current_step(context, link)


def test_demo_accounts_sign_in_but_never_with_a_real_gateway(tmp_path: Path) -> None:
    home = tmp_path / "home"
    copy_home(home)
    with opened(home, build_console) as context:
        shown = service_demo.entries(context)
        assert [one.name for one in shown] == [
            *("Editor 1", "Approver 1", "Admin 1", "National 1", "Desk 1", "Programme lead 1")
        ]
        # Each authenticator code works once. After the first sign-in, the page shows the next code, which is already
        # valid.
        for _ in range(2):
            for one in service_demo.entries(context):
                entered = service_sessions.sign_in(context, one.name, one.password, one.code)
                assert isinstance(entered, NewSession)
        with context.database.reading() as session:
            decrypts = {
                one.shown: {*tables_desks.desks_of(session, of_account(one.id))}
                for one in tables_accounts.all_accounts(session)
            }
    assert {name: desks for name, desks in decrypts.items() if desks} == {
        "National 1": {NATIONAL},
        "Desk 1": {"12"},
    }
    assert (home / DEMO_ACCOUNTS).stat().st_mode & 0o777 == 0o600

    live = {"HOTLINE_GATEWAY_URL": "https://api.africastalking.com"}
    with opened(home, build_console, **live) as real:
        assert service_demo.entries(real) == ()
        assert service_demo.make_accounts(real) == ()
        one = shown[0]
        refused = service_sessions.sign_in(real, one.name, one.password, one.code)
        assert not isinstance(refused, NewSession)
        assert {one.state for one in service_accounts.list_accounts(real)} == {AccountState.DEMO}
