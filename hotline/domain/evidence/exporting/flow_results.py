"""Answers to quizzes and lessons as a package of Flow Results, which asks for a row a response. Pure.

The line keeps counters and no responses, so a published number is unfolded into as many rows. What is published cannot
be narrowed by them: a hidden number, and a share that is a bound, give no row. Each row has ids of its own that are
used once, so that nobody can say of two rows that one person gave both. A row's time is the first moment of the period:
a day would be another number. Nothing of a tip is ever unfolded.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hotline.domain.cases.months import begins
from hotline.domain.evidence.codes.code_tables import CodeStandard, code_table
from hotline.domain.evidence.edition import PublishedFigures, months_in, value_of
from hotline.domain.evidence.month_figures import (
    ANSWERED,
    ASKED,
    QUIZ,
    RIGHT_AFTER,
    RIGHT_BEFORE,
    SCORE,
)
from hotline.domain.places.places import place_name
from hotline.domain.rolls.quiz import RIGHT
from hotline.domain.rolls.training import TAKEN

PROFILE, SPECIFICATION = "flow-results-package", "1.1.0"
RESPONSES = "responses.json"
OTHER = "other"
"""Every answer that is not right: wrong, and not sure."""
DISTRICT = "district"
WHOLE = 100
FIELDS = {
    "timestamp": "datetime",
    "row_id": "string",
    "contact_id": "string",
    "session_id": "string",
    "question_id": "string",
    "response": "any",
    "response_metadata": "object",
}
Response = Sequence[object]
NewId = Callable[[], str]


@dataclass(frozen=True, slots=True)
class UnfoldedQuestion:
    """A question of the package, and how often each of its choices was given."""

    id: str
    label: str
    given: Mapping[str, int]
    labels: Sequence[str] = ()
    """What it is about in HTCDS."""

    @property
    def document(self) -> Mapping[str, object]:
        about = {"semantic_labels": [*self.labels]} if self.labels else {}
        return {
            "type": "select_one",
            "label": self.label,
            "type_options": {"choices": [*self.given]},
            "is_personal_information": False,
            **about,
        }


def questions(published: PublishedFigures) -> Sequence[UnfoldedQuestion]:
    """Only those of which something may be read."""
    every = [*_quizzes(published), *_lessons(published)]
    return [one for one in every if sum(one.given.values())]


def responses(published: PublishedFigures, new_id: NewId) -> Sequence[Response]:
    """In the order of their ids, which says nothing."""
    at = begins(months_in(published.period)[0]).isoformat()
    rows: list[tuple[str, str, str, str, str, str, Mapping[str, object]]] = [
        (at, new_id(), new_id(), new_id(), question.id, choice, {})
        for question in questions(published)
        for choice, count in question.given.items()
        for _ in range(count)
    ]
    return sorted(rows, key=lambda row: row[1])


def descriptor(
    published: PublishedFigures, name: str, title: str, new_id: NewId
) -> Mapping[str, object]:
    made = published.made_at.isoformat(sep=" ", timespec="seconds")
    asked = {one.id: one.document for one in questions(published)}
    fields = [
        {"name": field, "title": field.replace("_", " ").capitalize(), "type": kind}
        for field, kind in FIELDS.items()
    ]
    return {
        "profile": PROFILE,
        "flow_results_specification_version": SPECIFICATION,
        "name": f"{name}-responses",
        "id": new_id(),
        "title": f"{title}: answers to quizzes and lessons",
        "description": UNFOLDED,
        "created": made,
        "modified": made,
        "resources": [
            {
                "name": "responses",
                "path": RESPONSES,
                "access_method": "file",
                "format": "json",
                "mediatype": "application/json",
                "encoding": "utf-8",
                "dialect": {"header": False},
                "schema": {"fields": fields, "questions": asked, "language": "eng"},
            }
        ],
    }


UNFOLDED = (
    "Made of published counts, not of responses: nobody's responses are kept. A share is rounded, so a number of"
    " right answers is about so many. Every time is the first moment of the period. Each row has ids of its own, used"
    " once: two rows of one person cannot be told. Where a number is hidden, or is a bound, there are no rows."
)


def _quizzes(published: PublishedFigures) -> Iterator[UnfoldedQuestion]:
    for row in published.rows(ASKED, QUIZ):
        thing = value_of(row)
        flow = thing.partition(" ")[0]
        about = [
            f"HTCDS::{one.field}={one.value}"
            for one in code_table(CodeStandard.HTCDS).of("quiz", flow)
        ]
        for figure, when in ((RIGHT_BEFORE, "before"), (RIGHT_AFTER, "after")):
            given = _shared(published, ASKED, figure, row)
            label = f"{thing.replace('_', ' ')}: was the answer {when} the lesson right?"
            yield UnfoldedQuestion(f"{thing.replace(' ', '.')}.{when}", label, given, about)


def _lessons(published: PublishedFigures) -> Iterator[UnfoldedQuestion]:
    rows = published.rows(TAKEN, DISTRICT)
    taken = {value_of(row): _exact(published, TAKEN, row) or 0 for row in rows}
    yield UnfoldedQuestion("lesson", "In which district was a lesson taken to its end?", taken)
    for row in published.rows(ANSWERED, DISTRICT):
        code = value_of(row)
        label = f"Was an officer's answer in a lesson right, in {place_name(code, 'en')}?"
        given = _shared(published, ANSWERED, SCORE, row)
        yield UnfoldedQuestion(f"lesson_case.{code}", label, given)


def _shared(published: PublishedFigures, of: str, share: str, row: str) -> Mapping[str, int]:
    """A count in its published share and the rest. No rows where one of the two is hidden, or no exact number."""
    count, percent = _exact(published, of, row), _exact(published, share, row)
    if count is None or percent is None:
        return {RIGHT: 0, OTHER: 0}
    right = round(count * percent / WHOLE)
    return {RIGHT: right, OTHER: count - right}


def _exact(published: PublishedFigures, figure: str, row: str) -> int | None:
    cell = published.cell(figure, row)
    return None if cell is None or cell.bound else cell.number
