"""What the checker says: one fault, where it stands, and what to do about it."""

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import NamedTuple

from hotline.engine.document.kept import Document, Editable
from hotline.text.remark import Remark, remark, remark_of

MEND = remark("enter it again")


class Code(StrEnum):
    """The kinds of findings."""

    SHAPE = "shape"
    """The document is not one: nothing else was looked at."""
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_FLOW = "unknown_flow"
    UNKNOWN_LIST = "unknown_list"
    UNKNOWN_ENTRY = "unknown_entry"
    UNKNOWN_ANSWER = "unknown_answer"
    DIALLED = "dialled"
    """A string in a call log would open what nobody but her may know of."""
    DEAD_END = "dead_end"
    UNREACHABLE = "unreachable"
    LOOP = "loop"
    LANGUAGE_MISSING = "language_missing"
    LETTER = "letter"
    NUMBER_UNSIGNED = "number_unsigned"
    TOO_LONG = "too_long"
    BROKEN_WORD = "broken_word"
    """A narrow phone breaks it in its middle, or parts a label from its digit."""
    TOO_MANY_CHOICES = "too_many_choices"
    TOO_MANY_LINES = "too_many_lines"
    """A question fills a narrow phone's screen twice over, and nobody says why."""
    UNSURE_LATE = "unsure_late"
    """Whoever does not know a place has to turn pages to say so."""
    TOO_EARLY = "too_early"
    LAST_SCREEN = "last_screen"
    UNSAFE_WORD = "unsafe_word"
    """A screen of the report says what gives her away, or promises."""
    PROMISE = "promise"
    """A screen promises what the line cannot keep, and gives no reason for the words."""
    ASKS_WHO = "asks_who"
    WORDS_LOST = "words_lost"
    """Words are asked where nothing gathers them."""
    QUESTION = "question"
    """A question that a desk may ask back is not one, or more than one."""
    ECHO = "echo"
    """A screen shows what she answered."""
    VALUE_TWICE = "value_twice"
    """Two choices of one question count as the same answer."""
    TOO_MANY_ANSWERS = "too_many_answers"
    ALERT_LATE = "alert_late"
    PHRASE = "phrase"
    """A phrase of the code cannot be said so."""


class Finding(NamedTuple):
    flow: str
    node: str
    code: Code
    message: Remark
    fix: Remark
    language: str = ""
    field: str = ""
    """The field of its node that is to be mended, by the name that a form gives it: `choices.2`; empty of the whole."""

    @property
    def anchor(self) -> str:
        return anchor(self.field, self.language)

    @property
    def file(self) -> str:
        return f"{self.flow}.yaml"

    @property
    def sentence(self) -> str:
        return str(self.told)

    @property
    def told(self) -> Remark:
        """For a person, in any language: where, what, and what to do."""
        field = self.field if self.code is Code.SHAPE else ""
        where = " ".join(part for part in (self.file, self.node, field, self.language) if part)
        return remark(
            "{where}: {message} [{code}]. Fix: {fix}",
            where=where,
            message=self.message,
            code=self.code.value,
            fix=self.fix,
        )

    def to_dict(self) -> Editable:
        """For a program to read: in English."""
        said = {"message": str(self.message), "fix": str(self.fix)}
        return {"file": self.file, **self.to_row(), **said}

    def to_row(self) -> Editable:
        """To be kept, and said in any language later."""
        return {
            "flow": self.flow,
            "node": self.node,
            "code": self.code.value,
            "message": self.message.to_json(),
            "fix": self.fix.to_json(),
            "language": self.language,
            "field": self.field,
        }

    @classmethod
    def of_row(cls, written: Document) -> "Finding":
        """What `to_row` wrote."""
        said = {name: remark_of(written[name]) for name in ("message", "fix")}
        return cls(**{**written, **said, "code": Code(written["code"])})


Findings = Iterator[Finding]
RULES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (files(__package__) / "rules.toml").read_text(encoding="utf-8")
)
"""By name the kind of each fault, what is wrong and what to do: `{field}` and other values are filled in."""


def fault(
    rule: str,
    flow: str,
    node: str,
    field: str = "",
    language: str = "",
    /,
    **values: str | int | Remark,
) -> Finding:
    """Returns a fault of this rule as it is found in a place."""
    known = {"field": field, "language": language, **values}
    says, fix = (
        remark(words, **{name: one for name, one in known.items() if f"{{{name}}}" in words})
        for words in (RULES[rule]["says"], RULES[rule]["fix"])
    )
    return Finding(flow, node, Code(RULES[rule]["code"]), says, fix, language, field)


def anchor(field: str, language: str = "") -> str:
    """The id of a field on a page: `f-choices.2-rw`; empty of the whole node."""
    return "-".join(part for part in ("f", field, language) if part) if field else ""
