"""Every condition under which a node may be shown, the lists it chooses from, and all that it shows. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

from hotline.engine.check.parts import conditions
from hotline.engine.flow import Ask, Book, Choice, Finish
from hotline.engine.page_cache import Drawn, drawn
from hotline.engine.placeholders import WIDEST
from hotline.engine.run import Facts, Run
from hotline.engine.view import Waiting, list_answers
from hotline.engine.words import words
from hotline.text.languages import CODES

MOST_SITUATIONS = 256


def situations(node: Waiting | Finish, run: Run) -> Iterator[tuple[Run, Facts]]:
    """Every combination of flags and answers that the node's conditions tell apart."""
    asked = list(conditions(node))
    flags = sorted({condition.flag for condition in asked if condition.flag})
    answers = sorted({condition.answer for condition in asked if condition.answer})
    values = [
        (
            None,
            "any",
            *(value for asking in asked if asking.answer == name for value in asking.values),
        )
        for name in answers
    ]
    combinations = product(product((False, True), repeat=len(flags)), product(*values))
    for set_flags, given in islice(combinations, MOST_SITUATIONS):
        told = {
            name: value for name, value in zip(answers, given, strict=True) if value is not None
        }
        yield (
            replace(run, answers=told),
            Facts(flags=dict(zip(flags, set_flags, strict=True)), words=WIDEST),
        )


def listings(book: Book, node: Waiting) -> Iterator[tuple[Waiting, dict[str, str]]]:
    """The node with each list of the book that it may show, and the answers that name it.

    A list that only a session knows is shown empty: what it holds is not the writer's.
    """
    if not isinstance(node, Ask) or node.list is None:
        yield node, {}
        return
    named = list_answers(node.list)
    pattern = re.sub(r"\\\{\w+\\\}", r"(\\w+)", re.escape(node.list))
    found = [match for name in book.lists if (match := re.fullmatch(pattern, name))]
    for match in found:
        yield node, dict(zip(named, match.groups(), strict=True))
    if not found:
        yield from ((one, {}) for one in _without_list(node))


def _without_list(node: Ask) -> Iterator[Ask]:
    """The question over an empty list, and what is said instead where it has one place or none."""
    bare = replace(node, list=None)
    yield bare
    if node.none is not None:
        yield replace(bare, text=node.none)
    if node.one is not None:
        yes = Choice({code: words(code).yes for code in CODES}, "yes")
        yield replace(bare, text=node.one, choices=(yes, *node.choices))


def drawings(book: Book, node: Waiting | Finish, run: Run, limit: int) -> Iterator[Drawn]:
    """All that the node may show, each once: many situations show the same, and the book remembers what is drawn."""
    shown: dict[int, Drawn] = {}
    listed = [(node, dict[str, str]())] if isinstance(node, Finish) else listings(book, node)
    for one, named in listed:
        for there, facts in situations(one, run):
            seen = replace(there, answers={**there.answers, **named})
            found = drawn(book, one, seen, facts, limit)
            shown[id(found)] = found
    yield from shown.values()
