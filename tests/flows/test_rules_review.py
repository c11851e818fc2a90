"""Tests which texts count as reviewed, and if a review still counts after a change of the text."""

from datetime import date

import pytest

from hotline.flows.rules_reviews import (
    ReviewedText,
    ReviewState,
    Signature,
    glossary_terms,
    state_of,
    term_spans,
    texts_of,
)

DAY = date(2026, 11, 24)
TEXT = ReviewedText("learn.one.say.text", {"rw": "Muraho", "fr": "Bonjour", "en": "Hello"})


def by(*names: str, text: ReviewedText = TEXT, language: str = "rw") -> list[Signature]:
    return [Signature(text.place, language, text.digest(language), name, DAY) for name in names]


@pytest.mark.parametrize(
    ("text", "language", "signatures", "state"),
    [
        (TEXT, "rw", [], ReviewState.DRAFT),
        (TEXT, "rw", by("One Reader"), ReviewState.REVIEWED_ONCE),
        (TEXT, "rw", by("One Reader", "one reader"), ReviewState.REVIEWED_ONCE),
        (TEXT, "rw", by("One Reader", "Another"), ReviewState.REVIEWED),
        (TEXT, "fr", by("One Reader", language="fr"), ReviewState.REVIEWED),
        (TEXT, "fr", by("One Reader", "Another"), ReviewState.DRAFT),
        (TEXT.saying("rw", "Mwaramutse"), "rw", by("One Reader", "Another"), ReviewState.STALE),
        (TEXT.saying("en", "Good day"), "rw", by("One Reader", "Another"), ReviewState.STALE),
        (TEXT.saying("fr", "Salut"), "rw", by("One Reader", "Another"), ReviewState.REVIEWED),
    ],
)
def test_review_state_follows_reviews_of_exact_text(
    text: ReviewedText, language: str, signatures: list[Signature], state: ReviewState
) -> None:
    assert state_of(text, language, signatures) is state


class Undigested(ReviewedText):
    """A text that fails the test if its digest is computed.

    Most texts of a large hotline have no signature. A list counts all texts, so the count must not compute their
    digests.
    """

    def digest(self, language: str) -> str:
        raise AssertionError(language)


def test_unreviewed_text_is_a_draft() -> None:
    other = by("One Reader", language="fr")
    text = Undigested(TEXT.place, TEXT.words)
    assert state_of(text, "rw", other) is ReviewState.DRAFT


def test_only_texts_have_a_place() -> None:
    words = {"rw": "a\n", "fr": "b", "en": "c"}
    flow = {
        "review": dict.fromkeys(words, "draft"),
        "nodes": {
            "one": {
                "review": dict.fromkeys(words, "draft"),
                "menu": {"text": words, "goes": "two", "choices": [{"label": words, "value": "x"}]},
            },
            "two": {"finish": {}},
        },
    }
    found = list(texts_of({"learn": flow}))
    assert [text.place for text in found] == [
        "learn.one.menu.text",
        "learn.one.menu.choices.0.label",
    ]
    assert found[0].words["rw"] == "a"


def test_doubtful_glossary_word_is_found_as_word() -> None:
    rows = "| debt | dette | ideni | A |\n| mine, pit | mine | ikirombe / ibirombe (x) | C |\n"
    sure, doubt = glossary_terms(rows)
    assert (sure.is_doubtful, doubt.is_doubtful) == (False, True)
    assert str(doubt) == "C: ikirombe / ibirombe (mine, pit)"
    assert doubt.occurs_in("Mu kirombe? Ibirombe!")
    assert not doubt.occurs_in("Ibirombero")
    spans = term_spans("No debts in the pit.", "en", [sure, doubt])
    assert [words for words, is_term in spans if is_term] == ["debts", "pit"]
    assert "".join(words for words, _ in spans) == "No debts in the pit."
