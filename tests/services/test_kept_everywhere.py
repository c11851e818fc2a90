"""R6: every question about tips that is asked for somebody takes one condition, and this walks them all.

A function of the store that asks for tips, or for what hangs on them, is in one of two tables: `WAYS`, which are tried
with a person, a desk and an official's district; or `FOR_NOBODY`, with the reason why nobody's eyes are meant.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import hotline
from hotline.domain.call_back import CallBackState
from hotline.domain.desk.desks import DeskKind
from hotline.domain.referrals.referral import Level
from hotline.domain.sms.reply import Verb
from hotline.domain.tip import NATIONAL
from hotline.domain.tips.acts import Act, Acted, Way
from hotline.domain.tips.likely import LikelyPair, LinkReason
from hotline.domain.tips.wanted import TipFilter, TipStanding
from hotline.errors import NotFound
from hotline.services.referrals import casework
from hotline.services.tips import keeping_from
from hotline.services.tips.keeping_from import KeptFrom
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.cases import case_overview
from hotline.store.cases.case_people import PossibleVictim
from hotline.store.database import Session
from hotline.store.desk.desks import Desk
from hotline.store.outbox.messages import Referral
from hotline.store.people import memberships
from hotline.store.people.responders import Responder
from hotline.store.referrals import asked_back, erasures, known_cases, referrals
from hotline.store.referrals.asked_back import AskedBack
from hotline.store.referrals.desk_pages import owed, tip_pages
from hotline.store.referrals.tip_overview import Wanted, tip_overviews
from hotline.store.tips import call_backs, links, sketches, visible
from hotline.store.tips.call_backs import CallBack
from hotline.store.tips.exclusions import ExclusionReason
from hotline.store.tips.sketches import TipSketch
from hotline.store.tips.tips import Grant, Tip
from hotline.store.tips.visible import Viewer, of_account, of_responder
from tests.builders import NOON
from tests.district import District
from tests.helping import offered_by
from tests.services.for_nobody import FOR_NOBODY, ROWS

HE, COLLEAGUE, DESK = 1, 2, 3
HERE = "12"
KEPT, OTHERS = frozenset({1, 3}), frozenset({2, 4})
"""Tips that he is kept from, and tips like them that he is not. Of 3 and 4 a colleague was quicker."""
ALL = TipFilter(standing=TipStanding.ALL)
SIGNED = {"by": "Alice", "reason": "the caller names him"}
SOON, AGO = NOON + timedelta(minutes=10), NOON - timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom a question is asked."""

    session: Session
    viewer: Viewer

    def tips(self, names: object) -> set[int]:
        """The tips of references."""
        rows = self.session.execute(select(Referral.reference, Referral.tip_id))
        known = set(names) if isinstance(names, (list, tuple, set, frozenset)) else set()
        return {tip_id for name, tip_id in rows if name in known}

    @property
    def hers(self) -> list[tuple[str, int]]:
        rows = select(Referral.reference, Referral.tip_id).where(Referral.responder_id == HE)
        return [(name, tip_id) for name, tip_id in self.session.execute(rows)]


def listed(one: Asker) -> set[int]:
    return {found.tip.id for found in tip_overviews(one.session, Wanted(viewer=one.viewer))}


def of_the_same_phone(one: Asker) -> set[int]:
    """All four are of one phone: each that she may know of is counted beside the others."""
    found = tip_overviews(one.session, Wanted(viewer=one.viewer, before=5, limit=4))
    seen = {standing.tip.id for standing in found}
    counted = {standing.same_contact + 1 for standing in found}
    return seen if counted <= {len(seen)} else {1, 2, 3, 4}


def answered_by_sms(one: Asker) -> set[int]:
    names = known_cases.of_responder(one.session, HE, AGO)
    return one.tips([*names.open, *names.also])


def by_reference(one: Asker) -> set[int]:
    found = (referrals.of_responder(one.session, HE, name) for name, _ in one.hers)
    return {row.tip_id for row in found if row is not None}


def told_of_an_answer(one: Asker) -> set[int]:
    def told(tip_id: int) -> set[int]:
        row = AskedBack(tip_id=tip_id, desk=HERE)
        return {who.responder_id for who in asked_back.recipients(one.session, row, NOON)}

    return {tip_id for tip_id in (*KEPT, *OTHERS) if HE in told(tip_id)}


def told_of_a_wish(one: Asker) -> set[int]:
    def told(tip_id: int) -> set[int]:
        tip = one.session.get_one(Tip, tip_id)
        return {who.responder_id for who in erasures.told(one.session, tip, NOON)}

    return {tip_id for tip_id in (*KEPT, *OTHERS) if HE in told(tip_id)}


def call_backs_of(one: Asker) -> set[int]:
    return {row.tip_id for row in call_backs.everyone(one.session, one.viewer)}


def linked(one: Asker) -> set[int]:
    """Each is linked to the next."""
    found = (links.of_tip(one.session, tip_id, one.viewer) for tip_id in (*KEPT, *OTHERS))
    return {beside.tip_id for some in found for beside in some}


def told_to_be_like(one: Asker) -> set[int]:
    def name(tip_id: int) -> str | None:
        return known_cases.known_as(one.session, HE, [tip_id])

    return {tip_id for tip_id in (*KEPT, *OTHERS) if name(tip_id) is not None}


def there(one: Asker) -> set[int]:
    every = (*KEPT, *OTHERS)
    return {tip_id for tip_id in every if visible.is_visible(one.session, tip_id, one.viewer)}


def on_pages(one: Asker) -> set[int]:
    """Of the console: the list, and one tip."""
    every = tip_pages.page(one.session, one.viewer, ALL, before=None, limit=9)
    return {tip.id for tip in every} & {
        tip_id for tip_id in (*KEPT, *OTHERS) if _opens(one, tip_id)
    }


def _opens(one: Asker, tip_id: int) -> bool:
    try:
        return tip_pages.seen(one.session, one.viewer, tip_id).id == tip_id
    except NotFound:
        return False


def beside_on_its_page(one: Asker) -> set[int]:
    """Of a tip that each viewer may know of, and itself."""
    return {2, *tip_pages.linked(one.session, one.viewer, one.session.get_one(Tip, 2))}


def owing(one: Asker) -> set[int]:
    return {tip.id for tip in owed.owing(one.session, one.viewer, 9)}


def counted_beside(one: Asker) -> set[int]:
    second = one.session.get_one(Tip, 2)
    count = tip_pages.linked_counts(one.session, one.viewer, [second])[2]
    return {3: {*KEPT, *OTHERS}, 1: set(OTHERS)}.get(count, set())


def cases_of(one: Asker) -> set[int]:
    wanted = case_overview.CasesWanted(one.viewer)
    return {found.tip.id for found in case_overview.cases(one.session, wanted)}


WAYS: Mapping[str, Callable[[Asker], set[int]]] = {
    "cases/case_overview.cases": cases_of,
    "referrals/tip_overview._tips": listed,
    "referrals/tip_overview._by_contact": of_the_same_phone,
    "referrals/known_cases.of_responder": answered_by_sms,
    "referrals/known_cases.tips_of": lambda one: {
        tip.id for _, tip in known_cases.tips_of(one.session, HE)
    },
    "referrals/known_cases.followed": lambda one: {
        tip.id for _, tip in known_cases.followed(one.session, HE)
    },
    "referrals/known_cases.held": lambda one: one.tips(known_cases.held(one.session, HE, SOON)),
    "referrals/referrals.told_of": lambda one: set(referrals.told_of(one.session, HE)),
    "referrals/referrals.of_responder": by_reference,
    "referrals/referrals.quicker": lambda one: one.tips(referrals.quicker(one.session, HE)),
    "referrals/referrals.open_references": lambda one: one.tips(
        referrals.open_references(one.session, HE, NOON)
    ),
    "referrals/asked_back.recipients": told_of_an_answer,
    "referrals/erasures.told": told_of_a_wish,
    "referrals/desk_pages/owed.owing": owing,
    "referrals/desk_pages/tip_pages._seen": on_pages,
    "referrals/desk_pages/tip_pages.known": lambda one: set(
        tip_pages.known(one.session, one.viewer, [*KEPT, *OTHERS])
    ),
    "referrals/desk_pages/tip_pages.linked": beside_on_its_page,
    "referrals/desk_pages/tip_pages.linked_counts": counted_beside,
    "tips/call_backs.everyone": call_backs_of,
    "tips/links.of_tip": linked,
    "tips/sketches.is_compared": lambda one: {
        tip_id
        for tip_id in (*KEPT, *OTHERS)
        if sketches.is_compared(one.session, tip_id, one.viewer)
    },
    "tips/sketches.newest": lambda one: {
        row.tip_id for row in sketches.newest(one.session, HERE, one.viewer, since=AGO, limit=9)
    },
    "referrals/known_cases.known_as": told_to_be_like,
    "tips/visible.is_visible": there,
}
BY_DESK = {"tips/visible.with_grant"}
"""What a desk is asked for; tried where a desk or a district is kept out."""


@pytest.fixture
def told(district: District) -> District:
    """Four tips of district 12 and of one phone, all told to him; of the last two a colleague was quicker."""
    for level in (Level.RESPONDER, Level.COORDINATOR, Level.NATIONAL, Level.NATIONAL):
        district.enrol(level, districts=() if level is Level.NATIONAL else (HERE,))
    district.numbers = iter(range(50, 90))
    with district.database.writing() as session:
        for code in (HERE, NATIONAL):
            session.add(Desk(code=code, public_key=b"k" * 32, created_at=NOON))
    for _ in range(4):
        tip_id = district.tell(urgency=3)
        with district.database.writing() as session:
            _hang_on(session, tip_id)
    with district.database.writing() as session:
        pairs = [LikelyPair(one, one + 1, LinkReason.CONTACT) for one in (1, 2, 3)]
        links.keep(session, pairs, "line", NOON)
    return district


def _hang_on(session: Session, tip_id: int) -> None:
    for code in (HERE, NATIONAL):
        session.add(Grant(tip_id=tip_id, desk_code=code, sealed_key=b"key"))
    session.add(TipSketch(tip_id=tip_id, desk_code=HERE, body=b"sketch", at=NOON))
    session.add(
        CallBack(
            tip_id=tip_id,
            uid=f"{tip_id:032}",
            state=CallBackState.WAITING,
            body=b"",
            sealed_key=b"",
            opens_at=NOON,
            closes_at=NOON,
            asked_at=NOON,
        )
    )
    offered_by(session, tip_id, HE, NOON)
    session.add(PossibleVictim(tip_id=tip_id, n=1, met_at=NOON, due_at=NOON, rung=1))
    (his,) = session.scalars(select(Referral).where(Referral.tip_id == tip_id)).all()
    assert his.responder_id == HE
    his.acknowledged_at = NOON + timedelta(minutes=3)
    if tip_id > 2:
        hers = Referral(
            tip_id=tip_id,
            step=0,
            responder_id=COLLEAGUE,
            reference=f"Q{tip_id}Q{tip_id}",
            state="acknowledged",
            created_at=NOON,
            acknowledged_at=NOON + timedelta(minutes=1),
        )
        session.add(hers)


def _person(district: District, tip_id: int) -> None:
    him = KeptFrom(person=str(HE))
    keeping_from.keep_from(district.kit, tip_id, him, ExclusionReason.NAMED, **SIGNED)


def _desk(district: District, tip_id: int) -> None:
    here = KeptFrom(desk=HERE)
    keeping_from.keep_from(district.kit, tip_id, here, ExclusionReason.ASKED, **SIGNED)


def _camp(district: District, tip_id: int) -> None:
    """He is of that desk too."""
    with district.database.writing() as session:
        if session.get(Desk, CAMP) is None:
            row = {"kind": DeskKind.PROTECTION, "place": "31c1", "public_key": b"k" * 32}
            session.add(Desk(code=CAMP, created_at=NOON, **row))
            him = session.get_one(Responder, HE)
            both = {HERE: Level.RESPONDER, CAMP: Level.COORDINATOR}
            memberships.place(session, him, both, [], NOON)
    there = KeptFrom(desk=CAMP)
    keeping_from.keep_from(district.kit, tip_id, there, ExclusionReason.ASKED, **SIGNED)


def _official(district: District, tip_id: int) -> None:
    """Said so afterwards, and nothing was released or sealed anew yet."""
    district.change(Tip, tip_id, official="unsure")


CAMP = "camp-desk"
PERSON = "a person who is named"
KEEPS: Mapping[str, Callable[[District, int], None]] = {
    PERSON: _person,
    "a desk that nobody trusts": _desk,
    CAMP: _camp,
    "the district of an official's tip": _official,
}
HELD_ALONE = {"referrals/known_cases.held": {1, 2}, "referrals/referrals.quicker": {3, 4}}
"""What a question is about, where it is not about all four."""


def seen(district: District, viewer: Callable[[Session], Viewer]) -> Mapping[str, set[int]]:
    with district.database.writing() as session:
        one = Asker(session, viewer(session))
        return {name: ask(one) for name, ask in WAYS.items()}


def he(session: Session) -> Viewer:
    return of_responder(session, HE)


def his_account(session: Session) -> Viewer:
    return of_account(session, ConsoleAccount(responder_id=HE), frozenset({HERE, NATIONAL}))


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(one, marks=pytest.mark.turn("from whom a tip is kept", mine, len(KEEPS)))
        for mine, one in enumerate(KEEPS)
    ],
)
def test_r6_each_way_to_a_tip_is_closed_to_whom_it_is_kept_from(kept: str, told: District) -> None:
    """By his phone and by the account that was joined to him. The nation goes on knowing all of it."""
    every = {name: HELD_ALONE.get(name, {*KEPT, *OTHERS}) for name in WAYS}
    assert seen(told, he) == every
    assert seen(told, his_account) == every
    for tip_id in KEPT:
        KEEPS[kept](told, tip_id)
    left = {name: tips - KEPT for name, tips in every.items()}
    assert seen(told, he) == left
    assert seen(told, his_account) == left

    by_desk = set() if kept in (PERSON, CAMP) else KEPT
    with told.database.reading() as session:
        for tip_id in (*KEPT, *OTHERS):
            assert (visible.with_grant(session, tip_id, HERE)[1] is None) == (tip_id in by_desk)
            assert visible.with_grant(session, tip_id, NATIONAL)[1] is not None
        nation = tip_overviews(session, Wanted(viewer=visible.of_desk(NATIONAL)))
        assert {one.tip.id for one in nation} == {*KEPT, *OTHERS}
    _no_verb_does_anything(told)


def _no_verb_does_anything(told: District) -> None:
    with told.database.reading() as session:
        name = next(name for name, tip_id in Asker(session, he(session)).hers if tip_id == 1)
    for verb in set(Verb) - {Verb.HELP}:
        with told.database.writing() as session:
            done = casework.act(session, told.kit, Act(HE, name, verb, Way.USSD, NOON))
        assert done.result is Acted.UNKNOWN, verb


def test_r6_somebody_of_the_national_desk_who_is_named_is_asked_nothing(told: District) -> None:
    """Of a wish to erase, and of a call: the others of the desk are."""
    person = KeptFrom(person=str(DESK))
    keeping_from.keep_from(told.kit, 1, person, ExclusionReason.NAMED, **SIGNED)
    with told.database.reading() as session:
        for tip_id, people in ((1, [DESK + 1]), (2, [DESK, DESK + 1])):
            tip = session.get_one(Tip, tip_id)
            asked = erasures.deciding(session, tip, NOON)
            assert [one.responder_id for one in asked] == people
            assert [one.id for one in call_backs.desk_people(session, NOON, tip_id)] == people
        assert listed(Asker(session, of_responder(session, DESK))) == {2, 3, 4}


def test_every_question_of_the_store_is_walked_or_says_why_not() -> None:
    root = Path(hotline.__file__).parent / "store"
    asked = set()
    for path in root.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        where = path.relative_to(root).with_suffix("").as_posix()
        for one in ast.parse(path.read_text()).body:
            if isinstance(one, ast.FunctionDef) and _asks(one):
                asked.add(f"{where}.{one.name}")
    tables = [*WAYS, *BY_DESK, *FOR_NOBODY]
    assert sorted(tables) == sorted(asked)


def test_no_page_lists_tips_without_saying_for_whom() -> None:
    root = Path(hotline.__file__).parent / "web"
    for path in root.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "Wanted":
                assert "viewer" in {keyword.arg for keyword in call.keywords}, path


def _asks(one: ast.FunctionDef) -> bool:
    names = {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
    return bool(names & ROWS) and bool(names & {"select", "exists"})
