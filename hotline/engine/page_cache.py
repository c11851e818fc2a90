"""A node as a run sees it, cut into pages. Pure, and remembered: a book never changes, so neither do its pages."""

from typing import NamedTuple

from hotline.engine.flow import Ask, Book, Finish, Menu
from hotline.engine.run import Facts, Run
from hotline.engine.screen import Page, Screen, paginate
from hotline.engine.view import View, Waiting, holds, list_name, named, view
from hotline.text.gsm7 import septets, to_gsm7


class Drawn(NamedTuple):
    seen: View
    pages: tuple[Page, ...]
    screens: tuple[Screen, ...]
    """Of each page, as the handset shows it."""


def drawn(book: Book, node: Waiting | Finish, run: Run, facts: Facts, limit: int) -> Drawn:
    """The pages of the node at which the run stands."""
    here = run.calls[-1]
    listed = list_name(node.list, run.answers) if isinstance(node, Ask) and node.list else ""
    if listed and (listed in facts.lists or listed not in book.lists):
        return _draw(book, node, run, facts, limit)
    if named((node.text or {}).get(run.language, "")):
        return _draw(book, node, run, facts, limit)

    key = (here.flow, here.node, run.language, limit, listed, _varies(node, run, facts))
    known = book.drawings.get(key)
    if known is None:
        known = book.drawings[key] = _draw(book, node, run, facts, limit)
    assert isinstance(known, Drawn)
    return known


def screen_of(text: str, *, ends: bool = False) -> Screen:
    text = to_gsm7(text)
    return Screen(text, ends, septets(text))


def _draw(book: Book, node: Waiting | Finish, run: Run, facts: Facts, limit: int) -> Drawn:
    seen = view(book, node, run, facts)
    pages = paginate(seen.layout, limit)
    ends = isinstance(node, Finish)
    return Drawn(seen, pages, tuple(screen_of(page.text, ends=ends) for page in pages))


def _varies(node: Waiting | Finish, run: Run, facts: Facts) -> tuple[bool, ...]:
    """Which of the node's conditions hold: all that its pages depend on beside place, language, limit and list."""
    if isinstance(node, Finish):
        return ()
    conditions = [when for lead in node.leads for when in lead.whens] if node.leads else []
    if isinstance(node, Menu | Ask):
        conditions += [choice.when for choice in node.choices if choice.when is not None]
    if not conditions:
        return ()
    return tuple([holds(condition, run, facts) for condition in conditions])
