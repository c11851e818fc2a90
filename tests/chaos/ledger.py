"""What must hold after the faults, whatever they were: the invariants of the delivery protocol, read from both ends.

One end is the line's database, the other what the gateway's stand-in accepted. Each function returns sentences, one a
breach; none is the only right answer.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hotline.domain.delivery import MessageState, Outcome
from hotline.domain.message import Kind
from hotline.domain.tip import NATIONAL, TipState
from hotline.errors import SealBroken
from hotline.sealing.opening import open_tip
from hotline.store.database import Database
from hotline.store.messages import Attempt, Message, Referral
from hotline.store.tips import Grant, Tip

UNSETTLED = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN, MessageState.RETRY)
REFERENCE = re.compile(r"^([A-Z0-9]{4}): .* 1 \1$")
"""An alert; a confirmation begins with a reference, too, but asks for nothing."""


FIRST = {"danger", "official", "province", "district"}
"""What a caller has answered when "passed on" is shown."""
WHOLE = FIRST | {"sector", "kind", "who", "visit"}
"""And when "saved" is."""


@dataclass(frozen=True, slots=True)
class Told:
    """A session whose caller read a screen that says her tip is kept."""

    session_key: str
    place: str
    complete: bool
    """Whether the screen was "saved": then all that she answered is there, not only the first four answers."""


def lost(database: Database, told: Sequence[Told]) -> list[str]:
    """I1: who was told "passed on" or "saved" has exactly one filed tip of that place in her session."""
    with database.reading() as session:
        filed = Counter(
            (tip.session_key, tip.place)
            for tip in session.scalars(select(Tip))
            if tip.state != TipState.DRAFT
        )
    return [
        f"{told_one.place}: {filed[told_one.session_key, told_one.place]} tips for one that was told"
        for told_one in told
        if filed[told_one.session_key, told_one.place] != 1
    ]


def unreadable(database: Database, told: Sequence[Told], national_key: bytes) -> list[str]:
    """I1, the other half: the national desk opens each of them, and finds in it what the caller was told is kept."""
    promised = {(one.session_key, one.place): one for one in told}
    breaches = []
    with database.reading() as session:
        rows = session.execute(
            select(Tip, Grant.sealed_key)
            .outerjoin(Grant, (Grant.tip_id == Tip.id) & (Grant.desk_code == NATIONAL))
            .where(Tip.state != TipState.DRAFT)
        ).all()
    for tip, grant in rows:
        one = promised.get((tip.session_key, tip.place))
        if one is None:
            continue
        if grant is None:
            breaches.append(f"tip {tip.id} has no grant for the national desk")
            continue
        try:
            answers = open_tip(
                tip.body,
                grant,
                uid=tip.uid,
                place=tip.place,
                desk=NATIONAL,
                private_key=national_key,
            )
        except SealBroken:
            breaches.append(f"tip {tip.id} does not open")
            continue
        wanted = WHOLE if one.complete else FIRST
        if answers.get("district") != one.place or not wanted <= answers.keys():
            breaches.append(f"tip {tip.id} lacks some of what was told")
        if one.complete and tip.state != TipState.COMPLETE:
            breaches.append(f"tip {tip.id} was said to be saved and is {tip.state}")
    return breaches


def unreferred(database: Database) -> list[str]:
    """Every filed tip was given to somebody."""
    with database.reading() as session:
        given = set(session.scalars(select(Referral.tip_id)))
        tips = session.scalars(select(Tip).where(Tip.state != TipState.DRAFT))
        return [
            f"tip {tip.id} ({tip.place}) was referred to nobody"
            for tip in tips
            if tip.id not in given
        ]


def unsettled(database: Database) -> list[str]:
    """I4: no alert waits any more. A confirmation in doubt may wait for its ten minutes."""
    with database.reading() as session:
        waiting = session.scalars(
            select(Message).where(Message.kind == Kind.ALERT, Message.state.in_(UNSETTLED))
        )
        return [f"alert {message.id} is {message.state}" for message in waiting]


def unsent(database: Database, accepted: Mapping[str, Sequence[str]]) -> list[str]:
    """I2: every alert was accepted by the gateway at least once, or is dead and so on the console."""
    with database.reading() as session:
        rows = session.execute(
            select(Message, Referral.reference)
            .join(Referral, Referral.id == Message.referral_id)
            .where(Message.kind == Kind.ALERT, Message.state != MessageState.DEAD)
        )
        return [
            f"alert {message.id} is {message.state} and was never accepted"
            for message, reference in rows
            if reference not in accepted
        ]


def repeated_too_often(database: Database, accepted: Mapping[str, Sequence[str]]) -> list[str]:
    """I3: sends are at most one, plus the attempts nobody knows the end of, plus the one resend; all word for word."""
    with database.reading() as session:
        doubtful: Counter[int] = Counter(
            session.scalars(
                select(Attempt.message_id).where(
                    Attempt.outcome.is_(None) | (Attempt.outcome == Outcome.UNKNOWN)
                )
            )
        )
        rows = list(
            session.execute(
                select(Message, Referral.reference)
                .join(Referral, Referral.id == Message.referral_id)
                .where(Message.kind == Kind.ALERT)
            )
        )
    breaches = []
    for message, reference in rows:
        texts = accepted.get(reference, ())
        allowed = 1 + doubtful[message.id] + message.resent
        if len(texts) > allowed:
            breaches.append(f"alert {message.id} was sent {len(texts)} times, {allowed} allowed")
        if len(set(texts)) > 1:
            breaches.append(f"alert {message.id} was sent in {len(set(texts))} wordings")
    return breaches


def by_reference(texts: Sequence[str]) -> dict[str, list[str]]:
    """Accepted alerts by the reference they begin with; other messages are left out."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        if match := REFERENCE.match(text):
            found[match[1]].append(text)
    return dict(found)
