"""Tests that a responder's SMS changes a case only once, and that an outsider's SMS does not change a case."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.alerts import queries_references, tables
from hotline.alerts.queries_references import KnownCases
from hotline.alerts.rules_assignment import AssignmentState
from hotline.alerts.rules_replies import CommandResult
from hotline.alerts.tables import ReplyAnswer
from hotline.core.database import Session, open_database
from hotline.dialogue.service_sms import Arrival, InboxOutcome, MessageOutcome, take_sms
from hotline.gateway.tables import Assignment, InboundSeen, Message, Stopped, assignments_of
from hotline.people.rules import Level
from hotline.text.errors import StoreUnavailable
from hotline.tips.tables import Tip
from tests.support.builders import NOON, make_message
from tests.support.clock import Clock
from tests.support.contexts import make_context
from tests.support.district import District


@pytest.fixture
def here(district: District) -> District:
    """Returns a district with one responder who was alerted about one tip, and one person of the national desk."""
    district.enrol()
    district.enrol(Level.NATIONAL)
    district.tell(urgency=3)
    district.deliver()
    district.sms.sent.clear()
    return district


def reference_of(district: District) -> str:
    return str(district.all(Assignment)[0].reference)


def wrong_references(district: District) -> list[str]:
    """Returns four references that differ from the case's own reference in at least two characters. The own reference
    is random, and the hotline corrects one wrong character."""
    own = set(reference_of(district))
    start = min(("A3C", "E4F", "H7K", "M9P"), key=lambda start: len(own & set(start)))
    return [start + letter for letter in "RTUW"]


def unread(ref: str) -> str:
    return f"{ref}: you took this case without reading it. Do not visit openly. Ask the national desk how to visit."


def send(
    district: District,
    text: str,
    *,
    number: int = 1,
    provider_id: str = "ATXid_a",
    minute: int = 0,
    way: Arrival = Arrival.CALLED,
) -> MessageOutcome:
    message = make_message(
        provider_id=provider_id,
        sender=f"+2507880000{number:02}",
        text=text,
        sent_at=NOON + timedelta(minutes=minute),
    )
    outcome = take_sms(district.context, message, way)
    district.deliver()
    return outcome


def test_reply_is_handled_while_another_session_writes(
    here: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = queries_references.known_cases

    def look_and_write(session: Session, responder_id: int, since: datetime) -> KnownCases:
        with here.database.writing() as other:
            other.add(Stopped(number_key="somebody's", stopped_at=NOON))
        return look(session, responder_id, since)

    monkeypatch.setattr(queries_references, "known_cases", look_and_write)
    assert send(here, f"1 {reference_of(here)}") is CommandResult.TAKEN


@pytest.mark.fault(30)
@pytest.mark.parametrize("ids", ["aaa", "ab"])
def test_repeated_callback_takes_case_once(here: District, ids: str) -> None:
    outcomes = [send(here, f"1 {reference_of(here)}", provider_id=f"ATXid_{one}") for one in ids]
    assert outcomes == [CommandResult.TAKEN, *[InboxOutcome.REPEATED] * (len(ids) - 1)]
    assert here.sms.sent == [("+250788000001", unread(reference_of(here)))]
    with here.database.reading() as session:
        assert session.scalars(select(InboundSeen.outcome)).first() == "taken"


def test_repeated_reply_gets_the_same_answer(here: District) -> None:
    for minute, provider_id in enumerate(("ATXid_a", "ATXid_b")):
        send(here, f"1 {reference_of(here)}", provider_id=provider_id, minute=minute)
    assert len(here.sms.sent) == 2
    assert len(set(here.sms.sent)) == 1


def test_second_taker_helps_colleague(district: District) -> None:
    for _ in range(2):
        district.enrol()
    district.enrol(Level.NATIONAL)
    district.tell(urgency=1)
    one, two, _ = district.all(Assignment)
    with district.database.writing() as session:
        tables.create_position(session, district.clock())
    send(district, f"1 {one.reference}")
    outcome = send(district, f"1 {two.reference}", number=2, provider_id="ATXid_b")
    assert outcome is CommandResult.ALREADY_TAKEN
    helps = f"{two.reference}: you now help a colleague with this case."
    assert district.sms.sent[-1][1] == f"{helps} Do not visit openly before you read the case."


@pytest.mark.parametrize("text", ["0", "what?", "2 {0}x", "{0}: Gasabo. Reply 1 {0}"])
def test_unclear_reply_is_answered_with_reference_and_digits(here: District, text: str) -> None:
    reference = reference_of(here)
    outcome = send(here, text.format(reference))
    assert outcome in (InboxOutcome.HELPED, InboxOutcome.WRONG_REFERENCE)
    hint = f"{reference}: reply with a digit and {reference}: 1 take 2 on site 5 pass on"
    assert here.sms.sent == [("+250788000001", hint)]
    assert here.all(Assignment)[0].state == AssignmentState.SENT


@pytest.mark.parametrize(("text", "cases"), [("2", 1), ("5", 2), ("sinshobora kuza", 2)])
def test_digit_without_reference_asks_for_it_and_then_works(
    district: District, text: str, cases: int
) -> None:
    district.enrol()
    for _ in range(cases):
        district.tell(urgency=2)
    newest = district.all(Assignment)[-1].reference
    send(district, f"1 {newest}", provider_id="ATXid_take", way=Arrival.LISTED)
    assert f"{newest}: you took this case" in district.sms.sent[-1][1]
    send(district, text, provider_id="ATXid_bare", minute=1)
    assert f"{newest}: reply with a digit and {newest}: " in district.sms.sent[-1][1]
    send(district, f"2 {newest}", provider_id="ATXid_named", minute=2, way=Arrival.LISTED)
    assert "you are on site" in district.sms.sent[-1][1]


def test_reply_without_open_case_names_code_to_dial(district: District) -> None:
    district.enrol()
    send(district, "hello")
    assert district.sms.sent[0][1] == "You have no open cases. To see your list, dial *384*777*90#"


def test_each_digit_does_what_it_says(here: District) -> None:
    reference = reference_of(here)
    outcomes = [
        send(here, f"{digit} {reference}", minute=minute, way=Arrival.LISTED)
        for minute, digit in enumerate("31234")
    ]
    assert outcomes == [
        CommandResult.NOT_TAKEN_YET,
        CommandResult.TAKEN,
        CommandResult.ON_SITE,
        CommandResult.REFERRED,
        CommandResult.CLOSED,
    ]
    said = [text.removeprefix(f"{reference}: ") for _, text in here.sms.sent]
    assert said[0] == f"you have not taken this case yet. To take the case, reply 1 {reference}"
    assert said[1] == unread(reference).removeprefix(f"{reference}: ")
    assert said[2].startswith("noted, you are on site. By ")
    assert said[3].startswith("noted, you referred a person. By ")
    assert said[4] == "closed. Thank you."
    assert here.tip(1).closed_at is not None
    assert send(here, f"1 {reference}", provider_id="ATXid_z", minute=9) is CommandResult.OVER


def test_reply_that_one_cannot_come_alerts_the_next(here: District) -> None:
    reference = reference_of(here)
    assert send(here, f"I can't {reference}") is CommandResult.PASSED
    assert sorted(text.partition(": ")[2] for _, text in here.sms.sent) == [
        "Gasabo. Reply 1 " + str(here.all(Assignment)[1].reference),
        "we alert another responder. The case is yours until someone takes it.",
    ]
    assert {who for _, who in here.told(1)} == {1, 2}


def test_one_reply_takes_or_changes_several_cases(here: District) -> None:
    here.tell(urgency=3)
    here.deliver()
    here.sms.sent.clear()
    one, two = (str(row.reference) for row in here.all(Assignment) if row.responder_id == 1)
    assert send(here, f"1 {one} {two}") is CommandResult.TAKEN
    assert [text.split(".")[0] for _, text in here.sms.sent] in (
        [f"{one} {two}: you took this case without reading it"],
        [f"{two} {one}: you took this case without reading it"],
    )

    send(here, f"2 {one} 3 {two}", provider_id="ATXid_b", minute=1)
    assert [text.split(",")[0] for _, text in here.sms.sent[1:]] == [
        f"{one}: noted",
        f"{two}: noted",
    ]
    with here.database.reading() as session:
        seen = session.get_one(InboundSeen, "ATXid_b")
        assert len(assignments_of(seen)) == 2


def test_inbox_listing_proves_every_case_of_one_sms(here: District) -> None:
    here.tell(urgency=3)
    one, two = (str(row.reference) for row in here.all(Assignment) if row.responder_id == 1)
    send(here, f"1 {one} {two}")
    assert {row.proved_at for row in here.all(Assignment)} == {None}
    assert send(here, f"1 {one} {two}", way=Arrival.LISTED) is InboxOutcome.REPEATED
    assert {row.proved_at for row in here.all(Assignment)} == {here.clock()}


@pytest.mark.fault(31)
def test_the_third_wrong_reference_in_an_hour_gets_no_answer(here: District) -> None:
    wrong = wrong_references(here)
    for number, (reference, answers) in enumerate(zip(wrong, (1, 2, 2, 2), strict=True), 1):
        sent_at = NOON + timedelta(minutes=number)
        text = f"1 {reference}"
        message = make_message(provider_id=f"ATXid_{number}", text=text, sent_at=sent_at)
        assert take_sms(here.context, message) is InboxOutcome.WRONG_REFERENCE
        here.deliver()
        assert len(here.sms.sent) == answers
    assert not any(reference in text for _, text in here.sms.sent for reference in wrong)


def test_an_automatic_answer_gets_three_replies_an_hour_and_eight_a_day(here: District) -> None:
    for number in range(20):
        here.clock.turn(minutes=12)
        send(here, f"I am driving ({number})", provider_id=f"ATXid_{number}", minute=12 * number)
        if number == 4:
            assert len(here.sms.sent) == 3
    assert len(here.sms.sent) == 8


def test_the_same_words_within_a_day_get_one_answer(here: District) -> None:
    for number in range(3):
        here.clock.turn(hours=2)
        send(here, "I am  driving", provider_id=f"ATXid_{number}", minute=number)
    assert len(here.sms.sent) == 1


@pytest.fixture
def urgent(here: District) -> District:
    """Adds a case about danger that no one has taken. The same responder was alerted about this case."""
    here.tell(urgency=1)
    here.deliver()
    here.sms.sent.clear()
    return here


def hints(district: District) -> list[str]:
    return [text for to, text in district.sms.sent if to == "+250788000001"]


NO_MORE = "We answer no more SMS this hour. Dial *384*777*90#."


def test_unclear_messages_in_danger_get_ten_answers_an_hour(
    urgent: District,
) -> None:
    """As long as the case is open, the hotline sends a person at most ten answers to unclear messages in each hour."""
    danger = next(row.reference for row in urgent.all(Assignment) if row.tip_id == 2)
    for hour in range(2):
        for number in range(12):
            name = f"ATXid_{hour}_{number}"
            minute = 60 * hour + number
            send(urgent, f"hano hari ikibazo ({minute})", provider_id=name, minute=minute)
            urgent.clock.turn(minutes=1)
        said = hints(urgent)[10 * hour :]
        asked = f"{danger}: reply with a digit and {danger}: 1 take 2 on site 5 pass on"
        assert said == [asked] * 9 + [NO_MORE]
        urgent.clock.turn(minutes=58)


def test_the_same_words_are_answered_again_in_danger_but_never_at_once(urgent: District) -> None:
    for number, minutes in enumerate((0, 0, 5, 5)):
        urgent.clock.turn(minutes=minutes)
        send(urgent, "ndaje gato", provider_id=f"ATXid_{number}", minute=number)
    assert len(hints(urgent)) == 3


def test_closed_danger_allows_no_extra_answers(
    urgent: District,
) -> None:
    with urgent.database.writing() as session:
        session.get_one(Tip, 2).closed_at = urgent.clock()
    for number in range(6):
        urgent.clock.turn(minutes=1)
        send(urgent, f"hano hari ikibazo {number}", provider_id=f"ATXid_{number}", minute=number)
    assert len(hints(urgent)) == 3


def test_a_hint_offers_only_what_is_possible_for_that_case(here: District) -> None:
    reference = reference_of(here)
    said = []
    for minute, text in enumerate(
        ("?", "1", "? a", "2", "? b", "3", "? c", "5", "? d", "4", "? e")
    ):
        here.clock.turn(hours=1, minutes=1)
        digit = f"{text} {reference}" if text.isdigit() else f"{reference} {text}"
        send(here, digit, provider_id=f"ATXid_{minute}", minute=minute, way=Arrival.LISTED)
        if not text.isdigit():
            said.append(
                hints(here)[-1]
                .replace(f"with a digit and {reference}: ", "")
                .removeprefix(f"{reference}: ")
            )
    # The test ignores a digit from 6 to 9 at the end of a hint.
    assert [re.sub(r" [6-9] .*", "", one) for one in said] == [
        "reply 1 take 2 on site 5 pass on",
        "reply 2 on site 3 referred 4 not this kind of case 5 pass on",
        "reply 3 referred 4 not this kind of case 5 pass on",
        "reply 4 not this kind of case 5 pass on",
        "reply 1 take 4 not this kind of case",
        "this case is closed. Thank you.",
    ]


def test_a_hint_about_a_case_that_a_colleague_has_offers_to_help(district: District) -> None:
    for _ in range(2):
        district.enrol()
    district.enrol(Level.NATIONAL)
    district.tell(urgency=1)
    one, two, _ = district.all(Assignment)
    send(district, f"1 {one.reference}", way=Arrival.LISTED)
    send(district, f"{two.reference} ?", number=2, provider_id="ATXid_b")
    assert district.sms.sent[-1][1] == (
        f"{two.reference}: reply with a digit and {two.reference}: 1 help colleague 2 on site"
    )


def test_repeated_take_is_answered_only_four_times(here: District) -> None:
    for number in range(9):
        send(here, "Ok", provider_id=f"ATXid_{number}", minute=number)
    assert here.all(Assignment)[0].state == AssignmentState.ACKNOWLEDGED
    assert len(here.sms.sent) == 4


def test_right_reference_counts_after_many_wrong_ones(here: District) -> None:
    for number in range(5):
        send(here, f"1 {wrong_references(here)[0]}", provider_id=f"ATXid_{number}", minute=number)
    assert send(here, f"1 {reference_of(here)}") is CommandResult.TAKEN


def test_another_responders_reference_is_a_wrong_one(here: District) -> None:
    assert send(here, f"1 {reference_of(here)}", number=2) is InboxOutcome.WRONG_REFERENCE
    assert here.all(Assignment)[0].state == AssignmentState.SENT


@pytest.mark.fault(31)
@pytest.mark.parametrize("text", ["1 {0}", "hello"])
def test_a_stranger_is_sent_nothing(here: District, text: str) -> None:
    outcome = send(here, text.format(reference_of(here)), number=77)
    assert outcome is InboxOutcome.UNKNOWN_SENDER
    assert here.sms.sent == []
    assert here.all(Assignment)[0].state == AssignmentState.SENT
    with here.database.reading() as session:
        assert [row.outcome for row in session.scalars(select(InboundSeen))] == ["unknown_sender"]


def test_stop_from_unknown_number_is_stored(here: District) -> None:
    assert send(here, "hagarika", number=77) is InboxOutcome.STOPPED
    assert here.sms.sent == []
    with here.database.reading() as session:
        stopped = session.scalars(select(Stopped.number_key)).all()
    assert stopped == ["stop key of +250788000077"]


def test_text_of_reply_is_not_stored(here: District) -> None:
    send(here, "umwana wanjye yabuze 1 A3C4")
    with here.database.reading() as session:
        for table in (InboundSeen, Message, ReplyAnswer):
            for row in session.scalars(select(table)):
                assert "umwana" not in str(vars(row))


def test_missing_database_raises_error(tmp_path: Path, clock: Clock) -> None:
    database = open_database(f"sqlite:///{tmp_path}/none/hotline.db")
    with pytest.raises(StoreUnavailable):
        take_sms(make_context(database=database, now=clock), make_message())
    database.close()
