"""Marks English words that the console says in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.text.gsm7 import to_gsm7


def phrase(words: str) -> str:
    """Marks an English phrase that other code translates, so that the catalogue includes it."""
    return words


SAMPLE = phrase("Sample data. No person and no tip in it is real.")


# Keeps a message's template and its values apart, so that each language can show the message. Pure.


def unchanged_value(_name: str, value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class MessageText:
    """One message: a template such as `"{field} has no {language}"`, and its values. `str` gives the English."""

    template: str
    values: "tuple[tuple[str, str | MessageText], ...]" = ()

    def __str__(self) -> str:
        return self.said(str)

    def said(
        self, say: Callable[[str], str], shown: Callable[[str, str], str] = unchanged_value
    ) -> str:
        """Returns the message in another language. `say` translates a template, `shown` formats a value by its name."""
        given = {
            name: value.said(say, shown) if isinstance(value, MessageText) else shown(name, value)
            for name, value in self.values
        }
        return say(self.template).format_map(given)

    def to_json(self) -> list[Any]:
        return [
            self.template,
            {
                name: one.to_json() if isinstance(one, MessageText) else one
                for name, one in self.values
            },
        ]


def message_text(template: str, **values: str | int | MessageText) -> MessageText:
    """Returns a message. `tools/update_texts.py` finds the English template here and adds it to the catalogue."""
    parts = tuple(
        (name, str(value) if isinstance(value, int) else value) for name, value in values.items()
    )
    return MessageText(template, parts)


def message_text_of(written: list[Any]) -> MessageText:
    """Returns the message that `to_json` wrote."""
    template, values = written
    known: Mapping[str, Any] = values
    return MessageText(
        template,
        tuple(
            (name, message_text_of(one) if isinstance(one, list) else one)
            for name, one in known.items()
        ),
    )


EditedTexts = Callable[[str, str], str | None]
"""Returns the edited text of a phrase, by language and English source text. None if it was not edited."""


def no_edited_text(_language: str, _phrase: str) -> None:
    """Reports that no phrase was edited."""


class Phrases:
    """The hotline's phrases by language and English source text. An edited text comes before the catalogue's."""

    def __init__(
        self, catalogues: Mapping[str, Mapping[str, str]], live: EditedTexts = no_edited_text
    ) -> None:
        self._catalogues = catalogues
        self._live = live

    def say(self, language: str, phrase: str, **values: str) -> str:
        """Returns `phrase` in `language`, its `{placeholders}` filled. A missing translation gives the English text.

        Values are data and never templates. They are converted to GSM-7 too. Raises KeyError for a placeholder without
        a
        value, which the tests of the texts find first.
        """
        changed = self._live(language, phrase)
        if changed is not None:
            try:
                return to_gsm7(changed.format_map(values))
            except (KeyError, ValueError, IndexError):
                # The console refuses an edited text with wrong placeholders. If one is stored anyway, the alert must
                # still go out.
                pass
        template = self.shipped(language, phrase) or phrase
        return to_gsm7(template.format_map(values))

    def shipped(self, language: str, phrase: str) -> str:
        """Returns the catalogue's text with its placeholders. Empty if it has none."""
        return self._catalogues.get(language, {}).get(phrase, "")
