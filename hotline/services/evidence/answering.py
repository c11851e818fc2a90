"""How tips were answered in a period, where nobody could be told, and what became of messages: raw."""

from collections.abc import Sequence
from datetime import datetime

from hotline.domain.evidence.answered import answer_figures
from hotline.domain.evidence.raw import Raw
from hotline.store.database import Session
from hotline.store.evidence import answers, coverage


def counted(session: Session, begins: datetime, ends: datetime) -> Sequence[Raw]:
    """A producer of figures."""
    covered = coverage.counted(session, begins, ends)
    return [
        *answer_figures.of_tips(answers.tips(session, begins, ends)),
        *answer_figures.of_coverage(covered.hours, covered.uncovered),
        *answer_figures.of_messages(answers.messages(session, begins, ends)),
    ]
