"""C12: tests who is notified of an answer, and that an answer is erased together with the text of its tip."""

import pytest
from sqlalchemy import update

from hotline.alerts.tables import QuestionBackRow
from hotline.cases import decrypt_access, decrypt_questions, service_retention
from hotline.errors import NotFound
from hotline.gateway.tables import Assignment
from hotline.text.codes import NATIONAL
from hotline.tips.tables import Tip
from tests.cases.asking_back import (
    DISTRICT,
    PASSPHRASE,
    SIGNED,
    ask,
    desked,
    messages,
    number,
    read,
)
from tests.support.builders import make_referral, make_responder
from tests.support.callers import Caller, Line
from tests.support.receipts import asked
from tests.support.taking import close_by_two

__all__ = ["desked", "number"]


def test_c12_the_desk_that_asked_is_told_without_content_and_she_is_sent_nothing(
    desked: Line, number: str
) -> None:
    ask(desked)
    assert messages(desked) == []
    asked(desked, number).key("3", "1")
    (only,) = messages(desked)
    assert (only.responder_id, only.parameters, only.assignment_id) == (1, {"ref": "T1"}, None)


def test_c12_whoever_took_the_tip_is_told_by_her_own_reference(desked: Line, number: str) -> None:
    with desked.database.writing() as session:
        took = make_responder(name="Took", msisdn="+250788000091", language="fr")
        sent = make_responder(name="Sent", msisdn="+250788000092")
        away = make_responder(name="Away", msisdn="+250788000093", active=False)
        session.add_all((took, sent, away))
        session.flush()
        for reference, person, at in (
            ("K7Q4", took, desked.clock.at),
            ("K7Q5", sent, None),
            ("K7Q6", away, desked.clock.at),
        ):
            session.add(
                make_referral(responder_id=person.id, reference=reference, acknowledged_at=at)
            )
        took_id = took.id
    ask(desked, desk=DISTRICT)
    asked(desked, number).key("3", "1")
    assert [(row.responder_id, row.language, row.parameters) for row in messages(desked)] == [
        (took_id, "fr", {"ref": "K7Q4"})
    ]
    assert {row.reference for row in desked.all(Assignment)} >= {"K7Q4"}


def test_c12_the_national_desk_is_told_where_nobody_took_it(desked: Line, number: str) -> None:
    ask(desked, desk=DISTRICT)
    asked(desked, number).key("3", "1")
    assert [row.responder_id for row in messages(desked)] == [1]


def answered(line: Line, number: str) -> Caller:
    ask(line, "landmark")
    caller = asked(line, number)
    caller.key("3", "ikanari")
    return caller


def test_c12_her_answer_goes_with_her_words_by_receipt(desked: Line, number: str) -> None:
    answered(desked, number)
    (row,) = desked.all(QuestionBackRow)
    assert row.body
    asked(desked, number, msisdn="+250788000056").key("2", "2")
    assert desked.all(QuestionBackRow), "a wish, and no more"
    close_by_two(desked.context, 1)
    assert desked.all(QuestionBackRow) == []
    with pytest.raises(NotFound, match="erased"):
        ask(desked)


def test_c12_her_answer_goes_with_her_words_by_the_term(desked: Line, number: str) -> None:
    answered(desked, number)
    with desked.database.writing() as session:
        session.execute(update(Tip).values(closed_at=desked.clock(), warned_at=desked.clock()))
    desked.clock.turn(days=91)
    service_retention.erase_batch(desked.context)
    assert desked.all(QuestionBackRow) == []


def test_the_list_says_that_an_answer_waits_to_be_read(desked: Line, number: str) -> None:
    def state() -> str | None:
        return decrypt_access.list_tips(desked.context)[0].question

    assert state() is None
    ask(desked)
    read(desked)
    assert state() == "asked"
    asked(desked, number).key("3", "1")
    assert state() == "answered"
    read(desked)
    assert state() == "read"


def test_an_answer_that_does_not_open_hides_nothing_of_the_tip(desked: Line, number: str) -> None:
    ask(desked)
    asked(desked, number).key("3", "1")
    with desked.database.writing() as session:
        session.execute(update(QuestionBackRow).values(locked_key=b"\x01" + bytes(72)))
    opened = decrypt_access.read_tip(
        desked.context, 1, desk=NATIONAL, passphrase=PASSPHRASE, **SIGNED
    )
    assert opened.answers["danger"] == "yes"
    assert opened.asked is not None
    assert (opened.asked.answer, opened.asked.answered_at) == (None, desked.clock.at)
    assert (
        decrypt_questions.question_text(desked.context, opened.asked, "en")["answer"]
        == "(came, and does not open)"
    )
