"""Tests enrolment from a file: all rows or none, with numbers encrypted for the relay."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.core.database import Database
from hotline.dialogue import service_commit
from hotline.duty import service_enrolment
from hotline.keys.decrypt import decrypt_number
from hotline.keys.encrypt import Encrypter
from hotline.people.rules import demo_responders
from hotline.people.tables_audit import AuditEntry
from hotline.text.errors import ImportRefused
from tests.support.builders import make_keyfolder, make_pseudonyms
from tests.support.clock import Clock
from tests.support.contexts import WholeContext, make_context

ALREADY = "msisdn: This number is already enrolled. If the person was removed, two people must undo the removal."
HEADER = "name,msisdn,language,level,districts,categories\n"
ONE = "Gasabo 1,+250788000001,rw,responder,Gasabo,\n"
TWO = "Gasabo 2,+250788000002,fr,deputy,Gasabo;Nyarugenge,labour\n"


@pytest.fixture
def context(database: Database, clock: Clock, tmp_path: Path) -> WholeContext:
    """Returns a context with the console's keys."""
    return replace(
        make_context(database=database, now=clock),
        encrypter=Encrypter(make_keyfolder(tmp_path, role="console").read("relay.pub")),
        pseudonyms=make_pseudonyms(tmp_path, role="console"),
    )


def test_all_people_of_a_valid_file_are_enrolled(context: WholeContext) -> None:
    assert len(service_enrolment.import_responders(context, HEADER + ONE + TWO)) == 2

    one, two = service_enrolment.list_responders(context)
    assert (one.name, one.level, one.language, one.districts) == (
        "Gasabo 1",
        "responder",
        "rw",
        ["12"],
    )
    assert (two.level, two.districts, two.categories) == ("deputy", ["11", "12"], ["labour"])
    assert one.active
    assert one.unreachable is None


def test_hooks_recognise_phone_without_its_number(context: WholeContext, tmp_path: Path) -> None:
    service_enrolment.import_responders(context, HEADER + ONE)

    (person,) = service_enrolment.list_responders(context)
    assert person.number_key == make_pseudonyms(tmp_path, role="hooks").enrolled("+250788000001")
    relay = make_keyfolder(tmp_path, role="workers").read("relay.key")
    assert decrypt_number(person.encrypted_number, private_key=relay) == "+250788000001"


def test_one_bad_row_enrols_nobody(context: WholeContext) -> None:
    with pytest.raises(ImportRefused, match="line 3: level"):
        service_enrolment.import_responders(context, HEADER + ONE + TWO.replace("deputy", "boss"))
    assert service_enrolment.list_responders(context) == []


def test_one_number_that_is_enrolled_already_enrols_nobody(context: WholeContext) -> None:
    service_enrolment.import_responders(context, HEADER + ONE)

    with pytest.raises(ImportRefused) as told:
        service_enrolment.import_responders(context, HEADER + TWO + ONE.replace("+250", "0"))
    assert told.value.problems == (f"line 3: {ALREADY}",)
    assert len(service_enrolment.list_responders(context)) == 1


def test_a_number_that_asked_to_hear_no_more_enrols_nobody(context: WholeContext) -> None:
    service_enrolment.import_responders(context, HEADER + ONE)
    service_commit.stop_messages(context, "+250788000002")

    with pytest.raises(ImportRefused) as told:
        service_enrolment.import_responders(context, HEADER + TWO + ONE)
    assert told.value.problems == (
        "line 2: msisdn: The owner of this number stopped all SMS (STOP). First ask the owner to allow SMS.",
        f"line 3: {ALREADY}",
    )
    assert [person.name for person in service_enrolment.list_responders(context)] == ["Gasabo 1"]


def test_an_import_leaves_a_row_without_numbers(context: WholeContext) -> None:
    service_enrolment.import_responders(context, HEADER + ONE)

    with context.database.reading() as session:
        (row,) = session.scalars(select(AuditEntry))
    assert (row.actor, row.action, row.subject) == ("cli", "responders_imported", "1 responders")


def test_no_number_is_in_the_database(context: WholeContext, stored: Callable[[], bytes]) -> None:
    service_enrolment.import_responders(context, demo_responders())

    assert b"Gasabo 1" in stored()
    assert b"7881012" not in stored()
