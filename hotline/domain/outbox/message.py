"""Messages in and out, as values; and how long an answer to a stranger lives. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from hotline.domain.outbox.delivery import Gateway
from hotline.domain.places.places import place_name
from hotline.domain.referrals.case_events import Purpose
from hotline.domain.referrals.coming import CARES, Care
from hotline.domain.tip import Urgency
from hotline.domain.wording import Template
from hotline.text.remark import Phrases


class DoubtDecision(StrEnum):
    """What becomes of messages that may have gone out once already."""

    SEND = "send"
    DROP = "drop"


class Kind(StrEnum):
    ALERT = "alert"
    CONFIRMATION = "confirmation"
    ANSWER = "answer"
    """To a stranger who wrote."""
    NOTICE = "notice"
    """Of an alarm, to an on-call contact."""


TO_DECIDE = (Kind.ALERT, Kind.CONFIRMATION)
"""Kinds that a person decides about after a restore. Answers are late by then; nothing holds notices."""


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
    gateway: Gateway = Gateway.AFRICAS_TALKING


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """What a message says, frozen when it is written: every send of it is the same, letter by letter.

    A burst of alerts differs in little but the reference: without it the words of each are made once.
    """

    template: Template
    parameters: Mapping[str, str]
    language: str


Pair = tuple[Template, Template]
"""One text where a reply by SMS reaches us, and one where the responder dials."""

ASKING: Mapping[Purpose, Pair] = {
    Purpose.OPEN: (Template.ALERT_OPEN_REPLY, Template.ALERT_OPEN_DIAL),
    Purpose.OVERDUE: (Template.ALERT_OVERDUE_REPLY, Template.ALERT_OVERDUE_DIAL),
    Purpose.LOOK: (Template.ALERT_LOOK_REPLY, Template.ALERT_LOOK_DIAL),
    Purpose.HOW: (Template.HOW_REPLY, Template.HOW_DIAL),
    Purpose.LET: (Template.LET_REPLY, Template.LET_DIAL),
}
"""The texts that ask for one thing."""
ALERTS: Mapping[tuple[bool, bool], Pair] = {
    (True, True): (Template.ALERT_LOCKED_URGENT_REPLY, Template.ALERT_LOCKED_URGENT_DIAL),
    (True, False): (Template.ALERT_URGENT_REPLY, Template.ALERT_URGENT_DIAL),
    (False, True): (Template.ALERT_LOCKED_REPLY, Template.ALERT_LOCKED_DIAL),
    (False, False): (Template.ALERT_REPLY, Template.ALERT_DIAL),
}
"""All other alerts: in danger or not, and locked or not."""
PLAIN: Mapping[Purpose, Template] = {
    Purpose.UNANSWERED: Template.MANNER_SILENT,
    Purpose.TOLD_FIRST: Template.TOLD_FIRST,
    Purpose.LET_GO: Template.LET_GO,
    Purpose.MORE: Template.MORE_TOLD,
}
PLACE_CHANGED: Pair = (Template.PLACE_CHANGED, Template.PLACE_CHANGED_ALONE)
"""With the number of the national desk, and where nobody has signed one."""
NOTICES = {
    one.name
    for pair in (
        *(row.sms for row in CARES.values()),
        ASKING[Purpose.HOW],
        ASKING[Purpose.LET],
        PLACE_CHANGED,
        (PLAIN[Purpose.UNANSWERED], PLAIN[Purpose.TOLD_FIRST], PLAIN[Purpose.LET_GO]),
        (Template.FOLLOW, Template.FOLLOW_ABOVE),
    )
    for one in pair
}
"""Names of the templates said to those who were told: sent again also where it was taken, and asking nobody."""


@lru_cache(1024)
def alert_but_ref(
    place: str,
    urgency: int,
    purpose: Purpose,
    language: str,
    code: str | None,
    locked: bool,
) -> Wording:
    """What `alert` says beside the reference. By position, since a cache finds that sooner.

    A requested closure is answered by dialling alone: its `code` is never None.
    """
    if purpose is Purpose.JUDGE:
        return Wording(Template.CLOSURE_REQUESTED, {"code": code or ""}, language)
    pair = ASKING.get(purpose) or ALERTS[urgency == Urgency.DANGER, locked]
    return _asking(pair, {"place": place_name(place, language)}, language, code)


def _asking(pair: Pair, said: Mapping[str, str], language: str, code: str | None) -> Wording:
    reply, dial = pair
    if code is None:
        return Wording(reply, said, language)
    return Wording(dial, {**said, "code": code}, language)


def notice(
    purpose: Purpose,
    care: Care,
    language: str,
    *,
    number: str | None,
    code: str | None,
    place: str = "",
) -> Wording:
    """Returns what everybody who was told must know beside the alert, one segment long.

    `number` is the national desk's. `code` is the responders' entry, where a reply does not reach us.
    """
    if purpose in ASKING:
        said = {} if purpose is Purpose.HOW else {"place": place_name(place, language)}
        return _asking(ASKING[purpose], said, language, code)
    if purpose in PLAIN:
        return Wording(PLAIN[purpose], {}, language)
    with_number, alone = PLACE_CHANGED if purpose is Purpose.MOVED else CARES[care].sms
    if number is None or with_number is alone:
        return Wording(alone, {}, language)
    return Wording(with_number, {"number": number}, language)


LIKE = {
    Template.ALERT_URGENT_REPLY: Template.ALERT_LIKE_URGENT_REPLY,
    Template.ALERT_URGENT_DIAL: Template.ALERT_LIKE_URGENT_DIAL,
    Template.ALERT_REPLY: Template.ALERT_LIKE_REPLY,
    Template.ALERT_DIAL: Template.ALERT_LIKE_DIAL,
}


def like_another(words: Wording, reference: str | None) -> Wording:
    """The alert of a case that is like another one which she knows by this name. Others say nothing of it."""
    template = LIKE.get(words.template)
    if reference is None or template is None:
        return words
    return Wording(template, {**words.parameters, "like": reference}, words.language)


def render(wording: Wording, phrases: Phrases) -> str:
    return phrases.say(wording.language, wording.template, **wording.parameters)


def responders_entry(service_code: str) -> str:
    """`*384*777#` -> `*384*777*90#`: what a responder dials."""
    return f"{service_code.removesuffix('#')}*{RESPONDERS_SUFFIX}#"


RESPONDERS_SUFFIX = "90"
"""The suffix of the responders' entry; the flows' entries name it too."""


LATE = timedelta(minutes=10)
"""What could not be sent by then is not sent: by then somebody else may hold the phone."""
KEPT = timedelta(hours=72)
"""How long the row stays, without its number, to be counted."""
SOON = timedelta(seconds=50)
"""The one answer to a cry: what cannot be begun by then is not sent. With the longest send it is there in a minute."""
SELDOM = timedelta(days=7)
"""A phone that cried is answered once in so long, and the row stays so long to be known by."""
AN_HOUR, A_DAY = 20, 60
"""Answers to one phone. More than that reads no human: two machines answer one another."""
SHARE = 0.7
"""Of a day's budget, for answers. The rest is kept for alerts, which ask for no budget."""


class AnswerForm(StrEnum):
    """What an answer says, in the place of a template's name."""

    SCREEN = "SCREEN"
    """A screen of the flows."""
    HINT = Template.READ_AGAIN.name
    """How to begin again; said once."""
    ADVERTISEMENT = Template.ADVERTISEMENT.name
    """The line's public advertisement, to a phone that cried."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What was answered already: to this phone within an hour and a day, and to everybody today."""

    hour: int
    day: int
    line: int


def affordable(spent: Spent, budget: int) -> bool:
    """Whether one more may be written."""
    return spent.hour < AN_HOUR and spent.day < A_DAY and spent.line < int(budget * SHARE)
