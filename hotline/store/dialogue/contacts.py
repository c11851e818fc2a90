"""Sessions and the stop list: phones known by keyed digests alone. Rows, and the questions asked of them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.store.database import Row, add_if_new

CALL = "ussd"
"""The channel of a session that a network holds open."""


class Dialogue(Row):
    """One session: what its text is played from, how much of it is committed, and what reach has counted of it."""

    __tablename__ = "dialogue"
    __table_args__ = (Index("dialogue_started", "started_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    """Keyed digest of the gateway's session id."""
    channel: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The flows that were live when the session began: its text is played on these."""
    entry: Mapped[str]
    """The published string's suffix that was dialled ("" for the bare code)."""
    dialled: Mapped[int]
    """Letters of `text` that were dialled ahead, before anything was shown."""
    reporting: Mapped[bool]
    """Whether the report was on offer when the session began."""
    alerts_blocked: Mapped[bool] = mapped_column(default=False)
    """Whether no alert could leave when the session began: its screens then promise none."""
    responder_id: Mapped[int | None]
    """Set where an enrolled phone dialled the responders' entry."""
    network: Mapped[str | None]
    language: Mapped[str]
    counted: Mapped[list[str]]
    """Names of what reach has counted already in this session."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    heard: Mapped[int] = mapped_column(default=0)
    """Letters of `text` whose effects are committed: what repeats them, early or late, changes nothing."""
    heard_key: Mapped[str | None]
    """How many letters were heard, and their keyed digest: `12:9f...`. An older process writes `heard` alone."""
    starred: Mapped[list[str] | None]
    """Words that hold a `*`, each as where it begins and ends in `text`: `12-30`."""
    caller_key: Mapped[str | None]
    """Keyed digest of session and MSISDN; empty when the session is long over. An older process writes none."""
    pinned: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """A `domain.dialogue.ussd.Pinned`."""
    screens_counted: Mapped[int | None]
    """Letters of `text` whose screens are counted (`store/reach/screen_counts.py`). An older process counts none."""


class Stopped(Row):
    """A number that nothing is ever sent to again, by its lasting keyed digest."""

    __tablename__ = "stopped"

    number_key: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime]


class InboundSeen(Row):
    """An MO that was dealt with: the gateway repeats until it hears 200. Never its words.

    Its questions are in `store/sms/inbound.py`.
    """

    __tablename__ = "inbound_seen"
    __table_args__ = (Index("inbound_seen_sms", "sms_key", unique=True),)

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    received_at: Mapped[datetime]
    sms_key: Mapped[str | None]
    """Keyed digest of sender, shortcode, text and second: the id in a callback is not the one in the inbox."""
    referral_id: Mapped[int | None]
    """What its answer was about, where it was an answer that takes."""
    more_referrals: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """What else it was about, where it named several."""
    waits: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """What it asks that is done once the inbox lists it: a `domain.sms.rules_replies.Verb` by a referral's id."""
    proved_at: Mapped[datetime | None]
    """When the gateway's own inbox was seen to list it."""
    vouched_at: Mapped[datetime | None]
    """When a callback brought it from an address of the gateway's own."""
    unproven_at: Mapped[datetime | None]
    """When a page was read that should list it, and did not."""


def referrals_of(seen: InboundSeen) -> tuple[int, ...]:
    """Every referral that an MO was about."""
    first = () if seen.referral_id is None else (seen.referral_id,)
    return (*first, *(seen.more_referrals or ()))


def dialogue(session: Session, key: str) -> Dialogue | None:
    return session.get(Dialogue, key)


def open_dialogue(session: Session, row: Dialogue) -> bool:
    """Write a session's row; False where another hop was quicker."""
    return add_if_new(session, row)


def in_the_middle(session: Session, since: datetime) -> int:
    """Calls that began since then and have not ended."""
    here = select(func.count()).select_from(Dialogue)
    talking = here.where(
        Dialogue.started_at >= since, Dialogue.ended_at.is_(None), Dialogue.channel == CALL
    )
    return session.scalar(talking) or 0


def stop(session: Session, number_key: str, at: datetime) -> None:
    """Nothing is sent to this number again. Twice is once."""
    add_if_new(session, Stopped(number_key=number_key, stopped_at=at))


def unstop(session: Session, number_key: str) -> None:
    """Whoever this number belongs to asked for messages again, and a person wrote down who said so."""
    session.execute(delete(Stopped).where(Stopped.number_key == number_key))


def stopped_among(session: Session, number_keys: Collection[str]) -> set[str]:
    """Those of these digests that nothing is ever sent to again."""
    return set(
        session.scalars(select(Stopped.number_key).where(Stopped.number_key.in_(number_keys)))
    )


def try_writing(session: Session, at: datetime) -> None:
    """Write and take back a row, so that a full disk and a read-only database show. Raises StoreUnavailable."""
    add_if_new(session, Stopped(number_key=PROBE, stopped_at=at))
    session.execute(delete(Stopped).where(Stopped.number_key == PROBE))


PROBE = "probe"
"""No digest: so it stands for no number."""
