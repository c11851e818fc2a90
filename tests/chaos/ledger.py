"""What must hold after the faults, whatever they were: the invariants of delivery, read from both ends.

One end is the line's database, the other what the gateway's stand-in accepted. Each function returns sentences, one a
breach; none is the only right answer. docs/architecture.md says what each invariant means.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from hotline.core.database import Database
from hotline.errors import KeyMissing, SealBroken
from hotline.gateway.rules_delivery import MessageState
from hotline.keys.decrypt import open_tip
from hotline.keys.encrypt import label
from hotline.keys.weekly_lock import WeeklyLock
from hotline.people import tables_audit
from hotline.text.codes import NATIONAL
from hotline.tips.rules import TipState
from tests import books
from tests.books import FiledTip, Firing, SentAlert

UNSETTLED = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN, MessageState.RETRY)
ON_ITS_WAY = timedelta(seconds=5)
"""How young an alert of a later step may be, and wait: a ladder goes on climbing while the books are read."""
OVERDUE = timedelta(seconds=90)
TWICE = timedelta(seconds=60)
"""Two deadlines of one tip cannot both pass within this: the nearest a second one can lie is 90 seconds off."""
REFERENCE = re.compile(r"^([A-Z0-9]{4,6}): .* 1 \1$")
"""An alert; a confirmation begins with a reference, too, but asks for nothing. A long run comes to references of five
letters (docs/decisions/06)."""
FIRST = {"danger", "official", "province", "district"}
"""What a caller has answered when "passed on" is shown."""
WHOLE = FIRST | {"sector", "kind", "who", "visit"}
"""And when "saved" is."""


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
    """A session whose caller read a screen that says her tip is kept."""

    session_key: str
    place: str
    complete: bool
    """Whether the screen was "saved": then all that she answered is there, not only the first four answers."""


def lost(database: Database, told: Sequence[PromisedTip]) -> list[str]:
    """I1: who was told "passed on" or "saved" has exactly one filed tip of that place in her session."""
    with database.reading() as session:
        filed = Counter((tip.session_key, tip.place) for tip in books.filed(session, NATIONAL))
    return [
        f"{one.place}: {filed[one.session_key, one.place]} tips for one that was told"
        for one in told
        if filed[one.session_key, one.place] != 1
    ]


def unreadable(
    database: Database, told: Sequence[PromisedTip], national_key: bytes, weekly_lock: WeeklyLock
) -> list[str]:
    """I1, the other half: the national desk opens each of them, and finds in it what the caller was told is kept."""
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
        answers = open_tip(tip.body, grant, private_key=national_key, **seal)
    except (SealBroken, KeyMissing):
        yield "does not open"
        return
    wanted = WHOLE if told.complete else FIRST
    if answers.get("district") != told.place or not wanted <= answers.keys():
        yield "lacks some of what was told"


def unreferred(database: Database) -> list[str]:
    """I2: every filed tip was given to somebody."""
    with database.reading() as session:
        return [f"tip {tip} was referred to nobody" for tip in books.unreferred(session)]


def unsettled(database: Database, at: datetime) -> list[str]:
    """I4: no alert waits any more. A confirmation in doubt may wait for its ten minutes."""
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
    """I2: every alert was accepted by the gateway at least once, or is dead and so on the console.

    Refused for ever is dead for this number: a colleague was told, and her alert is held to the same. What is
    `answered` needs no send: who it tells has answered for its case, and the books show her answer. `ask` is asked
    after the books are read: an alert of this moment is then there, too. What only says that more was told carries the
    reference of an earlier tip, so the books alone speak of it.
    """
    given_up = (MessageState.DEAD, MessageState.FAILED)
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
    """I3: sends are at most one, plus the attempts nobody knows the end of, plus the one resend."""
    with database.reading() as session:
        alerts = books.alerts(session)
    breaches = []
    for alert in alerts:
        if not alert.asks:
            continue
        sent, allowed = len(accepted.get(alert.reference, ())), 1 + alert.doubtful + alert.resent
        if sent > allowed:
            breaches.append(f"alert {alert.id} was sent {sent} times, {allowed} allowed")
    return breaches


def worded_otherwise(database: Database, accepted: Mapping[str, Sequence[str]]) -> list[str]:
    """I9: every repeat says the same, letter by letter, and no reference was sent that is nobody's."""
    with database.reading() as session:
        known = {alert.reference: alert.id for alert in books.alerts(session)}
    breaches = ["a reference was sent that no tip has" for name in accepted if name not in known]
    for name, texts in accepted.items():
        if len(set(texts)) > 1 and name in known:
            breaches.append(f"alert {known[name]} was sent in {len(set(texts))} wordings")
    return breaches


def out_of_time(database: Database, at: datetime) -> list[str]:
    """I6: what nobody has taken has a time at which somebody more is told; it passes once, and is not let pass."""
    with database.reading() as session:
        untimed = books.waiting_without_deadline(session)
        overdue = books.overdue(session, at - OVERDUE)
        firings = books.firings(session)
    return [
        *(f"tip {tip} waits and no time is set for it" for tip in untimed),
        *(f"tip {tip} has a deadline that passed unnoticed" for tip in overdue),
        *_fired_twice(firings),
    ]


def _fired_twice(firings: Sequence[Firing]) -> list[str]:
    return [
        f"tip {one.tip_id} climbed twice for one deadline"
        for one, other in pairwise(firings)
        if one.tip_id == other.tip_id and other.fired_at - one.fired_at < TWICE
    ]


def unchained(database: Database) -> list[str]:
    """I7: each row of the audit log follows from the one before."""
    with database.reading() as session:
        chain = tables_audit.verify(session)
    return [] if chain.broken_at is None else [f"the audit log breaks at row {chain.broken_at}"]


def by_reference(texts: Sequence[str]) -> dict[str, list[str]]:
    """Accepted alerts by the reference they begin with; other messages are left out."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        if match := REFERENCE.match(text):
            found[match[1]].append(text)
    return dict(found)


def _on_its_way(alert: SentAlert, at: datetime) -> bool:
    return alert.step > 0 and at - alert.created_at < ON_ITS_WAY
