"""Tests promises to callers that no other test names, each in three languages and through the addresses that the
gateway calls."""

import re
from dataclasses import replace

import pytest

from hotline.alerts import service_assignment
from hotline.emulator.server import choices
from hotline.flows.screen import ENGINE_TEXTS
from hotline.gateway.tables import Assignment, Dialogue, Stopped
from hotline.people.rules import Level
from hotline.people.tables_audit import AuditEntry
from hotline.text.languages import CODES
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_receipts import CallBackState
from hotline.tips.tables_persons import CallBack
from tests.support.builders import make_responder
from tests.support.callers import DANGER_HERE, QUIET_HERE, REST, Caller, Line
from tests.support.servers import embedded
from tests.support.taking import close_by_two

__all__ = ["embedded"]

HERS, HELPER = "+250788000077", "+250788000012"
FIRST = {"rw": (), "en": ("7",), "fr": ("8",)}
GOODBYE = {"rw": "Murakoze. Murabeho.", "fr": "Merci. Au revoir.", "en": "Thank you. Goodbye."}
NO = {"rw": "Oya", "fr": "Non", "en": "No"}
CALL_ME = {"rw": "Mumpamagare", "fr": "Appelez-moi", "en": "Call me"}
NEVER_AGAIN = ("4", "5", "4", "1")
"""The keys to stop all SMS: the menu choices rights, other topics, SMS messages, never again."""
TREATED = ("4", "5", "3", "2")
"""The keys to a complaint: the menu choices rights, other topics, your privacy, how we treated you."""
FOUR_KEYS = 4
OTHER_TOPICS = {"rw": "Izindi ngingo", "fr": "Autres sujets", "en": "Other topics"}
MY_NUMBER = ("4", "5", "5")
RECEIVED = {"rw": "Byakiriwe.", "fr": "Bien arrivé.", "en": "Received."}
ANYWHERE = {"abroad": "6", "unsure": "7"}


def presses(line: Line, language: str, *keyed: str) -> Caller:
    caller = line.caller(HERS)
    caller.dial()
    caller.key(*FIRST[language], *keyed)
    return caller


@pytest.mark.row("C3")
@pytest.mark.parametrize("language", CODES)
def test_c3_each_dial_asks_for_the_language(line: Line, language: str) -> None:
    front = line.caller().dial()
    own = ENGINE_TEXTS[language]
    caller = presses(line, language)
    chosen = caller.screen
    lesson = caller.key("1")
    assert f"\n9 {own.more}\n0 {own.back}" in lesson
    assert own.home in lesson
    assert caller.key("0") == chosen
    assert caller.key("1", "9", "00") == chosen
    assert line.caller(HERS).dial() == front


@pytest.mark.row("C7")
@pytest.mark.parametrize("language", CODES)
def test_report_alerts_after_four_answers_and_ends_after_nine(line: Line, language: str) -> None:
    caller = presses(line, language, *DANGER_HERE[:-1])
    assert (line.tip.state, line.jobs.scheduled) == ("draft", [])
    caller.key(DANGER_HERE[-1])
    assert (line.tip.state, line.tip.language) == ("filed", language)
    caller.key("1", "1", *REST)
    assert line.tip.state == "complete"
    assert caller.key("1") == f"END {GOODBYE[language]}"


@pytest.mark.row("C5")
@pytest.mark.parametrize("language", CODES)
def test_c5_pressing_only_1_reaches_end_of_lesson(line: Line, language: str) -> None:
    caller = presses(line, language, "1", "1", "1", "1")
    first, *_ = choices(caller.screen)
    assert (first, choices(caller.screen)[first]) == (OTHER_TOPICS[language], "1")
    caller.hang_up()
    (dialogue,) = line.all(Dialogue)
    assert "topic:work_abroad" in dialogue.counted


@pytest.mark.row("C20")
@pytest.mark.parametrize("language", CODES)
def test_1_leads_past_first_page_of_complaint(line: Line, language: str) -> None:
    caller = presses(line, language, *TREATED)
    assert len(choices(caller.key("1"))) == 5
    caller.hang_up()
    assert line.tips == []


@pytest.mark.row("C13")
@pytest.mark.parametrize("language", CODES)
def test_c13_no_is_first_choice_for_call_back(line: Line, language: str) -> None:
    offering = replace(
        line, context=replace(line.context, line=replace(line.context.line, call_back_number="112"))
    )
    caller = presses(offering, language, *QUIET_HERE, *REST)
    caller.key(choices(caller.read())[CALL_ME[language]])
    assert next(iter(choices(caller.read()))) == NO[language]
    assert caller.key("1") == f"END {GOODBYE[language]}"
    assert [row for row in line.all(CallBack) if row.state == CallBackState.WAITING] == []


@pytest.mark.row("C20")
def test_c20_stop_and_complaint_need_at_most_four_keys(line: Line) -> None:
    assert len(NEVER_AGAIN) <= FOUR_KEYS
    assert len(TREATED) <= FOUR_KEYS
    presses(line, "rw", *NEVER_AGAIN)
    assert len(line.all(Stopped)) == 1
    assert "Bisomwa n'ibiro by'igihugu gusa." in presses(line, "rw", *TREATED).screen


@pytest.mark.row("C16")
@pytest.mark.parametrize("language", CODES)
def test_c16_menu_stops_all_sms_to_this_phone(line: Line, language: str) -> None:
    assert presses(line, language, *NEVER_AGAIN).screen == f"END {GOODBYE[language]}"
    (row,) = line.all(Stopped)
    assert row.number_key == line.context.pseudonyms.stopped(HERS)


@pytest.mark.row("C18")
@pytest.mark.parametrize("language", CODES)
def test_c18_silent_calls_file_no_tip_and_block_no_phone(line: Line, language: str) -> None:
    front = line.caller().dial()
    for _ in range(30):
        assert line.caller(HERS).dial() == front
        joker = presses(line, language, "6", "hahaha", "", "99", "#", "5", "1", "blah")
        joker.hang_up()
    assert {(tip.state, tip.place) for tip in line.tips} == {("fragment", "")}
    assert line.jobs.scheduled == [], "a fragment without a place rings nobody"
    presses(line, language, *DANGER_HERE)
    assert line.tips[-1].state == "filed"
    assert service_assignment.assign_pending(line.context) == 1


@pytest.mark.row("C18")
@pytest.mark.parametrize("language", CODES)
def test_joke_is_an_outcome_and_next_tip_of_phone_alerts(line: Line, language: str) -> None:
    presses(line, language, *DANGER_HERE).hang_up()
    assert service_assignment.assign_pending(line.context) == 1
    close_by_two(line.context, 1, TipOutcome.JOKE)
    close_by_two(line.context, 1, TipOutcome.HELPED)
    first, *_ = line.tips
    assert (first.outcome, first.closed_at is not None) == ("joke", True)
    outcomes = [row.action for row in line.all(AuditEntry) if "outcome" in row.action]
    assert outcomes == ["tip_outcome_joke"]

    presses(line, language, *DANGER_HERE).hang_up()
    assert service_assignment.assign_pending(line.context) == 1, "nobody is blocked"
    assert len(line.tips) == 2


@pytest.mark.row("C19")
@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("place", ANYWHERE)
@pytest.mark.parametrize("danger", ["1", "2"])
def test_c19_national_desk_gets_the_tip(line: Line, language: str, place: str, danger: str) -> None:
    with line.database.writing() as session:
        session.add(make_responder(msisdn=HELPER, districts=("11", "12", "13")))
    past_the_words = ("9",) if danger == "1" else ()
    presses(line, language, "5", danger, "2", ANYWHERE[place], *past_the_words, "1").hang_up()
    assert (line.tip.state, line.tip.place) == ("filed", place)
    assert line.desks_of(line.tip) == {"national"}

    service_assignment.assign_pending(line.context)
    assert {row.responder_id for row in line.all(Assignment)} == {1}, "the national desk's own"


@pytest.mark.row("C10")
@pytest.mark.parametrize("language", CODES)
def test_c10_two_tips_of_one_phone_stay_separate(line: Line, language: str) -> None:
    for _ in range(2):
        presses(line, language, *DANGER_HERE).hang_up()
    one, other = line.tips
    assert one.identity != other.identity
    assert one.contact_key == other.contact_key


@pytest.mark.row("C11")
@pytest.mark.parametrize("language", CODES)
def test_c11_receipt_shows_status_on_another_phone(line: Line, language: str) -> None:
    caller = presses(line, language, *DANGER_HERE, "1", "1", *REST)
    (number,) = re.findall(r"\d{3} \d{3} \d{3}", caller.key("2", "4711"))

    other = line.caller(HELPER)
    other.dial()
    shown = other.key(*FIRST[language], *MY_NUMBER, number.replace(" ", ""), "4711")
    assert shown.startswith(f"CON {RECEIVED[language]}\n")


@pytest.mark.row("C17")
@pytest.mark.parametrize("language", CODES)
def test_c17_digits_dialled_ahead_open_no_report(line: Line, language: str) -> None:
    front = line.caller().dial()
    for keyed in (DANGER_HERE, MY_NUMBER, DANGER_HERE[:1]):
        assert line.caller(HERS).dial("*".join((*FIRST[language], *keyed))) == front
    assert line.tips == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("rw", "Nta gishya. Murakoze."),
        ("fr", "Rien de nouveau. Merci."),
        ("en", "Nothing new. Thank you."),
    ],
)
def test_enrolled_phone_gets_its_own_language(line: Line, language: str, said: str) -> None:
    line.enrol(Level.RESPONDER, "+250788000041", language)
    caller = line.caller("+250788000041")

    assert caller.dial("90") == f"END {said}"
    line.flush()
    assert caller.again() == f"END {said}"


def test_enrolled_phone_sees_public_first_screen(line: Line) -> None:
    line.enrol(Level.RESPONDER, "+250788000041", "en")

    enrolled, stranger = line.caller("+250788000041"), line.caller("+250788000099")

    assert enrolled.dial() == stranger.dial()
    assert stranger.dial().startswith("CON Akazi gatekanye")
