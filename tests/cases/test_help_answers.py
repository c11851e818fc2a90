"""Tests the question that asks a caller if the help was good. The caller is asked once for each receipt, after thirty
days. Only the reader process can decrypt the answer, and an answer is counted only together with other answers.
"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from hotline.alerts.rules_follow_up import counted_at, month_of
from hotline.cases import service_receipts
from hotline.cases.tables import HelpAnswer
from hotline.core.database import Session
from hotline.people.tables_audit import AuditEntry
from hotline.statistics import queries, reader_person_sums
from hotline.statistics.decrypt import decrypt_sums
from hotline.statistics.rules_definitions import CellName
from hotline.tips.rules_receipts import HelpOpinion
from hotline.tips.tables import Tip
from tests.flows.responder_screens import words_of
from tests.support.callers import Line
from tests.support.reading import ReaderBeside
from tests.support.receipts import asked, given

ASKS = words_of("receipt", "help_good", "rw")


def helped(line: Line) -> str:
    """Files a tip with a receipt, and records that help came for this tip. Returns the number of the receipt."""
    _, number = given(line)
    with line.database.writing() as session:
        session.get_one(Tip, line.tips[-1].id).helped_at = line.clock()
    return number


@pytest.mark.row("R9")
def test_r9_receipt_asks_once_after_30_days_about_help(
    beside: ReaderBeside,
) -> None:
    line = beside.line
    number = helped(line)
    line.clock.turn(days=29)
    assert ASKS not in asked(line, number).screen
    line.clock.turn(days=1)
    before = len(line.all(AuditEntry))
    caller = asked(line, number)
    assert ASKS in caller.screen
    assert "ubikurikirana" in caller.key("3")
    assert ASKS not in asked(line, number).screen
    (row,) = line.all(HelpAnswer)
    other = asked_as(line, HelpOpinion.NOT_SAID)
    assert b'"no"' not in row.body
    assert len(row.body) == len(other.body)
    assert {one.name for one in HelpAnswer.__table__.columns} == {"id", "month", "body"}
    assert len(line.all(AuditEntry)) == before


def asked_as(line: Line, opinion: HelpOpinion) -> HelpAnswer:
    """Makes a receipt, and thirty days later enters its number on a phone and chooses this opinion about the help.
    Returns the stored answer.
    """
    known = {row.id for row in line.all(HelpAnswer)}
    number = helped(line)
    line.clock.turn(days=30)
    asked(line, number).key(str([*HelpOpinion].index(opinion) + 1))
    new: HelpAnswer
    (new,) = [row for row in line.all(HelpAnswer) if row.id not in known]
    return new


def sums(session: Session, beside: ReaderBeside, month: str) -> dict[str, int]:
    body = queries.person_sums(session, [month])[month]
    found = decrypt_sums(body, month=month, private_keys=beside.context.pair.now())
    return {str(name): cell.count for name, cell in found.items()}


def kept(beside: ReaderBeside, *opinions: HelpOpinion) -> str:
    """Stores these answers about the help, moves the clock to the day on which their month is counted, and returns
    the name of this month.
    """
    month = month_of(beside.line.clock())
    with beside.line.database.writing() as session:
        for one in opinions:
            service_receipts.store_answer(session, beside.line.context, one)
    beside.line.clock.at = counted_at(month)
    reader_person_sums.count_due_months(beside.context)
    return month


def test_fewer_than_five_opinions_are_not_counted(beside: ReaderBeside) -> None:
    beside.line.clock.at = datetime(2027, 2, 10, tzinfo=UTC)
    silent = [HelpOpinion.NOT_SAID] * 2
    month = kept(beside, HelpOpinion.YES, HelpOpinion.YES, HelpOpinion.NO, HelpOpinion.NO, *silent)
    assert len(beside.line.all(HelpAnswer)) == 6, "an answer without an opinion hides no other"
    with beside.line.database.reading() as session:
        assert sums(session, beside, month) == {}
    month = kept(beside, HelpOpinion.PARTLY)
    assert beside.line.all(HelpAnswer) == []
    with beside.line.database.reading() as session:
        counted = sums(session, beside, month)
    assert counted == {str(CellName("said_of_help")): 5, str(CellName("said_good")): 2}


def test_row_hides_the_transaction_that_stored_the_opinion(
    beside: ReaderBeside,
) -> None:
    database = beside.line.database
    for one in (HelpOpinion.YES, HelpOpinion.NO):
        with database.writing() as session:
            service_receipts.store_answer(session, beside.line.context, one)
    reader_person_sums.count_due_months(beside.context)
    with database.reading() as session:
        writers = "0" if database.is_sqlite else "xmin::text"
        found = session.execute(text(f"SELECT {writers} FROM help_answer")).all()
    assert (len(found), len({*found})) == (2, 1)
