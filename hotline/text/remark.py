"""A sentence and its values apart, so that one remark is said in any language. Pure.

The English template is the name of the sentence in a catalogue. `remark` marks it, as `phrase` does on pages.

The words that the code itself says, out of `locales/`, in GSM-7 letters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.text.gsm7 import to_gsm7


def as_it_is(_name: str, value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class Remark:
    """`"{field} has no {language}"` with its values. As text it is the English."""

    template: str
    values: "tuple[tuple[str, str | Remark], ...]" = ()

    def __str__(self) -> str:
        return self.said(str)

    def said(self, say: Callable[[str], str], shown: Callable[[str, str], str] = as_it_is) -> str:
        """`say` finds a template in another language; `shown` says a value by its name there."""
        given = {
            name: value.said(say, shown) if isinstance(value, Remark) else shown(name, value)
            for name, value in self.values
        }
        return say(self.template).format_map(given)

    def to_json(self) -> list[Any]:
        return [
            self.template,
            {name: one.to_json() if isinstance(one, Remark) else one for name, one in self.values},
        ]


def remark(template: str, **values: str | int | Remark) -> Remark:
    """Marks the English: `tools/update_texts.py` puts it into the catalogue."""
    told = tuple(
        (name, str(value) if isinstance(value, int) else value) for name, value in values.items()
    )
    return Remark(template, told)


def remark_of(written: list[Any]) -> Remark:
    """What `to_json` wrote."""
    template, values = written
    told: Mapping[str, Any] = values
    return Remark(
        template,
        tuple(
            (name, remark_of(one) if isinstance(one, list) else one) for name, one in told.items()
        ),
    )


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
