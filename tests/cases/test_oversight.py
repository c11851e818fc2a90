"""Tests complaints about the national desk. Only an oversight desk gets these complaints, and the national desk learns
nothing about them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import update

from hotline.alerts import (
    queries_people,
    queries_references,
    queries_retention,
    service_assignment,
    service_closing,
)
from hotline.alerts.rules_replies import Verb
from hotline.alerts.tables_case_events import CaseKey
from hotline.cases import (
    decrypt_access,
    reader_pins,
    service_pending_closures,
    service_retention,
    tables_case_files,
)
from hotline.cases.queries import TipListFilter
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.rules_reading_requests import ReaderQuestion, ReaderQuestionKind
from hotline.core.actors import AccountRole, Actor, SignedIn
from hotline.duty import service_enrolment, service_leaves, service_removal
from hotline.gateway import queries as gateway_queries
from hotline.gateway.rules import MessageKind, MessageState
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.monitoring import queries
from hotline.people import decrypt_grants, service_desks, tables
from hotline.people.decrypt_passphrase import TwoPeople
from hotline.people.rules import COLUMNS, DeskKind, Level, RequestedPosting
from hotline.people.tables import Responder
from hotline.people.tables_desks import Desk
from hotline.people.tables_sessions import Approval
from hotline.text.errors import DeskRefused, HotlineError, NotFound, PersonnelRefused
from hotline.text.languages import CODES
from hotline.text.places import NATIONAL
from hotline.tips import queries_visible
from hotline.tips.rules import TipOutcome, next_morning_sms
from hotline.tips.tables import Tip
from tests.cases.dialling import dials, enters
from tests.support.callers import DANGER_HERE, DESK_KEY, Caller, Line, told
from tests.support.reading import PHONE, ReaderBeside, with_pin
from tests.support.taking import do, take_case

ADMIN = Actor("Admin 1", 99)
CODE, SECOND, NATION = "ombudsman", "+250788000012", "+250788000091"
LANGUAGE = {"rw": (), "fr": ("8",), "en": ("7",)}
TREATED = ("4", "5", "3", "2")
ABOUT_THE_DESK = (*TREATED, "2", "9")
HURT = ("4", "1", "1")
WORDS = "umugabo wambaye ingofero yirabura"
PASS = {"rw": "Bihe undi", "fr": "Passer", "en": "Pass case to another responder"}
OUTSIDE = {"rw": "urwego rwo hanze", "fr": "bureau extérieur", "en": "outside office"}
"""A part of a screen's text, which promises that an office outside the hotline reads the complaint."""


class Oversight:
    """A hotline with an oversight desk of two people, and a person of the national desk who has a PIN."""

    def __init__(self, beside: ReaderBeside, language: str = "en") -> None:
        self.beside, self.line = beside, beside.line
        add_desk(self.line)
        phones = (PHONE, SECOND)
        self.people = [
            with_pin(beside, msisdn=one, language=language, desks=(CODE,)) for one in phones
        ]
        self.nation = with_pin(beside, msisdn=NATION, level=Level.NATIONAL, desks=("national",))

    def complain(self, *keyed: str) -> Caller:
        caller = told(self.line, *keyed)
        service_assignment.assign_pending(self.line.context)
        self.line.clock.turn(seconds=10)
        return caller

    def alerted(self) -> set[int | None]:
        return {row.responder_id for row in self.line.all(Message)}

    def reference(self, who: int) -> str:
        rows = [one for one in self.line.all(Assignment) if one.responder_id == who]
        return str(rows[0].reference)

    def opens(self, msisdn: str, *keyed: str) -> Caller:
        self.line.clock.turn(minutes=1)
        return dials(self.line, *keyed, msisdn=msisdn)


def add_desk(line: Line, code: str = CODE) -> None:
    row = Desk(code=code, kind=DeskKind.OVERSIGHT, name="Ombudsman")
    row.public_key, row.created_at = bytes(DESK_KEY.public_key), line.clock.at
    with line.database.writing() as session:
        session.add(row)


@pytest.fixture
def oversight(beside: ReaderBeside) -> Oversight:
    return Oversight(beside)


@pytest.mark.row("C20")
@pytest.mark.parametrize("language", CODES)
def test_c20_oversight_desk_reads_and_closes_complaint(beside: ReaderBeside, language: str) -> None:
    case = Oversight(beside, language)
    line, first, second = case.line, *case.people
    caller = told(line, *LANGUAGE[language], *ABOUT_THE_DESK[:-1])
    assert OUTSIDE[language] in caller.screen
    caller.key("9", *HURT, "2", WORDS)
    caller.hang_up()
    service_assignment.assign_pending(line.context)
    assert (line.desks_of(line.tip), line.tip.matter) == ({CODE}, "complaint")
    assert case.alerted() == {first}

    untaken = case.opens(PHONE, "1", "1").screen
    case.opens(PHONE, "1", "1", "2")
    assert line.tip.assignee_id == first
    more = case.opens(PHONE, "1", "1", "5").screen
    assert PASS[language] not in untaken + more
    assert WORDS in case.opens(PHONE, "1", "1", "1").screen
    case.opens(PHONE, "1", "1", "4", "1")
    assert line.tip.outcome_asked == "helped"
    assert case.alerted() == {first, second}
    assert WORDS in case.opens(SECOND, "1", "1", "1").screen
    assert case.reference(second) in case.opens(SECOND, "1", "1", "2").screen
    assert (line.tip.outcome, line.tip.closed_at is None) == ("helped", False)
    assert case.alerted() == {first, second}


@pytest.mark.row("C20")
@pytest.mark.adversary("a helper in a complaint")
def test_c20_national_desk_cannot_list_read_or_take_it(oversight: Oversight) -> None:
    line = oversight.line
    oversight.complain(*ABOUT_THE_DESK, *HURT)
    reference = oversight.reference(oversight.people[0])
    assert decrypt_access.list_tips(line.context) == []
    assert reference not in oversight.opens(NATION, "1").screen
    assert take_case(line.context, oversight.nation, reference, line.clock()).result == "unknown"
    with line.database.reading() as session:
        everybody = [row.id for row in line.all(Responder)]
        may = queries_visible.allowed_responders(session, line.tip.id, everybody)
        assert queries_references.open_references(session, oversight.nation, line.clock()) == []
    assert may == {*oversight.people}


@pytest.mark.row("C20")
@pytest.mark.adversary("a helper in a complaint")
def test_c20_commands_treat_complaint_as_unknown_tip(oversight: Oversight) -> None:
    """The commands answer as if the complaint did not exist. Commands with a passphrase also answer as if the complaint
    did not exist. All commands answer so after the text of the complaint was erased."""
    line, context = oversight.line, oversight.line.context
    oversight.complain(*ABOUT_THE_DESK, *HURT)
    signed = dict[str, Any](by=TwoPeople("Alice", "Bob"), reason="asked")
    said: dict[int, list[str]] = {}
    for erased_at in (None, line.clock()):
        with line.database.writing() as session:
            session.execute(update(Tip).values(erased_at=erased_at))
        for tip_id in (line.tip.id, 99):
            here = said.setdefault(tip_id, [])
            for acts in (
                lambda one: decrypt_access.check_grant(context, one, desk=NATIONAL, **signed),
                lambda one: decrypt_access.check_grant(context, one, desk=CODE, **signed),
                lambda one: decrypt_access.send_down(context, one, passphrase="wrong", **signed),
                lambda one: decrypt_access.stand_down(context, one, by="Alice", reason="asked"),
                lambda one: decrypt_access.read_tip(
                    context, one, desk=CODE, passphrase="wrong", **signed
                ),
            ):
                try:
                    acts(tip_id)
                except HotlineError as refused:
                    here.append(f"{refused!r}".replace(str(tip_id), "ID"))
                else:
                    here.append("")
    assert said[line.tip.id] == said[99]
    assert any(said[99])


@pytest.mark.row("C20")
def test_c20_complaint_escalates_within_oversight_desk(oversight: Oversight) -> None:
    line = oversight.line
    oversight.complain(*ABOUT_THE_DESK, *HURT)
    for _ in range(8):
        line.clock.turn(minutes=16)
        service_assignment.fire_deadlines(line.context)
    assert oversight.alerted() == {*oversight.people}
    assert [row for row in line.all(Deadline) if row.fired_at is None]
    reference = oversight.reference(oversight.people[0])
    do(line.context, oversight.people[0], reference, Verb.PASS_ON, line.clock())
    assert oversight.alerted() == {*oversight.people}


@pytest.mark.row("C20")
def test_c20_oversight_people_get_no_other_alerts(oversight: Oversight) -> None:
    line = oversight.line
    with line.database.writing() as session:
        session.execute(
            update(Responder).where(Responder.level == Level.NATIONAL).values(unreachable="off")
        )
    for keys in (DANGER_HERE, (*TREATED, "1", "9", *HURT), (*TREATED, "1", "9", "2", "1", "1")):
        oversight.complain(*keys)
    for _ in range(8):
        line.clock.turn(minutes=16)
        service_assignment.fire_deadlines(line.context)
    assert len(line.tips) == 3
    assert oversight.alerted().isdisjoint(oversight.people)


def retired(line: Line) -> None:
    with line.database.writing() as session:
        session.get_one(Desk, CODE).retired_at = line.clock.at


def out_of_reach(line: Line) -> None:
    with line.database.writing() as session:
        phones = update(Responder).where(Responder.level != Level.NATIONAL)
        session.execute(phones.values(unreachable="off"))


@pytest.mark.row("C20")
@pytest.mark.parametrize("without", [None, retired, out_of_reach])
def test_c20_complaint_without_oversight_desk_goes_to_nation(
    beside: ReaderBeside, without: Callable[[Line], None] | None
) -> None:
    if without is not None:
        without(Oversight(beside).line)
    caller = told(beside.line, *TREATED)
    assert "Bisomwa n'ibiro by'igihugu gusa" in caller.screen
    caller.key("9", *HURT)
    assert beside.line.desks_of(beside.line.tip) == {"national"}


@pytest.mark.row("C20")
def test_c20_complaint_about_helper_stays_with_national_desk(oversight: Oversight) -> None:
    oversight.complain(*TREATED, "1", "9", *HURT)
    assert oversight.line.desks_of(oversight.line.tip) == {"national"}


def test_filed_complaint_moves_to_oversight_and_never_back(oversight: Oversight) -> None:
    line, back = oversight.line, ("0",) * 5
    caller = oversight.complain(*TREATED, "1", "9", *HURT)
    told_first = oversight.alerted()
    assert told_first.isdisjoint(oversight.people)
    caller.key(*back, "2", "9", *HURT)
    service_assignment.assign_pending(line.context)
    assert line.desks_of(line.tip) == {CODE}
    assert oversight.alerted() & {*oversight.people}
    for one in told_first:
        assert one is not None
        with line.database.reading() as session:
            assert queries_references.open_references(session, one, line.clock()) == []

    caller.key(*back, "1")
    assert OUTSIDE["rw"] in caller.screen
    caller.key("9", *HURT)
    service_assignment.assign_pending(line.context)
    assert line.desks_of(line.tip) == {CODE}
    assert oversight.alerted() - {*oversight.people} == told_first


@pytest.mark.parametrize("has_successor", [False, True])
def test_retired_oversight_desk_still_handles_its_complaint(
    oversight: Oversight, *, has_successor: bool
) -> None:
    """The hotline never refuses to retire an oversight desk. A refusal would reveal that there is a complaint."""
    line = oversight.line
    oversight.complain(*ABOUT_THE_DESK, *HURT)
    if has_successor:
        add_desk(line, "parliament")
    service_desks.retire_desk(line.context, CODE, by="Alice", reason="a new law")
    for _ in range(8):
        line.clock.turn(minutes=16)
        service_assignment.fire_deadlines(line.context)
    assert oversight.alerted() == {*oversight.people}
    reference = oversight.reference(oversight.people[1])
    assert reference in oversight.opens(SECOND, "1").screen
    with line.database.writing() as session:
        made_at, public_key = line.clock.at, bytes(DESK_KEY.public_key)
        session.add(CaseKey(tip_id=line.tip.id, public_key=public_key, made_at=made_at))
        session.flush()
        ((_, lacking),) = tables_case_files.lacking_desks(session, (0, ""))
        assert lacking == CODE


def test_only_colleagues_get_warnings_about_oversight_phone(
    oversight: Oversight,
) -> None:
    line, (first, second) = oversight.line, oversight.people
    for network in ("63510", "63514"):
        phone = line.caller(PHONE)
        phone.network = network
        enters(phone)
    warned = {row.responder_id for row in line.all(Message) if row.template == "PIN_NETWORK"}
    assert warned == {second}
    with line.database.reading() as session:
        person = session.get_one(Responder, second)
        ask = ReaderQuestion(ReaderQuestionKind.PAGE)
        turn = ReaderTurn(session, oversight.beside.context, person, ask, line.clock.at)
        assert reader_pins.has_unread_warnings(turn)
    with line.database.writing() as session:
        session.get_one(Responder, second).unreachable = "off"
        reader_pins.end_pin(
            replace(turn, session=session, person=session.get_one(Responder, first))
        )
    assert "PIN_NOT_ME" not in {row.template for row in line.all(Message)}


def test_morning_sms_reaches_oversight_colleague(
    oversight: Oversight,
) -> None:
    line, (first, second) = oversight.line, oversight.people
    oversight.complain(*ABOUT_THE_DESK, *HURT)
    with line.database.writing() as session:
        tip = session.get_one(Tip, line.tip.id)
        tip.closure_requested_at, tip.outcome_asked = line.clock.at, "helped"
        tip.closure_by = service_closing.by_responder(first).name
    line.clock.at = next_morning_sms(line.clock.at + timedelta(hours=24))
    service_pending_closures.write_morning_sms(line.context)
    rows = [row for row in line.all(Message) if row.template == "CLOSURES_WAIT"]
    assert [row.responder_id for row in rows] == [second]


def test_oversight_person_belongs_to_no_other_desk(oversight: Oversight) -> None:
    line = oversight.line
    with line.database.writing() as session:
        person = session.get_one(Responder, oversight.nation)
        both = {CODE: Level.RESPONDER, NATIONAL: Level.NATIONAL}
        tables.set_desks(session, person, both, (), line.clock())
    with pytest.raises(DeskRefused, match="cannot belong to another desk"):
        decrypt_grants.request_access(
            line.context, ADMIN, CODE, f"r{oversight.nation}", "she asked"
        )
    wanted = RequestedPosting({CODE: Level.RESPONDER, "12": Level.RESPONDER})
    with pytest.raises(PersonnelRefused, match="cannot belong to another desk"):
        service_removal.change_desks(line.context, ADMIN, oversight.people[0], wanted, "asked")
    with line.database.reading() as session:
        person_id = session.get_one(Responder, oversight.people[0]).person_id
    filled = ("A. B.", "+250788000013", "en", Level.NATIONAL, "", "")
    cells = dict(zip(COLUMNS, filled, strict=True))
    _, (fault,) = service_enrolment.enrol_person(
        cast(Any, line.context), ADMIN, cells, "asked", person_id
    )
    assert "cannot belong to another desk" in str(fault)
    oversight.complain(*ABOUT_THE_DESK, *HURT)
    with line.database.reading() as session:
        everybody = [row.id for row in line.all(Responder)]
        assert oversight.nation not in queries_visible.allowed_responders(session, 1, everybody)


@pytest.mark.row("C20")
@pytest.mark.adversary("a helper in a complaint")
def test_c20_removals_lists_and_commands_hide_complaint(oversight: Oversight) -> None:
    line, context = oversight.line, oversight.line.context
    oversight.complain(*ABOUT_THE_DESK, *HURT)
    asked = TipListFilter(viewer=queries_visible.desk_viewer(CODE))
    assert decrypt_access.list_tips(context, asked) == []
    signed = dict[str, Any](by="Desk 1", outcome=TipOutcome.NOT_FOUND, only_requests=True)
    for tip_id in (line.tip.id, 99):
        with pytest.raises(NotFound, match=f"^there is no tip {tip_id}: see"):
            service_retention.close_tip(context, tip_id, reason="asked", **signed)
    assert line.tip.closure_by is None
    for one in oversight.people:
        with line.database.reading() as session:
            assert queries_people.open_cases(session, one) == 0
        service_removal.remove_responder(context, str(one), second="Bob", by=ADMIN, reason="left")
    told_nation = [one for one in line.all(Message) if one.responder_id == oversight.nation]
    assert {one.parameters["count"] for one in told_nation} == {"0"}
    with line.database.writing() as session:
        session.execute(update(Tip).values(warned_at=line.clock()))
        assert queries_retention.erased_next(session) == []


@pytest.mark.row("C20")
@pytest.mark.adversary("a helper in a complaint")
@pytest.mark.parametrize("has_left", [False, True])
def test_c20_outgoing_queue_hides_complaint_alerts(oversight: Oversight, has_left: bool) -> None:
    line = oversight.line
    oversight.complain(*ABOUT_THE_DESK, *HURT)
    at = line.clock()
    with line.database.writing() as session:
        if has_left:
            for one in oversight.people:
                tables.end_memberships(session, session.get_one(Responder, one), at)
        (alert,) = session.query(Message)
        kinds = [MessageKind(alert.kind)]
        for state in (MessageState.PENDING, MessageState.UNKNOWN, MessageState.UNDELIVERABLE):
            alert.state = state
            session.flush()
            health = gateway_queries.outbox_health(session)
            assert (health.oldest_unsent, health.unknown, health.dead) == (None, 0, 0)
            assert queries.recent_sms(session, at + timedelta(minutes=1)) == 0
            assert queries.oldest_waiting(session) == {}
            assert gateway_queries.waiting_messages(session, at) == []
            assert gateway_queries.drop_doubtful(session, kinds, at) == 0
            assert gateway_queries.mark_reviewed(session, [alert.id], at) == []


def breaks(line: Line, code: str = CODE) -> None:
    """Deletes the public key of a desk."""
    with line.database.writing() as session:
        session.get_one(Desk, code).public_key = b""


@pytest.mark.row("C20")
def test_c20_complaint_that_no_desk_can_read_is_refused(oversight: Oversight) -> None:
    """If the oversight desk has no key when the complaint is filed, the caller is asked to dial again. In the next
    call, the screen no longer promises that an oversight desk reads the complaint.
    """
    line = oversight.line
    caller = told(line, *ABOUT_THE_DESK[:-1])
    assert OUTSIDE["rw"] in caller.screen
    breaks(line)
    caller.key("9", "4")
    assert caller.screen.startswith("END Mutwihanganire")
    assert not line.tips
    assert OUTSIDE["rw"] not in told(line, *ABOUT_THE_DESK[:-1]).screen


@pytest.mark.row("C20")
def test_c20_correction_without_oversight_key_keeps_tip_national(
    oversight: Oversight,
) -> None:
    line = oversight.line
    caller = oversight.complain(*TREATED, "1", "9", *HURT)
    breaks(line)
    caller.key("0", "0", "0", "0", "0", "2", "9", *HURT)
    assert line.desks_of(line.tip) == {NATIONAL}


@pytest.mark.row("C20")
def test_c20_screen_promises_oversight_only_with_readers(oversight: Oversight) -> None:
    line = oversight.line
    add_desk(line, "parliament")
    breaks(line)
    assert OUTSIDE["rw"] not in told(line, *ABOUT_THE_DESK[:-1]).screen


@pytest.mark.row("C20")
def test_c20_desk_retired_during_call_still_gets_complaint(oversight: Oversight) -> None:
    line = oversight.line
    add_desk(line, "parliament")
    caller = told(line, *ABOUT_THE_DESK[:-1])
    service_desks.retire_desk(line.context, CODE, by="Alice", reason="a new law")
    caller.key("9", *HURT)
    caller.hang_up()
    service_assignment.assign_pending(line.context)
    assert line.desks_of(line.tip) == {CODE, "parliament"}
    assert oversight.alerted() == {oversight.people[0]}


@pytest.mark.row("C20")
def test_c20_one_person_cannot_empty_oversight_desk(oversight: Oversight) -> None:
    line, (first, second) = oversight.line, oversight.people
    signed = dict[str, Any](by=Actor("National 1", 98), reason="a test")
    service_removal.remove_responder(line.context, str(first), second=None, **signed)
    add = line.enrol(Level.RESPONDER, "+250788000077", "en")
    with line.database.writing() as session:
        tables.set_desks(
            session, session.get_one(Responder, add), {CODE: Level.RESPONDER}, [], line.clock()
        )
    for ends in (
        lambda: service_removal.remove_responder(line.context, str(second), second=None, **signed),
        lambda: service_leaves.record_leave(
            line.context,
            str(second),
            starts_at=None,
            ends_at=line.clock() + timedelta(days=9),
            **signed,
        ),
    ):
        with pytest.raises(PersonnelRefused):
            ends()
    service_removal.remove_responder(line.context, str(second), second="Bob", **signed)


@pytest.mark.row("C20")
def test_c20_national_desk_cannot_remove_oversight_access(
    oversight: Oversight,
) -> None:
    context, (first, second) = oversight.line.context, oversight.people
    with oversight.line.database.reading() as session:
        name = session.get_one(Responder, oversight.nation).name
    with pytest.raises(DeskRefused, match="ask an admin"):
        service_removal.remove_from_desk(context, Actor(name), CODE, f"r{first}", "a test")
    service_removal.remove_responder(context, str(first), second=None, by=ADMIN, reason="left")
    with oversight.line.database.reading() as session:
        person_id = session.get_one(Responder, second).person_id
    by = SignedIn(99, ADMIN.name, frozenset({AccountRole.ADMIN}), "en", True, "key")
    signed = dict[str, Any](by=Actor("Alice"), reason="a test")
    with pytest.raises(PersonnelRefused, match="ask an admin"):
        service_removal.remove_responder(context, str(second), second=name, **signed)
    service_removal.remove_person(context, by, person_id, "a test")
    assert oversight.line.all(Approval)[-1].kind == "removal"
    with oversight.line.database.reading() as session:
        assert session.get_one(Responder, second).active


@pytest.mark.row("C20")
def test_c20_retired_desk_keeps_access_to_complaint(oversight: Oversight) -> None:
    line = oversight.line
    caller = oversight.complain(*ABOUT_THE_DESK, *HURT)
    add_desk(line, "parliament")
    with_pin(oversight.beside, msisdn="+250788000078", desks=("parliament",))
    service_desks.retire_desk(line.context, CODE, by="Alice", reason="a new law")
    caller.key("2", WORDS)
    assert line.desks_of(line.tip) == {CODE, "parliament"}
