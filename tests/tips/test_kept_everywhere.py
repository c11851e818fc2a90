"""R6: tests that every query of tips for a viewer applies the exclusions.

Each store function that reads tips, or rows of a tip, must be in `WAYS` or in `FOR_NO_ONE`. The functions in `WAYS`
return tips for one viewer, and are tested with an excluded person, an excluded desk and the district of an official.
`FOR_NO_ONE` gives the reason why its functions need no viewer.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import hotline
from hotline.alerts import service_commands
from hotline.alerts import tables as alerts_tables
from hotline.alerts.queries_retention import LegalHold
from hotline.alerts.rules_assignment import AssignmentState
from hotline.alerts.rules_replies import Command, CommandResult, Verb
from hotline.cases import service_desk_commands
from hotline.cases.queries import TipListFilter, tip_overviews
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.cases.tables_case_files import CaseFile
from hotline.core.database import Session
from hotline.gateway.tables import Assignment
from hotline.people import tables
from hotline.people.rules import DeskKind, Level, kind_of
from hotline.people.tables import Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_desks import Desk
from hotline.text.places import NATIONAL
from hotline.tips import queries, queries_visible, tables_persons
from hotline.tips.queries_visible import ExclusionReason, Viewer
from hotline.tips.rules import HOLD_REVIEWED
from hotline.tips.rules_events import EventChannel, LikelyPair, LinkReason
from hotline.tips.rules_receipts import CallBackState
from hotline.tips.tables import Grant, Tip
from hotline.tips.tables_persons import CallBack, PossibleVictim, ServiceRequest
from tests.support.builders import NOON, make_account, make_referral
from tests.support.deciding import merge_persons, person_viewer, responder_viewer
from tests.support.district import District
from tests.support.helping import offered_by
from tests.tips.for_no_one import FOR_NO_ONE, ROWS
from tests.tips.ways_to_tips import (
    BY_DESK,
    COLLEAGUE,
    DESK,
    HE,
    HERE,
    KEPT,
    OTHERS,
    WAYS,
    Asker,
    listed,
)

SIGNED = {"by": "Alice", "reason": "the caller names him"}


@pytest.fixture
def four(district: District) -> District:
    """Adds four tips from one phone in district 12 and alerts one responder about all four.

    A colleague of that responder took the last two of these tips.
    """
    for level in (Level.RESPONDER, Level.COORDINATOR, Level.NATIONAL, Level.NATIONAL):
        district.enrol(level)
    district.numbers = iter(range(50, 90))
    with district.database.writing() as session:
        for code in (HERE, NATIONAL):
            session.add(Desk(code=code, kind=kind_of(code), public_key=b"k" * 32, created_at=NOON))
    for _ in range(4):
        tip_id = district.tell(urgency=3)
        with district.database.writing() as session:
            _hang_on(session, tip_id)
    with district.database.writing() as session:
        pairs = [LikelyPair(one, one + 1, LinkReason.CONTACT) for one in (1, 2, 3)]
        queries.add_links(session, pairs, "line", NOON)
    return district


def _hang_on(session: Session, tip_id: int) -> None:
    for code in (HERE, NATIONAL):
        session.add(Grant(tip_id=tip_id, desk_code=code, encrypted_key=b"key"))
    session.add(
        CallBack(
            tip_id=tip_id,
            uid=f"{tip_id:032}",
            state=CallBackState.WAITING,
            body=b"",
            encrypted_key=b"",
            opens_at=NOON,
            closes_at=NOON,
            asked_at=NOON,
        )
    )
    session.get_one(Tip, tip_id).closure_requested_at = NOON
    session.add(
        CaseFile(tip_id=tip_id, basis="request", order_number="", asked_by="", asked_at=NOON)
    )
    held = {"placed_by": "Alice", "reason": "a trial", "placed_at": NOON - HOLD_REVIEWED}
    session.add(LegalHold(tip_id=tip_id, for_file=True, **held))
    offered_by(session, tip_id, HE, NOON)
    session.flush()
    (offer,) = tables_persons.offers_of(session, tip_id)
    asked = {"desk_code": HERE, "responder_id": HE, "reference": f"W{tip_id}W{tip_id}"}
    session.add(ServiceRequest(offered_id=offer.offered_id, asked_at=NOON, **asked))
    session.add(PossibleVictim(tip_id=tip_id, n=1, met_at=NOON, due_at=NOON, times=1))
    (his,) = session.scalars(select(Assignment).where(Assignment.tip_id == tip_id)).all()
    assert his.responder_id == HE
    his.acknowledged_at = NOON + timedelta(minutes=3)
    if tip_id > 2:
        hers = make_referral(
            tip_id=tip_id,
            responder_id=COLLEAGUE,
            reference=f"Q{tip_id}Q{tip_id}",
            state=AssignmentState.ACKNOWLEDGED,
            acknowledged_at=NOON + timedelta(minutes=1),
        )
        session.add(hers)


def _person(district: District, tip_id: int) -> None:
    him = ExclusionTarget(person=str(HE))
    service_desk_commands.exclude(district.context, tip_id, him, ExclusionReason.NAMED, **SIGNED)


def _desk(district: District, tip_id: int) -> None:
    here = ExclusionTarget(desk=HERE)
    service_desk_commands.exclude(district.context, tip_id, here, ExclusionReason.ASKED, **SIGNED)


def _camp(district: District, tip_id: int) -> None:
    """Excludes a camp's desk from the tip. The responder who was alerted is also a member of the camp's desk."""
    with district.database.writing() as session:
        if session.get(Desk, CAMP) is None:
            row = {"kind": DeskKind.PROTECTION, "place": "31c1", "public_key": b"k" * 32}
            session.add(Desk(code=CAMP, created_at=NOON, **row))
            him = session.get_one(Responder, HE)
            both = {HERE: Level.RESPONDER, CAMP: Level.COORDINATOR}
            tables.set_desks(session, him, both, [], NOON)
    there = ExclusionTarget(desk=CAMP)
    service_desk_commands.exclude(district.context, tip_id, there, ExclusionReason.ASKED, **SIGNED)


def _official(district: District, tip_id: int) -> None:
    """Marks the tip as one about an official after the district has already got access to the tip."""
    district.change(Tip, tip_id, official="unsure")


CAMP = "camp-desk"
PERSON = "a person who is named"
KEEPS: Mapping[str, Callable[[District, int], None]] = {
    PERSON: _person,
    "a desk that nobody trusts": _desk,
    CAMP: _camp,
    "the district of an official's tip": _official,
}


def seen(district: District, viewer: Callable[[Session], Viewer]) -> Mapping[str, set[int]]:
    with district.database.writing() as session:
        one = Asker(session, viewer(session))
        return {name: ask(one) for name, ask in WAYS.items()}


def he(session: Session) -> Viewer:
    return responder_viewer(session, HE)


def his_account(session: Session) -> Viewer:
    him = session.get_one(Responder, HE).person_id
    return person_viewer(session, him, frozenset({HERE, NATIONAL}))


@pytest.mark.row("R6")
@pytest.mark.parametrize("kept", KEEPS)
def test_r6_excluded_person_reaches_tip_by_no_query(kept: str, four: District) -> None:
    """The exclusion is valid for the responder's phone and for their account. The national desk still sees every
    tip."""
    every = {name: {*KEPT, *OTHERS} for name in WAYS}
    assert seen(four, he) == every
    assert seen(four, his_account) == every
    for tip_id in KEPT:
        KEEPS[kept](four, tip_id)
    left = {name: tips - KEPT for name, tips in every.items()}
    assert seen(four, he) == left
    assert seen(four, his_account) == left

    by_desk = set() if kept in (PERSON, CAMP) else KEPT
    with four.database.reading() as session:
        for tip_id in (*KEPT, *OTHERS):
            assert (queries_visible.tip_with_grant(session, tip_id, HERE)[1] is None) == (
                tip_id in by_desk
            )
            assert queries_visible.tip_with_grant(session, tip_id, NATIONAL)[1] is not None
        nation = tip_overviews(session, TipListFilter(viewer=queries_visible.desk_viewer(NATIONAL)))
        assert {one.tip.id for one in nation} == {*KEPT, *OTHERS}
    _no_verb_does_anything(four)


def _account(session: Session) -> ConsoleAccount:
    return session.scalars(select(ConsoleAccount).where(ConsoleAccount.name == "desk 9")).one()


@pytest.mark.row("R6")
def test_r6_excluded_account_reaches_tip_by_no_query(four: District) -> None:
    """At first, the account belongs to no responder. After it is linked to a responder, the exclusion is valid for the
    responder's phone too."""
    with four.database.writing() as session:
        session.add(make_account("Desk 9", "desk"))

    def its(session: Session) -> Viewer:
        return person_viewer(session, _account(session).person_id, frozenset({HERE, NATIONAL}))

    every = seen(four, its)
    nobody = seen(four, lambda _: Viewer(frozenset()))
    by_viewer = {name for name, tips in every.items() if nobody[name] != tips}
    assert "tips/queries_visible.is_visible" in by_viewer
    for tip_id in KEPT:
        whom = ExclusionTarget(person="DESK 9")
        service_desk_commands.exclude(four.context, tip_id, whom, ExclusionReason.NAMED, **SIGNED)
    left = {name: tips - KEPT if name in by_viewer else tips for name, tips in every.items()}
    assert seen(four, its) == left
    with four.database.writing() as session:
        assert queries_visible.excluded_responders(session, [1]) == {1: frozenset()}
        him = session.get_one(Responder, HE).person_id
        merge_persons(session, _account(session).person_id, him)
    assert not any(tips & KEPT for tips in seen(four, its).values())
    assert not any(tips & KEPT for tips in seen(four, he).values())
    with four.database.reading() as session:
        assert queries_visible.excluded_responders(session, [1]) == {1: frozenset({HE})}
        assert queries_visible.allowed_responders(session, 1, [HE, COLLEAGUE]) == {COLLEAGUE}
        assert queries_visible.allowed_responders(session, 2, [HE, COLLEAGUE]) == {HE, COLLEAGUE}


def _no_verb_does_anything(four: District) -> None:
    with four.database.reading() as session:
        name = next(name for name, tip_id in Asker(session, he(session)).own_cases if tip_id == 1)
    for verb in set(Verb) - {Verb.HELP}:
        with four.database.writing() as session:
            done = service_commands.carry_out(
                session, four.context, Command(HE, name, verb, EventChannel.USSD, NOON)
            )
        assert done.result is CommandResult.UNKNOWN, verb


def test_r6_excluded_national_member_is_asked_nothing(four: District) -> None:
    """An excluded member is not asked about an erasure request or a call-back. The other members of the national desk
    are asked."""
    person = ExclusionTarget(person=str(DESK))
    service_desk_commands.exclude(four.context, 1, person, ExclusionReason.NAMED, **SIGNED)
    with four.database.reading() as session:
        for tip_id, people in ((1, [DESK + 1]), (2, [DESK, DESK + 1])):
            tip = session.get_one(Tip, tip_id)
            asked = alerts_tables.national_recipients(session, tip.id, NOON)
            assert [one.responder_id for one in asked] == people
            assert [one.id for one in tables_persons.desk_people(session, NOON, tip_id)] == people
        assert listed(Asker(session, responder_viewer(session, DESK))) == {2, 3, 4}


@pytest.mark.row("R6")
def test_every_query_of_tips_is_in_a_tested_table() -> None:
    root = Path(hotline.__file__).parent
    files = [path for path in root.rglob("*.py") if path.stem.startswith(("tables", "queries"))]
    assert files
    asked = set()
    for path in files:
        where = path.relative_to(root).with_suffix("").as_posix()
        body = ast.parse(path.read_text()).body
        rows = ROWS | {name for one in body for name in _aliases(one)}
        for one in body:
            if isinstance(one, ast.FunctionDef) and _asks(one, rows):
                asked.add(f"{where}.{one.name}")
    tables = [*WAYS, *BY_DESK, *FOR_NO_ONE]
    assert sorted(tables) == sorted(asked)


def test_every_page_that_lists_tips_names_its_viewer() -> None:
    root = Path(hotline.__file__).parent
    files = [path for path in root.rglob("*.py") if path.stem.startswith("pages")]
    assert files
    for path in files:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "TipListFilter":
                assert "viewer" in {keyword.arg for keyword in call.keywords}, path


def _aliases(one: ast.stmt) -> Iterator[str]:
    """Yields the second name of each database table to which a statement gives one, as in `_OWN =
    aliased(Assignment)`."""
    match one:
        case ast.Assign([ast.Name(name)], ast.Call(ast.Name("aliased"), [ast.Name(table), *_])) if (
            table in ROWS
        ):
            yield name


def _asks(one: ast.FunctionDef, rows: Set[str]) -> bool:
    names = {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
    return bool(names & rows) and bool(names & {"select", "exists", "has_row"})
