"""A hop in the middle of a menu is followed through ten files at most, and none is come back to more than twice.

The hop is a real one, from the web server's call to the answer, on a way that this process has not seen before. Counted
is what somebody opens who follows it: each file of `hotline` that hands the hop on to another one. `journey` has the
rules.
"""

from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import pytest

from hotline.store.database import Database
from tests.callers import FORM, SECRETS, Way, make_ready
from tests.conftest import Clock
from tests.floorplan.journey import Call, journey, traced
from tests.steps import Tell

MOST_FILES = 10
MOST_RETURNS = 2
MENU = ("", "7", "7*1")
"""English, and the first topic."""


def test_a_hop_of_a_menu(
    database: Database, tmp_path: Path, clock: Clock, tell_steps: Tell
) -> None:
    client = make_ready(database, tmp_path, clock, way=Way.FRONT).client

    def hop(text: str) -> None:
        fields = {
            "sessionId": "one",
            "phoneNumber": "+250788123456",
            "serviceCode": "*384*777#",
            "networkCode": "63510",
            "text": text,
        }
        path = f"/hooks/{SECRETS['ussd'][0]}/ussd"
        assert client.post(path, data=urlencode(fields), content_type=FORM).text.startswith("CON ")

    for text in MENU:
        hop(text)
    stays = journey(traced(lambda: hop(f"{MENU[-1]}*9")))

    returns = Counter(stays)
    tell_steps(
        f"a hop of a menu: {len(returns)} files, {len(stays) - len(returns)} returns: {' > '.join(stays)}"
    )
    assert stays[0] == "web/front.py"
    assert "engine" in returns
    assert len(returns) <= MOST_FILES, stays
    assert {file: n for file, n in returns.items() if n - 1 > MOST_RETURNS} == {}, stays


@pytest.mark.parametrize(
    ("called", "stays"),
    [
        (Call("a.py", [Call("b.py")]), ["a.py"]),
        (Call("a.py", [Call("b.py", [Call("c.py")])]), ["a.py", "b.py"]),
        (Call("a.py", [Call("a.py", [Call("b.py", [Call("c.py")])])]), ["a.py", "b.py"]),
        (
            Call("a.py", [Call("b.py", [Call("c.py")]), Call("d.py", [Call("c.py")])]),
            ["a.py", "b.py", "a.py", "d.py"],
        ),
        (
            Call("a.py", [Call("b.py", [Call("c.py")]), Call("a.py", [Call("store/d.py")])]),
            ["a.py", "b.py"],
        ),
        (Call("a.py", [Call("store/b.py", [Call("store/c.py")])]), ["a.py"]),
        (
            Call("a.py", [Call("engine/b.py", [Call("engine/c.py", [Call("text/d.py")])])]),
            ["a.py", "engine"],
        ),
    ],
    ids=[
        "asks",
        "hands on",
        "beside it",
        "comes back",
        "asks by itself again",
        "behind a port",
        "one stop",
    ],
)
def test_what_is_a_stop(called: Call, stays: list[str]) -> None:
    assert journey(called) == stays
