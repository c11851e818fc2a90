"""Gives tests desks that can decrypt their tips, a receipt, and a question that a desk asked back."""

from typing import Any

import pytest

from hotline.cases import decrypt_access
from hotline.cases.decrypt_access import QuestionBack
from hotline.flows.questions_back import Question
from hotline.gateway.tables import Message
from hotline.people.tables_audit import AuditEntry
from hotline.text.codes import NATIONAL
from hotline.text.places import districts
from tests.support import asking
from tests.support.callers import DESK_KEY, Line
from tests.support.receipts import given
from tests.support.recovering import encrypt_for_desks
from tests.support.two_people import ALICE

SIGNED: dict[str, Any] = {"by": ALICE, "reason": "court asked"}
PASSPHRASE = "correct horse"
LAST = "END Murakoze. Murabeho."
OFFER = "3 Subiza ikibazo"
STATUS = (
    "CON Byakiriwe.\n1 Soza\n2 Siba ibyo navuze\n3 Subiza ikibazo\n0 Subira inyuma\n00 Ahabanza"
)
DISTRICT = districts("1")[0].code


@pytest.fixture
def desked(line: Line) -> Line:
    """Creates the keys of the national desk and of one district."""
    with line.database.writing() as session:
        encrypt_for_desks(session, (NATIONAL, DISTRICT), bytes(DESK_KEY), PASSPHRASE, line.clock.at)
    return line


@pytest.fixture
def number(desked: Line) -> str:
    """Returns the receipt number of a tip that was reported some minutes ago."""
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
