"""Questions back: which lapse soon, or have lapsed, and somebody must sign anew."""

from datetime import date

from hotline.engine.questions import Question, Standing, questions
from hotline.errors import NotReady, StoreUnavailable
from hotline.ports import Kit
from hotline.services.finding import Finding
from hotline.services.numbers import AHEAD


def finding(kit: Kit) -> Finding:
    """Wrong where a question that was signed once is about to go from the list, or has gone."""
    try:
        book = kit.books.book(kit.books.live())
    except (NotReady, StoreUnavailable):
        return Finding("questions", True, "no flows are live")

    today = kit.now().date()
    listed = questions(book).values()
    lapsing = [question.name for question in listed if _lapses(question, today)]
    if lapsing:
        return Finding(
            "questions",
            False,
            f"{', '.join(lapsing)} must be signed anew: over or changed, or within {AHEAD.days} days",
            "have it signed, write it into questions.yaml, and publish: `hotline release`",
        )
    shown = sum(question.standing(today) is Standing.SHOWS for question in listed)
    return Finding("questions", True, f"{shown} may be asked back")


def _lapses(question: Question, today: date) -> bool:
    until = question.until
    if until is None:
        return False
    return question.standing(today) is not Standing.SHOWS or until - today <= AHEAD
