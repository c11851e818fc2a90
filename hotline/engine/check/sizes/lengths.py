"""What fits: labels, pages, choices; counted as they will be shown, under every condition. Pure.

What a phone of sixteen letters a line breaks: a word in its middle, or a label's first word from its digit. Pure.
"""

from collections.abc import Iterator
from dataclasses import replace

from hotline.engine.check.finding import Code, Finding
from hotline.engine.check.parts import WrittenText, choices_of, nodes, texts
from hotline.engine.check.paths import situations
from hotline.engine.flow import Ask, Book, Finish, Flow, Menu, Node, Say
from hotline.engine.numbers.questions import FLOW
from hotline.engine.run import Place, Run
from hotline.engine.screen import NARROWEST, paginate
from hotline.engine.view import WIDEST, Waiting, filled, said, view
from hotline.engine.words import HELD_BACK, words
from hotline.text.gsm7 import septets, to_gsm7
from hotline.text.languages import CODES
from hotline.text.remark import remark

MOST_CHOICES = 5
MOST_TOPIC_PAGES = 3
MOST_ENGLISH_LETTERS = 130
"""Of a screen of a report, so that Kinyarwanda fits."""
ENGLISH = "en"
UNSURE = "unsure"
"""The value of "not sure", wherever it is a choice."""


def labels(book: Book, limit: int) -> Iterator[Finding]:
    """A label with its number must fit on one page, together with the ways on and out."""
    for flow, name, node in nodes(book):
        for number, choice in enumerate(choices_of(node)):
            for language in CODES:
                own = words(language)
                ways = f"\n9 {own.more}\n0 {own.back_short}\n00 {own.home}"
                label = septets(f"1 {to_gsm7(said(choice.label, language))}")
                over = label - (limit - HELD_BACK - septets(ways))
                if over > 0:
                    where, field = (flow.name, name), f"choices.{number}"
                    message = remark(
                        "the label of {field} is {over} septets too long for a page",
                        field=field,
                        over=over,
                    )
                    fix = remark("shorten it")
                    yield Finding(*where, Code.TOO_LONG, message, fix, language, field)


def pages(book: Book, limit: int) -> Iterator[Finding]:
    for flow, name, node in nodes(book):
        most = _most_pages(book, flow, node)
        if most is None:
            continue
        for language in CODES:
            needed = _pages(book, Place(flow.name, name), node, language, limit)
            if needed > most:
                message = remark(
                    "needs {needed} screens of {limit} septets, {most} at most",
                    needed=needed,
                    limit=limit,
                    most=most,
                )
                fix = remark("shorten it, or divide it over two nodes")
                yield Finding(flow.name, name, Code.TOO_LONG, message, fix, language, "text")


def english(book: Book, limit: int) -> Iterator[Finding]:
    """Yields each screen of a report that is too long in English. The places of a list do not count."""
    for flow, name, node in nodes(book):
        if not flow.gathers or not isinstance(node, Waiting):
            continue
        bare = replace(node, list=None) if isinstance(node, Ask) else node
        run = Run(ENGLISH, (Place(flow.name, name),))
        shown = (
            paginate(view(book, bare, there, facts).layout, limit)
            for there, facts in situations(bare, run)
        )
        # What takes two screens is told of by `pages`.
        count = max((len(of[0].text) for of in shown if len(of) == 1), default=0)
        if count > MOST_ENGLISH_LETTERS:
            message = remark(
                "has {count} letters in English, {most} at most",
                count=count,
                most=MOST_ENGLISH_LETTERS,
            )
            fix = remark("shorten it, so that Kinyarwanda fits")
            yield Finding(flow.name, name, Code.TOO_LONG, message, fix, ENGLISH, "text")


def left(book: Book, place: Place, language: str, limit: int) -> int | None:
    """The septets that the last screen of a node has left, where it is fullest; None where it shows nothing."""
    node = book.flows[place.flow].nodes[place.node]
    if not isinstance(node, Say | Menu | Ask | Finish):
        return None
    run = Run(language, (place,))
    bare = replace(node, list=None) if isinstance(node, Ask) else node
    shown = (view(book, bare, there, facts).layout for there, facts in situations(bare, run))
    last = (paginate(replace(layout, ways=layout.ways[-1:]), limit)[-1] for layout in shown)
    return min(limit - HELD_BACK - septets(page.text) for page in last)


def choices(book: Book) -> Iterator[Finding]:
    """Places and languages do not count: more of them than fit are expected."""
    for flow, name, node in nodes(book):
        if not isinstance(node, Menu):
            continue
        run = Run(CODES[0], (Place(flow.name, name),))
        plain = replace(node, languages=False)
        numbered = max(
            sum(choice.language is None for choice in view(book, plain, there, facts).choices)
            for there, facts in situations(plain, run)
        )
        if numbered > MOST_CHOICES:
            message = remark(
                "offers {count} choices, {most} at most", count=numbered, most=MOST_CHOICES
            )
            fix = remark("move some behind one")
            yield Finding(flow.name, name, Code.TOO_MANY_CHOICES, message, fix, field="choices")


def unsure_late(book: Book) -> Iterator[Finding]:
    """Whoever does not know a place says so on whichever page of its list she stands."""
    for flow, name, node in nodes(book):
        if not isinstance(node, Ask) or node.list is None:
            continue
        for number, one in enumerate(node.choices):
            if one.value == UNSURE and not one.every_page:
                message = remark("says only on the last page of its list that one may be not sure")
                fix = remark("show that choice on every page")
                field = f"choices.{number}.every_page"
                yield Finding(flow.name, name, Code.UNSURE_LATE, message, fix, field=field)


def _most_pages(book: Book, flow: Flow, node: Node) -> int | None:
    """How many screens a node may take; None is as many as it likes."""
    if isinstance(node, Finish):
        return None if node.text is None else 1
    if not isinstance(node, Say | Menu | Ask):
        return None
    if flow.gathers or flow.name in (book.front, FLOW):
        return 1
    return MOST_TOPIC_PAGES if isinstance(node, Say) or node.topic else None


def _pages(book: Book, place: Place, node: Node, language: str, limit: int) -> int:
    assert isinstance(node, Say | Menu | Ask | Finish)
    run = Run(language, (place,))
    bare = replace(node, list=None) if isinstance(node, Ask) else node
    return max(
        len(paginate(view(book, bare, there, facts).layout, limit))
        for there, facts in situations(bare, run)
    )


DIGIT = len("1 ")
"""What stands in front of a label."""


def broken_words(book: Book) -> Iterator[Finding]:
    for written in texts(book):
        for language, text in written.text.items():
            if (word := _broken(written, text)) is not None:
                message = remark(
                    "{field} holds {word}: a narrow phone breaks it, or parts it from its digit",
                    field=written.field,
                    word=word,
                )
                fix = remark(
                    "a word has {most} letters at most, a label's first one {first}",
                    most=NARROWEST,
                    first=NARROWEST - DIGIT,
                )
                where = written.flow, written.node
                yield Finding(*where, Code.BROKEN_WORD, message, fix, language, written.field)


def _broken(written: WrittenText, text: str) -> str | None:
    words = filled(text, WIDEST).split()
    is_label = written.field == "skip" or written.field.startswith("choices.")
    if is_label and words and len(words[0]) > NARROWEST - DIGIT:
        return words[0]
    return next((word for word in words if len(word) > NARROWEST), None)
