"""Turns rows of the audit log into sentences, such as "25 Nov 2026 14:05, Gasabo desk: Alice read tip 12: court asked".

The file `audit_sentences.toml` has a sentence for every action that the code writes to the log. If the file has no
sentence for an action, because another release of the program wrote the action, a page shows the action's name.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import NamedTuple

from hotline.people.rules import responder_of
from hotline.text.places import NATIONAL, place_name
from hotline.text.time import KIGALI

DESK = "desk"
ACCOUNT = "account"
"""The audit log names an actor as `account:<id>:<name>`, `desk:<code>:<name>`, `cli:<name>`, `responder:<id>`, or with
the name of a process.
"""
PHRASES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    files(__package__).joinpath("audit_sentences.toml").read_text(encoding="utf-8")
)
PROCESSES = PHRASES["processes"]
SUBJECTS = {"tip", "call-back", "message", "leave", "desk"}
SENTENCES = PHRASES["sentences"]
OUTCOMES = PHRASES["outcomes"]
"""The names of some actions end with the outcome of a tip. For each such action, this table maps the beginning of the
action's name to a sentence.
"""
ROSTER = re.compile(
    "(account|desk|person|responder|watcher)s?_"
    "(?!entered|entry|factor|paper|password|renewal|languages|on_leave|noted)"
)
"""Matches the names of actions that add, remove or change a person, a role or a desk."""


class AuditFilter(NamedTuple):
    """A filter for rows of the audit log. A field that is empty does not limit the rows."""

    name: str = ""
    """Part of the actor's name."""
    action: str = ""
    tip_id: int | None = None
    day: date | None = None
    """The day of the rows, in Kigali time."""
    hidden: Collection[str] = ()
    """The subjects, such as tips, that the reader may not see. The filter leaves out rows about these subjects."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """The parts of one row of the audit log. A page shows each part in the reader's language."""

    at: datetime
    desk: str
    name: str
    phrase: str
    """The English sentence for the action, in which `{subject}` and `{outcome}` are placeholders."""
    subject: str
    outcome: str
    reason: str

    @property
    def sentence(self) -> str:
        at = f"{self.at.astimezone(KIGALI):%-d %b %Y %H:%M}"
        place = f", {self.desk} desk" if self.desk else ""
        did = self.phrase.format(subject=self.subject, outcome=self.outcome).rstrip()
        return f"{at}{place}: {self.name} {did}" + (f": {self.reason}" if self.reason else "")


def read_row(
    at: datetime, by: str, action: str, about: str, reason: str, names: Mapping[int, str]
) -> AuditRow:
    """Returns the parts of a row of the audit log. `names` contains the names of responders, by id."""
    phrase, outcome = action_sentence(action)
    return AuditRow(at, *read_actor(by, names), phrase, read_subject(about, names), outcome, reason)


def action_sentence(action: str) -> tuple[str, str]:
    """Returns an action's English sentence, with the placeholder `{subject}`. Also returns the outcome at the end of
    the action's name, or an empty text.
    """
    for begins, said in OUTCOMES.items():
        if action.startswith(begins):
            return said, action.removeprefix(begins)
    return SENTENCES.get(action) or f"{action.replace('_', ' ')} {{subject}}", ""


def read_actor(text: str, names: Mapping[int, str]) -> tuple[str, str]:
    """Returns two names: the name of the actor's desk, which may be empty, and the name of the person or process. In
    rows of the program's first release, the actor is only a desk, without a person.
    """
    kind, _, rest = text.partition(":")
    if kind == DESK:
        code, _, name = rest.partition(":")
        return _desk(code), name
    if kind == ACCOUNT:
        return "", rest.partition(":")[2]
    if kind == "cli" and rest and (rest == NATIONAL or place_name(rest, "en") != rest):
        return _desk(rest), "somebody"
    if kind == "responder" and rest.isdecimal():
        return "", names.get(int(rest), f"responder {rest}")
    return "", rest or PROCESSES.get(text, text)


def read_subject(text: str, names: Mapping[int, str]) -> str:
    """Returns the readable form of a row's subject: "tip 12" for `tip:12`, and the names for `responder:7` and
    `desk:12`.
    """
    kind, _, rest = text.partition(":")
    if kind == "district":
        return place_name(rest, "en")
    if kind == "responder" and rest.isdecimal():
        named = names.get(int(rest))
        return f"responder {rest} ({named})" if named else f"responder {rest}"
    if kind == DESK and rest:
        code, _, member = rest.partition(":")
        who = responder_of(member)
        named = names.get(who, member) if who is not None else member.replace(":", " ")
        return f"desk {_desk(code)}, {named}" if member else f"desk {_desk(code)}"
    return f"{kind} {rest}" if kind in SUBJECTS and rest else text


def _desk(code: str) -> str:
    return "national" if code == NATIONAL else place_name(code, "en")
