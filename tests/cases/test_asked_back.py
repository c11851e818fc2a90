"""Tests a question, from a list of approved questions, that a desk asks the caller about a tip. The caller answers
the question once, after entering the number of the receipt. Only the desks that may read the tip can read the
answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select, update

from hotline.alerts.tables import QuestionBackRow
from hotline.cases import decrypt_access, decrypt_questions, service_receipts, service_retention
from hotline.cases.decrypt_access import QuestionBack
from hotline.cases.service_receipts import AttemptResult
from hotline.flows.flow import FLOW, FlowSet, Question
from hotline.gateway.tables import Assignment, Message
from hotline.people.tables_audit import AuditEntry
from hotline.text.errors import AskRefused, NotFound, PassphraseWrong
from hotline.text.places import NATIONAL, districts
from hotline.tips.tables import Tip
from tests.support import asking
from tests.support.builders import make_referral, make_responder
from tests.support.callers import DESK_KEY, Line
from tests.support.receipts import MY_NUMBER, PIN, asked, given, wrong
from tests.support.recovering import encrypt_for_desks
from tests.support.taking import close_by_two
from tests.support.two_people import ALICE, WITH_BOSCO

SIGNED: dict[str, Any] = {"by": ALICE, "reason": "court asked"}
PASSPHRASE = "correct horse"
LAST = "END Murakoze. Murabeho."
OFFER = "3 Subiza ikibazo cyacu"
STATUS = "CON Byakiriwe.\n1 Soza\n2 Siba ibyo navuze\n3 Subiza ikibazo cyacu\n0 Subira inyuma\n00 Ahabanza"
DISTRICT = districts("1")[0].code


@pytest.fixture
def desked(line: Line) -> Line:
    """Creates the keys of the national desk and of one district."""
    with line.database.writing() as session:
        encrypt_for_desks(session, (NATIONAL, DISTRICT), bytes(DESK_KEY), PASSPHRASE, line.clock.at)
    return line


@pytest.fixture
def number(desked: Line) -> str:
    """Returns the receipt number of a tip that a caller reported four minutes ago."""
    _, number = given(desked)
    desked.clock.turn(minutes=4)
    return number


def ask(line: Line, question: str = "still", *, desk: str = NATIONAL, tip_id: int = 1) -> Question:
    return asking.ask(
        line.context, tip_id, question, desk=desk, passphrase=PASSPHRASE, by=ALICE, reason="to know"
    )


def read(line: Line, desk: str = NATIONAL) -> QuestionBack | None:
    return decrypt_access.read_tip(
        line.context, 1, desk=desk, passphrase=PASSPHRASE, **SIGNED
    ).asked


def logged(line: Line, action: str) -> list[tuple[str, str, str]]:
    rows = [row for row in line.all(AuditEntry) if row.action == action]
    return [(row.actor, row.subject, row.reason) for row in rows]


def messages(line: Line) -> list[Message]:
    return [row for row in line.all(Message) if row.template == "ANSWERED"]


@pytest.mark.row("C12")
def test_each_desk_of_the_tip_reads_the_digit_answer(desked: Line, number: str) -> None:
    def state() -> str | None:
        return decrypt_access.list_tips(desked.context)[0].question

    assert OFFER not in asked(desked, number).screen
    assert (state(), read(desked)) == (None, None)
    assert decrypt_questions.question_text(desked.context, None, "en") == {}
    ask(desked)
    read(desked)
    assert state() == "asked"
    caller = asked(desked, number)
    assert caller.screen == STATUS
    assert caller.key("3").startswith("CON Baracyahari?\n1 Yego\n2 Oya, baragiye\n3 Simbizi\n")
    assert messages(desked) == []
    assert caller.key("2") == LAST
    assert state() == "answered"
    (only,) = messages(desked)
    assert (only.responder_id, only.parameters, only.assignment_id) == (1, {"ref": "T1"}, None)

    for desk in (NATIONAL, DISTRICT):
        answer = read(desked, desk)
        assert answer is not None
        assert (answer.question, answer.answer, answer.language) == ("still", "no", "rw")
        assert decrypt_questions.question_text(desked.context, answer, "en") == {
            "question": "still: Are the people still there?",
            "answer": "no: No, they left (rw)",
        }
    assert state() == "read"
    assert logged(desked, "question_asked") == [
        ("cli:Alice", "tip:1", f"still: to know{WITH_BOSCO}")
    ]
    assert logged(desked, "question_answered") == [("receipt", "tip:1", "")]


def test_c12_text_answer_with_a_star_is_encrypted_and_not_in_repr(
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


def test_c12_first_answer_counts_and_is_never_shown(desked: Line, number: str) -> None:
    ask(desked)
    plain = asked(desked, number, msisdn="+250788000056").screen.replace(f"\n{OFFER}", "")
    one, other = (asked(desked, number, msisdn=f"+25078800006{n}") for n in (1, 2))
    one.key("3")
    other.key("3")
    assert one.key("1") == other.key("2") == LAST
    for phone in ("+250788000057", "+250788000058"):
        assert asked(desked, number, msisdn=phone).screen == plain
    answer = read(desked)
    assert answer is not None
    assert answer.answer == "yes"
    assert len(logged(desked, "question_answered")) == 1


def test_repeated_hop_stores_one_answer(desked: Line, number: str) -> None:
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


def test_c12_answer_to_unseen_question_is_ignored(desked: Line, number: str) -> None:
    ask(desked)
    (key,) = (tip.receipt_key for tip in desked.tips)
    with desked.database.writing() as session:
        for seen in ([], ["question", "question.when"]):
            looked = AttemptResult(seen, key)
            service_receipts.answer_question(session, desked.context, looked, "yes", language="rw")
    assert [row.answered_at for row in desked.all(QuestionBackRow)] == [None]


def test_c12_question_still_waits_after_back_or_redial(desked: Line, number: str) -> None:
    ask(desked)
    fresh = desked.caller("+250788000099").dial()
    for ahead in (("3",), ("3", "1")):
        dialled = "*".join((*MY_NUMBER, number, PIN, *ahead))
        assert desked.caller("+250788000099").dial(dialled) == fresh
    caller = asked(desked, number)
    assert caller.key("3", "0") == STATUS
    caller.key("3")
    assert desked.caller(caller.msisdn).dial() == fresh
    assert caller.key("000") == fresh
    later = asked(desked, number, msisdn="+250788000056")
    assert OFFER in later.screen
    later.key("3", "1")
    assert desked.caller(later.msisdn).dial() == fresh


def test_c12_wrong_pin_and_used_attempts_show_no_question(desked: Line, number: str) -> None:
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
def test_c12_second_question_is_refused(desked: Line, number: str) -> None:
    ask(desked)
    with pytest.raises(AskRefused, match="a second question"):
        ask(desked, "when")
    asked(desked, number).key("3", "1")
    with pytest.raises(AskRefused, match="a second question"):
        ask(desked)
    assert len(desked.all(QuestionBackRow)) == 1


def test_c12_linked_tip_of_receipt_gets_no_second_question(desked: Line) -> None:
    given(desked)
    given(desked)
    assert len(desked.tips) == 2
    with desked.database.writing() as session:
        session.execute(update(Tip).values(receipt_key=desked.tips[0].receipt_key))
    desked.clock.turn(minutes=4)
    ask(desked)
    with pytest.raises(AskRefused, match="a second question"):
        ask(desked, tip_id=2)


def test_only_desk_with_access_asks_a_question(desked: Line, number: str) -> None:
    with pytest.raises(PassphraseWrong):
        asking.ask(
            desked.context, 1, "still", desk=NATIONAL, passphrase="guess", by=ALICE, reason="x"
        )
    with pytest.raises(NotFound, match="cannot read tip"):
        ask(desked, desk="31")
    with pytest.raises(NotFound, match="there is no question"):
        ask(desked, "name")
    assert desked.all(QuestionBackRow) == []
    assert logged(desked, "tip_refused") == [
        ("desk:national:Alice", "tip:1", f"wrong passphrase: x{WITH_BOSCO}"),
        ("desk:31:Alice", "tip:1", f"no grant: to know{WITH_BOSCO}"),
    ]


def test_unfinished_closed_or_receiptless_tip_gets_no_question(desked: Line) -> None:
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
    """A simulated cache of flow sets that returns the same flow set for every revision."""

    only: FlowSet

    def live(self) -> int:
        return 1

    def get(self, revision_id: int) -> FlowSet:
        return self.only


def unsigned(line: Line) -> Line:
    """Returns a copy of the hotline in which no question that desks may ask is approved."""
    book = line.context.flow_sets.get(line.context.flow_sets.live())
    flows = {**book.flows, FLOW: replace(book.flows[FLOW], signed={})}
    return replace(line, context=replace(line.context, flow_sets=Shelf(replace(book, flows=flows))))


@pytest.mark.adversary("a helper who wants to know the caller")
@pytest.mark.row("C12")
def test_c12_unreviewed_question_is_neither_asked_nor_shown(desked: Line, number: str) -> None:
    with pytest.raises(AskRefused, match="signed"):
        ask(unsigned(desked))
    ask(desked)
    assert OFFER in asked(desked, number, msisdn="+250788000056").screen
    assert OFFER not in asked(unsigned(desked), number).screen


@pytest.mark.parametrize("then", ["its approval lapses", "the tip is closed"])
def test_c12_question_of_closed_or_held_tip_is_not_shown(
    desked: Line, number: str, then: str
) -> None:
    ask(desked)
    if then == "the tip is closed":
        close_by_two(desked.context, 1)
    else:
        desked.clock.turn(days=366)
    assert "Subiza" not in asked(desked, number).screen


# Tests who is notified of an answer, and that an answer is erased together with the text of its tip.


def test_c12_answer_notifies_assignee_with_own_reference(desked: Line, number: str) -> None:
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


def test_c12_answer_to_untaken_tip_notifies_national_desk(desked: Line, number: str) -> None:
    ask(desked, desk=DISTRICT)
    asked(desked, number).key("3", "1")
    assert [row.responder_id for row in messages(desked)] == [1]


@pytest.mark.parametrize("by", ["a request", "the clock"])
def test_c12_answer_is_erased_with_the_text(desked: Line, number: str, by: str) -> None:
    ask(desked, "landmark")
    asked(desked, number).key("3", "ikanari")
    (row,) = desked.all(QuestionBackRow)
    assert row.body
    if by == "a request":
        asked(desked, number, msisdn="+250788000056").key("2", "2")
        assert desked.all(QuestionBackRow), "a wish, and no more"
        close_by_two(desked.context, 1)
        with pytest.raises(NotFound, match="erased"):
            ask(desked)
    else:
        with desked.database.writing() as session:
            session.execute(update(Tip).values(closed_at=desked.clock(), warned_at=desked.clock()))
        desked.clock.turn(days=91)
        service_retention.erase_batch(desked.context)
    assert desked.all(QuestionBackRow) == []


def test_undecryptable_answer_does_not_hide_the_tip(desked: Line, number: str) -> None:
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
