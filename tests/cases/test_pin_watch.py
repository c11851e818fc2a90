"""Tests how a responder is protected if a different person saw the responder's PIN.

After wrong PINs the phone must wait. The responder sees when the PIN was last used, and can end the PIN.
"""

from datetime import UTC, datetime

import pytest

from hotline.alerts import service_assignment
from hotline.cases import reader_pins, rules_reading_requests
from hotline.cases.reader_pins import ReaderTurn
from hotline.cases.rules_reading_requests import ReaderQuestion, ReaderQuestionKind
from hotline.gateway.tables import Assignment, Message
from hotline.people import rules
from hotline.people.rules import Level
from hotline.people.tables import Person, Responder
from tests.cases.dialling import OwnCase, called, enters
from tests.support.callers import DANGER_HERE, told
from tests.support.reading import OTHER_PIN, PHONE, PIN, ReaderBeside, with_pin

KNOWN = "+250788000094"
STRANGER = "+250788000077"
COORDINATOR = "+250788000092"
HOME = "CON Open cases: 1. Urgent: 1. PIN last used: "


@pytest.fixture
def coordinator(beside: ReaderBeside, own_case: OwnCase) -> int:
    """Adds a coordinator of the responder's district, who is not the next person that the case escalates to."""
    return with_pin(
        beside, msisdn=COORDINATOR, level=Level.COORDINATOR, desks=(beside.line.tips[-1].place,)
    )


def dialled(beside: ReaderBeside, msisdn: str, *keys: str, network: str | None = None) -> str:
    """Dials the responders' short code and presses the given keys. Returns the screen."""
    phone = beside.line.caller(msisdn)
    if network is not None:
        phone.network = network
    return enters(phone, *keys[1:], pin=keys[0])


def sent(beside: ReaderBeside, template: str) -> list[int | None]:
    """Returns the responders who got an SMS from this template, in the order in which they got the SMS."""
    rows = beside.line.all(Message)
    return [row.responder_id for row in rows if row.template == template]


def alerted(beside: ReaderBeside) -> set[int]:
    return {row.responder_id for row in beside.line.all(Assignment)}


def wrong(beside: ReaderBeside, msisdn: str, times: int) -> str:
    """Enters this many wrong PINs, each in its own session. Returns the last screen."""
    screen = ""
    for number in range(times):
        screen = dialled(beside, msisdn, f"81526{number}")
    return screen


class TestTheRest:
    def test_third_wrong_pin_blocks_phone_for_ten_minutes(
        self, beside: ReaderBeside, own_case: OwnCase, coordinator: int
    ) -> None:
        before = alerted(beside)
        assert wrong(beside, PHONE, 2).startswith("CON Wrong PIN.")
        assert wrong(beside, PHONE, 1) == "END Try again after 24/11 10:10."
        assert dialled(beside, PHONE, PIN) == "END Try again after 24/11 10:10."
        assert sent(beside, "PINS_WRONG") == [coordinator]
        assert sent(beside, "PINS_WRONG_YOURS") == [own_case[1].responder_id]
        assert alerted(beside) == before
        beside.line.clock.turn(minutes=10, seconds=1)
        assert dialled(beside, PHONE, PIN).startswith(HOME)

    def test_sixth_wrong_pin_blocks_until_six_and_alerts_next(
        self, beside: ReaderBeside, own_case: OwnCase, coordinator: int
    ) -> None:
        wrong(beside, PHONE, 3)
        beside.line.clock.turn(minutes=11)
        before = alerted(beside)
        assert wrong(beside, PHONE, 3) == "END Try again after 25/11 06:00."
        assert alerted(beside) > before
        beside.line.clock.turn(hours=12)
        assert dialled(beside, PHONE, PIN) == "END Try again after 25/11 06:00."
        beside.line.clock.turn(hours=12)
        assert dialled(beside, PHONE, PIN).startswith("CON Open cases: ")

    def test_unknown_phone_sees_same_screens_after_wrong_pins(
        self, beside: ReaderBeside, own_case: OwnCase
    ) -> None:
        with_pin(beside, msisdn=KNOWN, language="rw")
        for tries, turned in ((3, 11), (3, 0)):
            screens = [
                (wrong(beside, KNOWN, 1), wrong(beside, STRANGER, 1)) for _ in range(tries + 1)
            ]
            assert [known for known, _ in screens] == [unknown for _, unknown in screens]
            assert screens[-1][0].startswith("END Ongera ugerageze nyuma ya ")
            beside.line.clock.turn(minutes=turned)
        beside.waited.clear()
        dialled(beside, KNOWN, PIN)
        dialled(beside, STRANGER, PIN)
        assert beside.waited == [], "a blocked phone waits for no reader"


@pytest.mark.adversary("a person who knows a responder's PIN and holds the phone")
@pytest.mark.parametrize(
    ("times", "until"),
    [
        (["08:00", "08:01"], None),
        (["08:00", "08:01", "08:02"], "08:12"),
        (["08:00", "08:01", "08:02", "08:20"], None),
        (["08:00", "08:01", "08:02", "08:20", "08:21", "08:22"], "+04:00"),
    ],
)
def test_only_three_in_a_row_or_six_a_day_block(times: list[str], until: str | None) -> None:
    wrong = [datetime.fromisoformat(f"2026-11-24T{one}:00+00:00") for one in times]
    expected = None
    if until is not None:
        hour, minute = map(int, until.lstrip("+").split(":"))
        expected = datetime(2026, 11, 25 if until[0] == "+" else 24, hour, minute, tzinfo=UTC)
    assert rules.blocked_until(wrong) == expected
    answer = rules_reading_requests.blocked_answer(expected, wrong[-1])
    assert answer.words["time"], "the screen always names a time"


@pytest.mark.adversary("a person who knows a responder's PIN and holds the phone")
def test_first_screen_shows_last_pin_use(beside: ReaderBeside, own_case: OwnCase) -> None:
    assert dialled(beside, PHONE, PIN).startswith(f"{HOME}never\n1 Cases")
    beside.line.clock.turn(minutes=5)
    phone = beside.line.caller(PHONE)
    assert enters(phone).startswith(f"{HOME}24/11 10:00 (1 times)\n")
    assert phone.again().startswith(f"{HOME}24/11 10:00 (1 times)\n")
    beside.line.clock.turn(minutes=5)
    assert dialled(beside, PHONE, PIN).startswith(f"{HOME}24/11 10:05 (2 times)\n")


class TestNotMe:
    @pytest.mark.adversary("a person who knows a responder's PIN and holds the phone")
    def test_reported_misuse_stops_pin_and_notifies_coordinator(
        self, beside: ReaderBeside, own_case: OwnCase, coordinator: int
    ) -> None:
        before = alerted(beside)
        assert dialled(beside, PHONE, PIN, "6").startswith("CON Did someone else use your PIN?")
        assert dialled(beside, PHONE, PIN, "6", "1").startswith("END We stopped your PIN")
        assert sent(beside, "PIN_NOT_ME") == [coordinator]
        assert alerted(beside) > before
        assert not dialled(beside, PHONE, PIN).startswith("CON Open cases: ")
        told(beside.line, *DANGER_HERE)
        newest = beside.line.tips[-1].id
        service_assignment.assign_pending(beside.line.context)
        alerts = [row for row in beside.line.all(Assignment) if row.tip_id == newest]
        assert own_case[1].responder_id in {row.responder_id for row in alerts}

    def test_open_session_with_stopped_pin_reads_nothing(
        self, beside: ReaderBeside, own_case: OwnCase
    ) -> None:
        thief = called(beside.line)
        assert "1 Take case" in thief.key(PIN)
        dialled(beside, PHONE, PIN, "6", "1")
        assert thief.key("1").startswith("END This case is closed.")


class TestWarnings:
    def test_new_network_notifies_coordinator_or_nation_once(
        self, beside: ReaderBeside, own_case: OwnCase, coordinator: int
    ) -> None:
        dialled(beside, PHONE, PIN, network="63510")
        assert sent(beside, "PIN_NETWORK") == []
        dialled(beside, PHONE, PIN, network="63514")
        dialled(beside, PHONE, PIN, network="63514")
        assert sent(beside, "PIN_NETWORK") == [coordinator]
        officer = with_pin(beside, msisdn="+250788000093", level=Level.NATIONAL)
        dialled(beside, COORDINATOR, PIN, network="63510")
        dialled(beside, COORDINATOR, PIN, network="63514")
        later = sent(beside, "PIN_NETWORK")[1:]
        assert officer in later
        assert coordinator not in later

    @pytest.mark.adversary("a person who knows a responder's PIN and holds the phone")
    def test_eleventh_reading_in_an_hour_notifies_once(
        self, beside: ReaderBeside, own_case: OwnCase, coordinator: int
    ) -> None:
        def reads(*cases: int) -> None:
            ask, at = ReaderQuestion(ReaderQuestionKind.PAGE), beside.line.clock.at
            with beside.line.database.writing() as session:
                person = session.get_one(Responder, own_case[1].responder_id)
                for case in cases:
                    reader_pins.count_read(
                        ReaderTurn(session, beside.context, person, ask, at), case
                    )

        reads(*range(1, 11), 3, 4)
        beside.line.clock.turn(minutes=61)
        reads(11, *range(1, 10))
        assert sent(beside, "PIN_MANY") == []
        reads(12, 12, 13)
        assert sent(beside, "PIN_MANY") == [coordinator]

    def test_readings_at_night_give_one_sms_at_seven(
        self, beside: ReaderBeside, own_case: OwnCase, coordinator: int
    ) -> None:
        beside.line.clock.turn(hours=17)
        dialled(beside, PHONE, PIN)
        dialled(beside, PHONE, PIN)
        reader_pins.report_nights(beside.line.context)
        assert sent(beside, "PIN_NIGHT") == []
        beside.line.clock.turn(hours=4)
        reader_pins.report_nights(beside.line.context)
        reader_pins.report_nights(beside.line.context)
        assert sent(beside, "PIN_NIGHT") == [coordinator]

    def test_coordinator_reads_after_pin_which_phone_it_was(
        self, beside: ReaderBeside, own_case: OwnCase, coordinator: int
    ) -> None:
        with beside.line.database.writing() as session:
            row = session.get_one(Responder, own_case[1].responder_id)
            session.get_one(Person, row.person_id).name = "Responder 3"
        wrong(beside, PHONE, 3)
        assert dialled(beside, COORDINATOR, PIN).startswith("CON There is a warning about PINs")
        assert "10:00 Responder 3: entered wrong PINs" in dialled(beside, COORDINATOR, PIN, "1")
        assert dialled(beside, COORDINATOR, PIN).startswith("CON Open cases: ")
        assert dialled(beside, PHONE, OTHER_PIN).startswith("END ")
