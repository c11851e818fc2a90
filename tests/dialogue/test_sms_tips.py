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
def test_it_is_filed_sealed_to_the_national_desk_and_rung_for(line: Line) -> None:
    assert text(line, GIRL, 1) is InboxOutcome.TIP
    tip = line.tip
    assert (tip.state, tip.channel, tip.urgency, tip.place) == (TipState.COMPLETE, "sms", 1, "12")
    assert line.desks_of(tip) == {"national"}
    assert line.read(tip)["words"] == GIRL
    assert [row_id for _, row_id in line.jobs.scheduled] == [tip.id]
    assert line.all(Message) == []


@pytest.mark.parametrize("flushed", [False, True])
def test_the_same_words_again_are_the_same_tip(line: Line, *, flushed: bool) -> None:
    for n, words in enumerate((GIRL, GIRL, f" {GIRL.upper()} "), 1):
        assert text(line, words, n) is InboxOutcome.TIP
        line.clock.turn(minutes=20)
        if flushed:
            line.flush()
    assert len(line.tips) == 1
    assert text(line, GIRL, 1) is InboxOutcome.REPEATED


def test_parts_within_a_minute_are_one_tip_and_whole(line: Line) -> None:
    text(line, "umukobwa afungiranye mu nzu", 1)
    line.clock.turn(seconds=20)
    text(line, "inzu itukura iruhande rw'isoko", 2)
    assert line.read(line.tip)["words"] == (
        "umukobwa afungiranye mu nzu inzu itukura iruhande rw'isoko"
    )


def test_a_first_part_that_comes_again_takes_no_words_away(line: Line) -> None:
    text(line, "umukobwa afungiranye mu nzu", 1)
    text(line, "inzu itukura iruhande rw'isoko", 2)
    line.flush()
    text(line, "umukobwa afungiranye mu nzu", 3)
    assert line.read(line.tip)["words"].endswith("isoko")


@pytest.mark.row("C2")
@pytest.mark.parametrize("minutes", [0, 5, 29])
def test_what_a_phone_writes_after_a_cry_is_added_to_its_tip(line: Line, minutes: int) -> None:
    texts = ("muntabare", "Nyamirambo", "0788123456", "2 girls", "15", "bagiye kunyica i Kimironko")
    for n, words in enumerate(texts, 1):
        assert text(line, words, n) is InboxOutcome.TIP
        line.clock.turn(minutes=minutes)
    assert line.read(line.tip)["words"] == " ".join(texts)
    assert line.tip.urgency == 1


def test_a_place_in_a_later_sms_routes_the_tip_and_the_newest_one_stays(line: Line) -> None:
    places = []
    for n, words in enumerate(("muntabare", "Nyamirambo", "2 girls", "ni i Kimironko", "vuba"), 1):
        text(line, words, n)
        line.clock.turn(minutes=2)
        places.append((line.tip.place, line.tip.sector))
    assert places[0] == ("unsure", None)
    assert places[1] == places[2] == ("11", places[1][1])
    assert places[3] == places[4] == ("12", places[3][1])
    assert None not in (places[1][1], places[3][1])


def test_a_wish_to_hear_no_more_is_heard_after_a_cry_and_is_no_word_of_it(line: Line) -> None:
    text(line, "muntabare", 1)
    assert text(line, "muhagarike", 2) is InboxOutcome.STOPPED
    text(line, "Nyamirambo", 3)
    assert line.read(line.tip)["words"] == "muntabare Nyamirambo"
    assert len(line.all(Stopped)) == 1


def test_a_word_of_a_topic_is_read_after_a_cry_and_a_number_is_no_key(line: Line) -> None:
    text(line, "akazi", 1)
    line.clock.turn(minutes=40)
    text(line, "muntabare", 2)
    for n, words in enumerate(("0788123456", "2"), 3):
        assert text(line, words, n) is InboxOutcome.TIP
    assert text(line, "akazi", 5) is InboxOutcome.READ
    assert text(line, "1", 6) is InboxOutcome.READ
    assert line.read(line.tip)["words"] == "muntabare 0788123456 2"


@pytest.mark.parametrize("way", ["later", "flushed", "dead"])
def test_a_place_that_cannot_join_is_a_tip_of_that_phone(line: Line, way: str) -> None:
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
def test_nothing_is_added_to_a_closed_or_erased_tip(line: Line, ended: str) -> None:
    text(line, "muntabare", 1)
    with line.database.writing() as session:
        session.execute(update(Tip).values({ended: line.clock()}))
    assert text(line, "murakoze", 2) is InboxOutcome.UNKNOWN_SENDER
    assert text(line, "Nyamirambo", 3) is InboxOutcome.TIP
    assert [line.read(tip)["words"] for tip in line.tips] == ["muntabare", "Nyamirambo"]


def test_a_cry_that_is_added_is_danger_beside_whatever_was_written_before(line: Line) -> None:
    text(line, "ndashaka amafaranga y'akazi", 1)
    assert line.tip.urgency == 2
    text(line, "help", 2)
    assert line.tip.urgency == 1


def test_responders_learn_of_more_no_more_often_than_it_is_sent(line: Line) -> None:
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


def test_a_place_that_changed_is_told_at_once_and_not_as_more(line: Line) -> None:
    text(line, "muntabare", 1)
    service_assignment.assign_pending(line.context)
    text(line, "Nyamirambo", 2)
    told = {row.template for row in line.all(Message)}
    assert Template.MORE_TOLD.name not in told
    assert told & {Template.PLACE_CHANGED.name, Template.PLACE_CHANGED_ALONE.name}


def test_by_night_without_danger_nobody_reads_that_more_was_told(line: Line) -> None:
    line.clock.turn(hours=10)
    text(line, "ikibazo mu kazi", 1)
    service_assignment.assign_pending(line.context)
    line.clock.turn(seconds=20)
    text(line, "0788123456", 2)
    (due, *_) = [r.next_at for r in line.all(Message) if r.template == Template.MORE_TOLD.name]
    assert by_day(due) == due > line.clock() + timedelta(hours=8)


@pytest.mark.parametrize("way", ["later", "flushed", "another phone", "dead"])
def test_what_cannot_be_joined_is_a_tip_of_its_own(line: Line, way: str) -> None:
    text(line, "umukobwa afungiranye mu nzu", 1)
    if way == "later":
        line.clock.turn(minutes=31)
    if way == "flushed":
        line.flush()
    line.runs.dead = way == "dead"
    text(line, "inzu itukura iruhande rw'isoko", 2, f"+25078800005{5 + (way == 'another phone')}")
    assert len(line.tips) == 2


def test_a_message_that_is_too_long_to_be_joined_loses_nothing(line: Line) -> None:
    for n in range(6):
        text(line, f"igice {n} " + "é" * 790, n)
    kept = " ".join(line.read(tip)["words"] for tip in line.tips)
    assert len(line.tips) == 2
    assert all(f"igice {n} " in kept for n in range(6))


def test_a_message_that_no_tip_holds_keeps_its_beginning_and_what_routes(line: Line) -> None:
    text(line, "inzu itukura " * 900 + "mutabare", 1)
    words = line.read(line.tip)["words"]
    assert words.startswith("inzu itukura ")
    assert words.endswith(rules_sms_tips.CUT)
    assert len(words) == rules_sms_tips.MAX_BYTES
    assert line.tip.urgency == 1


def test_nobody_lives_to_be_told_and_it_is_kept_all_the_same(line: Line) -> None:
    with line.database.writing() as session:
        session.query(Membership).delete()
        session.query(Responder).delete()
    assert text(line, GIRL, 1) is InboxOutcome.TIP
    assert line.tip.state == TipState.COMPLETE


def test_a_message_that_reports_nothing_is_no_tip(line: Line) -> None:
    for n, words in enumerate(("0", "1 K7Q4", "hello", "", "???", "merci beaucoup", "STOP")):
        text(line, words, n)
    assert line.tips == []


def test_where_sms_does_not_reach_the_line_nothing_is_filed(line: Line) -> None:
    line.context = replace(line.context, line=make_line(inbound_sms=False))
    assert text(line, GIRL, 1) is InboxOutcome.UNKNOWN_SENDER
    assert line.tips == []


def test_a_responder_is_answered_as_before(line: Line) -> None:
    assert text(line, GIRL, 1, "+250788000090") is InboxOutcome.HELPED
    assert line.tips == []


def test_neither_her_words_nor_her_number_stand_anywhere_in_clear(line: Line) -> None:
    text(line, f"{GIRL} kwa Zuzimba", 1)
    line.flush()
    written = every_value(line.database)
    assert b"zuzimba" not in written.lower()
    assert b"788000055" not in written
    assert len(line.all(Dialogue)) == len(line.all(InboundSeen)) == 1


@pytest.mark.row("C2")
def test_the_inbox_hears_cries_as_the_table_says(line: Line) -> None:
    """The test sends every seventh row of the table, each from a different phone. `tests/dialogue/test_rules_words.py`
    checks every row."""
    rows = [row for row in read() if row.must is not None][::7]
    for n, row in enumerate(rows):
        assert text(line, row.text, n, f"+25078{n:07}") is InboxOutcome.TIP, row.text
    urgent = [comes_to(row.text) is not Comes.TIP for row in rows]
    assert [tip.urgency == 1 for tip in line.tips] == urgent
