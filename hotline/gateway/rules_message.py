"""Defines received and outgoing messages as values. Also limits how many answers a phone gets that is not enrolled. All
functions are pure.
"""

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
    """An admin's decision about messages that may already have been sent."""

    SEND = "send"
    DROP = "drop"


class MessageKind(StrEnum):
    """The kind of an outgoing message."""

    ALERT = "alert"
    CONFIRMATION = "confirmation"
    ANSWER = "answer"
    """An answer to a phone that is not enrolled."""
    NOTICE = "notice"
    """A message about an alarm to an on-call contact."""


class OutgoingPart(StrEnum):
    """A part of the work that people can pause alone. Alerts of danger are in none of them."""

    CALL_BACKS = "call-backs"
    DRILLS = "drills"
    ANSWERS = "answers"
    """Answers by SMS to phones that are not enrolled, except to cries for help. While they are paused, each answer is
    dropped after `MAX_ANSWER_DELAY`."""


TO_DECIDE = (MessageKind.ALERT, MessageKind.CONFIRMATION)
"""The kinds of messages about which an admin decides after a backup was restored. Other kinds are left out: answers
would be too late by then, and notices must not be delayed.
"""


@dataclass(frozen=True, slots=True)
class MessageIn:
    """A received SMS. `repr` shows neither its text nor its sender, so that no log and no traceback contains them."""

    provider_id: str | None
    """The id that the gateway gave the SMS. None if the gateway gave no usable id. In this case, the digest of the SMS
    identifies it.
    """
    sender: str = field(repr=False)
    """The phone number of the sender in E.164 format."""
    text: str = field(repr=False)
    sent_at: datetime | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class ReportIn:
    """A delivery report of the gateway."""

    provider_id: str
    status: str
    network: str | None = None
    gateway: Gateway = Gateway.AFRICAS_TALKING


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """The text of a message, as template, values and language. It is fixed when the message is written. So every
    attempt sends exactly the same text.

    After many tips at once, most alerts differ only in the reference. The rest of the text is then made only once.
    """

    template: Template
    parameters: Mapping[str, str]
    language: str


Pair = tuple[Template, Template]
"""Two templates: one if responders can reply by SMS, and one if they must dial."""

REQUEST_TEXTS: Mapping[Purpose, Pair] = {
    Purpose.OVERDUE: (Template.ALERT_OVERDUE_REPLY, Template.ALERT_OVERDUE_DIAL),
    Purpose.LOOK: (Template.ALERT_LOOK_REPLY, Template.ALERT_LOOK_DIAL),
    Purpose.HOW: (Template.HOW_REPLY, Template.HOW_DIAL),
    Purpose.LET: (Template.LET_REPLY, Template.LET_DIAL),
}
"""The templates that ask a responder for something, by the purpose of the assignment."""
SHARED = (Template.SHARED_OPEN.name, Template.SHARED_URGENT.name)
"""The names of templates for an SMS about several cases. Each attempt counts the cases again, until one attempt may
have reached the network."""
ALERTS: Mapping[tuple[bool, bool], Pair] = {
    (True, True): (Template.ALERT_LOCKED_URGENT_REPLY, Template.ALERT_LOCKED_URGENT_DIAL),
    (True, False): (Template.ALERT_URGENT_REPLY, Template.ALERT_URGENT_DIAL),
    (False, True): (Template.ALERT_LOCKED_REPLY, Template.ALERT_LOCKED_DIAL),
    (False, False): (Template.ALERT_REPLY, Template.ALERT_DIAL),
}
"""The templates of all other alerts. The key says if there is danger, and if the tip's text is locked."""
PLAIN: Mapping[Purpose, Template] = {
    Purpose.UNANSWERED: Template.MANNER_SILENT,
    Purpose.TOLD_FIRST: Template.TOLD_FIRST,
    Purpose.STAND_DOWN: Template.LET_GO,
    Purpose.MORE: Template.MORE_TOLD,
}
PLACE_CHANGED: Pair = (Template.PLACE_CHANGED, Template.PLACE_CHANGED_ALONE)
"""One template with the phone number of the national desk, and one without it if no number is verified."""
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
"""The names of templates for notices to responders who were alerted. They are sent even if a responder has taken the
case, and need no reply."""


@lru_cache(1024)
def alert_but_ref(
    place: str, urgency: int, purpose: Purpose, language: str, code: str | None, locked: bool
) -> Wording:
    """Returns the text of an alert, except the reference of the case. Its parameters are positional, because the cache
    is then faster.

    The responder can confirm a requested closure only by dialling. So `code` is never None in this case.
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
    """Returns the notice that every alerted responder gets after the alert. It fits into one segment.

    `number` is the phone number of the national desk. `code` is the responders' short code. It is set if responders
    cannot reply by SMS.
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
    """Adds the reference of a similar case to an alert, if the responder knows that case. Any other text stays the
    same.
    """
    template = LIKE.get(words.template)
    if reference is None or template is None:
        return words
    return Wording(template, {**words.parameters, "like": reference}, words.language)


def render(wording: Wording, phrases: Phrases) -> str:
    return phrases.say(wording.language, wording.template, **wording.parameters)


def responders_short_code(service_code: str) -> str:
    """Returns the short code that responders dial, such as `*384*777*90#` for the service code `*384*777#`."""
    return f"{service_code.removesuffix('#')}*{RESPONDERS_SUFFIX}#"


RESPONDERS_SUFFIX = "90"
"""The last part of the short code for responders. The flows must define the same part."""


MAX_ANSWER_DELAY = timedelta(minutes=10)
"""If an answer could not be sent within this time, it is never sent, because another person may have the phone then."""
KEPT = timedelta(hours=72)
"""The time for which the row of an answer is kept to count the answer. The row no longer contains the number."""
SOON = timedelta(seconds=50)
"""The answer to a cry for help must be sent within this time. So it arrives within a minute, even if the send takes as
long as possible."""
CRY_ANSWER_INTERVAL = timedelta(days=7)
"""A phone that sent a cry for help gets at most one answer within this time. For this time the row of the answer is
kept, to recognise the phone."""
AN_HOUR, A_DAY = 20, 60
"""The largest number of answers to one phone in an hour and in a day. A phone that exceeds them is probably a machine
that replies to our answers.
"""
ANSWER_SHARE = 0.7
"""The part of the daily budget that answers may use. The rest is for alerts, which the budget does not limit."""


class AnswerForm(StrEnum):
    """The form of an answer. It is stored instead of the name of a template."""

    SCREEN = "SCREEN"
    """A screen of the flows."""
    HINT = Template.READ_AGAIN.name
    """The text that explains how to begin again. It is sent only once."""
    ADVERTISEMENT = Template.ADVERTISEMENT.name
    """The hotline's public advertisement, sent to a phone that sent a cry for help."""


@dataclass(frozen=True, slots=True)
class AnswersSent:
    """The number of answers sent in the last hour to this phone, in the last day to it, and today to all phones."""

    hour: int
    day: int
    line: int


def can_answer(spent: AnswersSent, budget: int) -> bool:
    """Returns True if the hotline may write another answer."""
    return spent.hour < AN_HOUR and spent.day < A_DAY and spent.line < int(budget * ANSWER_SHARE)
