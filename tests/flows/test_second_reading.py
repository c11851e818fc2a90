"""Tests texts that a second reader found unsafe or wrong: the flows and catalogues must contain the correction."""

import re
from collections.abc import Iterator

import pytest

from hotline.core.catalogues import load_phrases
from hotline.core.wording import Template
from hotline.flows.check import texts
from hotline.text.languages import CODES
from tests.support.made_once import shipped_book

BOOK = shipped_book()
NEVER = {
    "an order to release a person": {"rw": "barekur|rekura aba", "fr": "libér", "en": "release"},
    "a promise that help stays": {"rw": "buhoraho", "fr": "reste ouverte", "en": "help stays"},
    "sorrow for a wound": {"rw": "rababaye", "fr": "triste", "en": r"\bsad\b"},
    "help that nobody has given": {"rw": "hari ubafasha", "fr": "qu'un aide", "en": "body helps"},
    "the country for its desk": {
        "rw": r"(?<!')\bigihugu (kira|nti)",
        "fr": "le pays dit",
        "en": "country says",
    },
}
SAID = {
    "complaint.saved": {"rw": "Kanda 00", "fr": "Tapez 00", "en": "Press 00"},
    "quiz_abroad.passport": {"rw": "uburenganzira", "fr": "le droit", "en": "the right"},
    "report.no_call": {"rw": "guhamagarwa", "fr": "Un appel", "en": "A call"},
    "offering.before_police": {"rw": "Ntagomba", "fr": "Ni prison", "en": "may"},
    "signs.child": {"rw": "mu rugendo", "fr": "en voyage", "en": "travel"},
}
"""Words without which each text was wrong: a path that ends, a habit described as a right, silence that harms."""


def everything(language: str) -> Iterator[tuple[str, str]]:
    """Yields every text that a phone may show, with its place."""
    for written in texts(BOOK):
        yield f"{written.flow}.{written.node}.{written.field}", written.text[language]
    phrases = load_phrases()
    for template in Template:
        yield template.name, phrases.shipped(language, template)


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("what", NEVER)
def test_no_text_says(what: str, language: str) -> None:
    said = re.compile(NEVER[what][language], re.IGNORECASE)
    assert [place for place, text in everything(language) if said.search(text)] == []


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("place", SAID)
def test_a_text_says_what_it_lacked(place: str, language: str) -> None:
    said = {
        f"{written.flow}.{written.node}": written.text[language]
        for written in texts(BOOK)
        if written.field == "text"
    }
    assert SAID[place][language] in said[place]
