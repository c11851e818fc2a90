"""Defines received and outgoing messages as values, and the limits of answers to phones that are not enrolled. Pure."""

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
    """An admin's decision about messages that may already have been sent once."""

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


TO_DECIDE = (MessageKind.ALERT, MessageKind.CONFIRMATION)
"""The kinds about which an admin decides after a backup was restored. Answers would come too late then, and nothing may
delay notices."""


@dataclass(frozen=True, slots=True)
class MessageIn:
    """A received SMS. `repr` shows neither its text nor its sender, so no log and no traceback contains them."""

    provider_id: str | None
    """The id that the gateway gave the SMS. None if there is no usable id. Then the digest of the SMS identifies it."""
    sender: str = field(repr=False)
    """The number of the sender in E.164 format."""
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
    """The text of a message, which is fixed when the message is written. So every attempt sends exactly the same text.

    After a burst of tips, most alerts differ only in the reference. So the other part of the text is made only once.
    """

    template: Template
    parameters: Mapping[str, str]
    language: str


Pair = tuple[Template, Template]
"""Two texts: one if we can receive a reply by SMS, and one if the responder must dial."""

REQUEST_TEXTS: Mapping[Purpose, Pair] = {
    Purpose.OPEN: (Template.ALERT_OPEN_REPLY, Template.ALERT_OPEN_DIAL),
    Purpose.OVERDUE: (Template.ALERT_OVERDUE_REPLY, Template.ALERT_OVERDUE_DIAL),
    Purpose.LOOK: (Template.ALERT_LOOK_REPLY, Template.ALERT_LOOK_DIAL),
    Purpose.HOW: (Template.HOW_REPLY, Template.HOW_DIAL),
    Purpose.LET: (Template.LET_REPLY, Template.LET_DIAL),
}
"""For each purpose, the texts that ask the responder for something."""
ALERTS: Mapping[tuple[bool, bool], Pair] = {
    (True, True): (Template.ALERT_LOCKED_URGENT_REPLY, Template.ALERT_LOCKED_URGENT_DIAL),
    (True, False): (Template.ALERT_URGENT_REPLY, Template.ALERT_URGENT_DIAL),
    (False, True): (Template.ALERT_LOCKED_REPLY, Template.ALERT_LOCKED_DIAL),
    (False, False): (Template.ALERT_REPLY, Template.ALERT_DIAL),
}
"""All other alerts: with danger or not, and for a tip that can be decrypted or not."""
PLAIN: Mapping[Purpose, Template] = {
    Purpose.UNANSWERED: Template.MANNER_SILENT,
    Purpose.TOLD_FIRST: Template.TOLD_FIRST,
    Purpose.STAND_DOWN: Template.LET_GO,
    Purpose.MORE: Template.MORE_TOLD,
}
PLACE_CHANGED: Pair = (Template.PLACE_CHANGED, Template.PLACE_CHANGED_ALONE)
"""The text with the number of the national desk, and the text without it if no number is verified."""
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
"""The names of templates for notices to alerted responders. They are sent again even after a responder took the case,
and ask for no reply."""


@lru_cache(1024)
def alert_but_ref(
    place: str, urgency: int, purpose: Purpose, language: str, code: str | None, locked: bool
) -> Wording:
    """Returns the text of an alert, without its reference. Its parameters are positional, because this makes the cache
    faster.

    About a requested closure the responder can only answer by dialling. So `code` is then never None.
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
    """Returns the notice that every alerted responder gets in addition to the alert. It fits into one segment.

    `number` is the number of the national desk. `code` is the responders' short code, if we cannot receive replies by
    SMS.
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
    """Adds the reference of a similar case that the responder knows to an alert. All other texts stay the same."""
    template = LIKE.get(words.template)
    if reference is None or template is None:
        return words
    return Wording(template, {**words.parameters, "like": reference}, words.language)


def render(wording: Wording, phrases: Phrases) -> str:
    return phrases.say(wording.language, wording.template, **wording.parameters)


def responders_short_code(service_code: str) -> str:
    """Returns the short code that a responder dials: `*384*777*90#` for the service code `*384*777#`."""
    return f"{service_code.removesuffix('#')}*{RESPONDERS_SUFFIX}#"


RESPONDERS_SUFFIX = "90"
"""The last part of the responders' short code. The flows define the same short code."""


MAX_ANSWER_DELAY = timedelta(minutes=10)
"""An answer that could not be sent within this time is never sent, because another person may have the phone then."""
KEPT = timedelta(hours=72)
"""The time for which the row of an answer is kept without its number, so that the answer can be counted."""
SOON = timedelta(seconds=50)
"""Within this time, sending the answer to a cry for help must begin. Even with the longest send, it then arrives within
a minute."""
CRY_ANSWER_INTERVAL = timedelta(days=7)
"""A phone that sent a cry for help gets at most one answer within this time. The row of the answer is kept for this
time, to recognise the phone."""
AN_HOUR, A_DAY = 20, 60
"""The most answers to a phone in an hour and in a day. If there are more, two machines are answering each other."""
ANSWER_SHARE = 0.7
"""The part of a day's budget that answers may use. The rest is for alerts, which no budget limits."""


class AnswerForm(StrEnum):
    """The content of an answer. It is stored in place of the name of a template."""

    SCREEN = "SCREEN"
    """A screen of the flows."""
    HINT = Template.READ_AGAIN.name
    """The text that says how to begin again. It is sent only once."""
    ADVERTISEMENT = Template.ADVERTISEMENT.name
    """The hotline's public advertisement, sent to a phone that sent a cry for help."""


@dataclass(frozen=True, slots=True)
class AnswersSent:
    """The numbers of answers that were sent: to this phone in the last hour and day, and to all phones today."""

    hour: int
    day: int
    line: int


def can_answer(spent: AnswersSent, budget: int) -> bool:
    """Returns True if another answer may be written."""
    return spent.hour < AN_HOUR and spent.day < A_DAY and spent.line < int(budget * ANSWER_SHARE)
