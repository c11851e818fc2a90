"""One walk that many callers take at once, and the screens that one of them saw before."""

from collections.abc import Sequence

import click
import requests

from tests.load.line import Web
from tests.load.load import TimedRequest, form, hop

WALK = ("4", "2", "9", "0", "0", "0", "1", "0", "2", "0", "3", "0")
"""Menus and pages, forth and back: what most hops are. Nothing of it is counted, so nothing of it commits."""
TEXTS = tuple("*".join(WALK[:keyed]) for keyed in range(len(WALK) + 1))
"""What the gateway sends: everything keyed so far, from the dial on."""


def screens(web: Web) -> list[str]:
    """Each answer to one caller, by a plain client. Raises ClickException where the line does not answer."""
    shown = []
    for text in TEXTS:
        answer = requests.post(
            f"http://127.0.0.1:{web.port}{web.hook}", data=form(session(0), text), timeout=10
        )
        if not answer.text.startswith("CON "):
            raise click.ClickException(f"the line does not take a hop: {answer.text}")
        shown.append(answer.text)
    return shown


def dialogues(
    path: str, shown: Sequence[str], *, first: int, count: int
) -> list[list[TimedRequest]]:
    """The walk by `count` callers, numbered from `first`."""
    return [
        [
            TimedRequest(hop(path, form(session(number), text)), screen.encode())
            for text, screen in zip(TEXTS, shown, strict=True)
        ]
        for number in range(first, first + count)
    ]


def session(number: int) -> str:
    """The id of a caller's session."""
    return f"ATUid_{number:032x}"
