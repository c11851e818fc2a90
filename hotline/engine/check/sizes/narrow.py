"""What a phone of sixteen letters a line shows of each screen, and whose questions are too long for it. Pure.

A question counts with its choices. Words in front of it, a note and the ways out are lines of the screen, not of it.
In a flow that gathers the words in front count too, and no reason excuses a screen: a caller in danger reads it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hotline.engine.check.finding import Findings, fault
from hotline.engine.check.parts import nodes
from hotline.engine.check.paths import drawings
from hotline.engine.check.reporting import has_promises
from hotline.engine.flow import REASON_LETTERS, Ask, Book, Menu
from hotline.engine.run import Place, Run
from hotline.engine.screen import MOST_LINES, NARROWEST, Layout, Page, wrapped
from hotline.engine.view import WIDEST, View, Waiting, filled, said
from hotline.text.gsm7 import to_gsm7
from hotline.text.languages import CODES
from hotline.text.remark import remark


class Narrow(NamedTuple):
    """A node in one language: the most lines that a page of it has, and a page's question with its choices."""

    place: Place
    language: str
    lines: int
    question: int
    """None are counted where nothing is asked."""
    with_leads: int
    """The most lines of a page but for a note, `9` and the ways out."""


def narrow(book: Book, limit: int) -> Iterator[Narrow]:
    """Every node that waits, in every language."""
    for flow, name, node in nodes(book):
        if isinstance(node, Waiting):
            place = Place(flow.name, name)
            for language in CODES:
                yield _measured(book, place, node, language, limit)


SHORTEN = remark(
    'shorten it, or fill in "{reason_field}" with {count} letters or more',
    reason_field="reason",
    count=REASON_LETTERS,
)


def too_many_lines(book: Book, limit: int) -> Findings:
    """Yields each question over the most lines that gives no reason, and each reason that is not needed."""
    long: set[Place] = set()
    for each in narrow(book, limit):
        flow, node = book.flows[each.place.flow], each.place.node
        count = each.with_leads if flow.gathers else each.question
        if count <= MOST_LINES:
            continue
        long.add(each.place)
        if flow.gathers or flow.reason_of(node) is None:
            place, sizes = (
                (flow.name, node, "text", each.language),
                {"letters": NARROWEST, "most": MOST_LINES},
            )
            found = fault("too_many_lines", *place, count=count, **sizes)
            yield found if flow.gathers else found._replace(fix=SHORTEN)
    for flow in book.flows.values():
        for name in flow.reasons:
            if Place(flow.name, name) not in long and not has_promises(flow, name):
                yield fault("needs_no_reason", flow.name, name, "reason", reason_field="reason")


def _measured(book: Book, place: Place, node: Waiting, language: str, limit: int) -> Narrow:
    lines = asked = above = 0
    question = filled(said(node.text, language), WIDEST).strip()
    for found in drawings(book, node, Run(language, (place,)), limit):
        for page in found.pages:
            lines = max(lines, len(wrapped(page.text)))
            asked = max(asked, len(wrapped(question)) + _choices(found.seen, page))
            above = max(above, len(wrapped(_above(found.seen.layout, page))))
    return Narrow(place, language, lines, asked if isinstance(node, Menu | Ask) else 0, above)


def _above(layout: Layout, page: Page) -> str:
    """The words in front, the question and the choices of a page."""
    text = page.text
    for under in (*layout.ways, f"\n{layout.more}", f"\n{layout.tail}", f"\n{layout.note}"):
        text = text.removesuffix(to_gsm7(under).rstrip("\n"))
    return text


def _choices(seen: View, page: Page) -> int:
    """The lines of a page's choices. Languages are no part of a question."""
    return sum(
        len(wrapped(f"{digit} {seen.layout.buttons[index].label}"))
        for digit, index in page.keys.items()
        if seen.choices[index].language is None
    )
