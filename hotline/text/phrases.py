"""The words that the code itself says, out of `locales/`, in GSM-7 letters."""

from collections.abc import Mapping

from hotline.text.gsm7 import to_gsm7


class Phrases:
    """Phrases by language and English source text."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]]) -> None:
        self._catalogues = catalogues

    def say(self, language: str, phrase: str, **values: str) -> str:
        """`phrase` in `language` (the English itself where it is missing), its `{placeholders}` filled.

        Values are data, never templates, and are made GSM-7 like the rest. Raises KeyError for a placeholder without
        a value: the wording's own tests find that first.
        """
        template = self._catalogues.get(language, {}).get(phrase) or phrase
        return to_gsm7(template.format_map(values))
