"""Who must not know of a tip: an official's district, whoever is named in it, whom its teller does not trust."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from hotline.domain.accounts.account import AccountRole, Actor, entered_as
from hotline.domain.desk.desks import of_account
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL
from hotline.errors import EndRefused, NotFound
from hotline.services.referrals import referral
from hotline.services.tips import keeping_from
from hotline.services.tips.keeping_from import KeptFrom
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.database import Session
from hotline.store.desk.desks import Desk, DeskMember
from hotline.store.outbox.messages import Message
from hotline.store.referrals import known_cases, referrals
from hotline.store.referrals.tip_overview import Wanted, tip_overviews
from hotline.store.tips import visible
from hotline.store.tips.tips import Grant, Tip
from hotline.store.tips.visible import Excluded, ExclusionReason, of_desk, of_responder
from tests.builders import NOON
from tests.deciding import decides, signed_in
from tests.district import District

SIGNED = {"by": "Alice", "reason": "the caller names him"}
HIM, COLLEAGUE, NATION = 1, 2, 3
AGO = NOON - timedelta(days=30)


def grant(district: District, tip_id: int, *desks: str) -> None:
    with district.database.writing() as session:
        for code in desks:
            session.add(Grant(tip_id=tip_id, desk_code=code, sealed_key=b"key"))


@pytest.fixture
def told(district: District) -> District:
    """Tip 1 of district 12: the first of two there was told. Another tip of the same phone."""
    for level in (Level.RESPONDER, Level.COORDINATOR, Level.NATIONAL, Level.NATIONAL):
        district.enrol(level, districts=() if level is Level.NATIONAL else ("12",))
    district.numbers = iter(range(50, 90))
    with district.database.writing() as session:
        for code in ("12", NATIONAL):
            session.add(Desk(code=code, public_key=b"k" * 32, created_at=NOON))
    for _ in range(2):
        grant(district, district.tell(urgency=3), "12", NATIONAL)
    return district


def reference(district: District, session: Session, who: int) -> str:
    return str(referrals.references_of(session, [1])[1, who])


def seen(district: District, who: int) -> Mapping[str, bool]:
    """Of each way by which a responder, or her desk, may learn of tip 1: whether she does."""
    with district.database.reading() as session:
        at = district.clock()
        hers, names = of_responder(session, who), known_cases.of_responder(session, who, AGO)
        listed = tip_overviews(session, Wanted(viewer=hers))
        other = [one for one in listed if one.tip.id == 2]
        by_name = {name for name, tip in known_cases.tips_of(session, who) if tip.id == 1}
        return {
            "list": 1 in {one.tip.id for one in listed},
            "count of the same phone": bool(other and other[0].same_contact),
            "one page of the list": bool(
                tip_overviews(session, Wanted(viewer=hers, before=2, limit=1))
            ),
            "search by urgency": 1
            in {one.tip.id for one in tip_overviews(session, Wanted(viewer=hers, urgency=3))},
            "open cases": 1 in referrals.told_of(session, who),
            "cases by name": bool(by_name),
            "answers by SMS": len({*names.open, *names.also}) > 1,
            "list of the entry": len(known_cases.open_references(session, who, at)) > 1,
        }


def test_a_person_who_is_named_finds_it_nowhere(told: District) -> None:
    assert all(seen(told, HIM).values())
    keeping_from.keep_from(told.kit, 1, KeptFrom(person=str(HIM)), ExclusionReason.NAMED, **SIGNED)
    assert not any(seen(told, HIM).values()), seen(told, HIM)
    assert seen(told, NATION)["list"]


def test_what_he_had_to_do_goes_on_to_others_and_nothing_more_goes_to_him(told: District) -> None:
    assert (0, HIM) in told.told(1)
    keeping_from.keep_from(told.kit, 1, KeptFrom(person=str(HIM)), ExclusionReason.NAMED, **SIGNED)
    assert [who for _, who in told.told(1)] == [HIM, COLLEAGUE]
    waiting = [
        row for row in told.all(Message) if row.responder_id == HIM and row.state == "pending"
    ]
    assert {row.referral_id for row in waiting} == {2}

    for _ in range(6):
        told.clock.turn(minutes=60 * 24)
        referral.fire_deadlines(told.kit)
    assert [who for _, who in told.told(1)].count(HIM) == 1


def test_a_reference_that_he_was_given_opens_nothing_more(told: District) -> None:
    with told.database.writing() as session:
        name = reference(told, session, HIM)
        assert referrals.of_responder(session, HIM, name) is not None
    keeping_from.keep_from(told.kit, 1, KeptFrom(person=str(HIM)), ExclusionReason.NAMED, **SIGNED)
    with told.database.writing() as session:
        assert referrals.of_responder(session, HIM, name) is None


def test_a_desk_that_nobody_trusts_knows_nothing_and_the_nation_is_told(told: District) -> None:
    keeping_from.keep_from(told.kit, 1, KeptFrom(desk="12"), ExclusionReason.ASKED, **SIGNED)
    for who in (HIM, COLLEAGUE):
        assert not any(seen(told, who).values()), who
    assert told.told(1)[-1][1] in (NATION, NATION + 1)
    with told.database.reading() as session:
        assert [one.tip.id for one in tip_overviews(session, Wanted(viewer=of_desk("12")))] == [2]
        assert visible.with_grant(session, 1, "12")[1] is None
        assert visible.with_grant(session, 1, NATIONAL)[1] is not None


def test_an_official_s_tip_gives_its_district_nothing(told: District) -> None:
    """Also where something was sealed to the district before the official was named."""
    with told.database.writing() as session:
        session.get_one(Tip, 1).official = "unsure"
    with told.database.reading() as session:
        for viewer in (of_desk("12"), of_responder(session, COLLEAGUE)):
            found = tip_overviews(session, Wanted(viewer=viewer))
            assert [(one.tip.id, one.same_contact) for one in found] == [(2, 0)]
        assert visible.with_grant(session, 1, "12")[1] is None
        nation = tip_overviews(session, Wanted(viewer=of_desk(NATIONAL)))
        assert [one.tip.id for one in nation] == [2, 1]


def lift(told: District) -> None:
    """Gives access to tip 1 again to whom it is hidden from: one person asks, and another decides."""
    bob = signed_in(told.kit, "Bob", AccountRole.NATIONAL)
    seat = {"desk_code": NATIONAL, "member": of_account(bob.account_id)}
    with told.database.writing() as session:
        session.get_one(ConsoleAccount, bob.account_id).public_key = b"k" * 32
        session.add(DeskMember(wrapped_key=b"key", created_at=NOON, **seat))
        rows = [row.id for row in visible.standing(session, 1)]
    for row in rows:
        keeping_from.ask_lift(told.kit, Actor("Alice"), row, "a test")
        decides(told.kit, bob, "lift")


def test_two_people_let_him_know_again(told: District) -> None:
    him = KeptFrom(person=str(HIM))
    keeping_from.keep_from(told.kit, 1, him, ExclusionReason.NAMED, **SIGNED)
    lift(told)
    assert seen(told, HIM)["list"]
    with pytest.raises(NotFound):
        keeping_from.ask_lift(told.kit, Actor("Alice"), 1, "a test")


def test_a_name_of_a_responder_and_of_an_account_keeps_both_out_until_two_people_agree(
    told: District,
) -> None:
    """Nobody joined the two: each is kept from it, and the tips of that phone after it."""
    name = told.responder(HIM).name
    with told.database.writing() as session:
        account = {"shown": name, "roles": ["desk"], "language": "en", "state": "active"}
        session.add(ConsoleAccount(name=entered_as(name), created_at=NOON, **account))
    whom = KeptFrom(person=name)
    keeping_from.keep_from(told.kit, 1, whom, ExclusionReason.NAMED, **SIGNED)
    both = [Excluded(responder_id=HIM), Excluded(account_id=1)]
    with told.database.writing() as session:
        assert [one.whom for one in visible.standing(session, 1)] == both
        visible.carry(session, 1, 2, "line", NOON)
        assert [one.whom for one in visible.standing(session, 2)] == both
        assert visible.carry(session, 1, 2, "line", NOON) == []
    with pytest.raises(EndRefused, match="already"):
        keeping_from.keep_from(told.kit, 1, whom, ExclusionReason.NAMED, **SIGNED)
    lift(told)
    with told.database.reading() as session:
        assert visible.standing(session, 1) == []


def test_an_account_of_a_responder_is_that_responder(told: District) -> None:
    with told.database.writing() as session:
        account = {"shown": "Desk 9", "roles": ["desk"], "language": "en", "state": "active"}
        session.add(ConsoleAccount(name="desk 9", created_at=NOON, responder_id=HIM, **account))
    whom = KeptFrom(person="Desk 9")
    keeping_from.keep_from(told.kit, 1, whom, ExclusionReason.NAMED, **SIGNED)
    assert not any(seen(told, HIM).values())


@pytest.mark.parametrize("typed", ["12", "Gasabo", "gasabo"])
def test_a_desk_is_named_by_its_code_or_its_name(typed: str, told: District) -> None:
    keeping_from.keep_from(told.kit, 1, KeptFrom(desk=typed), ExclusionReason.ASKED, **SIGNED)
    with told.database.reading() as session:
        assert [one.desk_code for one in visible.standing(session, 1)] == ["12"]


@pytest.mark.parametrize(
    ("whom", "error"),
    [
        (KeptFrom(person="Nobody"), NotFound),
        (KeptFrom(desk=NATIONAL), NotFound),
        (KeptFrom(desk="99"), NotFound),
        (KeptFrom(), NotFound),
    ],
)
def test_from_whom_nothing_is_kept(whom: KeptFrom, error: type[Exception], told: District) -> None:
    with pytest.raises(error):
        keeping_from.keep_from(told.kit, 1, whom, ExclusionReason.ASKED, **SIGNED)
