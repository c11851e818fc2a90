"""Tests that no account or person gets a name that looks like the name of another account or person. So each name in an
approval means only one account."""

from dataclasses import replace

import pytest

from hotline.cases import decrypt_access
from hotline.core.actors import AccountRole
from hotline.core.catalogues import load_console_words
from hotline.core.contexts import ConsoleContext
from hotline.duty import service_accounts, service_enrolment, service_invitations, service_leaves
from hotline.keys.passphrase import Costs
from hotline.people import service_demo, service_desks
from hotline.people.rules import DeskKind
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_audit import PROCESSES
from hotline.people.service_desks import NewDesk
from hotline.people.tables import Responder
from hotline.text.errors import AccountRefused, ImportRefused, PersonnelRefused
from tests.support.signing import SERVER
from tests.support.two_people import ALICE

QUICK = Costs(passes=1, kib=8)
WORDS = load_console_words()
HEAD = "name,msisdn,language,level,districts,categories\n"


def people(*names: str) -> str:
    rows = (f'"{name}",+25078800990{n},rw,responder,Gasabo,\n' for n, name in enumerate(names))
    return HEAD + "".join(rows)


def refusal_of(context: ConsoleContext, name: str) -> object:
    with pytest.raises(AccountRefused) as refused:
        service_invitations.invite(context, SERVER, name, [AccountRole.EDITOR])
    return refused.value.fault


@pytest.mark.adversary("an account or person named like a colleague")
def test_no_account_looks_like_another(context: ConsoleContext) -> None:
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


def test_an_account_is_not_called_like_the_line_or_a_desk(context: ConsoleContext) -> None:
    """Names that look like the hotline's, a desk's or a process's name are refused in every language."""
    new = NewDesk("border-east", DeskKind.BORDER, "Border East")
    decrypt_access.make_desks(context, "correct horse", costs=QUICK)
    service_desks.add_desk(context, new, by=ALICE, reason="a test", passphrase="correct horse")
    shown = [words[process] for words in WORDS.values() for process in PROCESSES.values()]
    for name in (*RESERVED, *shown):
        assert refusal_of(context, name) == AccountFault.NAME_RESERVED, name
    assert service_accounts.list_accounts(context) == []


def test_an_account_is_not_called_like_a_responder(context: ConsoleContext) -> None:
    service_enrolment.import_responders(context, people("Gasabo 2"))
    for name in ("Gasabo 2", "gasabo2", "Gasab0 2"):
        assert refusal_of(context, name) == AccountFault.NAME_ALIKE
    service_invitations.invite(context, SERVER, "Gasabo 2, at the desk", [AccountRole.DESK])


def test_a_responder_has_no_account_s_name_except_in_the_demo(context: ConsoleContext) -> None:
    service_invitations.invite(context, SERVER, "Editor 1", [AccountRole.EDITOR])
    with pytest.raises(ImportRefused, match="name looks like this name"):
        service_enrolment.import_responders(context, people("Responder 1", "Edit0r 1"))
    demo = replace(context, is_emulated=True)
    assert "Desk 1" in [one.name for one in service_demo.make_accounts(demo)]
    service_enrolment.import_responders(demo, people("Desk 1"))
    assert [one.name for one in service_enrolment.list_responders(context)] == ["Desk 1"]


def test_an_accent_is_a_letter_of_a_name(context: ConsoleContext) -> None:
    for name in ("Editor \u00c9mile", "Editor Nai\u0308ma"):
        service_invitations.invite(context, SERVER, name, [AccountRole.EDITOR])
    assert [one.name for one in service_accounts.list_accounts(context)] == [
        "Editor \u00c9mile",
        "Editor Na\u00efma",
    ]


def test_no_person_s_name_looks_like_another(context: ConsoleContext) -> None:
    for names, says in (
        (("Responder 1", "Responder 2", "Responder I"), r"line 4: name: The name on line 2 looks"),
        (("Responder 1",), ""),
        (("Responder 2", "Responder l"), "looks like this name"),
        (("Responder 2", "Responder \u0430"), "letters of one|one script|one alphabet"),
        (("Responder 2", "Responder J\u0300"), "with its accent as one letter"),
    ):
        if says:
            with pytest.raises(ImportRefused, match=says):
                service_enrolment.import_responders(context, people(*names))
        else:
            service_enrolment.import_responders(context, people(*names))
    assert [one.name for one in service_enrolment.list_responders(context)] == ["Responder 1"]


@pytest.mark.adversary("an account or person named like a colleague")
def test_a_second_person_is_not_the_first_in_other_letters(context: ConsoleContext) -> None:
    with pytest.raises(PersonnelRefused, match="two different people"):
        check_second(context, "Admin 1", "\u0410dmin 1")
    check_second(context, "Admin 1", "Admin 2")


def check_second(context: ConsoleContext, first: str, second: str) -> None:
    with service_leaves.changing_people(context, first, "that") as change:
        change.check_second(second, Responder(id=1), "that")
