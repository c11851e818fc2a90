"""Tests that no second account or person gets a name that looks alike. Approvals say which account they mean."""

from dataclasses import replace

import pytest

from hotline.cases import decrypt_access
from hotline.core.actors import AccountRole
from hotline.core.catalogues import load_console_words
from hotline.core.context import ConsoleKit
from hotline.core.database import Database
from hotline.duty import service_accounts, service_enrolment, service_invitations, service_leaves
from hotline.errors import AccountRefused, ImportRefused, PersonnelRefused
from hotline.keys.passphrase import Costs
from hotline.people import service_demo_accounts, service_desks
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_audit import PROCESSES
from hotline.people.rules_desks import DeskKind
from hotline.people.service_desks import NewDesk
from hotline.text.languages import CODES
from tests.support.clock import Clock
from tests.support.kits import make_console_kit
from tests.support.signing import SERVER
from tests.support.two_people import ALICE

QUICK = Costs(passes=1, kib=8)
WORDS = load_console_words()
HEAD = "name,msisdn,language,level,districts,categories\n"


@pytest.fixture
def kit(database: Database, clock: Clock) -> ConsoleKit:
    return make_console_kit(database=database, now=clock)


def people(*names: str) -> str:
    rows = (f'"{name}",+25078800990{n},rw,responder,Gasabo,\n' for n, name in enumerate(names))
    return HEAD + "".join(rows)


def refusal_of(kit: ConsoleKit, name: str) -> object:
    with pytest.raises(AccountRefused) as refused:
        service_invitations.invite(kit, SERVER, name, [AccountRole.EDITOR])
    return refused.value.fault


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Admin l", AccountFault.NAME_ALIKE),
        ("Admin I", AccountFault.NAME_ALIKE),
        ("\uff21dmin 1", AccountFault.NAME_ALIKE),
        ("Admin\uff11", AccountFault.NAME_ALIKE),
        ("\u0410dmin 1", AccountFault.NAME_SCRIPTS),
        ("Admin 1\u0323", AccountFault.NAME_MARKS),
    ],
)
def test_no_account_looks_like_another(kit: ConsoleKit, name: str, fault: AccountFault) -> None:
    service_invitations.invite(kit, SERVER, "Admin 1", [AccountRole.ADMIN])
    assert refusal_of(kit, name) == fault
    assert [one.name for one in service_accounts.listed(kit)] == ["Admin 1"]


@pytest.mark.parametrize(
    "name",
    [
        "the clock",
        "The  Command Line",
        "the watchman",
        "the 1ine",
        "clock",
        "national",
        "National desk",
        "the national desk",
        "bureau national",
        "Ibiro by'igihugu",
        "Gasabo",
        "gasabo desk",
        "Ibiro bya Gasabo",
        "Border East",
        "border-east",
    ],
)
def test_an_account_is_not_called_like_the_line_or_a_desk(kit: ConsoleKit, name: str) -> None:
    new = NewDesk("border-east", DeskKind.BORDER, "Border East")
    decrypt_access.make_desks(kit, "correct horse", costs=QUICK)
    service_desks.add(kit, new, by=ALICE, reason="a test", passphrase="correct horse", costs=QUICK)
    assert refusal_of(kit, name) == AccountFault.NAME_RESERVED
    assert service_accounts.listed(kit) == []


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("process", PROCESSES.values())
def test_an_account_is_not_called_as_the_audit_log_calls_a_process_in_any_language(
    kit: ConsoleKit, process: str, language: str
) -> None:
    shown = WORDS[language][process]
    assert refusal_of(kit, shown) == AccountFault.NAME_RESERVED


def test_an_account_is_not_called_like_a_responder(kit: ConsoleKit) -> None:
    service_enrolment.import_responders(kit, people("Gasabo 2"))
    for name in ("Gasabo 2", "gasabo2", "Gasab0 2"):
        assert refusal_of(kit, name) == AccountFault.NAME_ALIKE
    service_invitations.invite(kit, SERVER, "Gasabo 2, at the desk", [AccountRole.DESK])


def test_a_responder_has_no_account_s_name_except_in_the_demo(
    kit: ConsoleKit,
) -> None:
    service_invitations.invite(kit, SERVER, "Editor 1", [AccountRole.EDITOR])
    with pytest.raises(ImportRefused, match="A person has a name that looks"):
        service_enrolment.import_responders(kit, people("Responder 1", "Edit0r 1"))
    demo = replace(kit, pretended=True)
    assert "Desk 1" in [one.name for one in service_demo_accounts.make(demo)]
    service_enrolment.import_responders(demo, people("Desk 1"))
    assert [one.name for one in service_enrolment.list_responders(kit)] == ["Desk 1"]


def test_an_accent_is_a_letter_of_a_name(kit: ConsoleKit) -> None:
    for name in ("Editor \u00c9mile", "Editor Nai\u0308ma"):
        service_invitations.invite(kit, SERVER, name, [AccountRole.EDITOR])
    assert [one.name for one in service_accounts.listed(kit)] == [
        "Editor \u00c9mile",
        "Editor Na\u00efma",
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Responder l", "looks the same"),
        ("Responder \u0430", "letters of one|one script|one alphabet"),
        ("Responder J\u0300", "with its accent as one letter"),
    ],
)
def test_no_person_s_name_looks_like_another(kit: ConsoleKit, name: str, says: str) -> None:
    service_enrolment.import_responders(kit, people("Responder 1"))
    with pytest.raises(ImportRefused, match=says):
        service_enrolment.import_responders(kit, people("Responder 2", name))
    assert [one.name for one in service_enrolment.list_responders(kit)] == ["Responder 1"]


def test_two_lines_of_a_file_have_no_names_that_look_alike(kit: ConsoleKit) -> None:
    with pytest.raises(
        ImportRefused, match=r"line 4: name: The name on line 2 looks the same\. Change"
    ):
        service_enrolment.import_responders(
            kit, people("Responder 1", "Responder 2", "Responder I")
        )


def test_a_second_person_is_not_the_first_in_other_letters(kit: ConsoleKit) -> None:
    with pytest.raises(PersonnelRefused, match="two people"):
        check_second(kit, "Admin 1", "\u0410dmin 1")
    check_second(kit, "Admin 1", "Admin 2")


def check_second(kit: ConsoleKit, first: str, second: str) -> None:
    with kit.database.reading() as session:
        service_leaves.check_second(session, first, second, None, "that")
