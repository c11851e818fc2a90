"""The check that an editor reads beside one screen of a draft."""

import copy
from typing import Any

import pytest

from hotline.engine.check.finding import Code
from hotline.engine.editing.drafting import drafted, put_in
from hotline.services.flows import checking
from hotline.services.flows.checking import ScreenCheck
from tests.made_once import shipped_book, shipped_document


def checked(flow: str, node: str, text: str, *, of: str = "", most: int = 1000) -> ScreenCheck:
    """Checks a screen of a shipped flow after the English of `node`, or of another one, was changed."""
    document: Any = copy.deepcopy(dict(shipped_document()["flows"][flow]))
    kind = next(name for name in ("say", "menu", "ask") if name in document["nodes"][node])
    document["nodes"][node][kind]["text"]["en"] = text
    draft = drafted(flow, document)
    return checking.of_screen(put_in(shipped_book(), draft.flow), draft, of or node, most=most)


@pytest.mark.row("A4")
def test_it_finds_what_only_all_flows_together_show() -> None:
    found = checked("front", "front", "Report it here")
    assert [one.code for one in found.here] == [Code.TOO_EARLY]
    assert found.is_whole


@pytest.mark.row("A4")
def test_it_counts_other_screens_of_the_flow_with_problems() -> None:
    found = checked("abroad", "contract", "You are safe", of="tell")
    assert (found.here, found.elsewhere) == ([], 1)


@pytest.mark.row("A4")
def test_above_so_many_screens_it_says_that_it_is_not_whole() -> None:
    found = checked("abroad", "contract", "x" * 2, most=10)
    assert not found.is_whole
