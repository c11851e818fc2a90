"""Defines what law 058/2021 of Rwanda asks of the data controller, and reads what the controller filled in. Pure.

Articles are those that the Data Protection Office publishes. The ones on the officer and on hosting are from secondary
sources, and a lawyer must confirm them (docs/threat-model.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hotline.errors import SettingsInvalid

LONGEST = 200
ONE_LINE = f"must be one line of at most {LONGEST} letters"
TEMPLATE = """\
# What law 058/2021 asks of the controller. Empty is "not yet": `hotline doctor` names it.
controller = ""      # the ministry that answers for the data
registration = ""    # number of the certificate of the Data Protection Office (articles 29 to 32)
contact = ""         # the post of the data protection officer, and how it is reached (article 40)
assessed = ""        # day of the impact assessment, as in 2026-11-27 (article 38)
hosting = ""         # where machine and backups stand: inside Rwanda, or by which authorisation (article 50)
processors = []      # under a written contract (article 4): "Gateway, contract of 2026", "..."
"""


@dataclass(frozen=True, slots=True)
class LawDuty:
    """One duty to fulfil before real callers are answered."""

    name: str
    article: str
    todo: str


DUTIES: Mapping[str, LawDuty] = {
    "controller": LawDuty("who answers for the data", "3", "name the ministry"),
    "registration": LawDuty(
        "registration", "29 to 32", "register with the Data Protection Office: 30 working days"
    ),
    "contact": LawDuty("a data protection officer", "40", "name a post, and how it is reached"),
    "assessed": LawDuty(
        "an impact assessment", "38", "assess what may hurt people; begin with the threat model"
    ),
    "hosting": LawDuty(
        "where data are kept", "50", "host machine and backups in Rwanda, or have it authorised"
    ),
    "processors": LawDuty(
        "contracts with processors", "4", "write one with the gateway and with whoever hosts"
    ),
}


@dataclass(frozen=True, slots=True)
class LawFacts:
    """The facts that the controller has filled in. An empty one is still owed."""

    controller: str = ""
    registration: str = ""
    contact: str = ""
    assessed: date | None = None
    hosting: str = ""
    processors: tuple[str, ...] = ()

    @property
    def owed(self) -> Sequence[LawDuty]:
        return [duty for name, duty in DUTIES.items() if not getattr(self, name)]


def facts_of(document: Mapping[str, Any]) -> LawFacts:
    """Returns the facts in a document. Raises SettingsInvalid with every fault, and quotes no value."""
    faults = [f"no such field: say {', '.join(DUTIES)}"] if set(document) - set(DUTIES) else []
    lines = {
        name: document.get(name, "")
        for name in ("controller", "registration", "contact", "hosting")
    }
    faults += [f"{name}: {ONE_LINE}" for name, value in lines.items() if not _is_line(value)]
    processors = document.get("processors", [])
    if not isinstance(processors, list) or not all(map(_is_line, processors)):
        faults.append(f"processors: a list, of which each {ONE_LINE}")
    assessed = document.get("assessed", "")
    if assessed and _day(assessed) is None:
        faults.append("assessed: must be a day, as in 2026-11-27")
    if faults:
        raise SettingsInvalid(faults)
    said = {name: value.strip() for name, value in lines.items()}
    return LawFacts(
        **said, assessed=_day(assessed), processors=tuple(one.strip() for one in processors)
    )


def _is_line(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and value.isprintable()


def _day(value: object) -> date | None:
    """Returns the day, or None if the value is no day."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
