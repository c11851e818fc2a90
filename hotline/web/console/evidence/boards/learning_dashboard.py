"""Learning: what a lesson changed, what leaders told of, what officers took, what people on a roll answered."""

from collections.abc import Iterator

from hotline.domain.evidence.telling.numbers import PERCENT
from hotline.domain.evidence.telling.teller import told_of
from hotline.domain.evidence.telling.words import places
from hotline.web.console.evidence.boards.answer_dashboard import by_name
from hotline.web.console.evidence.dashboard_block import BlockColumn, DashboardBlock
from hotline.web.console.evidence.dashboard_teller import DashboardTeller
from hotline.web.console.who import phrase

QUIZ = ("quiz_right_before", "quiz_right_after")
ANSWER = "answer "
"""With this begins the name of a figure that is an answer."""


def blocks(told: DashboardTeller) -> Iterator[DashboardBlock]:
    yield from _quiz(told)
    yield from _gatherings(told)
    yield from _gatherings_of_districts(told)
    yield from _lessons(told)
    yield from _answers(told)


def _quiz(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, words = told.rows(["quiz_asked"], "quiz"), told.teller.words
    if rows:
        title = words(places.QUIZ_TITLE)
        shares = told.columns(*QUIZ, unit=PERCENT)
        columns = [*told.columns("quiz_asked"), *shares, *told.columns("quiz_gain")]
        yield DashboardBlock(
            told.table("quiz", title, words(places.THING), rows, columns),
            told_of(told.teller.sentence(places.QUIZ)),
            told.pairs(title, rows, shares[1], shares[0]),
            told.meanings("quiz_asked", *QUIZ),
        )


def _gatherings(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, words = told.rows(["gathered"], "topic"), told.teller.words
    if rows:
        title = words(places.SESSIONS_TITLE)
        columns = told.columns("gathered", "gathering")
        yield DashboardBlock(
            told.table("gatherings", title, words(places.OCCASION), rows, columns),
            told_of(told.teller.sentence(places.GATHERINGS)),
            told.bars(title, rows, "gathered"),
            told.meanings("gathering", "gathered"),
        )


def _gatherings_of_districts(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, words = by_name(told.rows(["gathered"], "district")), told.teller.words
    if rows:
        title = told.phrase(phrase("People who came, by district"))
        says = phrase("Where leaders held sessions with people, by their own count.")
        yield DashboardBlock(
            told.table(
                "came", title, words(places.DISTRICT), rows, told.columns("gathered", "gathering")
            ),
            [told.phrase(says)],
            told.map(title, "gathered"),
            is_map=True,
        )


def _lessons(told: DashboardTeller) -> Iterator[DashboardBlock]:
    rows, words = by_name(told.rows(["lesson"], "district")), told.teller.words
    if rows:
        title = words(places.LESSONS_TITLE)
        score = BlockColumn(told.teller.label("lesson_score"), "lesson_score", PERCENT)
        columns = [*told.columns("lesson", "lesson_answered"), score]
        yield DashboardBlock(
            told.table("lessons", title, words(places.DISTRICT), rows, columns),
            told_of(told.teller.sentence(places.LESSONS)),
            told.map(title, "lesson"),
            told.meanings("lesson", "lesson_answered", "lesson_score"),
            is_map=True,
        )


def _answers(told: DashboardTeller) -> Iterator[DashboardBlock]:
    """Each answer a column: of the nation as far as it is told, of districts."""
    figures = [one for one in told.teller.published.figures() if one.startswith(ANSWER)]
    rows = by_name(told.rows(figures, "district"))
    if rows:
        title = told.phrase(phrase("Answers of people on a roll"))
        says = phrase("How often local leaders and officers gave each answer, by district.")
        columns = [BlockColumn(one.removeprefix(ANSWER), one) for one in figures]
        first = told.teller.words(places.DISTRICT)
        yield DashboardBlock(
            told.table("answers", title, first, rows, columns),
            [told.phrase(says)],
            meanings=told.meanings(figures[0]),
        )
