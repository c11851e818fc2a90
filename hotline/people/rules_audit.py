"""Turns the audit log into sentences: "25 Nov 2026 14:05, Gasabo desk: Alice read tip 12: court asked". Pure.

Every action that the code writes has its sentence here. An action of a later release is shown by its name.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files

from hotline.people.rules_desks import responder_of
from hotline.text.codes import NATIONAL
from hotline.text.places import place_name
from hotline.text.time import KIGALI

DESK = "desk"
ACCOUNT = "account"
"""Actors are `account:<id>:<name>`, `desk:<code>:<name>`, `cli:<name>`, `responder:<id>`, or the name of a process."""
PHRASES: Mapping[str, Mapping[str, str]] = tomllib.loads(
    files(__package__).joinpath("audit_sentences.toml").read_text(encoding="utf-8")
)
PROCESSES = PHRASES["processes"]
SUBJECTS = {"tip", "call-back", "message", "leave", "desk"}
SENTENCES = PHRASES["sentences"]
OUTCOMES = PHRASES["outcomes"]
"""Sentences of the actions that end with a tip's outcome, by the beginning of the action."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """A selection of rows of the log. An empty field selects all."""

    who: str = ""
    """A part of a name."""
    action: str = ""
    tip_id: int | None = None
    day: date | None = None
    """A day of Kigali's time."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the log in parts, so that each part appears in the reader's language."""

    at: datetime
    desk: str
    who: str
    phrase: str
    """The action in English, with its `{subject}` and `{outcome}`."""
    subject: str
    outcome: str
    reason: str

    @property
    def sentence(self) -> str:
        at = f"{self.at.astimezone(KIGALI):%-d %b %Y %H:%M}"
        place = f", {self.desk} desk" if self.desk else ""
        did = self.phrase.format(subject=self.subject, outcome=self.outcome).rstrip()
        return f"{at}{place}: {self.who} {did}" + (f": {self.reason}" if self.reason else "")


def read_row(
    at: datetime, by: str, action: str, about: str, reason: str, names: Mapping[int, str]
) -> AuditRow:
    """Returns a row of the log in parts. `names` are those of responders, by their ids."""
    phrase, outcome = action_sentence(action)
    return AuditRow(at, *read_actor(by, names), phrase, read_subject(about, names), outcome, reason)


def is_known_action(action: str) -> bool:
    return action in SENTENCES or any(action.startswith(begins) for begins in OUTCOMES)


def action_sentence(action: str) -> tuple[str, str]:
    """Returns the sentence of an action with its `{subject}`, ready to translate, and its outcome."""
    for begins, said in OUTCOMES.items():
        if action.startswith(begins):
            return said, action.removeprefix(begins)
    return SENTENCES.get(action) or f"{action.replace('_', ' ')} {{subject}}", ""


def read_actor(said: str, names: Mapping[int, str]) -> tuple[str, str]:
    """Returns the desk that acted, if any, and the person. Rows of the first release name a desk only."""
    kind, _, rest = said.partition(":")
    if kind == DESK:
        code, _, name = rest.partition(":")
        return _desk(code), name
    if kind == ACCOUNT:
        return "", rest.partition(":")[2]
    if kind == "cli" and rest and (rest == NATIONAL or place_name(rest, "en") != rest):
        return _desk(rest), "somebody"
    if kind == "responder" and rest.isdecimal():
        return "", names.get(int(rest), f"responder {rest}")
    return "", rest or PROCESSES.get(said, said)


def read_subject(said: str, names: Mapping[int, str]) -> str:
    """Returns `tip:12` as "tip 12", `responder:7` with the person's name, `desk:12` by its name."""
    kind, _, rest = said.partition(":")
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
    return f"{kind} {rest}" if kind in SUBJECTS and rest else said


def _desk(code: str) -> str:
    return "national" if code == NATIONAL else place_name(code, "en")
