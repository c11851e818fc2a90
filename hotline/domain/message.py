"""Messages in and out, as values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from hotline.domain.places import place_name
from hotline.domain.tip import Urgency
from hotline.domain.wording import Template
from hotline.text.phrases import Phrases


class Kind(StrEnum):
    ALERT = "alert"
    CONFIRMATION = "confirmation"


CONFIRMATION_PRIORITY = 4
"""After every alert."""


@dataclass(frozen=True, slots=True)
class MessageIn:
    """An MO. Its words and its sender stay out of `repr`, and so out of every log and traceback."""

    provider_id: str
    sender: str = field(repr=False)
    """E.164."""
    text: str = field(repr=False)
    sent_at: datetime | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class ReportIn:
    """A delivery report."""

    provider_id: str
    status: str
    failure_reason: str | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """What a message says, frozen when it is written: every send of it is the same, letter by letter."""

    template: Template
    parameters: Mapping[str, str]
    language: str


def alert(
    *, reference: str, place: str, urgency: int, again: bool, language: str, code: str | None
) -> Wording:
    """An alert without content. `code` is the responders' entry, dialled where a reply does not reach us."""
    template, parameters = _alert(place, urgency, again, language, code)
    return Wording(template, {"ref": reference, **parameters}, language)


@lru_cache(1024)
def _alert(
    place: str, urgency: int, again: bool, language: str, code: str | None
) -> tuple[Template, Mapping[str, str]]:
    """What is the same for every reference: a burst of alerts differs in little else."""
    urgent = urgency == Urgency.DANGER
    match (again, urgent, code is not None):
        case (True, _, False):
            template = Template.ALERT_OPEN_REPLY
        case (True, _, True):
            template = Template.ALERT_OPEN_DIAL
        case (_, True, False):
            template = Template.ALERT_URGENT_REPLY
        case (_, True, True):
            template = Template.ALERT_URGENT_DIAL
        case (_, _, False):
            template = Template.ALERT_REPLY
        case _:
            template = Template.ALERT_DIAL
    parameters = {"place": place_name(place, language)}
    return template, parameters if code is None else parameters | {"code": code}


def render(wording: Wording, phrases: Phrases) -> str:
    return phrases.say(wording.language, wording.template, **wording.parameters)


def responders_entry(service_code: str) -> str:
    """`*384*777#` -> `*384*777*90#`: what a responder dials."""
    return f"{service_code.removesuffix('#')}*{RESPONDERS_SUFFIX}#"


RESPONDERS_SUFFIX = "90"
"""The suffix of the responders' entry; the flows' entries name it too."""
