"""Checks after a fault test that each rule (invariant) about tips and alerts was kept.

The checks read the hotline's database and the list of messages that the emulator accepted. Each function returns one
sentence for each breach of a rule. docs/architecture.md explains each invariant.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from hotline.core.database import Database
from hotline.gateway.rules import MessageState
from hotline.keys.decrypt import decrypt_tip
from hotline.keys.encrypt import label
from hotline.keys.weekly_lock import WeeklyLock
from hotline.people import tables_audit
from hotline.text.errors import DecryptionFailed, KeyMissing
from hotline.text.places import NATIONAL
from hotline.tips.rules import TipState
from tests.support import books
from tests.support.books import FiledTip, Firing, SentAlert

UNSETTLED = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN, MessageState.RETRY)
ON_ITS_WAY = timedelta(seconds=5)
"""The longest time for which the check allows an alert of a later escalation level to be unsent. The hotline continues
to escalate while the test reads the database, so such an alert may be new."""
OVERDUE = timedelta(seconds=90)
TWICE = timedelta(seconds=60)
"""If two deadlines of one tip had an effect within this time, the hotline counted one deadline twice. Different
deadlines are at least 90 seconds apart."""
REFERENCE = re.compile(r"^([A-Z0-9]{4,6}): .* 1 \1$")
"""Matches the text of an alert, which begins with a reference and asks for an answer. A confirmation asks for no
answer. In a long run, references have five letters (docs/decisions/06)."""
FIRST = {"danger", "official", "province", "district"}
"""The answers that a caller has given when the screen "passed on" appears."""
WHOLE = FIRST | {"sector", "kind", "who", "visit"}
"""The answers that a caller has given when the screen "saved" appears."""


class Invariant(StrEnum):
    KEPT = "I1"
    TOLD = "I2"
    NOT_TOO_OFTEN = "I3"
    SETTLED = "I4"
    UNWRITTEN = "I5"
    IN_TIME = "I6"
    CHAINED = "I7"
    ANSWERED = "I8"
    ONE_CASE = "I9"


@dataclass(frozen=True, slots=True)
class Breach:
    invariant: Invariant
    sentence: str


@dataclass(frozen=True, slots=True)
class PromisedTip:
    """A session in which the caller read that the tip is stored."""

    session_key: str
    place: str
    complete: bool
    """True if the caller read the screen "saved". The stored tip must then contain the answers in `WHOLE`, and
    otherwise those in `FIRST`."""


def lost(database: Database, told: Sequence[PromisedTip]) -> list[str]:
    """Returns the breaches of the first half of invariant I1. If a caller read "passed on" or "saved", the database
    must contain exactly one filed tip with the caller's session and the reported place."""
    with database.reading() as session:
        filed = Counter((tip.session_key, tip.place) for tip in books.filed(session, NATIONAL))
    return [
        f"{one.place}: {filed[one.session_key, one.place]} tips for one promised tip"
        for one in told
        if filed[one.session_key, one.place] != 1
    ]


def unreadable(
    database: Database, told: Sequence[PromisedTip], national_key: bytes, weekly_lock: WeeklyLock
) -> list[str]:
    """Returns the breaches of the second half of invariant I1. The national desk must be able to decrypt each tip, and
    find the caller's answers in it."""
    promised = {(one.session_key, one.place): one for one in told}
    with database.reading() as session:
        filed = books.filed(session, NATIONAL)
    return [
        f"tip {tip.id} {fault}"
        for tip in filed
        if (one := promised.get((tip.session_key, tip.place))) is not None
        for fault in _faults(tip, one, national_key, weekly_lock)
    ]


def _faults(
    tip: FiledTip, told: PromisedTip, national_key: bytes, weekly_lock: WeeklyLock
) -> Iterator[str]:
    if told.complete and tip.state != TipState.COMPLETE:
        yield f"was said to be saved and is {tip.state}"
    if tip.grant is None:
        yield "has no grant for the national desk"
        return
    seal = {"uid": tip.uid, "place": tip.place, "desk": NATIONAL}
    try:
        grant = weekly_lock.unlock(tip.grant, label(tip.uid, NATIONAL))
        answers = decrypt_tip(tip.body, grant, private_key=national_key, **seal)
    except (DecryptionFailed, KeyMissing):
        yield "does not open"
        return
    wanted = WHOLE if told.complete else FIRST
    if answers.get("district") != told.place or not wanted <= answers.keys():
        yield "lacks some of what was told"


def unreferred(database: Database) -> list[str]:
    """Returns the breaches of invariant I2: filed tips without an assignment."""
    with database.reading() as session:
        return [f"tip {tip} was not assigned to any responder" for tip in books.unreferred(session)]


def unsettled(database: Database, at: datetime) -> list[str]:
    """Returns the breaches of invariant I4: alerts without a final state. Leaves out new alerts of a later escalation
    level, which may still wait."""
    with database.reading() as session:
        alerts = books.alerts(session)
    return [
        f"alert {alert.id} is {alert.state}"
        for alert in alerts
        if alert.state in UNSETTLED and not _on_its_way(alert, at)
    ]


def unsent(
    database: Database, ask: Callable[[], Mapping[str, Sequence[str]]], at: datetime
) -> list[str]:
    """Returns the alerts that break invariant I2. The gateway must have accepted each alert at least once, or the
    console must show the alert as undeliverable.

    If the gateway refuses a number permanently, the message counts as undeliverable for that number. The hotline must
    then alert a colleague, and the gateway must accept that alert too. An alert in the state `answered` does not have
    to be sent if its recipient has acknowledged the case. The function calls `ask` after it has read the database, so
    that the gateway's list includes the newest alerts. The check leaves out a message about added details, because this
    message has the reference of an earlier alert.
    """
    given_up = (MessageState.UNDELIVERABLE, MessageState.FAILED)
    with database.reading() as session:
        alerts = books.alerts(session)
    accepted = ask()
    return [
        f"alert {alert.id} is {alert.state} and was never accepted"
        for alert in alerts
        if alert.asks
        and alert.reference not in accepted
        and alert.state not in given_up
        and not (alert.state == MessageState.ANSWERED and alert.acknowledged)
        and not _on_its_way(alert, at)
    ]


def repeated_too_often(database: Database, accepted: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns the breaches of invariant I3. The hotline may send an alert once, once more for each attempt with an
    unknown result, and once more as a reminder. A responder has one reference for a case, so all alerts to this
    responder about the case count together."""
    with database.reading() as session:
        alerts = [alert for alert in books.alerts(session) if alert.asks]
    allowed: Counter[str] = Counter()
    for alert in alerts:
        allowed[alert.reference] += 1 + alert.doubtful + alert.resent
    last = {alert.reference: alert.id for alert in alerts}
    return [
        f"alert {last[name]} was sent {sent} times, {most} allowed"
        for name, most in allowed.items()
        if (sent := len(accepted.get(name, ()))) > most
    ]


def worded_otherwise(database: Database, accepted: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns the breaches of invariant I9. Each alert keeps its text when the hotline sends it again, and every
    reference that was sent belongs to an alert. A responder has one reference for all alerts about one case, so the
    check allows one text for each of these alerts."""
    with database.reading() as session:
        alerts = books.alerts(session)
    known = {alert.reference: alert.id for alert in alerts}
    wordings: defaultdict[str, set[str]] = defaultdict(set)
    for alert in alerts:
        wordings[alert.reference].add(alert.template)
    breaches = ["a reference was sent that no tip has" for name in accepted if name not in known]
    for name, texts in accepted.items():
        if name in known and len(set(texts)) > len(wordings[name]):
            breaches.append(f"alert {known[name]} was sent in {len(set(texts))} wordings")
    return breaches


def out_of_time(database: Database, at: datetime) -> list[str]:
    """Returns the breaches of invariant I6. Each tip that no responder has taken must have an escalation deadline. When
    the deadline passes, the hotline must escalate the tip exactly once."""
    with database.reading() as session:
        untimed = books.waiting_without_deadline(session)
        overdue = books.overdue(session, at - OVERDUE)
        firings = books.firings(session)
    return [
        *(f"tip {tip} waits and no time is set for it" for tip in untimed),
        *(f"tip {tip} has a deadline ({kind}) that passed unnoticed" for tip, kind in overdue),
        *_fired_twice(firings),
    ]


def _fired_twice(firings: Sequence[Firing]) -> list[str]:
    return [
        f"tip {one.tip_id} escalated twice for one deadline"
        for one, other in pairwise(firings)
        if one.tip_id == other.tip_id and other.fired_at - one.fired_at < TWICE
    ]


def unchained(database: Database) -> list[str]:
    """Returns a breach of invariant I7 if a row of the audit log does not contain the digest of the row before it."""
    with database.reading() as session:
        chain = tables_audit.verify_chain(session)
    return [] if chain.broken_at is None else [f"the audit log breaks at row {chain.broken_at}"]


def by_reference(texts: Sequence[str]) -> dict[str, list[str]]:
    """Groups the texts of alerts by the case reference at their beginning. Leaves out texts that are not alerts."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        if match := REFERENCE.match(text):
            found[match[1]].append(text)
    return dict(found)


def _on_its_way(alert: SentAlert, at: datetime) -> bool:
    return alert.step > 0 and at - alert.created_at < ON_ITS_WAY
