"""Tests that two accounts, two phones, or an account and a phone of one person never count as two people."""

import pytest

from hotline.alerts import queries_people, service_closing
from hotline.cases import decrypt_access, service_desk_commands
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.core.actors import AccountRole, Actor
from hotline.duty import service_invitations, service_leaves, service_removal
from hotline.editing import service_drafts
from hotline.gateway import queries as gateway_queries
from hotline.monitoring import service_alarms
from hotline.people import decrypt_passphrase, service_desks, tables, tables_accounts, tables_desks
from hotline.people.decrypt_passphrase import TwoPeople
from hotline.people.rules import DeskKind, Level, active_national, of_account, of_responder
from hotline.people.service_desks import NewDesk
from hotline.people.tables import Person
from hotline.text.errors import AccountRefused, ApprovalRefused, DeskRefused, EndRefused
from hotline.text.places import NATIONAL
from hotline.tips import queries_visible
from hotline.tips.queries_visible import ExclusionReason
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_persons import ClosureRefusal
from hotline.tips.tables import Tip
from tests.support.builders import make_account, make_responder
from tests.support.deciding import decides, person_viewer, responder_viewer, signed_in
from tests.support.district import District
from tests.support.reading import QUICK
from tests.support.taking import confirm, requests_closure

NAME, OTHER = "National 1", "National 1, accounts"
PERSON, FIRST, SECOND, THIRD = 1, Actor(NAME, 1), Actor(NAME, 2), Actor("Admin 3", 3)


@pytest.fixture
def one(district: District) -> District:
    """Returns a district in which one person has two accounts and two phones."""
    with district.database.writing() as session:
        person = Person(name=NAME, languages=["fr", "rw"])
        session.add(make_account(NAME, AccountRole.ADMIN, person=person))
        session.flush()
        session.add(make_account(OTHER, AccountRole.ADMIN, person=person))
        session.flush()
        session.add(make_account("Admin 3", AccountRole.ADMIN))
        for n in range(2):
            phone = make_responder(msisdn=f"+25078800010{n}", level=Level.NATIONAL)
            phone.person = person
            session.add(phone)
    return district


def test_every_name_of_one_person_is_that_person(one: District) -> None:
    with one.database.reading() as session:
        phones = [phone.id for phone in tables_accounts.phones_of(session, PERSON)]
        names = [f"account:1:{NAME}", f"account:2:{NAME}", *(f"responder:{id}" for id in phones)]
        for name in (*names, "cli:national 1", "NATIONAL  1", OTHER.upper()):
            assert tables_accounts.persons_of(session, name) == {PERSON}, name
            assert all(tables_accounts.is_same_person(session, name, other) for other in names)
            assert not tables_accounts.is_same_person(session, name, "cli:National 2")
            assert not tables_accounts.is_same_person(session, name, "account:3:Admin 3")


def test_no_approval_passes_with_two_accounts_of_one_person(one: District) -> None:
    service_invitations.invite(one.context, FIRST, "Approver 1", [AccountRole.APPROVER])
    with pytest.raises(ApprovalRefused, match="you cannot decide on a request that you made"):
        decides(one.context, signed_in(one.context, OTHER), "role")
    decides(one.context, signed_in(one.context, "Admin 3"), "role")


def test_no_account_is_changed_by_another_account_of_its_person(one: District) -> None:
    with pytest.raises(AccountRefused, match="you cannot do this to your own account"):
        service_invitations.set_roles(one.context, FIRST, 2, [AccountRole.AUDITOR], "a test")
    with pytest.raises(AccountRefused, match="you cannot do this to your own account"):
        service_invitations.suspend(one.context, SECOND, 1, "a test")


def test_no_closure_passes_with_two_phones_of_one_person(one: District) -> None:
    tip_id = one.tell(urgency=1)
    with one.database.writing() as session:
        first, second = (
            service_closing.by_responder(phone.id)
            for phone in tables_accounts.phones_of(session, PERSON)
        )
        tip = session.get_one(Tip, tip_id)
        assert not service_closing.may_confirm(session, tip, first.name, second.name)
    requests_closure(one.context, tip_id, TipOutcome.NOT_FOUND, first)
    with pytest.raises(EndRefused) as refused:
        confirm(one.context, tip_id, second)
    assert refused.value.stop == ClosureRefusal.SAME_PERSON


@pytest.mark.parametrize(
    ("by", "may"),
    [
        (Actor(NAME, 1), False),
        (Actor("Renamed", 2), False),
        (Actor(" national 1 "), False),
        (Actor("Admin 3", 3), True),
        (Actor("alice"), False),
        (Actor("Alicia"), True),
    ],
)
def test_no_one_publishes_alone_with_two_accounts(by: Actor, may: bool, one: District) -> None:
    """Two accounts count as one person if they belong to the same person. People at the command line have no account
    and are compared by their names."""
    hands = (Actor(NAME, 1), Actor("Alice"))
    with one.database.reading() as session:
        assert service_drafts.may_publish(session, by, hands) is may


def test_two_names_of_one_person_cannot_use_passphrase(one: District) -> None:
    decrypt_access.make_desks(one.context, "correct horse", costs=QUICK)
    both, new = TwoPeople(NAME, OTHER), NewDesk("rusumo", DeskKind.BORDER, "Rusumo")
    with (
        one.database.reading() as session,
        pytest.raises(DeskRefused, match="two people must enter"),
    ):
        decrypt_passphrase.wrapped_desk(session, NATIONAL, both)
    with pytest.raises(DeskRefused, match="two people must enter"):
        service_desks.add_desk(one.context, new, passphrase="correct horse", by=both, reason="new")


def test_removing_a_person_ends_every_phone_account_and_contact(one: District) -> None:
    """After the person was removed, the desks need a new key. Two people together can make both phones of the person
    active again."""
    decrypt_access.make_desks(one.context, "correct horse", costs=QUICK)
    one.man_desks()
    for name, number in ((NAME, "+250788000301"), ("Admin 3", "+250788000302")):
        service_alarms.add_contact(one.context, name, number, "en", by="Alice")
    with one.database.writing() as session:
        (first, second) = (row.id for row in tables.phones_of(session, PERSON))
        for member in (of_responder(first), of_account(2)):
            tables_desks.store_key(session, NATIONAL, member, b"key", one.clock())
    service_removal.remove_responder(
        one.context, str(second), second="Bob", by="Alice", reason="left"
    )
    with one.database.reading() as session:
        phones = tables.phones_of(session, PERSON)
        assert not any(row.active or tables.current_memberships(session, row.id) for row in phones)
        assert [tables_accounts.get_account(session, id).state for id in (1, 2, 3)] == [
            "ended",
            "ended",
            "active",
        ]
        assert [row.name for row in gateway_queries.on_call_contacts(session)] == ["Admin 3"]
        assert tables_desks.get_desk(session, NATIONAL).copied_since is not None
        assert not tables_desks.members_of_desk(session, NATIONAL)
    service_leaves.bring_back(
        one.context, str(first), number=None, second="Bob", by="Alice", reason="a mistake"
    )
    with one.database.reading() as session:
        assert all(row.active for row in tables.phones_of(session, PERSON))


def test_two_phones_count_as_one_national_desk_member(one: District) -> None:
    one.enrol(Level.NATIONAL)
    with one.database.reading() as session:
        assert active_national(queries_people.members(session), one.clock()) == 2
        (first, _) = tables.phones_of(session, PERSON)
        assert service_removal.national_desk_without(session, first, one.clock()) == (1, True)


def test_an_excluded_person_sees_the_tip_by_no_phone_and_no_account(one: District) -> None:
    tip_id = one.tell(urgency=1)
    target = ExclusionTarget(person=OTHER)
    service_desk_commands.exclude(
        one.context, tip_id, target, ExclusionReason.NAMED, by="Alice", reason="a test"
    )
    with one.database.reading() as session:
        for row in tables.phones_of(session, PERSON):
            viewer = responder_viewer(session, row.id)
            assert not queries_visible.is_visible(session, tip_id, viewer)
        for id, sees in ((1, False), (2, False), (3, True)):
            account = tables_accounts.get_account(session, id)
            viewer = person_viewer(session, account.person_id, frozenset({NATIONAL}))
            assert queries_visible.is_visible(session, tip_id, viewer) is sees
