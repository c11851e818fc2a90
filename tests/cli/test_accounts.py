"""Tests `hotline accounts`, and the invitation link that `hotline init` prints. A link is printed once and stored
nowhere."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.contexts import build_console
from hotline.cli.main import main
from hotline.core.actors import AccountState, Actor
from hotline.core.contexts import ConsoleContext
from hotline.core.settings import Settings
from hotline.duty import service_accounts, service_removal
from hotline.people import (
    service_demo_accounts,
    service_sessions,
    service_welcome,
    tables_accounts,
    tables_members,
)
from hotline.people.demo_sign_in import DEMO_ACCOUNTS
from hotline.people.rules_desks import of_account
from hotline.people.service_sessions import NewSession
from hotline.text.codes import NATIONAL
from tests.cli.homes import copy_home
from tests.support.builders import NOON
from tests.support.made_once import lay_line

LINK = re.compile(r"http://127\.0\.0\.1:8080/welcome/([\w-]{43})  \(once, within 15 minutes\)")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_line(tmp_path, NOON)
    return tmp_path


def hotline(home: Path, *words: str, typed: str | None = None) -> Result:
    env = {"HOTLINE_HOME": str(home)}
    return CliRunner(env=env).invoke(main, ["accounts", *words], input=typed)


def pages(home: Path, **more: str) -> ConsoleContext:
    return build_console(Settings.read({"HOTLINE_HOME": str(home), **more}))


def link_in(told: Result) -> str:
    found = LINK.search(told.output)
    assert found, told.output
    return found[1]


def listed(home: Path) -> list[tuple[str, list[str], str]]:
    """Returns the name, the roles and the state of every account."""
    context = pages(home)
    rows = [
        (one.name, sorted(map(str, one.roles)), str(one.state))
        for one in service_accounts.list_accounts(context)
    ]
    context.database.close()
    return rows


def test_an_invitation_is_a_link_that_a_page_takes_and_a_second_one_ends_it(home: Path) -> None:
    told = hotline(home, "invite", "Editor 1", "--role", "editor", typed="Admin\n")
    assert told.exit_code == 0, told.output
    first = link_in(told)
    assert listed(home) == [("Editor 1", ["editor"], "invited")]
    context = pages(home)
    assert service_welcome.current_step(context, first)

    second = link_in(hotline(home, "invite", "editor 1", "--by", "Admin"))
    assert service_welcome.current_step(context, first) is None
    assert service_welcome.current_step(context, second)
    context.database.close()


def test_the_server_gives_a_role_that_decides_until_two_admins_exist(
    home: Path,
) -> None:
    told = hotline(home, "invite", "Approver 1", "--role", "approver", "--by", "Admin")
    assert "waits" not in told.output
    assert listed(home)[0][1] == ["approver"]
    lines = CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, ["audit", "list"]).output
    assert "Admin gave a role to the account Approver 1: approver: the command line counts" in lines


def test_what_cannot_be_is_refused_in_a_sentence(home: Path) -> None:
    for words, says in [
        (("Editor 1",), "choose at least one role"),
        (("Editor 1", "--role", "admin", "--role", "desk"), "an admin or auditor cannot read tips"),
        (("Editor: 1", "--role", "editor"), "1 to 40 letters"),
    ]:
        told = hotline(home, "invite", *words, "--by", "Admin")
        assert (told.exit_code, says in told.output) == (1, True), told.output
    assert listed(home) == []


def test_an_ended_account_stays_listed_and_comes_back_by_a_link(home: Path) -> None:
    hotline(home, "invite", "Editor 1", "--role", "editor", "--by", "Admin")
    context = pages(home)
    service_removal.end_account(context, Actor("Admin"), 1, "left")
    context.database.close()
    assert [one[2] for one in listed(home)] == ["ended"]
    assert "/welcome/" in hotline(home, "invite", "Editor 1", "--by", "Admin").output


def test_init_prints_a_link_for_the_first_admin(tmp_path: Path) -> None:
    home = tmp_path / "home"
    copy_home(home, demo=False)
    link = link_in(CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, ["init"]))

    assert [one[:2] for one in listed(home)] == [("Admin 1", ["admin"])]
    context = pages(home)
    assert service_welcome.current_step(context, link)
    context.database.close()


def test_the_demo_has_accounts_that_enter_by_what_its_page_shows(tmp_path: Path) -> None:
    home = tmp_path / "home"
    copy_home(home)
    context = pages(home)

    shown = service_demo_accounts.entries(context)
    assert [one.name for one in shown] == [
        "Editor 1",
        "Approver 1",
        "Admin 1",
        "National 1",
        "Desk 1",
        "Programme lead 1",
    ]
    for one in shown:
        assert isinstance(
            service_sessions.sign_in(context, one.name, one.password, one.code), NewSession
        )
    # The page no longer shows a used code, and the next code is already valid.
    for one in service_demo_accounts.entries(context):
        assert isinstance(
            service_sessions.sign_in(context, one.name, one.password, one.code), NewSession
        )
    with context.database.reading() as session:
        opened = {
            one.shown: tables_members.desks_of(session, of_account(one.id))
            for one in tables_accounts.all_accounts(session)
        }
    assert {name: set(desks) for name, desks in opened.items() if desks} == {
        "National 1": {NATIONAL},
        "Desk 1": {"12"},
    }
    assert (home / DEMO_ACCOUNTS).stat().st_mode & 0o777 == 0o600
    context.database.close()


def test_with_a_real_gateway_nobody_enters_by_the_demo_s_accounts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    copy_home(home)
    demo = pages(home)
    shown = service_demo_accounts.entries(demo)[0]
    real = pages(home, HOTLINE_GATEWAY_URL="https://api.africastalking.com")

    assert service_demo_accounts.entries(real) == ()
    assert service_demo_accounts.make_accounts(real) == ()
    refused = service_sessions.sign_in(real, shown.name, shown.password, shown.code)
    assert not isinstance(refused, NewSession)
    assert {one.state for one in service_accounts.list_accounts(real)} == {AccountState.DEMO}
    demo.database.close()
    real.database.close()
