"""Tests how a person gets access to a desk's key: one person requests the access, and another person approves it. The
removal of the member ends the access."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from nacl.public import PrivateKey
from sqlalchemy import update

from hotline.cases import decrypt_access
from hotline.core.actors import AccountRole, AccountState, Actor
from hotline.duty import service_invitations, service_removal
from hotline.keys.passphrase import Costs
from hotline.operations import decrypt_rotation
from hotline.people import decrypt_grants, service_desks, tables_desks
from hotline.people.decrypt_passphrase import TwoPeople
from hotline.people.rules import DeskKind, Level, account_of
from hotline.people.rules_sign_in import APPROVAL_VALIDITY, fingerprint_words
from hotline.people.service_desks import NewDesk
from hotline.people.tables import Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_sessions import Approval
from hotline.text.errors import ApprovalRefused, DeskRefused, NotFound, PassphraseWrong
from hotline.text.places import NATIONAL
from hotline.web import service_approvals
from tests.support.builders import make_account
from tests.support.deciding import one_person, signed_in
from tests.support.district import District
from tests.support.made_once import lay_rows
from tests.support.posting import post
from tests.support.two_people import ALICE, BOB

PASSPHRASE = "correct horse"
QUICK = Costs(passes=1, kib=8)
ADMIN = Actor("Alice", 99)
SIGNED: dict[str, Any] = {"by": "Alice", "reason": "a test"}
BY_TWO: dict[str, Any] = {"by": ALICE, "reason": "a test"}


@dataclass
class People:
    """Two accounts of the national desk, and a responder of district 12, each with a key pair."""

    district: District
    pairs: dict[str, PrivateKey]

    def ask(self, desk: str, member: str, by: Actor = ADMIN) -> int:
        decrypt_grants.request_access(self.district.context, by, desk, member, "she works there")
        return decrypt_grants.pending_access(self.district.context)[-1].id

    def admit(self, by: str, member: str, asked: int) -> None:
        """Approves the request `asked` as the account `by`, which decrypts with the key pair of `member`."""
        context, key = self.district.context, bytes(self.pairs[member])
        signed = signed_in(context, by)
        service_approvals.decide(
            context, signed, asked, "known", approve=True, key=key, seen=self.words(asked)
        )

    def words(self, asked: int) -> str:
        """Returns the four words that the page of approvals shows. The result is empty for a member who only has a
        phone."""
        (one,) = [
            one for one in decrypt_grants.pending_access(self.district.context) if one.id == asked
        ]
        return fingerprint_words(one.public_key) if account_of(one.member) else ""

    def let_in(self, desk: str, member: str) -> None:
        self.ask(desk, member)
        decrypt_grants.grant_by_passphrase(self.district.context, BOB, PASSPHRASE)

    def opens(self, desk: str, member: str) -> bool:
        """Returns True if the member can decrypt the desk's current private key."""
        with self.district.database.reading() as session, suppress(NotFound):
            own = bytes(self.pairs[member])
            key, *_ = decrypt_grants.decrypt_desk_as(session, desk, member, own)
            public_key = bytes(PrivateKey(key).public_key)
            return public_key == tables_desks.get_desk(session, desk).public_key
        return False

    def rotate(self, settle: Callable[[], None] = lambda: None) -> None:
        """Uses the recovery passphrase to give the desk of Gasabo a new key."""
        how: dict[str, Any] = {"settle": settle, "say": print, **BY_TWO}
        context = self.district.context
        decrypt_rotation.rotate_one(context, "12", passphrase=PASSPHRASE, **how)

    def actions(self) -> list[str]:
        return [row.action for row in self.district.all(AuditEntry)]


FIRST, SECOND, PERSON = "account:1", "account:2", "r4"


@pytest.fixture
def people(district: District) -> People:
    pairs = {one: PrivateKey(one.encode().ljust(32)) for one in (FIRST, SECOND, PERSON)}

    def fill() -> None:
        decrypt_access.make_desks(district.context, PASSPHRASE, costs=QUICK)
        district.man_desks()
        person = district.enrol(Level.RESPONDER)
        district.change(Responder, person, public_key=bytes(pairs[PERSON].public_key))
        for name, member in (("Chantal", FIRST), ("Denise", SECOND)):
            roles = (AccountRole.NATIONAL, AccountRole.DESK)
            key = bytes(pairs[member].public_key)
            district.add(make_account(name, *roles, public_key=key))

    lay_rows(district.database, "members of desks", fill)
    district.numbers = count(5)
    return People(district, pairs)


def test_passphrase_grants_access_only_to_shown_keys(people: People) -> None:
    """After a person has seen and compared the words of the key, an attacker who can write to the database replaces the
    key in two rows: the person's row and the request's row."""
    context = people.district.context
    people.ask(NATIONAL, FIRST)
    shown = decrypt_grants.pending_access(context)
    assert [(one.name, one.public_key) for one in shown] == [
        ("Chantal", bytes(people.pairs[FIRST].public_key))
    ]
    with people.district.database.writing() as session:
        key = bytes(PrivateKey.generate().public_key)
        session.execute(update(ConsoleAccount).values(public_key=key))
        session.execute(update(Approval).values(encrypted=key))
    assert decrypt_grants.grant_by_passphrase(context, BOB, PASSPHRASE, shown) == []


@pytest.mark.row("A7")
def test_passphrase_admits_first_member_who_admits_next(people: People) -> None:
    context = people.district.context
    people.ask(NATIONAL, FIRST)
    assert not people.opens(NATIONAL, FIRST)
    assert decrypt_grants.grant_by_passphrase(context, BOB, PASSPHRASE) == [(NATIONAL, "Chantal")]
    assert people.opens(NATIONAL, FIRST)

    asked = people.ask(NATIONAL, SECOND)
    people.admit("Chantal", FIRST, asked)
    assert people.opens(NATIONAL, SECOND)
    assert people.actions()[-4:] == ["desk_admission_asked", "desk_admitted"] * 2
    assert decrypt_grants.grant_by_passphrase(context, BOB, PASSPHRASE) == []


def test_requester_cannot_grant_access_to_self(people: People) -> None:
    context = people.district.context
    people.let_in(NATIONAL, FIRST)
    asked = people.ask(NATIONAL, SECOND, by=Actor("Chantal", 1))
    with pytest.raises(ApprovalRefused):
        people.admit("Chantal", FIRST, asked)

    people.ask("12", PERSON, by=Actor("Bob"))
    assert ("12", "responder 4") not in decrypt_grants.grant_by_passphrase(context, BOB, PASSPHRASE)
    assert ("12", "responder 4") in decrypt_grants.grant_by_passphrase(context, ALICE, PASSPHRASE)

    # A command knows only the names of people, so each spelling of the name "Bosco" counts as the same person.
    people.ask("12", SECOND, by=Actor("Bosco", 9))
    for one in ("bosco", "DENISE"):
        assert decrypt_grants.grant_by_passphrase(context, TwoPeople(one, "Emma"), PASSPHRASE) == []
    assert ("12", "Denise") in decrypt_grants.grant_by_passphrase(context, ALICE, PASSPHRASE)


def test_only_desk_members_grant_access(people: People) -> None:
    people.let_in(NATIONAL, FIRST)
    asked = people.ask("12", PERSON)
    with pytest.raises(ApprovalRefused):
        people.admit("Chantal", FIRST, asked)
    assert not people.opens("12", PERSON)


def test_changed_key_gets_no_access(people: People) -> None:
    """An admin who gives out a new link could use the link, and so make a new key in the person's name. So an approval
    must not cover a key that was made after the request."""
    people.let_in(NATIONAL, FIRST)
    asked = people.ask(NATIONAL, SECOND)
    people.district.change(ConsoleAccount, 2, public_key=bytes(PrivateKey.generate().public_key))
    with pytest.raises(DeskRefused, match="has a new key"):
        people.admit("Chantal", FIRST, asked)
    assert decrypt_grants.grant_by_passphrase(people.district.context, BOB, PASSPHRASE) == []


def test_access_request_expires(people: People) -> None:
    people.ask(NATIONAL, FIRST)
    people.district.clock.turn(seconds=APPROVAL_VALIDITY / timedelta(seconds=1))
    assert decrypt_grants.pending_access(people.district.context) == []
    assert decrypt_grants.grant_by_passphrase(people.district.context, BOB, PASSPHRASE) == []


def test_invalid_access_requests_are_refused(people: People) -> None:
    """The hotline refuses requests for four members: a member of another desk, a person without a key, an unknown
    person or account, and the passphrase."""
    with pytest.raises(DeskRefused):
        people.ask("13", PERSON)
    for member in ("r1", "r77", "account:9", "enrolment"):
        with pytest.raises(DeskRefused):
            people.ask("12", member)


@pytest.mark.adversary("a corrupt responder")
@pytest.mark.row("A7")
def test_removed_member_decrypts_nothing_and_desk_needs_key(people: People) -> None:
    context = people.district.context
    for desk, member in (("12", PERSON), ("12", FIRST), (NATIONAL, FIRST)):
        people.let_in(desk, member)
    one_person(context, 1, "4")
    assert people.opens("12", FIRST)
    assert not people.opens(NATIONAL, FIRST)

    service_removal.remove_responder(context, "4", second=None, **SIGNED)
    assert not people.opens("12", PERSON)
    assert not people.opens("12", FIRST)
    (account,) = [row for row in people.district.all(ConsoleAccount) if row.id == 1]
    assert account.state == AccountState.ENDED
    with context.database.reading() as session:
        wants = {desk.code for desk in tables_desks.all_desks(session) if desk.copied_since}
    assert wants == {"12", NATIONAL}


def test_moved_member_loses_access_to_old_desk(people: People) -> None:
    people.let_in("12", PERSON)
    post(people.district.context, 4, {"24": Level.RESPONDER})
    assert not people.opens("12", PERSON)
    with people.district.database.reading() as session:
        assert tables_desks.members_of_desk(session, "12") == {}


def test_new_link_gives_no_desk_access(people: People) -> None:
    people.let_in(NATIONAL, FIRST)
    service_invitations.request_link(people.district.context, Actor("Alice"), 1)
    with people.district.database.reading() as session:
        assert tables_desks.desks_of(session, FIRST) == frozenset()


def test_removed_role_ends_its_desk_access(people: People) -> None:
    for desk in ("12", NATIONAL):
        people.let_in(desk, FIRST)
    service_invitations.set_roles(
        people.district.context, ADMIN, 1, [AccountRole.DESK], "other work"
    )
    assert people.opens("12", FIRST)
    with people.district.database.reading() as session:
        assert tables_desks.desks_of(session, FIRST) == {"12"}


def test_all_accounts_of_person_end_with_the_phone(people: People) -> None:
    context = people.district.context
    for account in (1, 2):
        one_person(context, account, "4")
        people.let_in("12", f"account:{account}")
    service_removal.remove_responder(context, "4", second=None, by="Alice", reason="left")
    with context.database.reading() as session:
        for member in (FIRST, SECOND, PERSON):
            assert tables_desks.desks_of(session, member) == frozenset()
        assert tables_desks.get_desk(session, "12").copied_since is not None


@pytest.mark.row("A7")
def test_rotation_encrypts_new_key_for_members_of_desk_only(people: People) -> None:
    context = people.district.context
    for desk, member in (("12", PERSON), ("12", FIRST), ("12", SECOND), (NATIONAL, FIRST)):
        people.let_in(desk, member)
    people.district.change(ConsoleAccount, 2, roles=[])
    seen: list[int] = []

    def settle() -> None:
        """Records how many private keys of the desk the responder can decrypt during a rotation."""
        own = bytes(people.pairs[PERSON])
        with context.database.reading() as session:
            seen.append(len(decrypt_grants.decrypt_desk_as(session, "12", PERSON, own)))

    with context.database.reading() as session:
        old = {code: tables_desks.get_desk(session, code).public_key for code in ("12", NATIONAL)}
        assert [*tables_desks.members_of_desk(session, "12")] == [PERSON, FIRST, SECOND]
    people.rotate(settle)

    assert seen == [2]
    assert people.opens("12", PERSON)
    assert people.opens("12", FIRST)
    assert not people.opens("12", SECOND)
    assert people.opens(NATIONAL, FIRST)
    with context.database.reading() as session:
        now = {code: tables_desks.get_desk(session, code).public_key for code in ("12", NATIONAL)}
        assert len(tables_desks.wrapped_keys(session, "12", PERSON)) == 1
    assert (now["12"] == old["12"], now[NATIONAL] == old[NATIONAL]) == (False, True)
    assert decrypt_grants.grant_by_passphrase(context, BOB, PASSPHRASE) == []


def test_rotation_clears_mark_of_copied_key(people: People) -> None:
    context = people.district.context
    people.let_in("12", PERSON)
    service_removal.remove_responder(context, "4", second=None, **SIGNED)
    people.rotate()
    with context.database.reading() as session:
        assert tables_desks.get_desk(session, "12").copied_since is None
        assert not tables_desks.previous_key(session, "12")
        assert not tables_desks.members_of_desk(session, "12")


BORDER = NewDesk("border-east", DeskKind.BORDER, "Border, East", "57")


def test_new_desk_has_members_and_service_desk_has_none(people: People) -> None:
    context = people.district.context
    for new in (BORDER, NewDesk("isange-12", DeskKind.SERVICE, "Isange")):
        service_desks.add_desk(context, new, passphrase=PASSPHRASE, **BY_TWO)
    people.let_in("border-east", FIRST)
    assert people.opens("border-east", FIRST)
    with pytest.raises(DeskRefused, match="cannot read tips"):
        people.ask("isange-12", FIRST)

    service_desks.retire_desk(context, "border-east", **SIGNED)
    assert people.opens("border-east", FIRST)
    with pytest.raises(DeskRefused, match="cannot read tips"):
        people.ask("border-east", SECOND)
    with pytest.raises(DeskRefused, match="retired already"):
        service_desks.retire_desk(context, "border-east", **SIGNED)
    with pytest.raises(DeskRefused, match="you cannot retire"):
        service_desks.retire_desk(context, "12", **SIGNED)

    people.let_in("12", SECOND)
    for account_id in (1, 2):
        service_removal.end_account(context, Actor("server"), account_id, "left")
    (found, *_) = service_desks.check_desk_keys(context)
    assert found.names == ("12", "border-east"), "what was sealed to it still opens by her copy"


BAD_DESKS = (
    (NewDesk("border-east", DeskKind.DISTRICT, "Border"), "hotline init"),
    (NewDesk("Border", DeskKind.BORDER, "Border"), "lower-case letters"),
    (NewDesk("national", DeskKind.OVERSIGHT, "Oversight"), "lower-case letters"),
    (NewDesk("border-east", DeskKind.BORDER, "a:b"), "without : <"),
    (NewDesk("border-east", DeskKind.BORDER, "Border", "99"), "not a district"),
)


def test_desk_is_made_once_with_same_passphrase(people: People) -> None:
    context = people.district.context

    def add(new: NewDesk) -> None:
        service_desks.add_desk(context, new, passphrase=PASSPHRASE, **BY_TWO)

    for new, says in BAD_DESKS:
        with pytest.raises(DeskRefused, match=says):
            add(new)
    with pytest.raises(PassphraseWrong):
        service_desks.add_desk(context, BORDER, passphrase="another", **BY_TWO)
    add(BORDER)
    with pytest.raises(DeskRefused, match="already"):
        add(BORDER)
