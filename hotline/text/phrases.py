"""The words that the code itself says, out of `locales/`, in GSM-7 letters."""

from collections.abc import Callable, Mapping

from hotline.text.gsm7 import to_gsm7

LiveWords = Callable[[str, str], str | None]
"""What a phrase was changed to, by language and English source text; None where it is as it was shipped."""


def as_shipped(_language: str, _phrase: str) -> None:
    """Nothing was changed."""


class Phrases:
    """Phrases by language and English source text: as they were changed, else out of the catalogues."""

    def __init__(
        self, catalogues: Mapping[str, Mapping[str, str]], live: LiveWords = as_shipped
    ) -> None:
        self._catalogues = catalogues
        self._live = live

    def say(self, language: str, phrase: str, **values: str) -> str:
        """`phrase` in `language` (the English itself where it is missing), its `{placeholders}` filled.

        Values are data, never templates, and are made GSM-7 like the rest. Raises KeyError for a placeholder without
        a value: the wording's own tests find that first.
        """
        changed = self._live(language, phrase)
        if changed is not None:
            try:
                return to_gsm7(changed.format_map(values))
            except (KeyError, ValueError, IndexError):
                # Whoever changed it was refused such words; should they stand there all the same, the alert goes out.
                pass
        template = self.shipped(language, phrase) or phrase
        return to_gsm7(template.format_map(values))

    def shipped(self, language: str, phrase: str) -> str:
        """The words of the catalogue, with their placeholders; empty where there are none."""
        return self._catalogues.get(language, {}).get(phrase, "")
