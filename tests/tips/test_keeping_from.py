"""Tests exclusions: a tip is hidden from an official's district, from a person named in the tip, or from a desk that
the caller does not trust."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from hotline.alerts import queries, queries_references, service_assignment
from hotline.cases import service_desk_commands
from hotline.cases.queries import TipListFilter, tip_overviews
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.core.actors import AccountRole, SignedIn
from hotline.gateway.tables import Message
from hotline.people.rules import Level, kind_of, of_account
from hotline.people.tables import Person, Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_desks import Desk, DeskMember
from hotline.text.errors import EndRefused, NotFound
from hotline.text.places import NATIONAL
from hotline.tips import queries_visible
from hotline.tips.queries_visible import ExcludedParty, ExclusionReason, desk_viewer
from hotline.tips.tables import Grant, Tip
from tests.support.builders import NOON, make_account
from tests.support.deciding import decides, responder_viewer, signed_in
from tests.support.district import District

SIGNED = {"by": "Alice", "reason": "the caller names him"}
HIM, COLLEAGUE, NATION = 1, 2, 3
AGO = NOON - timedelta(days=30)


def grant(district: District, tip_id: int, *desks: str) -> None:
    with district.database.writing() as session:
        for code in desks:
            session.add(Grant(tip_id=tip_id, desk_code=code, encrypted_key=b"key"))


@pytest.fixture
def hidden(district: District) -> District:
    """Returns a district with two tips from one phone. The first responder was alerted about tip 1."""
    for level in (Level.RESPONDER, Level.COORDINATOR, Level.NATIONAL, Level.NATIONAL):
        district.enrol(level)
    district.numbers = iter(range(50, 90))
    with district.database.writing() as session:
        for code in ("12", NATIONAL):
            session.add(Desk(code=code, kind=kind_of(code), public_key=b"k" * 32, created_at=NOON))
    for _ in range(2):
        grant(district, district.tell(urgency=3), "12", NATIONAL)
    return district


def exclude(hidden: District, tip_id: int = 1, /, **target: str) -> None:
    reason = ExclusionReason.NAMED if "person" in target else ExclusionReason.ASKED
    service_desk_commands.exclude(
        hidden.context, tip_id, ExclusionTarget(**target), reason, **SIGNED
    )


def seen(district: District, who: int) -> Mapping[str, bool]:
    """Returns one value for each query that could find tip 1: True if this responder, or the responder's desk, finds
    tip 1."""
    with district.database.reading() as session:
        at = district.clock()
        hers = responder_viewer(session, who)
        names = queries_references.known_cases(session, who, AGO)
        listed = tip_overviews(session, TipListFilter(viewer=hers))
        other = [one for one in listed if one.tip.id == 2]
        by_name = {name for name, tip in queries_references.open_tips(session, who) if tip.id == 1}
        return {
            "list": 1 in {one.tip.id for one in listed},
            "count of the same phone": bool(other and other[0].same_contact),
            "one page of the list": bool(
                tip_overviews(session, TipListFilter(viewer=hers, before=2, limit=1))
            ),
            "search by urgency": 1
            in {
                one.tip.id for one in tip_overviews(session, TipListFilter(viewer=hers, urgency=3))
            },
            "open cases": 1 in queries.open_tips_of(session, who),
            "cases by name": bool(by_name),
            "answers by SMS": len({*names.open, *names.also}) > 1,
            "list of the entry": len(queries_references.open_references(session, who, at)) > 1,
        }


@pytest.mark.adversary("a colleague named in a tip")
def test_excluded_person_finds_tip_nowhere(hidden: District) -> None:
    assert all(seen(hidden, HIM).values())
    exclude(hidden, person=str(HIM))
    assert not any(seen(hidden, HIM).values()), seen(hidden, HIM)
    assert seen(hidden, NATION)["list"]


def test_exclusion_passes_case_on_and_stops_messages(hidden: District) -> None:
    assert (0, HIM) in hidden.told(1)
    exclude(hidden, person=str(HIM))
    assert [who for _, who in hidden.told(1)] == [HIM, COLLEAGUE]
    waiting = [
        row for row in hidden.all(Message) if row.responder_id == HIM and row.state == "pending"
    ]
    assert {row.assignment_id for row in waiting} == {2}

    for _ in range(6):
        hidden.clock.turn(minutes=60 * 24)
        service_assignment.fire_deadlines(hidden.context)
    assert [who for _, who in hidden.told(1)].count(HIM) == 1


def test_reference_of_excluded_responder_stops_working(hidden: District) -> None:
    with hidden.database.writing() as session:
        name = queries.references_by_responder(session, [1])[1, HIM]
        assert queries.locked_assignment(session, HIM, name) is not None
    exclude(hidden, person=str(HIM))
    with hidden.database.writing() as session:
        assert queries.locked_assignment(session, HIM, name) is None


def test_excluded_desk_loses_tip_and_national_desk_is_alerted(hidden: District) -> None:
    exclude(hidden, desk="12")
    for who in (HIM, COLLEAGUE):
        assert not any(seen(hidden, who).values()), who
    assert hidden.told(1)[-1][1] in (NATION, NATION + 1)
    with hidden.database.reading() as session:
        assert [
            one.tip.id for one in tip_overviews(session, TipListFilter(viewer=desk_viewer("12")))
        ] == [2]
        assert queries_visible.tip_with_grant(session, 1, "12")[1] is None
        assert queries_visible.tip_with_grant(session, 1, NATIONAL)[1] is not None


@pytest.mark.adversary("a corrupt responder")
def test_tip_that_names_official_is_hidden_from_district(hidden: District) -> None:
    """The district gets nothing even if it had access before the official was named."""
    with hidden.database.writing() as session:
        session.get_one(Tip, 1).official = "unsure"
    with hidden.database.reading() as session:
        for viewer in (desk_viewer("12"), responder_viewer(session, COLLEAGUE)):
            found = tip_overviews(session, TipListFilter(viewer=viewer))
            assert [(one.tip.id, one.same_contact) for one in found] == [(2, 0)]
        assert queries_visible.tip_with_grant(session, 1, "12")[1] is None
        nation = tip_overviews(session, TipListFilter(viewer=desk_viewer(NATIONAL)))
        assert [one.tip.id for one in nation] == [2, 1]


def lift(hidden: District) -> SignedIn:
    """Ends the exclusions of tip 1: one person asks, and a second person approves. Returns the person who asks."""
    alice, bob = (signed_in(hidden.context, one, AccountRole.NATIONAL) for one in ("Alice", "Bob"))
    with hidden.database.writing() as session:
        for one in (alice, bob):
            seat = {"desk_code": NATIONAL, "member": of_account(one.account_id)}
            session.get_one(ConsoleAccount, one.account_id).public_key = b"k" * 32
            session.add(DeskMember(wrapped_key=b"key", created_at=NOON, **seat))
        rows = [row.id for row in queries_visible.current_exclusions(session, 1)]
    for row in rows:
        service_desk_commands.request_lift(hidden.context, alice, 1, row, "a test")
        decides(hidden.context, bob, "lift")
    return alice


@pytest.mark.adversary("a colleague named in a tip")
def test_two_people_lift_an_exclusion(hidden: District) -> None:
    exclude(hidden, person=str(HIM))
    alice = lift(hidden)
    assert seen(hidden, HIM)["list"]
    with pytest.raises(NotFound):
        service_desk_commands.request_lift(hidden.context, alice, 1, 1, "a test")


def test_name_of_responder_and_account_excludes_both(hidden: District) -> None:
    """The account is not linked to the responder, so each of them gets an exclusion. Later tips from the phone that
    reported tip 1 get the same exclusions."""
    name = hidden.responder(HIM).name
    with hidden.database.writing() as session:
        account = make_account(name, "desk")
        session.add(account)
    exclude(hidden, person=name)
    both = [
        ExcludedParty(person_id=hidden.responder(HIM).person_id),
        ExcludedParty(person_id=account.person_id),
    ]
    with hidden.database.writing() as session:
        assert [one.party for one in queries_visible.current_exclusions(session, 1)] == both
        queries_visible.copy_exclusions(session, 1, 2, "line", NOON)
        assert [one.party for one in queries_visible.current_exclusions(session, 2)] == both
        assert queries_visible.copy_exclusions(session, 1, 2, "line", NOON) == []
    with pytest.raises(EndRefused, match="already"):
        exclude(hidden, person=name)
    lift(hidden)
    with hidden.database.reading() as session:
        assert queries_visible.current_exclusions(session, 1) == []


def test_excluded_account_excludes_its_responder(hidden: District) -> None:
    with hidden.database.writing() as session:
        him = session.get_one(Person, session.get_one(Responder, HIM).person_id)
        session.add(make_account("Desk 9", "desk", person=him))
    exclude(hidden, person="Desk 9")
    assert not any(seen(hidden, HIM).values())


def test_exclusion_accepts_desk_name(hidden: District) -> None:
    for tip_id, typed in ((1, "Gasabo"), (2, "gasabo")):
        exclude(hidden, tip_id, desk=typed)
        with hidden.database.reading() as session:
            (row,) = queries_visible.current_exclusions(session, tip_id)
            assert row.desk_code == "12"


def test_unknown_target_cannot_be_excluded(hidden: District) -> None:
    for target in ({"person": "Nobody"}, {"desk": NATIONAL}, {"desk": "99"}, {}):
        with pytest.raises(NotFound):
            exclude(hidden, **target)
