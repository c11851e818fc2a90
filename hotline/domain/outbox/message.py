"""Messages in and out, as values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from functools import lru_cache

from hotline.domain.places.places import place_name
from hotline.domain.referrals.case_events import Purpose
from hotline.domain.tip import Urgency
from hotline.domain.wording import Template
from hotline.text.phrases import Phrases


class Kind(StrEnum):
    ALERT = "alert"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class MessageIn:
    """An MO. Its words and its sender stay out of `repr`, and so out of every log and traceback."""

    provider_id: str | None
    """None where it came without a usable one: then its digest is its name."""
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


@dataclass(frozen=True, slots=True, eq=False)
class AlertButRef:
    """An alert's words without its reference: a burst of alerts differs in little else. Each is made once."""

    template: Template
    parameters: Mapping[str, str]
    language: str


class Tone(Enum):
    """How an alert begins: by a reply, or by dialling where a reply does not reach us."""

    OPEN = (Template.ALERT_OPEN_REPLY, Template.ALERT_OPEN_DIAL)
    OVERDUE = (Template.ALERT_OVERDUE_REPLY, Template.ALERT_OVERDUE_DIAL)
    LOOK = (Template.ALERT_LOOK_REPLY, Template.ALERT_LOOK_DIAL)
    HOW = (Template.HOW_REPLY, Template.HOW_DIAL)
    LET = (Template.LET_REPLY, Template.LET_DIAL)
    LOCKED_URGENT = (Template.ALERT_LOCKED_URGENT_REPLY, Template.ALERT_LOCKED_URGENT_DIAL)
    LOCKED = (Template.ALERT_LOCKED_REPLY, Template.ALERT_LOCKED_DIAL)
    URGENT = (Template.ALERT_URGENT_REPLY, Template.ALERT_URGENT_DIAL)
    PLAIN = (Template.ALERT_REPLY, Template.ALERT_DIAL)


@lru_cache(1024)
def alert_but_ref(
    place: str,
    urgency: int,
    purpose: Purpose,
    language: str,
    code: str | None,
    locked: bool,
) -> AlertButRef:
    """What `alert` says beside the reference. By position, since a cache finds that sooner.

    A requested closure is answered by dialling alone: its `code` is never None.
    """
    if purpose is Purpose.JUDGE:
        return AlertButRef(Template.CLOSURE_REQUESTED, {"code": code or ""}, language)
    reply, dial = _tone(urgency, purpose, locked=locked).value
    parameters = {"place": place_name(place, language)}
    if code is None:
        return AlertButRef(reply, parameters, language)
    return AlertButRef(dial, parameters | {"code": code}, language)


LIKE = {
    Template.ALERT_URGENT_REPLY: Template.ALERT_LIKE_URGENT_REPLY,
    Template.ALERT_URGENT_DIAL: Template.ALERT_LIKE_URGENT_DIAL,
    Template.ALERT_REPLY: Template.ALERT_LIKE_REPLY,
    Template.ALERT_DIAL: Template.ALERT_LIKE_DIAL,
}


def like_another(words: AlertButRef, reference: str | None) -> AlertButRef:
    """The alert of a case that is like another one which she knows by this name. Others say nothing of it."""
    template = LIKE.get(words.template)
    if reference is None or template is None:
        return words
    return AlertButRef(template, {**words.parameters, "like": reference}, words.language)


TONES = {
    Purpose.OPEN: Tone.OPEN,
    Purpose.OVERDUE: Tone.OVERDUE,
    Purpose.LOOK: Tone.LOOK,
    Purpose.HOW: Tone.HOW,
    Purpose.LET: Tone.LET,
}


def _tone(urgency: int, purpose: Purpose, *, locked: bool) -> Tone:
    if purpose in TONES:
        return TONES[purpose]
    if urgency == Urgency.DANGER:
        return Tone.LOCKED_URGENT if locked else Tone.URGENT
    return Tone.LOCKED if locked else Tone.PLAIN


def render(wording: Wording, phrases: Phrases) -> str:
    return phrases.say(wording.language, wording.template, **wording.parameters)


def responders_entry(service_code: str) -> str:
    """`*384*777#` -> `*384*777*90#`: what a responder dials."""
    return f"{service_code.removesuffix('#')}*{RESPONDERS_SUFFIX}#"


RESPONDERS_SUFFIX = "90"
"""The suffix of the responders' entry; the flows' entries name it too."""
