"""Tests the board of a desk: its columns, its order, its number and what it never shows."""

from sqlalchemy import Engine, event

from tests.console.boards import on_board
from tests.console.conftest import Tab
from tests.console.desk_tips import tell
from tests.console.tip_desks import Desks, desks

__all__ = ["desks"]
STATEMENTS = 5


def number(tab: Tab) -> str:
    return tab.get("/board/since?auto").text


def test_a_desk_sees_its_own_open_tips_and_no_official(desks: Desks) -> None:
    here = tell(desks.desk, urgency=2)
    official = tell(desks.desk, urgency=1, official="unsure")
    away = tell(desks.desk, place="11", urgency=3)
    assert on_board(desks.national) == {"untaken": [official, here, away]}
    assert on_board(desks.district) == {"untaken": [here]}
    assert on_board(desks.other, "/board") == {"untaken": [away]}


def test_the_board_asks_at_most_five_statements(desks: Desks) -> None:
    for urgency in (1, 2, 3):
        tell(desks.desk, urgency=urgency)
    desks.national.get("/")
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert on_board(desks.national) == {"untaken": [1, 2, 3]}
        assert len(said) <= STATEMENTS, "\n".join(said)
        desks.national.get("/board/since?auto")
        said.clear()
        desks.national.get("/board/since?auto")
        assert len(said) <= 2, "\n".join(said)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
