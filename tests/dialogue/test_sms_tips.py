"""Tests a tip that is sent as one SMS: it is filed once, encrypted for the national desk, and gets no answer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from hotline.alerts import service_assignment
from hotline.core.wording import Template
from hotline.dialogue import rules_sms_tips
from hotline.dialogue.service_sms import InboxOutcome, MessageOutcome, take_sms
from hotline.gateway.rules import MessageState
from hotline.gateway.tables import Dialogue, InboundSeen, Message, Stopped
from hotline.people.tables import Membership, Responder
from hotline.tips.rules import TipState, by_day
from hotline.tips.tables import Tip
from tests.dialogue.hearing import Comes, comes_to, read
from tests.support.builders import NOON, make_message
from tests.support.callers import Line
from tests.support.contexts import make_line
from tests.support.servers import every_value

GIRL = "umukobwa afungiranye mu nzu i Gasabo, mutabare"


def text(line: Line, words: str, n: int, sender: str = "+250788000055") -> MessageOutcome:
    sent_at = NOON + timedelta(minutes=n)
    message = make_message(provider_id=f"ATXid_{n}", sender=sender, text=words, sent_at=sent_at)
    return take_sms(line.context, message)


@pytest.mark.row("C2")
def test_sms_tip_is_filed_encrypted_and_assigned(line: Line) -> None:
    assert text(line, GIRL, 1) is InboxOutcome.TIP
    tip = line.tip
    assert (tip.state, tip.channel, tip.urgency, tip.place) == (TipState.COMPLETE, "sms", 1, "12")
    assert line.desks_of(tip) == {"national"}
    assert line.read(tip)["words"] == GIRL
    assert [row_id for _, row_id in line.jobs.scheduled] == [tip.id]
    assert line.all(Message) == []


@pytest.mark.parametrize("flushed", [False, True])
def test_repeated_text_is_the_same_tip(line: Line, *, flushed: bool) -> None:
    for n, words in enumerate((GIRL, GIRL, f" {GIRL.upper()} "), 1):
        assert text(line, words, n) is InboxOutcome.TIP
        line.clock.turn(minutes=20)
        if flushed:
            line.flush()
    assert len(line.tips) == 1
    assert text(line, GIRL, 1) is InboxOutcome.REPEATED


def test_parts_within_a_minute_become_one_tip(line: Line) -> None:
    text(line, "umukobwa afungiranye mu nzu", 1)
    line.clock.turn(seconds=20)
    text(line, "inzu itukura iruhande rw'isoko", 2)
    assert line.read(line.tip)["words"] == (
        "umukobwa afungiranye mu nzu inzu itukura iruhande rw'isoko"
    )


def test_repeated_first_part_removes_no_text(line: Line) -> None:
    text(line, "umukobwa afungiranye mu nzu", 1)
    text(line, "inzu itukura iruhande rw'isoko", 2)
    line.flush()
    text(line, "umukobwa afungiranye mu nzu", 3)
    assert line.read(line.tip)["words"].endswith("isoko")


@pytest.mark.row("C2")
@pytest.mark.parametrize("minutes", [0, 5, 29])
def test_later_sms_is_added_to_urgent_tip(line: Line, minutes: int) -> None:
    texts = ("muntabare", "Nyamirambo", "0788123456", "2 girls", "15", "bagiye kunyica i Kimironko")
    for n, words in enumerate(texts, 1):
        assert text(line, words, n) is InboxOutcome.TIP
        line.clock.turn(minutes=minutes)
    assert line.read(line.tip)["words"] == " ".join(texts)
    assert line.tip.urgency == 1


def test_newest_place_by_sms_routes_the_tip(line: Line) -> None:
    places = []
    for n, words in enumerate(("muntabare", "Nyamirambo", "2 girls", "ni i Kimironko", "vuba"), 1):
        text(line, words, n)
        line.clock.turn(minutes=2)
        places.append((line.tip.place, line.tip.sector))
    assert places[0] == ("unsure", None)
    assert places[1] == places[2] == ("11", places[1][1])
    assert places[3] == places[4] == ("12", places[3][1])
    assert None not in (places[1][1], places[3][1])


def test_stop_after_urgent_sms_stops_messages_only(line: Line) -> None:
    text(line, "muntabare", 1)
    assert text(line, "muhagarike", 2) is InboxOutcome.STOPPED
    text(line, "Nyamirambo", 3)
    assert line.read(line.tip)["words"] == "muntabare Nyamirambo"
    assert len(line.all(Stopped)) == 1


def test_topic_word_after_urgent_sms_opens_topic(line: Line) -> None:
    text(line, "akazi", 1)
    line.clock.turn(minutes=40)
    text(line, "muntabare", 2)
    for n, words in enumerate(("0788123456", "2"), 3):
        assert text(line, words, n) is InboxOutcome.TIP
    assert text(line, "akazi", 5) is InboxOutcome.READ
    assert text(line, "1", 6) is InboxOutcome.READ
    assert line.read(line.tip)["words"] == "muntabare 0788123456 2"


@pytest.mark.parametrize("way", ["later", "flushed", "dead"])
def test_place_that_cannot_join_is_a_new_tip(line: Line, way: str) -> None:
    text(line, "muntabare", 1)
    line.clock.turn(minutes=31 if way == "later" else 1)
    if way == "flushed":
        line.flush()
    line.runs.dead = way == "dead"
    assert text(line, "murakoze", 2) is not InboxOutcome.TIP or way == "later"
    assert text(line, "Nyamirambo", 3) is InboxOutcome.TIP
    first, second = line.tips
    assert (second.place, line.read(second)["words"]) == ("11", "Nyamirambo")
    assert first.contact_key == second.contact_key


@pytest.mark.parametrize("ended", ["closed_at", "erasure_asked_at"])
def test_closed_or_erased_tip_gets_no_more_text(line: Line, ended: str) -> None:
    text(line, "muntabare", 1)
    with line.database.writing() as session:
        session.execute(update(Tip).values({ended: line.clock()}))
    assert text(line, "murakoze", 2) is InboxOutcome.UNKNOWN_SENDER
    assert text(line, "Nyamirambo", 3) is InboxOutcome.TIP
    assert [line.read(tip)["words"] for tip in line.tips] == ["muntabare", "Nyamirambo"]


def test_added_urgent_text_makes_tip_a_danger(line: Line) -> None:
    text(line, "ndashaka amafaranga y'akazi", 1)
    assert line.tip.urgency == 2
    text(line, "help", 2)
    assert line.tip.urgency == 1


def test_responders_are_notified_of_more_text_at_most_as_set(line: Line) -> None:
    def more() -> list[timedelta]:
        rows = [row for row in line.all(Message) if row.template == Template.MORE_TOLD.name]
        return [row.next_at - line.clock() for row in rows if row.state == MessageState.PENDING]

    text(line, "muntabare", 1)
    service_assignment.assign_pending(line.context)
    line.clock.turn(seconds=20)
    alerts = len(line.all(Message))
    for n, words in enumerate(("2 girls", "0788123456"), 2):
        text(line, words, n)
    assert more() == [timedelta(minutes=1)] * alerts

    with line.database.writing() as session:
        session.execute(update(Message).values(state=MessageState.DELIVERED))
    line.clock.turn(minutes=2)
    text(line, "bagiye kunyica", 4)
    assert more() == [timedelta(minutes=3)] * alerts


def test_changed_place_is_notified_at_once(line: Line) -> None:
    text(line, "muntabare", 1)
    service_assignment.assign_pending(line.context)
    text(line, "Nyamirambo", 2)
    told = {row.template for row in line.all(Message)}
    assert Template.MORE_TOLD.name not in told
    assert told & {Template.PLACE_CHANGED.name, Template.PLACE_CHANGED_ALONE.name}


def test_more_text_without_danger_waits_until_morning(line: Line) -> None:
    line.clock.turn(hours=10)
    text(line, "ikibazo mu kazi", 1)
    service_assignment.assign_pending(line.context)
    line.clock.turn(seconds=20)
    text(line, "0788123456", 2)
    (due, *_) = [r.next_at for r in line.all(Message) if r.template == Template.MORE_TOLD.name]
    assert by_day(due) == due > line.clock() + timedelta(hours=8)


@pytest.mark.parametrize("way", ["later", "flushed", "another phone", "dead"])
def test_text_that_cannot_join_is_a_new_tip(line: Line, way: str) -> None:
    text(line, "umukobwa afungiranye mu nzu", 1)
    if way == "later":
        line.clock.turn(minutes=31)
    if way == "flushed":
        line.flush()
    line.runs.dead = way == "dead"
    text(line, "inzu itukura iruhande rw'isoko", 2, f"+25078800005{5 + (way == 'another phone')}")
    assert len(line.tips) == 2


def test_overlong_message_loses_no_text(line: Line) -> None:
    for n in range(6):
        text(line, f"igice {n} " + "é" * 790, n)
    kept = " ".join(line.read(tip)["words"] for tip in line.tips)
    assert len(line.tips) == 2
    assert all(f"igice {n} " in kept for n in range(6))


def test_oversized_message_keeps_its_start_and_its_route(line: Line) -> None:
    text(line, "inzu itukura " * 900 + "mutabare", 1)
    words = line.read(line.tip)["words"]
    assert words.startswith("inzu itukura ")
    assert words.endswith(rules_sms_tips.CUT)
    assert len(words) == rules_sms_tips.MAX_BYTES
    assert line.tip.urgency == 1


def test_sms_tip_is_stored_without_any_responder(line: Line) -> None:
    with line.database.writing() as session:
        session.query(Membership).delete()
        session.query(Responder).delete()
    assert text(line, GIRL, 1) is InboxOutcome.TIP
    assert line.tip.state == TipState.COMPLETE


def test_message_without_report_is_no_tip(line: Line) -> None:
    for n, words in enumerate(("0", "1 K7Q4", "hello", "", "???", "merci beaucoup", "STOP")):
        text(line, words, n)
    assert line.tips == []


def test_no_sms_tip_without_inbound_sms(line: Line) -> None:
    line.context = replace(line.context, line=make_line(inbound_sms=False))
    assert text(line, GIRL, 1) is InboxOutcome.UNKNOWN_SENDER
    assert line.tips == []


def test_responder_s_sms_gets_usual_answer(line: Line) -> None:
    assert text(line, GIRL, 1, "+250788000090") is InboxOutcome.HELPED
    assert line.tips == []


def test_text_and_number_are_stored_only_encrypted(line: Line) -> None:
    text(line, f"{GIRL} kwa Zuzimba", 1)
    line.flush()
    written = every_value(line.database)
    assert b"zuzimba" not in written.lower()
    assert b"788000055" not in written
    assert len(line.all(Dialogue)) == len(line.all(InboundSeen)) == 1


@pytest.mark.row("C2")
def test_inbox_judges_texts_like_the_table(line: Line) -> None:
    """The test sends every seventh row of the table, each from a different phone. `tests/dialogue/test_rules_words.py`
    checks every row."""
    rows = [row for row in read() if row.must is not None][::7]
    for n, row in enumerate(rows):
        assert text(line, row.text, n, f"+25078{n:07}") is InboxOutcome.TIP, row.text
    urgent = [comes_to(row.text) is not Comes.TIP for row in rows]
    assert [tip.urgency == 1 for tip in line.tips] == urgent
