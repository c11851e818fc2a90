"""Lists the hotline's languages, and contains the classes for phrases and messages in these languages. Pure.

The languages have the order in which callers see them. To add a language such as Kiswahili, add a row to `LANGUAGES`.
`hotline texts check` then lists every missing text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.text.characters import to_gsm7


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    """The language's code in ISO 639-1."""
    name: str
    """The language's own name in GSM-7 letters."""


LANGUAGES = (Language("rw", "Kinyarwanda"), Language("en", "English"), Language("fr", "Francais"))
CODES = tuple(language.code for language in LANGUAGES)
FIRST = LANGUAGES[0].code
"""The language for callers who have not chosen a language yet."""
NAMES = {"rw": "Kinyarwanda", "fr": "Français", "en": "English"}
"""Each language's own name with its accents, for pages. The screens of phones show names without accents."""


def phrase(words: str) -> str:
    """Marks an English phrase, so that the catalogue contains the phrase. Other code translates the phrase. Returns the
    phrase unchanged."""
    return words


SAMPLE = phrase("Sample data. No person and no tip in this sample data is real.")


def unchanged_value(_name: str, value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class MessageText:
    """One message: a template such as `"{field} has no {language}"`, and its values. The template and its values are
    stored separately, so that the console can show the message in every language. `str` returns the message in English.
    """

    template: str
    values: "tuple[tuple[str, str | MessageText], ...]" = ()

    def __str__(self) -> str:
        return self.said(str)

    def said(
        self, say: Callable[[str], str], show: Callable[[str, str], str] = unchanged_value
    ) -> str:
        """Returns the message in a reader's language. `say` translates a template into this language. `show` formats a
        value for the reader."""
        values = {
            name: value.said(say, show) if isinstance(value, MessageText) else show(name, value)
            for name, value in self.values
        }
        return say(self.template).format_map(values)

    def to_json(self) -> list[Any]:
        return [
            self.template,
            {
                name: value.to_json() if isinstance(value, MessageText) else value
                for name, value in self.values
            },
        ]


def message_text(template: str, **values: str | int | MessageText) -> MessageText:
    """Returns a message from its English template and its values. `tools/update_texts.py` finds the calls of this
    function, and adds their templates to the catalogue."""
    parts = tuple(
        (name, str(value) if isinstance(value, int) else value) for name, value in values.items()
    )
    return MessageText(template, parts)


def message_text_of(stored: list[Any]) -> MessageText:
    """Returns the message that `MessageText.to_json` converted to plain data."""
    template, values = stored
    parts: Mapping[str, Any] = values
    return MessageText(
        template,
        tuple(
            (name, message_text_of(value) if isinstance(value, list) else value)
            for name, value in parts.items()
        ),
    )


EditedTexts = Callable[[str, str], str | None]
"""A function that takes a language and an English phrase, and returns the editor's replacement of this phrase in this
language. The function returns None if no editor has changed the phrase."""


def no_edited_text(_language: str, _phrase: str) -> None:
    """Returns None for every phrase, as if no editor had changed a phrase."""


class Phrases:
    """The hotline's phrases by language and English text. If an editor has changed a phrase, the edited text replaces
    the catalogue's text."""

    def __init__(
        self, catalogues: Mapping[str, Mapping[str, str]], live: EditedTexts = no_edited_text
    ) -> None:
        self._catalogues = catalogues
        self._live = live

    def say(self, language: str, phrase: str, **values: str) -> str:
        """Returns `phrase` in `language`, with values in place of its `{placeholders}`. If the translation is
        missing, the result is in English.

        The method does not treat braces in a value as placeholders. The method also converts values to GSM-7. Raises
        KeyError for a placeholder without a value. Tests find a missing value before a release.
        """
        edited = self._live(language, phrase)
        if edited is not None:
            try:
                return to_gsm7(edited.format_map(values))
            except (KeyError, ValueError, IndexError):
                # The console refuses an edited text with wrong placeholders. If the database contains a text with
                # wrong placeholders anyway, the hotline must still send the alert.
                pass
        template = self.shipped(language, phrase) or phrase
        return to_gsm7(template.format_map(values))

    def shipped(self, language: str, phrase: str) -> str:
        """Returns the catalogue's text of a phrase, with its placeholders. The result is empty if the catalogue has
        no such text."""
        return self._catalogues.get(language, {}).get(phrase, "")
