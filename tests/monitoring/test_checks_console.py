"""Tests the doctor's checks of the console's accounts."""

import pytest

from hotline.core.actors import AccountRole
from hotline.core.context import ConsoleKit
from hotline.core.database import Database
from hotline.duty import service_invitations, service_leaving, service_new_links
from hotline.keys.factor_sealer import FactorSealer
from hotline.monitoring import service_checks_database
from hotline.people import service_demo_accounts
from tests.support.clock import Clock
from tests.support.kits import make_console_kit
from tests.support.signing import SERVER, person


@pytest.fixture
def kit(database: Database, clock: Clock) -> ConsoleKit:
    return make_console_kit(database=database, now=clock)


def admins(kit: ConsoleKit, *, pretended: bool = False) -> tuple[bool, str]:
    found, _ = service_checks_database.console_findings(kit, None, pretended=pretended)
    assert found.ok is not bool(found.todo)
    return found.ok, found.says


def test_two_admins_who_can_sign_in_are_the_fewest(kit: ConsoleKit, clock: Clock) -> None:
    assert admins(kit) == (False, "none can sign in")
    person(kit, clock, "Admin 1", AccountRole.ADMIN)
    invited = service_invitations.invite(kit, SERVER, "Admin 2", [AccountRole.ADMIN])
    assert admins(kit)[1].startswith("only one can sign in")
    service_leaving.end_account(kit, SERVER, invited.account_id)
    person(kit, clock, "Admin 3", AccountRole.ADMIN)
    assert admins(kit) == (True, "2 can sign in")


def test_those_of_the_demo_count_in_the_demo_alone(database: Database, clock: Clock) -> None:
    kit = make_console_kit(database=database, now=clock, pretended=True)
    assert service_demo_accounts.make(kit)
    assert admins(kit, pretended=True) == (True, "2 can sign in")
    assert admins(kit) == (False, "none can sign in")


def test_accounts_with_a_lost_second_factor_are_named(kit: ConsoleKit, clock: Clock) -> None:
    for number in range(7):
        person(kit, clock, f"Editor {number}", AccountRole.EDITOR)
    _, well = service_checks_database.console_findings(kit, kit.proofs.factors, pretended=False)
    assert (well.ok, well.says) == (True, "the key opens those of 7 accounts")
    _, lost = service_checks_database.console_findings(
        kit, FactorSealer(b"x" * 32), pretended=False
    )
    assert not lost.ok
    assert "Editor 0, Editor 1, Editor 2, Editor 3, Editor 4 and 2 more" in lost.says
    assert len(lost.names) == 7
    service_new_links.again(kit, SERVER, 1)
    _, fewer = service_checks_database.console_findings(
        kit, FactorSealer(b"x" * 32), pretended=False
    )
    assert len(fewer.names) == 6, "a new link makes a new factor"
