"""Everything that is wrong with flows, and what of it nobody may publish."""

import hashlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hotline.domain.rolls.quiz import AGAIN, BEFORE, VALUES
from hotline.engine.check.checking import check, of_book
from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import nodes
from hotline.engine.check.reporting import uncovered
from hotline.engine.document import document as documents
from hotline.engine.editing.drafting import Draft, draft_findings
from hotline.engine.flow import Book, Menu
from hotline.engine.run import Place
from hotline.engine.screen import DEFAULT_LIMIT
from hotline.errors import FlowInvalid
from hotline.services.flows import phrasing
from hotline.services.flows.places import place_lists
from hotline.services.flows.promptness import late_alerts
from hotline.text.remark import remark


def uncounted(book: Book) -> Iterator[Finding]:
    """Questions of a quiz whose answers are never counted."""
    asked = {
        node.saves: (Place(flow.name, name), node)
        for flow, name, node in nodes(book)
        if isinstance(node, Menu) and node.saves and node.saves.startswith((BEFORE, AGAIN))
    }
    for saves, (place, menu) in asked.items():
        if (other := _other(saves)) not in asked:
            message = remark(
                "{saves} is asked, but {other} never is: nothing is counted",
                saves=saves,
                other=other,
            )
            fix = remark("write a question that saves {other}, or mend the name", other=other)
            yield Finding(place.flow, place.node, Code.UNKNOWN_ANSWER, message, fix, field="saves")
        values = {choice.value for choice in menu.choices}
        if odd := sorted(values - VALUES):
            message = remark("an answer that is kept as {saves} has no value", saves=saves)
            if named := [value for value in odd if value]:
                message = remark(
                    "an answer that is kept as {saves} is {values}",
                    saves=saves,
                    values=", ".join(named),
                )
            fix = remark("each is one of {values}", values=", ".join(sorted(VALUES)))
            where = place.flow, place.node
            yield Finding(*where, Code.UNKNOWN_ANSWER, message, fix, field="choices")


def _other(saves: str) -> str:
    """The name of the same thing's other question."""
    pair: Mapping[str, str] = {BEFORE: AGAIN, AGAIN: BEFORE}
    first = next(prefix for prefix in pair if saves.startswith(prefix))
    return pair[first] + saves.removeprefix(first)


BEARABLE = frozenset(
    {
        Code.UNREACHABLE,
        Code.TOO_LONG,
        Code.TOO_MANY_CHOICES,
        Code.TOO_MANY_LINES,
        Code.TOO_MANY_ANSWERS,
        Code.UNSURE_LATE,
    }
)
"""What makes a conversation longer than it should be, and hurts nobody who is in it."""
MOST_SCREENS = 1000
"""So many screens of all flows are checked within a second while somebody writes."""


def findings(
    document: Mapping[str, Any],
    limit: int = DEFAULT_LIMIT,
    *,
    live: Mapping[str, Any] | None = None,
) -> Sequence[Finding]:
    """Returns what the checker of flows finds, and what only the services can know.

    `live`: what callers hear now. Without it a reason covers every word of its screen.
    """
    lists = place_lists()
    found = check(document, lists, limit=limit)
    if any(one.code is Code.SHAPE for one in found):
        return found
    book = documents.bind(documents.read(document), lists)
    new = [] if live is None else uncovered(documents.bind(documents.read(live), lists), book)
    return [*found, *new, *uncounted(book), *late_alerts(book), *phrasing.findings(book)]


@dataclass(frozen=True, slots=True)
class ScreenCheck:
    """What is wrong with a draft, as its editor reads it beside one screen."""

    here: Sequence[Finding]
    elsewhere: int
    """Problems of other screens of the same flow."""
    is_whole: bool
    """False where the flows are too many to read while somebody writes: the change's page has the rest."""


def of_screen(
    book: Book, draft: Draft, node: str, *, live: Book, most: int = MOST_SCREENS
) -> ScreenCheck:
    """Checks one screen of a draft as a publication would: by itself, among all flows, and against what is live.

    `book` holds the draft.
    """
    alone = draft_findings(book, draft, node=node)
    if sum(len(flow.nodes) for flow in book.flows.values()) > most:
        return ScreenCheck(alone, 0, is_whole=False)
    name = draft.flow.name
    led = {remark("no node is called {name}", name=missing) for missing in draft.missing}
    among = [
        one
        for one in (
            *of_book(book),
            *uncovered(live, book),
            *uncounted(book),
            *late_alerts(book),
        )
        if one.flow == name and one.message not in led
    ]
    here = dict.fromkeys((*alone, *(one for one in among if one.node == node)))
    elsewhere = {one.node for one in (*among, *draft_findings(book, draft))} - {node}
    return ScreenCheck([*here], len(elsewhere), is_whole=True)


def bearable(document: Mapping[str, Any]) -> Sequence[Finding]:
    """What may be published and should be mended. Raises FlowInvalid with everything that may not."""
    found = findings(document)
    hurting = [one.sentence for one in found if one.code not in BEARABLE]
    if hurting:
        raise FlowInvalid(hurting)
    return found


@cache
def mark() -> str:
    """Which code checks: what another version found is not believed."""
    hashed = hashlib.sha256()
    for written_in in (inspect.getfile(Finding), __file__):
        for file in sorted(Path(written_in).parent.rglob("*.py")):
            hashed.update(file.read_bytes())
    return hashed.hexdigest()[:16]
