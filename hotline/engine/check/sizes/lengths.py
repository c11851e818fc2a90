"""What fits: labels, pages, choices; counted as they will be shown, under every condition. Pure.

What a phone of sixteen letters a line breaks: a word in its middle, or a label's first word from its digit. Pure.
"""

from collections.abc import Iterator
from dataclasses import replace

from hotline.engine.check.finding import Findings, fault
from hotline.engine.check.parts import WrittenText, choices_of, nodes, said_texts
from hotline.engine.check.paths import situations
from hotline.engine.flow import Ask, Book, Finish, Flow, Menu, Node, Say
from hotline.engine.numbers.questions import FLOW
from hotline.engine.run import Place, Run
from hotline.engine.screen import NARROWEST, paginate
from hotline.engine.view import WIDEST, View, Waiting, filled, said, view
from hotline.engine.words import HELD_BACK, words
from hotline.text.gsm7 import septets, to_gsm7
from hotline.text.languages import CODES

MOST_CHOICES = 5
MOST_TOPIC_PAGES = 3
MOST_ENGLISH_LETTERS = 130
"""Of a screen of a report, so that Kinyarwanda fits."""
ENGLISH = "en"
UNSURE = "unsure"
"""The value of "not sure", wherever it is a choice."""


def _views(book: Book, place: Place, node: Waiting | Finish, language: str) -> Iterator[View]:
    """Yields the node in every situation. The places of a list do not count."""
    bare = replace(node, list=None) if isinstance(node, Ask) else node
    for run, facts in situations(bare, Run(language, (place,))):
        yield view(book, bare, run, facts)


def labels(book: Book, limit: int) -> Findings:
    """A label with its number must fit on one page, together with the ways on and out."""
    for flow, name, node in nodes(book):
        for number, choice in enumerate(choices_of(node)):
            for language in CODES:
                own = words(language)
                ways = f"\n9 {own.more}\n0 {own.back_short}\n00 {own.home}"
                label = septets(f"1 {to_gsm7(said(choice.label, language))}")
                over = label - (limit - HELD_BACK - septets(ways))
                if over > 0:
                    where = flow.name, name, f"choices.{number}"
                    yield fault("label_too_long", *where, language, over=over)


def pages(book: Book, limit: int) -> Findings:
    for flow, name, node in nodes(book):
        most = _most_pages(book, flow, node)
        if most is None or not isinstance(node, Waiting | Finish):
            continue
        for language in CODES:
            seen = _views(book, Place(flow.name, name), node, language)
            needed = max(len(paginate(one.layout, limit)) for one in seen)
            if needed > most:
                counts = {"needed": needed, "limit": limit, "most": most}
                yield fault("too_many_pages", flow.name, name, "text", language, **counts)


def english(book: Book, limit: int) -> Findings:
    """Yields each screen of a report that is too long in English. The places of a list do not count."""
    most = MOST_ENGLISH_LETTERS
    for flow, name, node in nodes(book):
        if flow.gathers and isinstance(node, Waiting):
            seen = _views(book, Place(flow.name, name), node, ENGLISH)
            shown = (paginate(one.layout, limit) for one in seen)
            # What takes two screens is told of by `pages`.
            count = max((len(of[0].text) for of in shown if len(of) == 1), default=0)
            if count > most:
                yield fault(
                    "too_much_english", flow.name, name, "text", ENGLISH, count=count, most=most
                )


def left(book: Book, place: Place, language: str, limit: int) -> int | None:
    """The septets that the last screen of a node has left, where it is fullest; None where it shows nothing."""
    node = book.flows[place.flow].nodes[place.node]
    if not isinstance(node, Waiting | Finish):
        return None
    layouts = (one.layout for one in _views(book, place, node, language))
    last = (paginate(one._replace(ways=one.ways[-1:]), limit)[-1] for one in layouts)
    return min(limit - HELD_BACK - septets(page.text) for page in last)


def choices(book: Book) -> Findings:
    """Places and languages do not count: more of them than fit are expected."""
    for flow, name, node in nodes(book):
        if isinstance(node, Menu):
            plain = replace(node, languages=False)
            seen = _views(book, Place(flow.name, name), plain, CODES[0])
            count = max(sum(one.language is None for one in each.choices) for each in seen)
            if count > MOST_CHOICES:
                counts = {"count": count, "most": MOST_CHOICES}
                yield fault("too_many_choices", flow.name, name, "choices", **counts)


def unsure_late(book: Book) -> Findings:
    """Whoever does not know a place says so on whichever page of its list she stands."""
    for flow, name, node in nodes(book):
        if isinstance(node, Ask) and node.list is not None:
            for number, one in enumerate(node.choices):
                if one.value == UNSURE and not one.every_page:
                    yield fault("unsure_late", flow.name, name, f"choices.{number}.every_page")


def _most_pages(book: Book, flow: Flow, node: Node) -> int | None:
    """How many screens a node may take; None is as many as it likes."""
    if isinstance(node, Finish):
        return None if node.text is None else 1
    if not isinstance(node, Waiting):
        return None
    if flow.gathers or flow.name in (book.front, FLOW):
        return 1
    return MOST_TOPIC_PAGES if isinstance(node, Say) or node.topic else None


DIGIT = len("1 ")
"""What stands in front of a label."""


def broken_words(book: Book) -> Findings:
    most = {"most": NARROWEST, "first": NARROWEST - DIGIT}
    for written, language, text in said_texts(book):
        if (word := _broken(written, text)) is not None:
            yield fault("broken_word", *written.at, language, word=word, **most)


def _broken(written: WrittenText, text: str) -> str | None:
    words = filled(text, WIDEST).split()
    is_label = written.field == "skip" or written.field.startswith("choices.")
    if is_label and words and len(words[0]) > NARROWEST - DIGIT:
        return words[0]
    return next((word for word in words if len(word) > NARROWEST), None)
