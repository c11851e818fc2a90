"""What is written: languages that are missing, letters that no phone shows, numbers that nobody signed. Pure.

Screens that show what she answered: whoever looks over her shoulder, or goes back, would read it. Pure.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from hotline.engine.check.early import numbers_in
from hotline.engine.check.finding import Findings, fault
from hotline.engine.check.parts import choices_of, leads_of, node_texts, nodes, said_texts, texts
from hotline.engine.check.risky import plain
from hotline.engine.document.fields import targets
from hotline.engine.flow import Ask, Book, Branch, Condition, Flow, Menu, Text
from hotline.engine.numbers.numbers import Evidence, Number
from hotline.engine.run import Place
from hotline.engine.view import FOUND, WIDEST
from hotline.text.gsm7 import strangers, substitute
from hotline.text.languages import CODES

OUR_KEYS = frozenset({"000"})
"""What the engine's own keys look like in a text."""


def missing_languages(book: Book) -> Findings:
    for written in texts(book):
        for language in CODES:
            if language not in written.text:
                yield fault("language_missing", *written.at, language)


def letters(book: Book) -> Findings:
    for written, language, words in said_texts(book):
        for letter in strangers(words):
            name, instead = unicodedata.name(letter, f"U+{ord(letter):04X}"), substitute(letter)
            yield fault("letter", *written.at, language, letter=letter, name=name, instead=instead)


def unsigned_numbers(book: Book) -> Findings:
    for written, language, words in said_texts(book):
        nobodys = set(unsigned(words, book.numbers))
        for number in _named(words):
            if number in nobodys or number != written.number:
                rule = "unsigned" if number in nobodys else "outlasts"
                yield fault(rule, *written.at, language, number=number)


def unsigned(text: str, numbers: Mapping[str, Number]) -> Iterator[str]:
    """The numbers in `text` that nobody can have signed: not listed, or listed so that nobody shows them."""
    for number in _named(text):
        row = numbers.get(number)
        if row is None or row.evidence is Evidence.NEVER:
            yield number


def _named(text: str) -> Iterator[str]:
    """Yields the numbers that somebody may dial, however they are written, each once."""
    yield from (number for number in dict.fromkeys(numbers_in(text)) if number not in OUR_KEYS)


SHORT = 4
"""A label of so few letters (No, Yego) is an echo only where it ends a sentence: "No names" repeats nothing."""

Labels = Mapping[str, Mapping[str, list[Text]]]
"""Answer -> value -> what its choices say."""


def echoes(book: Book) -> Findings:
    labels = _labels(book)
    for flow, name, node in nodes(book):
        place = Place(flow.name, name)
        for number, lead in enumerate(leads_of(node)):
            for when in lead.whens:
                yield from _repeated(place, f"lead.{number}", lead.text, when, labels)
        if (only := _only_after(flow, name)) is not None:
            for field, text in node_texts(node):
                if not field.startswith("choices."):
                    yield from _repeated(place, field, text, only, labels)


def placeholders(book: Book) -> Findings:
    """What stands in braces and is none of the few things that a screen fills in."""
    for written, language, words in said_texts(book):
        for found in dict.fromkeys(re.findall(r"\{[^{}]*\}", words)):
            if not _is_filled(written.field, found):
                yield fault("placeholder", *written.at, language, found=found)


def _is_filled(field: str, found: str) -> bool:
    """Returns True for what a screen fills in; the only place of a list stands in its own question alone."""
    if field == "one":
        return found == FOUND
    return field == "text" and found != FOUND and found[1:-1] in WIDEST


def _repeated(place: Place, field: str, text: Text, when: Condition, labels: Labels) -> Findings:
    """Words that stand there because of an answer, and say that answer."""
    if when.answer is None or when.negated:
        return
    said, where = labels.get(when.answer, {}), (place.flow, place.node, field)
    for language, words in text.items():
        for value in when.values or tuple(said):
            if any(_echoes(words, label.get(language, "")) for label in said.get(value, ())):
                yield fault("echo", *where, language, answer=when.answer, value=value)


def _echoes(words: str, label: str) -> bool:
    bare = plain(label).strip(" .!?")
    if not bare:
        return False
    after = r'(?=\s*(?:[.!?;,"]|$))' if len(bare) <= SHORT else r"\b"
    return re.search(r"\b" + re.escape(bare) + after, plain(words)) is not None


def _only_after(flow: Flow, name: str) -> Condition | None:
    """The answer without which nobody stands at this node: its one way in is a choice, or an arm, of its own."""
    sources = [node for node in flow.nodes.values() if name in targets(node)]
    if len(sources) != 1 or name == flow.start:
        return None
    (node,) = sources
    if isinstance(node, Branch):
        arms = [arm.when for arm in node.arms if arm.goes == name]
        return arms[0] if len(arms) == 1 else None
    if isinstance(node, Menu | Ask) and node.saves and node.goes != name:
        values = tuple(c.value for c in node.choices if c.goes == name and c.value)
        return Condition(answer=node.saves, values=values) if values else None
    return None


def _labels(book: Book) -> Labels:
    found: dict[str, dict[str, list[Text]]] = {}
    for _, _, node in nodes(book):
        if not isinstance(node, Menu | Ask) or node.saves is None:
            continue
        values = found.setdefault(node.saves, {})
        for choice in choices_of(node):
            if choice.value:
                values.setdefault(choice.value, []).append(choice.label)
        if isinstance(node, Ask) and node.list is not None:
            for value, label in _options(book, node.list):
                values.setdefault(value, []).append(label)
    return found


def _options(book: Book, pattern: str) -> Iterator[tuple[str, Text]]:
    """What the lists of this name offer, whatever the answers in it are."""
    name = re.compile(re.sub(r"\\\{\w+\\\}", ".*", re.escape(pattern)))
    for listed, options in book.lists.items():
        if name.fullmatch(listed):
            yield from ((option.value, option.label) for option in options)
