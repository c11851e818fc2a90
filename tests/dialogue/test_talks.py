"""Tests how people read topics by SMS: which texts of a sender get an answer. No answer reveals the caller or starts
an endless exchange."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.dialogue import service_answers
from hotline.dialogue.service_sms import InboxOutcome
from hotline.gateway.rules import A_DAY, AN_HOUR, AnswerForm
from hotline.gateway.tables import Dialogue, Stopped
from hotline.text.errors import NumberInvalid
from hotline.text.identifiers import parse_sendable
from tests.support.contexts import make_line
from tests.support.servers import every_value
from tests.support.texting import HERS, Texter, answers_of, texter

__all__ = ["texter"]

FRONT = "Akazi gatekanye n'umuryango\n1 Akazi ko mu mahanga"


def test_word_opens_its_topic_and_digits_continue(texter: Texter) -> None:
    assert texter.asks("akazi").startswith(FRONT)
    assert texter.asks("2").startswith("Umukozi wo mu rugo afite uburenganzira")
    assert texter.asks("9").startswith("Ibimenyetso bibi")
    assert texter.asks("9").startswith("Murakoze gusoma.\n1 Izindi ngingo\n2 Soza\n")
    assert texter.asks("2") == "Murakoze. Murabeho.\nUshobora gusiba ubu butumwa."


def test_word_is_answered_in_its_language(texter: Texter) -> None:
    assert texter.asks("please send me info").startswith(FRONT)
    assert texter.asks("QUIZ").startswith("Isuzume: ")
    assert texter.asks("rights").startswith("Rights\n")
    assert texter.asks("Droit").startswith("Droits\n")
    texter.line.clock.turn(minutes=31)
    assert texter.asks("English").startswith("Safe work and family\n")


@pytest.mark.row("C2")
@pytest.mark.parametrize(
    ("language", "word"), [("rw", "akazi"), ("fr", "francais"), ("en", "English")]
)
def test_c2_lesson_is_the_same_on_both_channels(texter: Texter, language: str, word: str) -> None:
    caller = texter.line.caller()
    caller.dial()
    caller.key(*{"rw": (), "en": ("7",), "fr": ("8",)}[language])
    assert texter.asks(word, "2") == caller.key("2")[len("CON ") :]
    assert texter.asks("9") == caller.key("9")[len("CON ") :]


def test_reader_may_answer_in_words(texter: Texter) -> None:
    texter.asks("akazi")
    assert texter.asks("Akazi ko mu rugo").startswith("Umukozi wo mu rugo")
    assert texter.asks("komeza").startswith("Ibimenyetso bibi")
    assert texter.asks("ahabanza").startswith(FRONT)
    assert texter.asks("francais").startswith("Travail et famille")


@pytest.mark.row("C5")
def test_answer_1_continues_lesson_to_its_end(texter: Texter) -> None:
    assert texter.asks("urugo").startswith("Umukozi wo mu rugo")
    assert texter.asks("1").startswith("Ibimenyetso bibi")
    assert texter.asks("1").startswith("Murakoze gusoma.\n1 Izindi ngingo\n")
    (dialogue,) = texter.line.all(Dialogue)
    assert dialogue.counted == ["topic:work_in_homes"]


def test_reading_is_counted_for_sms(texter: Texter) -> None:
    texter.asks("homes", "9")
    (dialogue,) = texter.line.all(Dialogue)
    assert (dialogue.channel, dialogue.entry, dialogue.language) == ("sms", "homes", "en")
    assert dialogue.counted == ["topic:work_in_homes"]


def test_repeated_callback_is_answered_once(texter: Texter) -> None:
    assert texter.says("akazi", provider_id="ATXid_a") is InboxOutcome.READ
    assert texter.says("akazi", provider_id="ATXid_a") is InboxOutcome.REPEATED
    assert len(texter.reads()) == 1


def test_unknown_answer_repeats_the_page_once(texter: Texter) -> None:
    texter.asks("akazi")
    assert texter.asks("6").startswith("Kanda 1-5, 7, 8\nAkazi gatekanye")
    texter.says("6")
    assert texter.reads() == []
    assert texter.asks("2").startswith("Umukozi wo mu rugo")


def test_late_digit_gets_one_explanation(texter: Texter) -> None:
    texter.asks("akazi")
    texter.line.clock.turn(minutes=31)
    assert "AKAZI" in texter.asks("2")
    texter.says("2")
    assert texter.reads() == []
    assert texter.asks("akazi").startswith(FRONT)


def test_digit_after_end_explains_how_to_restart(texter: Texter) -> None:
    texter.asks("urugo", "9", "9", "2")
    assert "AKAZI" in texter.asks("1")


def test_phone_that_never_read_gets_no_answer(texter: Texter) -> None:
    for text in ("1", "9", "000", "hello", "", "?"):
        assert texter.says(text) is InboxOutcome.UNKNOWN_SENDER
    assert texter.reads() == []
    assert answers_of(texter.line) == []


@pytest.mark.parametrize("words", ["umukobwa afungiranye mu nzu", "help"])
def test_tip_during_reading_gets_no_answer(texter: Texter, words: str) -> None:
    texter.asks("akazi")
    assert texter.says(words) is InboxOutcome.TIP
    assert texter.reads() == []
    assert texter.line.read(texter.line.tip)["words"] == words


def test_responder_reads_no_topic_by_sms(texter: Texter) -> None:
    texter.msisdn = "+250788000090"
    assert texter.says("akazi") is InboxOutcome.HELPED
    assert answers_of(texter.line) == []


def test_no_answer_without_inbound_sms(texter: Texter) -> None:
    texter.line.context = replace(texter.line.context, line=make_line(inbound_sms=False))
    assert texter.says("akazi") is InboxOutcome.UNKNOWN_SENDER
    assert answers_of(texter.line) == []


@pytest.mark.parametrize("when", ["before", "between", "by choice"])
def test_stop_ends_all_answers(texter: Texter, when: str) -> None:
    if when == "before":
        texter.says("hagarika")
        texter.says("akazi")
    if when == "between":
        texter.says("akazi")
        texter.says("stop")
    if when == "by choice":
        texter.asks("uburenganzira", "Ibindi", "Ubutumwa bugufi")
        texter.says("Ntimuzongere kubwohereza")
    assert texter.reads() == []
    texter.says("2")
    texter.says("abana")
    assert texter.reads() == []
    assert len(texter.line.all(Stopped)) == 1
    assert all(row.encrypted_number == b"" for row in answers_of(texter.line))


def test_foreign_number_is_counted_without_answer(texter: Texter) -> None:
    texter.msisdn = "+8816123456789"
    assert texter.says("akazi") is InboxOutcome.READ
    assert texter.reads() == []
    assert answers_of(texter.line) == []
    found = service_answers.check_answers(texter.line.context, encrypted=True)
    assert (found.ok, found.message) == (True, "0 of 700 today, 1 not sent to unsupported numbers")


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(number=st.from_regex(r"\+(250|881)?[1-9][0-9]{6,11}", fullmatch=True))
def test_unsupported_number_gets_no_answer(texter: Texter, number: str) -> None:
    context = texter.line.context
    with context.database.writing() as session:
        says = service_answers.AnswerContent(AnswerForm.HINT, context.flow_sets.live(), {}, "rw")
        written = service_answers.write_answer(
            session, context, to=number, content=says, at=context.now()
        )
        session.rollback()
    try:
        assert (written is not None) is (parse_sendable(number) == number)
    except NumberInvalid:
        assert written is None


def test_two_machines_stop_answering_each_other(texter: Texter) -> None:
    sent = 0
    for _ in range(10):
        texter.says("menu")
        sent += len(texter.reads())
        texter.line.clock.turn(seconds=5)
    assert sent == 1

    for _ in range(AN_HOUR + 5):
        texter.says("0")
        sent += len(texter.reads())
        texter.line.clock.turn(seconds=5)
    assert sent == AN_HOUR


@pytest.mark.adversary("a person who floods the hotline")
def test_answers_have_daily_limits(texter: Texter) -> None:
    sent = 0
    for _ in range(A_DAY + 10):
        texter.says("menu")
        sent += len(texter.reads())
        texter.line.clock.turn(minutes=8)
    assert sent == A_DAY

    texter.line.context = replace(texter.line.context, line=replace(make_line(), sms_a_day=10))
    texter.line.clock.turn(days=1)
    sent = 0
    for n in range(9):
        other = Texter(texter.line, texter.sms, f"+2507880001{n:02}")
        other.says("akazi")
        sent += len(other.reads())
    assert sent == 7
    assert not service_answers.check_answers(texter.line.context, encrypted=True).ok


def test_flushed_redis_restarts_the_reading(texter: Texter) -> None:
    texter.asks("akazi")
    texter.line.flush()
    assert texter.says("2") is InboxOutcome.UNKNOWN_SENDER
    assert texter.asks("akazi").startswith(FRONT)
    texter.line.runs.dead = True
    assert texter.asks("akazi").startswith(FRONT)


def test_number_and_words_are_stored_nowhere(texter: Texter) -> None:
    texter.says("AKAZI svp")
    texter.says("ndashaka zuzimba")
    texter.line.flush()
    written = every_value(texter.line.database)
    assert HERS[4:].encode() not in written
    assert b"svp" not in written.lower()
    assert HERS not in repr(answers_of(texter.line))
