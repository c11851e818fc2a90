"""Renders a node as the caller sees it, divided into pages. Pure.

The flow set caches the results. A flow set never changes, so its pages never change either.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hotline.flows.conversation import ConversationState, Facts
from hotline.flows.engine_texts import EngineTexts, texts_of
from hotline.flows.flow import (
    EndNode,
    FlowSet,
    MenuNode,
    MessageNode,
    QuestionNode,
    View,
    Waiting,
    is_met,
    list_name,
    placeholders_in,
    view,
)
from hotline.flows.screen import Layout, Page, Screen, paginate
from hotline.text.gsm7 import septets, to_gsm7


class Drawn(NamedTuple):
    seen: View
    pages: tuple[Page, ...]
    screens: tuple[Screen, ...]
    """The screens as the handset shows them, one for each page."""


Paginate = Callable[[Layout, int], tuple[Page, ...]]


def draw(
    flow_set: FlowSet,
    node: Waiting | EndNode,
    state: ConversationState,
    facts: Facts,
    limit: int,
    *,
    pages: Paginate = paginate,
) -> Drawn:
    """Returns all pages of the caller's current node. `pages` divides its layout.

    It does not cache the result if the session provides the list, or if the text has a placeholder.
    """
    here = state.calls[-1]
    named = node.list if isinstance(node, QuestionNode) else None
    listed = list_name(named or "", state.answers)
    if listed and (listed in facts.lists or listed not in flow_set.lists):
        return _draw(flow_set, node, state, facts, limit, pages)
    if placeholders_in((node.text or {}).get(state.language, "")):
        return _draw(flow_set, node, state, facts, limit, pages)

    key = (here.flow, here.node, state.language, limit, listed, _varies(node, state, facts))
    known = flow_set.drawings.get(key)
    if known is None:
        known = flow_set.drawings[key] = _draw(flow_set, node, state, facts, limit, pages)
    assert isinstance(known, Drawn)
    return known


def screen_of(text: str, *, ends: bool = False) -> Screen:
    text = to_gsm7(text)
    return Screen(text, ends, septets(text))


def _draw(
    flow_set: FlowSet,
    node: Waiting | EndNode,
    state: ConversationState,
    facts: Facts,
    limit: int,
    pages: Paginate,
) -> Drawn:
    seen = view(flow_set, node, state, facts)
    divided, ends = pages(seen.layout, limit), isinstance(node, EndNode)
    return Drawn(seen, divided, tuple(screen_of(page.text, ends=ends) for page in divided))


def _varies(node: Waiting | EndNode, state: ConversationState, facts: Facts) -> tuple[bool, ...]:
    """Returns True or False for each condition of the node.

    The pages of the node depend only on these values, the place, the language, the limit and the list.
    """
    if isinstance(node, EndNode):
        return ()
    conditions = [when for lead in node.leads for when in lead.whens] if node.leads else []
    if isinstance(node, MenuNode | QuestionNode):
        conditions += [choice.when for choice in node.choices if choice.when is not None]
    if not conditions:
        return ()
    return tuple([is_met(condition, state, facts) for condition in conditions])


FIRST_KEY, MORE = "1", "9"


def only_key(node: Waiting, seen: View, page: Page) -> str | None:
    """Returns the key of the only choice on a page, for which the caller may also press `1`. Returns None unless there
    is exactly one choice.

    Also returns None if the caller types an answer, because `1` is then an answer. If a choice saves a value, only its
    own key works.
    """
    if isinstance(node, QuestionNode) and node.kind != "place":
        return None
    if has_next(node, page):
        return None if page.keys else MORE
    if isinstance(node, MenuNode) and len(page.keys) == 1:
        ((key, at),) = page.keys.items()
        is_answer = node.saves is not None and bool(seen.choices[at].value)
        return None if is_answer else key
    return None


def has_next(node: Waiting, page: Page) -> bool:
    """Returns True if `9` opens the next page, or leads on from the last page of a message."""
    return page.more or (isinstance(node, MessageNode) and node.goes is not None)


def draw_invalid(node: Waiting, seen: View, page: Page, language: str, limit: int) -> Screen:
    """Returns the same page below a line about the valid keys. It uses the longest line that fits."""
    own = texts_of(language)
    fitting = (
        line
        for line in _lines(node, seen, page, own)
        if septets(line) + 1 + septets(page.text) <= limit
    )
    return screen_of(f"{next(fitting, own.invalid_short)}\n{page.text}")


def _lines(node: Waiting, seen: View, page: Page, own: EngineTexts) -> Iterator[str]:
    """Yields each version of the line above a repeated screen, longest first."""
    typed, keys = _typed(node, own), _working(node, seen, page)
    out = ("0", "00") if seen.layout.key_lines else ()
    leads_on = [typed] if typed else [*_runs(keys, shortest=3)]
    verb = "" if typed else f"{own.press} "
    if leads_on or out:
        every = f"{verb}{', '.join((*leads_on, *out))}"
        yield f"{own.invalid} {every}."
        yield every
    if leads_on:
        yield f"{verb}{', '.join(leads_on)}"
    if not typed and (keys or out):
        yield " ".join([*_runs(keys, shortest=2)] or out)


def _typed(node: Waiting, own: EngineTexts) -> str:
    """Returns the instruction for a question with typed answers. The result is empty if the page has its own keys."""
    match node:
        case QuestionNode(kind="words"):
            return own.write
        case QuestionNode(kind="number"):
            return f"{own.press} {own.digits}"
        case QuestionNode(kind="pin", digits=count):
            return f"{own.press} {own.count_of_digits.format(count=count)}"
        case _:
            return ""


def _working(node: Waiting, seen: View, page: Page) -> Sequence[str]:
    """Returns the digits that lead on from a page: its choices, `9`, and `1` if it has the same effect."""
    keys = {*page.keys}
    if has_next(node, page):
        keys.add(MORE)
    if only_key(node, seen, page) is not None:
        keys.add(FIRST_KEY)
    return sorted(keys)


def _runs(keys: Sequence[str], *, shortest: int) -> Iterator[str]:
    """Yields a sequence of at least `shortest` digits as `1-5`, and other digits one by one."""
    row: list[str] = []
    for key in (*keys, ""):
        if row and (not key or int(key) != int(row[-1]) + 1):
            yield from [f"{row[0]}-{row[-1]}"] if len(row) >= shortest else row
            row = []
        row.append(key)
