"""The catalogues of `locales/` as files: read, written, and what is wrong with one of their phrases."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from hotline.domain.wording import Template
from hotline.engine.numbers.numbers import Number
from hotline.services.flows import phrasing

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
    yield from map(str, phrasing.faults(template, language, text, numbers))
