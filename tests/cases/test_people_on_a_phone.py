"""Tests the screens about the persons of a case that a phone shows after the PIN, and the answers about these persons
that a responder enters.
"""

import json

import pytest

from hotline.alerts.rules_replies import Verb
from hotline.cases import decrypt_reader_persons, service_follow_up
from hotline.cases.reader_answering import responder_view
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.rules_reading_requests import (
    CODE,
    MY_WORK,
    PERSON,
    ReaderAnswer,
    ReaderQuestion,
    ReaderQuestionKind,
)
from hotline.core.ussd import CallerFacts
from hotline.gateway.tables import Assignment
from hotline.keys.encrypt import SIZES
from hotline.people.tables import Responder
from hotline.tips.rules import TipOutcome
from tests.support.callers import Line
from tests.support.helping import CHILD, GROWN_UP
from tests.support.reading import ReaderBeside, at_her_desk, reader_beside
from tests.support.taking import close_by_two, do, take_case


class HerPhone:
    """The phone of one responder. Its screens send requests about one case to the reader process."""

    def __init__(self, line: Line) -> None:
        self.beside: ReaderBeside = reader_beside(line)
        _, self.known_as = at_her_desk(self.beside)
        self.line, self.case = line, self.known_as.reference
        self.who = self.known_as.responder_id

    def says(self, verb: str, person: str = "", **codes: str) -> ReaderAnswer:
        typed = {f"{CODE}{name}": value for name, value in codes.items()} | {PERSON: person}
        self.line.clock.turn(minutes=1)
        with self.line.database.writing() as session:
            hers = session.get_one(Responder, self.who)
            ask = ReaderQuestion(ReaderQuestionKind.ACT, self.case, verb)
            at = self.line.clock()
            turn = ReaderTurn(session, self.beside.context, hers, ask, at, typed=typed)
            return decrypt_reader_persons.record_report(turn)

    def sees(self) -> ReaderAnswer:
        """Returns the reader process's answer with the lists that the responder sees after the PIN."""
        pinned = CallerFacts(cases=(self.case,), flags=(f"hers.{self.case}",))
        with self.line.database.reading() as session:
            hers = session.get_one(Responder, self.who)
            turn = ReaderTurn(
                session,
                self.beside.context,
                hers,
                ReaderQuestion(ReaderQuestionKind.VIEW),
                self.line.clock(),
            )
            return responder_view(turn, pinned)

    def takes(self) -> None:
        take_case(self.line.context, self.who, self.case, self.line.clock())


@pytest.fixture
def phone(line: Line) -> HerPhone:
    return HerPhone(line)


@pytest.mark.row("R8")
def test_r8_responder_screens_and_refers_person_by_phone(phone: HerPhone) -> None:
    case = phone.case
    assert phone.says("screened", "new", **GROWN_UP).flags == ("acted_not_taken_yet",)
    phone.takes()
    assert f"people.{case}" in phone.sees().flags
    screened = phone.says("screened", "new", **GROWN_UP, form="labour", free="no")
    assert {"person_kept", "possible", f"adult.{case}.1"} <= {*screened.flags}
    assert screened.words["person"] == "1"
    assert phone.says("offered", "1", service="shelter").flags == ("person_stopped", "unasked")
    wants = phone.says("consent", "1", consent="yes", sex="woman", nationality="rwanda")
    assert f"consented.{case}.1" in wants.flags
    assert wants.lists[f"my_people.{case}"] == [("1", "1 woman 24/11")]
    offered = phone.says("offered", "1", service="shelter")
    assert offered.words["time"].startswith("25/11")
    assert f"awaits.{case}.1" in offered.flags
    accepted = phone.says("answered", "1", answer="accepted")
    assert f"arrival_early.{case}" in accepted.flags
    assert accepted.words["time"].startswith("27/11")


@pytest.mark.row("R9")
def test_phone_asks_about_person_after_closing(phone: HerPhone) -> None:
    case = phone.case
    phone.takes()
    for verb, person, codes in (
        ("screened", "new", GROWN_UP),
        ("consent", "1", {"consent": "yes"}),
        ("offered", "1", {"service": "isange"}),
        ("answered", "1", {"answer": "accepted"}),
    ):
        assert "person_kept" in phone.says(verb, person, **codes).flags
    close_by_two(phone.line.context, phone.known_as.tip_id, TipOutcome.HELPED)
    seen = phone.sees()
    assert seen.lists[MY_WORK] == [(case, f"{case} any news?")]
    assert {f"over.{case}", f"arrival_early.{case}", "has_work"} <= {*seen.flags}
    assert "person_kept" in phone.says("arrived", arrived="yes").flags
    assert phone.says("thirty", thirty="safe").flags == ("person_stopped", "nobody_waits")
    phone.line.clock.turn(days=30)
    assert f"thirty_due.{case}" in phone.sees().flags
    assert "person_kept" in phone.says("thirty", thirty="safe").flags
    assert phone.sees().lists[MY_WORK] == []


def test_r9_responder_who_got_refusal_does_not_ask_again(phone: HerPhone) -> None:
    case, context = phone.case, phone.line.context
    phone.takes()
    phone.says("screened", "new", **GROWN_UP)
    for answer, asks in (("cannot_say", True), ("no", False), ("yes", False)):
        phone.says("consent", "1", consent=answer, again="woman")
        phone.line.clock.turn(days=3)
        service_follow_up.ask_due(context)
        for flag in ("consent_due", "woman_asks"):
            assert (f"{flag}.{case}" in phone.sees().flags) is asks, answer


def test_two_persons_are_told_apart_by_number(phone: HerPhone) -> None:
    case = phone.case
    phone.takes()
    phone.says("screened", "new", **GROWN_UP)
    phone.says("screened", "new", **CHILD)
    for person, codes in (
        ("1", {"consent": "yes"}),
        ("2", {"consent": "assent_yes", "interest": "yes", "sex": "girl"}),
    ):
        phone.says("consent", person, **codes)
        phone.says("offered", person, service="shelter")
        phone.says("answered", person, answer="accepted")
    seen = phone.sees()
    assert {f"arrivals.{case}", f"child.{case}.2", f"adult.{case}.1"} <= {*seen.flags}
    assert [n for n, _ in seen.lists[f"arrival_people.{case}"]] == ["1", "2"]
    assert phone.says("arrived", arrived="yes").flags == ("person_stopped", "which_person")
    assert f"arrivals.{case}" not in phone.says("arrived", "2", arrived="yes").flags


def test_refused_service_ends_offers_for_adults_only(phone: HerPhone) -> None:
    phone.takes()
    for person, codes, ends in (
        ("1", {"minor": "no", "consent": "yes"}, True),
        ("2", {"minor": "yes", "consent": "too_young", "interest": "yes"}, False),
    ):
        phone.says("consent", "new", **codes)
        phone.says("offered", person, service="shelter")
        said = phone.says("answered", person, answer="person_refused").flags
        assert ("says_no" in said) is ends


def test_referral_by_sms_asks_for_person_at_next_dial(phone: HerPhone) -> None:
    phone.takes()
    do(phone.line.context, phone.who, phone.case, Verb.REFERRED, phone.line.clock())
    assert f"owes_person.{phone.case}" in phone.sees().flags
    phone.says("consent", "new", consent="no", minor="no")
    assert f"owes_person.{phone.case}" not in phone.sees().flags


def test_responder_without_case_stores_and_sees_nothing(phone: HerPhone) -> None:
    phone.takes()
    phone.says("screened", "new", **GROWN_UP)
    with phone.line.database.writing() as session:
        session.get_one(Assignment, phone.known_as.id).released_at = phone.line.clock()
    assert phone.says("consent", "1", consent="yes").flags == ("acted_over",)
    assert not any(flag.endswith(phone.case) for flag in phone.sees().flags)


def test_many_persons_fit_into_the_answer(phone: HerPhone) -> None:
    phone.takes()
    for _ in range(25):
        phone.says("screened", "new", **GROWN_UP)
    seen = phone.sees()
    assert len(seen.lists[f"my_people.{phone.case}"]) == decrypt_reader_persons.MAX_PEOPLE
    assert len(json.dumps(seen.to_dict())) < SIZES[-1]
