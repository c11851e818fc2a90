"""Describes a finding of the check: one fault, its place, and how to fix it."""

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from typing import NamedTuple

from hotline.engine.document.kept import Document, Editable
from hotline.text.remark import Remark, remark, remark_of

MEND = remark("enter it again")


class Code(StrEnum):
    """The kind of a finding."""

    SHAPE = "shape"
    """The document has a wrong shape. The check looked at nothing else."""
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_FLOW = "unknown_flow"
    UNKNOWN_LIST = "unknown_list"
    UNKNOWN_ENTRY = "unknown_entry"
    UNKNOWN_ANSWER = "unknown_answer"
    DIALLED = "dialled"
    """Digits dialled after the service code reach a protected node. They stay in the phone's call log."""
    DEAD_END = "dead_end"
    UNREACHABLE = "unreachable"
    LOOP = "loop"
    LANGUAGE_MISSING = "language_missing"
    LETTER = "letter"
    NUMBER_UNSIGNED = "number_unsigned"
    TOO_LONG = "too_long"
    BROKEN_WORD = "broken_word"
    """A narrow phone breaks the word in the middle, or separates a label from its digit."""
    TOO_MANY_CHOICES = "too_many_choices"
    TOO_MANY_LINES = "too_many_lines"
    """A question needs more than `MOST_LINES` lines of a narrow phone without a reason.

    Also a reason that is not needed.
    """
    UNSURE_LATE = "unsure_late"
    """The choice "not sure" is only on the last page of a list."""
    TOO_EARLY = "too_early"
    LAST_SCREEN = "last_screen"
    UNSAFE_WORD = "unsafe_word"
    """A screen of the report contains a word that exposes the caller, or a promise."""
    PROMISE = "promise"
    """A screen makes a promise that the hotline cannot keep, and has no reason for its text."""
    ASKS_WHO = "asks_who"
    WORDS_LOST = "words_lost"
    """A question takes free text outside a report, so nothing saves the answer."""
    QUESTION = "question"
    """A question in the list for desks breaks the rules of that list."""
    ECHO = "echo"
    """A screen repeats an answer of the caller, or has a placeholder that no screen fills in."""
    VALUE_TWICE = "value_twice"
    """Two choices of one question save the same value."""
    TOO_MANY_ANSWERS = "too_many_answers"
    ALERT_LATE = "alert_late"
    PHRASE = "phrase"
    """A phrase of the code cannot have this text."""


class Finding(NamedTuple):
    flow: str
    node: str
    code: Code
    message: Remark
    fix: Remark
    language: str = ""
    field: str = ""
    """The field to fix, under its name in the form: `choices.2`. Empty where the finding is about the whole node."""

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
        """Returns the finding as a message for a person: its place, the fault and the fix."""
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
        """Returns the finding as data for a program, with its texts in English."""
        said = {"message": str(self.message), "fix": str(self.fix)}
        return {"file": self.file, **self.to_row(), **said}

    def to_row(self) -> Editable:
        """Returns the finding as data for storage. Its texts can later be shown in any language."""
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
        """Returns the finding that `to_row` stored."""
        said = {name: remark_of(written[name]) for name in ("message", "fix")}
        return cls(**{**written, **said, "code": Code(written["code"])})


Findings = Iterator[Finding]
RULES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (files(__package__) / "rules.toml").read_text(encoding="utf-8")
)
"""The rules of the check by name: kind of fault, message and fix. Values such as `{field}` are filled in."""


def fault(
    rule: str,
    flow: str,
    node: str,
    field: str = "",
    language: str = "",
    /,
    **values: str | int | Remark,
) -> Finding:
    """Returns the finding of this rule at this place."""
    known = {"field": field, "language": language, **values}
    says, fix = (
        remark(words, **{name: one for name, one in known.items() if f"{{{name}}}" in words})
        for words in (RULES[rule]["says"], RULES[rule]["fix"])
    )
    return Finding(flow, node, Code(RULES[rule]["code"]), says, fix, language, field)


def anchor(field: str, language: str = "") -> str:
    """Returns the id of a field on a page: `f-choices.2-rw`. Empty for the whole node."""
    return "-".join(part for part in ("f", field, language) if part) if field else ""
