"""Tests the doctor's checks of the console's accounts."""

import pytest

from hotline.core.actors import AccountRole
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database
from hotline.duty import service_invitations, service_removal
from hotline.keys.factor_encryption import FactorEncrypter
from hotline.monitoring import service_checks_database
from hotline.people import service_demo
from tests.support.clock import Clock
from tests.support.contexts import make_console_context
from tests.support.signing import SERVER, person


@pytest.fixture
def context(database: Database, clock: Clock) -> ConsoleContext:
    return make_console_context(database=database, now=clock)


def admins(context: ConsoleContext, *, is_emulated: bool = False) -> tuple[bool, str]:
    found, _ = service_checks_database.console_findings(context, None, is_emulated=is_emulated)
    assert found.ok is not bool(found.todo)
    return found.ok, found.message


def test_two_admins_who_can_sign_in_are_the_fewest(context: ConsoleContext, clock: Clock) -> None:
    assert admins(context) == (False, "none can sign in")
    person(context, clock, "Admin 1", AccountRole.ADMIN)
    invited = service_invitations.invite(context, SERVER, "Admin 2", [AccountRole.ADMIN])
    assert admins(context)[1].startswith("only one can sign in")
    service_removal.end_account(context, SERVER, invited.account_id)
    person(context, clock, "Admin 3", AccountRole.ADMIN)
    assert admins(context) == (True, "2 can sign in")


def test_those_of_the_demo_count_in_the_demo_alone(database: Database, clock: Clock) -> None:
    context = make_console_context(database=database, now=clock, is_emulated=True)
    assert service_demo.make_accounts(context)
    assert admins(context, is_emulated=True) == (True, "2 can sign in")
    assert admins(context) == (False, "none can sign in")


def test_a_lost_second_factor_is_named(context: ConsoleContext, clock: Clock) -> None:
    for number in range(7):
        person(context, clock, f"Editor {number}", AccountRole.EDITOR)
    _, well = service_checks_database.console_findings(
        context, context.proofs.factors, is_emulated=False
    )
    assert (well.ok, well.message) == (True, "the key decrypts the codes of 7 accounts")
    _, lost = service_checks_database.console_findings(
        context, FactorEncrypter(b"x" * 32), is_emulated=False
    )
    assert not lost.ok
    assert "Editor 0, Editor 1, Editor 2, Editor 3, Editor 4 and 2 more" in lost.message
    assert len(lost.names) == 7
    service_invitations.request_link(context, SERVER, 1)
    _, fewer = service_checks_database.console_findings(
        context, FactorEncrypter(b"x" * 32), is_emulated=False
    )
    assert len(fewer.names) == 6, "a new link makes a new factor"
