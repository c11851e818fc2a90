"""C12: tests one question from an approved list that a desk asks back. It is answered once with the receipt, and
only the tip's desks can read it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, update

from hotline.alerts.tables import QuestionBackRow
from hotline.cases import decrypt_questions, service_receipts
from hotline.cases.service_attempts import AttemptResult
from hotline.errors import AskRefused, NotFound, PassphraseWrong
from hotline.flows.flow import FlowSet
from hotline.flows.questions_back import FLOW
from hotline.text.codes import NATIONAL
from hotline.tips.tables import Tip
from tests.cases.asking_back import (
    DISTRICT,
    LAST,
    OFFER,
    STATUS,
    ask,
    desked,
    logged,
    messages,
    number,
    read,
)
from tests.support import asking
from tests.support.callers import Line
from tests.support.receipts import MY_NUMBER, PIN, asked, given, wrong
from tests.support.taking import close_by_two
from tests.support.two_people import ALICE, WITH_BOSCO

__all__ = ["desked", "number"]


@pytest.mark.row("C12")
def test_an_answer_by_a_digit_is_read_by_each_desk_of_the_tip(desked: Line, number: str) -> None:
    ask(desked)
    caller = asked(desked, number)
    assert caller.screen == STATUS
    assert caller.key("3").startswith("CON Baracyahari?\n1 Yego\n2 Oya, baragiye\n3 Simbizi\n")
    assert caller.key("2") == LAST

    for desk in (NATIONAL, DISTRICT):
        answer = read(desked, desk)
        assert answer is not None
        assert (answer.question, answer.answer, answer.language) == ("still", "no", "rw")
        assert decrypt_questions.question_text(desked.context, answer, "en") == {
            "question": "still: Are they still there?",
            "answer": "no: No, they left (rw)",
        }
    assert logged(desked, "question_asked") == [
        ("cli:Alice", "tip:1", f"still: to know{WITH_BOSCO}")
    ]
    assert logged(desked, "question_answered") == [("receipt", "tip:1", "")]


def test_c12_words_are_sealed_with_a_star_in_them_and_stand_in_no_repr(
    desked: Line, number: str, stored: Callable[[], bytes]
) -> None:
    ask(desked, "landmark")
    caller = asked(desked, number)
    assert caller.key("3").startswith("CON Hafi yaho hari iki?")
    assert caller.key("ikanari*yihishe") == LAST

    answer = read(desked)
    assert answer is not None
    assert answer.answer == "ikanari*yihishe"
    assert "ikanari" not in repr(answer)
    assert b"ikanari" not in stored()


def test_c12_nothing_is_asked_before_a_desk_asks(desked: Line, number: str) -> None:
    assert OFFER not in asked(desked, number).screen
    assert read(desked) is None
    assert decrypt_questions.question_text(desked.context, None, "en") == {}


def test_c12_an_answer_is_given_once_and_nothing_of_it_is_shown(desked: Line, number: str) -> None:
    ask(desked)
    plain = asked(desked, number, msisdn="+250788000056").screen.replace(f"\n{OFFER}", "")
    asked(desked, number).key("3", "1")
    for phone in ("+250788000057", "+250788000058"):
        assert asked(desked, number, msisdn=phone).screen == plain
    answer = read(desked)
    assert answer is not None
    assert answer.answer == "yes"


def test_c12_of_two_who_answer_at_once_the_first_is_kept(desked: Line, number: str) -> None:
    ask(desked)
    one, other = (asked(desked, number, msisdn=f"+25078800006{n}") for n in (1, 2))
    one.key("3")
    other.key("3")
    assert one.key("1") == other.key("2") == LAST
    answer = read(desked)
    assert answer is not None
    assert answer.answer == "yes"
    assert len(logged(desked, "question_answered")) == 1


def test_a_hop_that_comes_again_or_after_a_lost_run_answers_once(desked: Line, number: str) -> None:
    ask(desked)
    caller = asked(desked, number)
    shown = caller.screen
    desked.flush()
    assert caller.again() == shown
    caller.key("3")
    desked.flush()
    caller.key("2")
    desked.flush()
    assert caller.again() == LAST
    assert len(logged(desked, "question_answered")) == 1
    assert len(messages(desked)) == 1


def test_c12_an_answer_to_what_she_never_saw_is_none(desked: Line, number: str) -> None:
    ask(desked)
    (key,) = (tip.receipt_key for tip in desked.tips)
    with desked.database.writing() as session:
        for seen in ([], ["question", "question.when"]):
            looked = AttemptResult(seen, key)
            service_receipts.answer_question(session, desked.context, looked, "yes", language="rw")
    assert [row.answered_at for row in desked.all(QuestionBackRow)] == [None]


def test_c12_whoever_looks_and_goes_back_leaves_it_waiting(desked: Line, number: str) -> None:
    ask(desked)
    caller = asked(desked, number)
    assert caller.key("3", "0") == STATUS
    assert caller.key("3", "000") == desked.caller("+250788000099").dial()
    assert OFFER in asked(desked, number, msisdn="+250788000056").screen


@pytest.mark.parametrize("ahead", [("3",), ("3", "1")])
def test_a_redial_equals_a_first_dial(desked: Line, number: str, ahead: tuple[str, ...]) -> None:
    ask(desked)
    fresh = desked.caller("+250788000099").dial()
    caller = asked(desked, number)
    caller.key(*ahead)
    assert desked.caller(caller.msisdn).dial() == fresh
    assert desked.caller(caller.msisdn).dial("*".join((*MY_NUMBER, number, PIN, *ahead))) == fresh


def test_c12_wrong_and_used_up_look_alike_while_a_question_waits(desked: Line, number: str) -> None:
    before = asked(desked, number, wrong()).screen
    ask(desked)
    assert asked(desked, number, wrong(), msisdn="+250788000056").screen == before
    worn = "+250788000057"
    for _ in range(5):
        asked(desked, number, wrong(), msisdn=worn)
    assert asked(desked, number, msisdn=worn).screen == before
    assert "Subiza" not in before


@pytest.mark.adversary("a helper who wants to know the caller")
@pytest.mark.row("C12")
def test_c12_there_is_no_second_question(desked: Line, number: str) -> None:
    ask(desked)
    with pytest.raises(AskRefused, match="only one"):
        ask(desked, "when")
    asked(desked, number).key("3", "1")
    with pytest.raises(AskRefused, match="only one"):
        ask(desked)
    assert len(desked.all(QuestionBackRow)) == 1


def test_c12_nor_one_of_another_tip_that_the_receipt_stands_for(desked: Line) -> None:
    given(desked)
    given(desked)
    assert len(desked.tips) == 2
    with desked.database.writing() as session:
        session.execute(update(Tip).values(receipt_key=desked.tips[0].receipt_key))
    desked.clock.turn(minutes=4)
    ask(desked)
    with pytest.raises(AskRefused, match="only one"):
        ask(desked, tip_id=2)


def test_only_whoever_may_open_the_tip_asks(desked: Line, number: str) -> None:
    with pytest.raises(PassphraseWrong):
        asking.ask(
            desked.context, 1, "still", desk=NATIONAL, passphrase="guess", by=ALICE, reason="x"
        )
    with pytest.raises(NotFound, match="no access"):
        ask(desked, desk="31")
    with pytest.raises(NotFound, match="there is no question"):
        ask(desked, "name")
    assert desked.all(QuestionBackRow) == []
    assert logged(desked, "tip_refused") == [
        ("desk:national:Alice", "tip:1", f"wrong passphrase: x{WITH_BOSCO}"),
        ("desk:31:Alice", "tip:1", f"no grant: to know{WITH_BOSCO}"),
    ]


def test_a_tip_without_a_receipt_or_closed_or_still_told_is_not_asked(desked: Line) -> None:
    given(desked)
    with pytest.raises(AskRefused, match="three minutes"):
        ask(desked)
    desked.clock.turn(minutes=4)
    with desked.database.writing() as session:
        receipt_key = session.scalar(select(Tip.receipt_key))
        session.execute(update(Tip).values(receipt_key=None))
    with pytest.raises(AskRefused, match="no receipt"):
        ask(desked)
    with desked.database.writing() as session:
        session.execute(update(Tip).values(receipt_key=receipt_key))
    close_by_two(desked.context, 1)
    with pytest.raises(AskRefused, match="closed"):
        ask(desked)


@dataclass(frozen=True)
class Shelf:
    """A source that returns the same flow set for every revision."""

    only: FlowSet

    def live(self) -> int:
        return 1

    def get(self, revision_id: int) -> FlowSet:
        return self.only


def unsigned(line: Line) -> Line:
    """Returns the same hotline without any approved question."""
    book = line.context.flow_sets.get(line.context.flow_sets.live())
    flows = {**book.flows, FLOW: replace(book.flows[FLOW], signed={})}
    return replace(line, context=replace(line.context, flow_sets=Shelf(replace(book, flows=flows))))


@pytest.mark.adversary("a helper who wants to know the caller")
@pytest.mark.row("C12")
def test_c12_what_nobody_signed_is_neither_asked_nor_shown(desked: Line, number: str) -> None:
    with pytest.raises(AskRefused, match="signed"):
        ask(unsigned(desked))
    ask(desked)
    assert OFFER in asked(desked, number, msisdn="+250788000056").screen
    assert OFFER not in asked(unsigned(desked), number).screen


def test_a_question_whose_signature_lapsed_waits_unseen(desked: Line, number: str) -> None:
    ask(desked)
    desked.clock.turn(days=366)
    assert OFFER not in asked(desked, number).screen


def test_c12_a_closed_tip_asks_nothing(desked: Line, number: str) -> None:
    ask(desked)
    close_by_two(desked.context, 1)
    assert "Subiza" not in asked(desked, number).screen
