"""Questions back: which lapse soon, or have lapsed, and somebody must sign anew."""

from hotline.engine.numbers.questions import QuestionStatus, questions
from hotline.errors import NotReady, StoreUnavailable
from hotline.ports import Kit
from hotline.services.check_result import CheckResult
from hotline.services.flows.reviewing import AHEAD


def finding(kit: Kit) -> CheckResult:
    """Wrong where a question that was signed once is about to go from the list, or has gone."""
    try:
        book = kit.books.book(kit.books.live())
    except (NotReady, StoreUnavailable):
        return CheckResult("questions", True, "no flows are live")

    today = kit.now().date()
    listed = questions(book).values()
    lapsing = []
    for question in listed:
        is_shown = question.standing(today) is QuestionStatus.SHOWS
        if question.until is not None and not (is_shown and question.until - today > AHEAD):
            lapsing.append(question.name)
    if lapsing:
        return CheckResult(
            "questions",
            False,
            f"{', '.join(lapsing)} must be signed anew: over or changed, or within {AHEAD.days} days",
            "have it signed, write it into questions.yaml, and publish: `hotline upgrade`",
        )
    shown = sum(question.standing(today) is QuestionStatus.SHOWS for question in listed)
    return CheckResult("questions", True, f"{shown} may be asked back")
