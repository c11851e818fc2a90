"""Turns rows of the audit log into sentences, such as "25 Nov 2026 14:05, Gasabo desk: Alice read tip 12: court asked".

The file `audit_sentences.toml` has a sentence for every action in the audit log. If another release wrote an action
that has no sentence, pages show the action's name.
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
"""Some actions have a name that ends with the outcome of a tip. For each such action, `OUTCOMES` maps the first part of
the name to a sentence.
"""
ROSTER = re.compile(
    "(account|desk|person|responder|watcher)s?_"
    "(?!entered|entry|factor|paper|password|renewal|languages|on_leave|noted)"
)
"""Matches the names of actions that add, remove or change a person, a role or a desk."""


class AuditFilter(NamedTuple):
    """A filter for rows of the audit log. An empty field does not limit the rows."""

    name: str = ""
    """Part of the name of the person who acted."""
    action: str = ""
    tip_id: int | None = None
    day: date | None = None
    """The day in Kigali on which the rows were written."""
    hidden: Collection[str] = ()
    """The subjects, such as tips, that the reader may not see. The filter leaves out rows about these subjects."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the audit log, in parts. A page shows each part in the reader's language."""

    at: datetime
    desk: str
    name: str
    phrase: str
    """The English sentence for the action, with the placeholders `{subject}` and `{outcome}`."""
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
    """Splits a row of the audit log into readable parts. `names` maps the ids of responders to their names."""
    phrase, outcome = action_sentence(action)
    return AuditRow(at, *read_actor(by, names), phrase, read_subject(about, names), outcome, reason)


def action_sentence(action: str) -> tuple[str, str]:
    """Returns the English sentence for an action, with the placeholder `{subject}`. Also returns the outcome of a tip
    if the action's name ends with an outcome, and otherwise an empty text.
    """
    for begins, said in OUTCOMES.items():
        if action.startswith(begins):
            return said, action.removeprefix(begins)
    return SENTENCES.get(action) or f"{action.replace('_', ' ')} {{subject}}", ""


def read_actor(text: str, names: Mapping[int, str]) -> tuple[str, str]:
    """Returns the actor's desk (or an empty text) and name. The actor is a person or a process."""
    kind, _, rest = text.partition(":")
    if kind == DESK:
        code, _, name = rest.partition(":")
        return _desk(code), name
    if kind == ACCOUNT:
        return "", rest.partition(":")[2]
    if kind == "responder" and rest.isdecimal():
        return "", names.get(int(rest), f"responder {rest}")
    return "", rest or PROCESSES.get(text, text)


def read_subject(text: str, names: Mapping[int, str]) -> str:
    """Returns the subject of a row in readable form, such as "tip 12" for `tip:12`, or a name for `responder:7`."""
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
