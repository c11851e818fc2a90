"""Defines incoming and outgoing messages as values, and the limits of answers to strangers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from hotline.core.wording import Template
from hotline.gateway.rules_delivery import Gateway
from hotline.text.phrases import Phrases
from hotline.text.places import place_name
from hotline.tips.rules import Urgency
from hotline.tips.rules_events import Purpose
from hotline.tips.rules_visit_safety import VISIT_SAFETIES, VisitSafety


class DoubtDecision(StrEnum):
    """The admin's decision about messages that may already have been sent once."""

    SEND = "send"
    DROP = "drop"


class MessageKind(StrEnum):
    """The kind of one outgoing message."""

    ALERT = "alert"
    CONFIRMATION = "confirmation"
    ANSWER = "answer"
    """A reply to a stranger who wrote."""
    NOTICE = "notice"
    """A message about an alarm to an on-call contact."""


TO_DECIDE = (MessageKind.ALERT, MessageKind.CONFIRMATION)
"""Kinds for which an admin decides after a restore. Answers are too late by then, and nothing delays notices."""


@dataclass(frozen=True, slots=True)
class MessageIn:
    """One incoming SMS. Its text and its sender are left out of `repr`, and so out of every log and traceback."""

    provider_id: str | None
    """The gateway's id. None if the message came without a usable one: its digest then identifies it."""
    sender: str = field(repr=False)
    """The number in E.164 format."""
    text: str = field(repr=False)
    sent_at: datetime | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class ReportIn:
    """A delivery report."""

    provider_id: str
    status: str
    network: str | None = None
    gateway: Gateway = Gateway.AFRICAS_TALKING


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """The text of one message, fixed when it is written. Every send of it is the same, letter by letter.

    The alerts of a burst differ mostly in their reference. The part without the reference is therefore made only once.
    """

    template: Template
    parameters: Mapping[str, str]
    language: str


Pair = tuple[Template, Template]
"""Two texts: one if a reply by SMS reaches us, one if the responder must dial."""

REQUEST_TEXTS: Mapping[Purpose, Pair] = {
    Purpose.OPEN: (Template.ALERT_OPEN_REPLY, Template.ALERT_OPEN_DIAL),
    Purpose.OVERDUE: (Template.ALERT_OVERDUE_REPLY, Template.ALERT_OVERDUE_DIAL),
    Purpose.LOOK: (Template.ALERT_LOOK_REPLY, Template.ALERT_LOOK_DIAL),
    Purpose.HOW: (Template.HOW_REPLY, Template.HOW_DIAL),
    Purpose.LET: (Template.LET_REPLY, Template.LET_DIAL),
}
"""The texts that ask the responder for one thing, by purpose."""
ALERTS: Mapping[tuple[bool, bool], Pair] = {
    (True, True): (Template.ALERT_LOCKED_URGENT_REPLY, Template.ALERT_LOCKED_URGENT_DIAL),
    (True, False): (Template.ALERT_URGENT_REPLY, Template.ALERT_URGENT_DIAL),
    (False, True): (Template.ALERT_LOCKED_REPLY, Template.ALERT_LOCKED_DIAL),
    (False, False): (Template.ALERT_REPLY, Template.ALERT_DIAL),
}
"""All other alerts, by danger or not and by locked or not."""
PLAIN: Mapping[Purpose, Template] = {
    Purpose.UNANSWERED: Template.MANNER_SILENT,
    Purpose.TOLD_FIRST: Template.TOLD_FIRST,
    Purpose.STAND_DOWN: Template.LET_GO,
    Purpose.MORE: Template.MORE_TOLD,
}
PLACE_CHANGED: Pair = (Template.PLACE_CHANGED, Template.PLACE_CHANGED_ALONE)
"""The text with the number of the national desk, and the text used while no number is verified."""
NOTICES = {
    one.name
    for pair in (
        *(row.sms for row in VISIT_SAFETIES.values()),
        REQUEST_TEXTS[Purpose.HOW],
        REQUEST_TEXTS[Purpose.LET],
        PLACE_CHANGED,
        (PLAIN[Purpose.UNANSWERED], PLAIN[Purpose.TOLD_FIRST], PLAIN[Purpose.STAND_DOWN]),
        (Template.FOLLOW, Template.FOLLOW_ABOVE),
    )
    for one in pair
}
"""Template names of notices to alerted responders. They are resent even after a take, and ask for no reply."""


@lru_cache(1024)
def alert_but_ref(
    place: str, urgency: int, purpose: Purpose, language: str, code: str | None, locked: bool
) -> Wording:
    """Returns an alert's text without its reference. Parameters are positional because the cache is faster so.

    The responder answers a requested closure only by dialling, so its `code` is never None.
    """
    if purpose is Purpose.CONFIRM_CLOSURE:
        return Wording(Template.CLOSURE_REQUESTED, {"code": code or ""}, language)
    pair = REQUEST_TEXTS.get(purpose) or ALERTS[urgency == Urgency.DANGER, locked]
    return _asking(pair, {"place": place_name(place, language)}, language, code)


def _asking(pair: Pair, parameters: Mapping[str, str], language: str, code: str | None) -> Wording:
    reply, dial = pair
    if code is None:
        return Wording(reply, parameters, language)
    return Wording(dial, {**parameters, "code": code}, language)


def notice(
    purpose: Purpose,
    safety: VisitSafety,
    language: str,
    *,
    number: str | None,
    code: str | None,
    place: str = "",
) -> Wording:
    """Returns what every alerted responder must know in addition to the alert, in one segment.

    `number` is the number of the national desk. `code` is the responders' short code, for when no reply reaches us.
    """
    if purpose in REQUEST_TEXTS:
        said = {} if purpose is Purpose.HOW else {"place": place_name(place, language)}
        return _asking(REQUEST_TEXTS[purpose], said, language, code)
    if purpose in PLAIN:
        return Wording(PLAIN[purpose], {}, language)
    with_number, alone = PLACE_CHANGED if purpose is Purpose.MOVED else VISIT_SAFETIES[safety].sms
    if number is None or with_number is alone:
        return Wording(alone, {}, language)
    return Wording(with_number, {"number": number}, language)


LIKE = {
    Template.ALERT_URGENT_REPLY: Template.ALERT_LIKE_URGENT_REPLY,
    Template.ALERT_URGENT_DIAL: Template.ALERT_LIKE_URGENT_DIAL,
    Template.ALERT_REPLY: Template.ALERT_LIKE_REPLY,
    Template.ALERT_DIAL: Template.ALERT_LIKE_DIAL,
}


def with_similar_case(words: Wording, reference: str | None) -> Wording:
    """Returns the alert with the reference of a similar case that the responder knows. Other texts do not change."""
    template = LIKE.get(words.template)
    if reference is None or template is None:
        return words
    return Wording(template, {**words.parameters, "like": reference}, words.language)


def render(wording: Wording, phrases: Phrases) -> str:
    return phrases.say(wording.language, wording.template, **wording.parameters)


def responders_short_code(service_code: str) -> str:
    """Returns the code that a responder dials: `*384*777#` becomes `*384*777*90#`."""
    return f"{service_code.removesuffix('#')}*{RESPONDERS_SUFFIX}#"


RESPONDERS_SUFFIX = "90"
"""The suffix of the responders' short code. The short codes of the flows include it too."""


MAX_ANSWER_DELAY = timedelta(minutes=10)
"""An answer that was not sent by then is not sent at all: another person may hold the phone by then."""
KEPT = timedelta(hours=72)
"""Time for which an answer's row is kept without its number, so that it can be counted."""
SOON = timedelta(seconds=50)
"""Limit for starting the one answer to a cry for help. With the longest send it arrives within a minute."""
CRY_ANSWER_INTERVAL = timedelta(days=7)
"""A phone that sent a cry for help gets one answer in this time. Its row is kept as long, to recognise the phone."""
AN_HOUR, A_DAY = 20, 60
"""Answers to one phone in an hour and in a day. Above this number, two machines are answering each other."""
ANSWER_SHARE = 0.7
"""The part of a day's budget that answers may use. The rest is kept for alerts, which no budget limits."""


class AnswerForm(StrEnum):
    """The content of an answer, stored in the place of a template's name."""

    SCREEN = "SCREEN"
    """A screen of the flows."""
    HINT = Template.READ_AGAIN.name
    """The text that says how to begin again. It is sent once."""
    ADVERTISEMENT = Template.ADVERTISEMENT.name
    """The public advertisement of the line, sent to a phone that sent a cry for help."""


@dataclass(frozen=True, slots=True)
class AnswersSent:
    """Answers already sent: to this phone within an hour and a day, and to all phones today."""

    hour: int
    day: int
    line: int


def can_answer(spent: AnswersSent, budget: int) -> bool:
    """Returns True if one more answer may be written."""
    return spent.hour < AN_HOUR and spent.day < A_DAY and spent.line < int(budget * ANSWER_SHARE)
