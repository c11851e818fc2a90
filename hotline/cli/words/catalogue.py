"""The catalogues of `locales/` as files: read, written, and what is wrong with one of their phrases."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from hotline.domain.wording import Template
from hotline.engine.check.risky import IN_A_MESSAGE, risky_words
from hotline.engine.check.texts import unsigned
from hotline.engine.numbers.numbers import Number
from hotline.text.gsm7 import strangers, substitute
from hotline.text.segments import segments

LONGEST = {
    "ref": "K7Q4AC",
    "place": "Nyamasheke place",
    "code": "*384*77777*90#",
    "name": "a page of the runbook",
    "time": "24/11 14:05-16:05",
    "until": "16:05",
    "number": "3" * 13,
}
"""Values at their longest, to see what an SMS can cost."""
SOURCE = "en"
"""Its catalogue is the English itself."""


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100)


def phrases(catalogue: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string or "") for message in catalogue if message.id}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def faults_of(
    catalogue: Catalog, template: Template, language: str, numbers: Mapping[str, Number]
) -> Iterator[str]:
    """Everything that is wrong with one phrase."""
    message = catalogue.get(template.value)
    text = phrases(catalogue).get(template, "")
    if not text:
        yield "missing"
        return
    if message and message.fuzzy:
        yield "fuzzy: read it again and take the mark away"
    if language == SOURCE and text != template.value:
        yield "differs from the code, which is the English"
    if _placeholders(text) != _placeholders(template.value):
        yield f"needs exactly these placeholders: {', '.join(sorted(_placeholders(template)))}"
        return
    for letter in strangers(text):
        yield f"U+{ord(letter):04X} {letter} is not on a basic phone: write {substitute(letter)}"
    for word in risky_words(text, language, IN_A_MESSAGE):
        yield f'says "{word}", which whoever holds the phone would read: say it in other words'
    for number in unsigned(text, numbers):
        yield f"names {number}, which nobody signed: take it out, or have it signed in numbers.csv"
    if segments(text.format_map(LONGEST)) > 1:
        yield "longer than one SMS"
