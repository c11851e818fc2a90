"""Shows the board of a desk, and answers if it has changed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import Response, make_response, url_for

from hotline.cases import service_board
from hotline.cases.pages import ASKED, MARKS, UNITS
from hotline.cases.rules_board import CARDS, BoardCase, Column, time_left
from hotline.console.role_groups import RUNNING, table
from hotline.console.visit import Visit, page
from hotline.text.codes import FORMS
from hotline.text.phrases import phrase
from hotline.text.places import place_within
from hotline.tips.rules import Basis, Urgency
from hotline.tips.rules_receipts import AskedAgain, TipStateFilter

COLUMNS = table("board_columns")
LISTS: Mapping[Column, Mapping[str, Any]] = {
    Column.UNTAKEN: {"state": TipStateFilter.WAITS},
    Column.UNREAD: {"state": TipStateFilter.TAKEN},
    Column.AT_WORK: {"state": TipStateFilter.TAKEN},
    Column.TO_APPROVE: {"state": TipStateFilter.CLOSING},
    Column.OWED: {"state": TipStateFilter.ALL, "owes": "yes"},
}
"""For each column, the filter of the list that contains its other tips."""
LEFT, LATE = phrase("{time} left"), phrase("{time} late")


def show(visit: Visit) -> Response:
    """Shows the open cases that the account may see."""
    board, viewer = service_board.board(visit.context, visit.by)
    at = visit.context.now()
    return page(
        visit,
        "board.html",
        path=url_for("board.show"),
        counts=lambda: {"board.show": board.late},
        board=board,
        runs=visit.may(RUNNING),
        has_key=bool(viewer.desks),
        columns=[
            (
                column.value,
                visit.say(COLUMNS[column]),
                len(cases),
                [_card(visit, one, at) for one in cases[:CARDS]],
                url_for("tips.listed", **LISTS[column]),
            )
            for column, cases in board.columns.items()
        ],
        units={name: visit.say(words, number="#") for name, words in UNITS.items()},
        left=visit.say(LEFT, time="#"),
        late=visit.say(LATE, time="#"),
    )


def _card(visit: Visit, tip: BoardCase, at: datetime) -> Mapping[str, object]:
    due_at = tip.due_at
    return {
        "id": tip.id,
        "level": tip.urgency,
        "urgency": visit.say(Urgency(tip.urgency).label),
        "place": place_within(tip.place, tip.within, visit.language),
        "sector": visit.place(tip.sector) if tip.sector else "",
        "kind": visit.say(FORMS[tip.category]) if tip.category else "",
        "due": int(due_at.timestamp()) if due_at else 0,
        "is_late": tip.is_late(at),
        "left": _left(visit, due_at, at) if due_at else "",
        "who": _who(visit, tip),
        "marks": [*_marks(visit, tip)],
        "reference": tip.reference,
    }


def _who(visit: Visit, tip: BoardCase) -> str:
    if tip.taken_by is None:
        return visit.say("Not taken")
    if not tip.is_asked:
        return tip.taken_by
    why = AskedAgain.PASSED_ON if tip.is_passed else AskedAgain.SILENT
    return visit.say(ASKED[why], who=tip.taken_by)


def _left(visit: Visit, due_at: datetime, at: datetime) -> str:
    is_late, number, unit = time_left(due_at, at)
    time = visit.say(UNITS[unit], number=number) if unit else number
    return visit.say(LATE if is_late else LEFT, time=time)


def _marks(visit: Visit, tip: BoardCase) -> Iterator[tuple[str, str]]:
    """Yields what an officer must know before anyone goes, each with its tint."""
    if tip.visit_mark:
        yield visit.say(tip.visit_mark), "warn"
    if tip.official != "no":
        words, tint = MARKS["official" if tip.official == "yes" else "perhaps_official"]
        yield visit.say(words), tint
    if tip.owed_at is not None:
        yield visit.say("follow-up due"), "warn"
    if tip.basis == Basis.VITAL_INTEREST_CHILD:
        words, tint = MARKS["child"]
        yield visit.say(words), tint


def since(visit: Visit) -> Response:
    """Returns the number of the board. Answers with 304 if the browser knows this number."""
    number = service_board.board_number(visit.context, visit.by).number
    if visit.asked("number") == str(number):
        return make_response("", 304)
    return make_response(str(number), 200, {"Content-Type": "text/plain"})
