"""The words that the code itself says, out of `locales/`, in GSM-7 letters."""

from collections.abc import Mapping


class Phrases:
    """Phrases by language and English source text."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]]) -> None:
        self._catalogues = catalogues

    def say(self, language: str, phrase: str, **values: str) -> str:
        """`phrase` in `language` (the English itself where it is missing), its `{placeholders}` filled."""
        raise NotImplementedError
