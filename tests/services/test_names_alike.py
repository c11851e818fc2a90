"""Names that look alike: no second account and no second person gets one, and approvals say which account is meant."""

import pytest

from hotline.domain.accounts.account import AccountRole
from hotline.domain.accounts.faults import AccountFault
from hotline.errors import AccountRefused, ImportRefused, PersonnelRefused
from hotline.ports import ConsoleKit
from hotline.services.accounts import directory, invitations
from hotline.services.people import enrolment, personnel
from hotline.store.database import Database
from tests.conftest import Clock
from tests.kits import make_console_kit
from tests.signing import SERVER

HEAD = "name,msisdn,language,level,districts,categories\n"


@pytest.fixture
def kit(database: Database, clock: Clock) -> ConsoleKit:
    return make_console_kit(database=database, now=clock)


def people(*names: str) -> str:
    rows = (f'"{name}",+25078800990{n},rw,responder,Gasabo,\n' for n, name in enumerate(names))
    return HEAD + "".join(rows)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Admin l", AccountFault.NAME_ALIKE),
        ("Admin I", AccountFault.NAME_ALIKE),
        ("\uff21dmin 1", AccountFault.NAME_TAKEN),
        ("\u0410dmin 1", AccountFault.NAME_SCRIPTS),
        ("Admin 1\u0323", AccountFault.NAME_MARKS),
    ],
)
def test_an_account_gets_no_name_that_looks_like_another_s(
    kit: ConsoleKit, name: str, fault: AccountFault
) -> None:
    invitations.invite(kit, SERVER, "Admin 1", [AccountRole.ADMIN])
    with pytest.raises(AccountRefused) as refused:
        invitations.invite(kit, SERVER, name, [AccountRole.EDITOR])
    assert refused.value.fault == fault
    assert [one.name for one in directory.listed(kit)] == ["Admin 1"]


def test_an_accent_is_a_letter_of_a_name(kit: ConsoleKit) -> None:
    for name in ("Editor \u00c9mile", "Editor Nai\u0308ma"):
        invitations.invite(kit, SERVER, name, [AccountRole.EDITOR])
    assert [one.name for one in directory.listed(kit)] == ["Editor \u00c9mile", "Editor Na\u00efma"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Responder l", "looks the same"),
        ("Responder \u0430", "letters of one script"),
        ("Responder J\u0300", "loose marks"),
    ],
)
def test_a_person_gets_no_name_that_looks_like_another_s(
    kit: ConsoleKit, name: str, says: str
) -> None:
    enrolment.import_responders(kit, people("Responder 1"))
    with pytest.raises(ImportRefused, match=says):
        enrolment.import_responders(kit, people("Responder 2", name))
    assert [one.name for one in enrolment.list_responders(kit)] == ["Responder 1"]


def test_two_lines_of_a_file_have_no_names_that_look_alike(kit: ConsoleKit) -> None:
    with pytest.raises(ImportRefused, match="line 4: name: the name on line 2 looks the same"):
        enrolment.import_responders(kit, people("Responder 1", "Responder 2", "Responder I"))


def test_a_second_person_is_not_the_first_in_other_letters(kit: ConsoleKit) -> None:
    with pytest.raises(PersonnelRefused, match="two people"):
        personnel.check_second("Admin 1", "\u0410dmin 1", None, "that")
    personnel.check_second("Admin 1", "Admin 2", None, "that")
