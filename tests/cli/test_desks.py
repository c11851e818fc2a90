"""Tests `hotline desks` as an admin uses it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from nacl.public import PrivateKey
from sqlalchemy import update

from hotline.cases import decrypt_access
from hotline.core.actors import Actor
from hotline.duty import service_enrolment
from hotline.keys.passphrase import Costs
from hotline.people import decrypt_grants, tables_desks
from hotline.people.rules import of_responder
from hotline.people.tables import Responder
from hotline.people.tables_desks import Desk
from hotline.text.places import place_name
from tests.cli.homes import command_line, hotline
from tests.support.made_once import lay_line

WORDS = "correct horse"
GASABO_1 = of_responder(1)
BY = ("--by", "Alice", "--reason", "she works there")
ROWS = """name,msisdn,language,level,districts,categories
Gasabo 1,+250788000001,rw,responder,Gasabo,
Nation 1,+250788000005,en,national,,
Nation 2,+250788000006,fr,national,,
Nation 3,+250788000007,fr,national,,
"""


@dataclass
class Admin:
    home: Path

    @property
    def file(self) -> tuple[str, str]:
        return ("--passphrase-file", str(self.home / "passphrase"))

    def __call__(self, *words: str, code: int = 0) -> Result:
        return hotline(self.home, *words, code=code)

    def desk(self, code: str) -> Desk:
        with command_line(self.home) as context, context.database.reading() as session:
            return tables_desks.get_desk(session, code)

    def members(self, code: str) -> list[str]:
        with command_line(self.home) as context, context.database.reading() as session:
            return [*tables_desks.members_of_desk(session, code)]

    def asks(self, desk: str, member: str, by: str = "Alice") -> None:
        """Requests access to a desk, as the desk's page does."""
        with command_line(self.home) as context:
            decrypt_grants.request_access(context, Actor(by), desk, member, "she works there")


@pytest.fixture
def admin(tmp_path: Path) -> Admin:
    """Returns a hotline in which each responder has a key, as after choosing a PIN."""
    lay_line(tmp_path, datetime.now(UTC))
    line = Admin(tmp_path)
    (tmp_path / "passphrase").write_text(f"{WORDS}\n")
    with command_line(tmp_path) as context:
        decrypt_access.make_desks(context, WORDS, costs=Costs(passes=1, kib=8))
        service_enrolment.import_responders(context, ROWS)
        with context.database.writing() as session:
            public_key = bytes(PrivateKey.generate().public_key)
            session.execute(update(Responder).values(public_key=public_key))
    return line


def test_who_waits_for_access_is_granted_it_by_another(admin: Admin) -> None:
    admin.asks("12", GASABO_1)
    two = ("--second", "Bosco")
    refused = admin("desks", "recover", "--yes", *admin.file, *two, "--by", "Alice")
    assert "1 wait for a person other than Alice" in refused.stderr
    assert not admin.members("12")

    done = admin("desks", "recover", "--yes", *admin.file, *two, "--by", "Bob")
    assert "Gasabo 1 can now decrypt the tips of desk 12" in done.stdout
    assert admin.members("12") == [GASABO_1]
    again = admin("desks", "recover", "--yes", *admin.file, *two, "--by", "Bob")
    assert "no request" in again.stderr
    log = admin("audit", "list").stdout
    assert "Bob gave responder 1 (Gasabo 1) access to a desk: 12: she works there" in log


@pytest.mark.slow(reason="waits as long as a hop may last that read the key before")
def test_a_desk_that_somebody_left_wants_a_new_key_and_gets_one(admin: Admin) -> None:
    admin.asks("12", GASABO_1)
    admin("desks", "recover", "--yes", *admin.file, "--second", "Bosco", "--by", "Bob")
    admin("people", "remove", "Gasabo 1", *BY)
    assert admin.desk("12").copied_since is not None
    signed = ("--by", "Alice", "--second", "Bosco", "--reason", "she left")
    done = admin("keys", "rotate-desks", "--desk", "Gasabo", *admin.file, *signed)
    assert "desk 12 has a new key, and 0 grants" in done.stdout
    assert admin.desk("12").copied_since is None
    assert (
        "Alice created new keys for desk Gasabo: 0 grants: she left; by the"
        in admin("audit", "list").stdout
    )
    both = ("--desk", "Gasabo", "--new-passphrase-file", str(admin.home / "passphrase"))
    admin("keys", "rotate-desks", *both, *admin.file, *signed, code=2)


def test_a_desk_is_added_and_retired(admin: Admin) -> None:
    border = ("border-east", "--kind", "border", "--called", "Border, East")
    two = ("--second", "Bosco", *BY)
    admin("desks", "add", *border, "--district", "Nowhere", *admin.file, *two, code=1)
    admin("desks", "add", *border, "--district", "Kirehe", *admin.file, *two)
    made = admin.desk("border-east")
    assert (made.kind, made.place, made.name) == ("border", "55", "Border, East")
    assert (admin.members("border-east"), made.retired_at) == ([], None)
    admin("desks", "retire", "border-east", *BY)
    assert admin.desk("border-east").retired_at


def test_a_protection_desk_says_which_camp_it_is_for(admin: Admin) -> None:
    desk = ("camp-mahama", "--kind", "protection", "--called", "Mahama, protection")
    signed = (*admin.file, *BY, "--second", "Bob")
    admin("desks", "add", *desk, *signed, code=2)
    admin("desks", "add", *desk, "--camp", "Mahama", "--district", "Kirehe", *signed, code=2)
    border = ("border-east", "--kind", "border", "--called", "East", "--camp", "Mahama")
    admin("desks", "add", *border, *signed, code=2)
    unknown = admin("desks", "add", *desk, "--camp", "Nowhere", *signed, code=1).output
    assert "enter one of Kigeme, Kiziba, Mahama, Mugombwa, Nyabiheke" in unknown
    admin("desks", "add", *desk, "--camp", "mahama camp", *signed)
    assert place_name(admin.desk("camp-mahama").place or "", "en") == "Mahama camp"


def test_one_person_alone_opens_nothing_by_the_passphrase(admin: Admin) -> None:
    signed = ("--by", "Bob", "--reason", "why", "--second", "bob")
    border = ("border-east", "--kind", "border", "--called", "Border, East")
    for words in (
        ("desks", "recover", "--yes", "--by", "Bob", "--second", "bob"),
        ("desks", "add", *border, "--by", "Bob", "--reason", "why", "--second", " BOB "),
        ("keys", "rotate-desks", "--desk", "Gasabo", *signed),
    ):
        assert (
            "two people must enter the recovery passphrase"
            in admin(*words, *admin.file, code=1).output
        )
