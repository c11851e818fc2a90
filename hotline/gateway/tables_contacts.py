"""Stores sessions and the stop list. Phones are known only by keyed digests."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.core.database import Row, add_if_new

CALL = "ussd"
"""The channel of a session that a network holds open."""


class Dialogue(Row):
    """One session: the flows that it runs on, how much of its text is committed, and which counts it has made."""

    __tablename__ = "dialogue"
    __table_args__ = (Index("dialogue_started", "started_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    """Keyed digest of the gateway's session id."""
    channel: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The flows that were published when the session began. The whole session runs on these."""
    entry: Mapped[str]
    """The digits after the bare service code that were dialled. Empty for the bare code."""
    dialled: Mapped[int]
    """Letters of `text` that the caller dialled ahead, before the first screen."""
    reporting: Mapped[bool]
    """True if the report was on offer when the session began."""
    alerts_blocked: Mapped[bool] = mapped_column(default=False)
    """True if no alert could be sent when the session began. The screens then promise no alert."""
    responder_id: Mapped[int | None]
    """Set if an enrolled phone dialled the responders' short code."""
    network: Mapped[str | None]
    language: Mapped[str]
    counted: Mapped[list[str]]
    """Names of the counters that this session has already added to."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    heard: Mapped[int] = mapped_column(default=0)
    """Letters of `text` whose effects are committed. A hop that repeats them, early or late, changes nothing."""
    heard_key: Mapped[str | None]
    """The number of committed letters and their keyed digest: `12:9f...`. An older process writes only `heard`."""
    starred: Mapped[list[str] | None]
    """Typed texts that contain a `*`, each by its begin and end in `text`: `12-30`."""
    caller_key: Mapped[str | None]
    """Keyed digest of session and MSISDN. Empty once the session is long over. An older process writes none."""
    pinned: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """A `domain.dialogue.ussd.Pinned`."""
    screens_counted: Mapped[int | None]
    """Letters of `text` whose screens are counted (`store/reach/screen_counts.py`). An older process counts none."""


class Stopped(Row):
    """A number that never gets a message again, by its lasting keyed digest."""

    __tablename__ = "stopped"

    number_key: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime]


class InboundSeen(Row):
    """One MO that was handled. The gateway repeats an MO until it gets a 200. The text is never stored.

    The queries are in `store/sms/inbound.py`.
    """

    __tablename__ = "inbound_seen"
    __table_args__ = (Index("inbound_seen_sms", "sms_key", unique=True),)

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    received_at: Mapped[datetime]
    sms_key: Mapped[str | None]
    """Keyed digest of sender, shortcode, text and second. The id in a callback differs from the id in the inbox."""
    referral_id: Mapped[int | None]
    """The assignment that the MO was about, if it acknowledges one."""
    more_referrals: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """The other assignments, if the MO named several."""
    waits: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    """Commands that wait until the inbox lists the MO: a `domain.sms.rules_replies.Verb` by assignment id."""
    proved_at: Mapped[datetime | None]
    """The time when the gateway's own inbox was seen to list it."""
    vouched_at: Mapped[datetime | None]
    """The time when a callback from one of the gateway's own addresses brought it."""
    unproven_at: Mapped[datetime | None]
    """The time when a page of the inbox that should list it did not."""


def referrals_of(seen: InboundSeen) -> tuple[int, ...]:
    """Returns every assignment that an MO was about."""
    first = () if seen.referral_id is None else (seen.referral_id,)
    return (*first, *(seen.more_referrals or ()))


def dialogue(session: Session, key: str) -> Dialogue | None:
    return session.get(Dialogue, key)


def open_dialogue(session: Session, row: Dialogue) -> bool:
    """Writes a session's row. Returns False if another hop wrote it first."""
    return add_if_new(session, row)


def in_the_middle(session: Session, since: datetime) -> int:
    """Returns the number of calls that began after a moment and have not ended."""
    here = select(func.count()).select_from(Dialogue)
    talking = here.where(
        Dialogue.started_at >= since, Dialogue.ended_at.is_(None), Dialogue.channel == CALL
    )
    return session.scalar(talking) or 0


def stop(session: Session, number_key: str, at: datetime) -> None:
    """Adds a number to the stop list. Does nothing if it is there already."""
    add_if_new(session, Stopped(number_key=number_key, stopped_at=at))


def unstop(session: Session, number_key: str) -> None:
    """Removes a number from the stop list. Its owner asked for messages again, and a person recorded who said so."""
    session.execute(delete(Stopped).where(Stopped.number_key == number_key))


def stopped_among(session: Session, number_keys: Collection[str]) -> set[str]:
    """Returns those of these digests that are on the stop list."""
    return set(
        session.scalars(select(Stopped.number_key).where(Stopped.number_key.in_(number_keys)))
    )


def try_writing(session: Session, at: datetime) -> None:
    """Writes a row and deletes it, so that a full disk or a read-only database shows. Raises StoreUnavailable."""
    add_if_new(session, Stopped(number_key=PROBE, stopped_at=at))
    session.execute(delete(Stopped).where(Stopped.number_key == PROBE))


PROBE = "probe"
"""The key of the test row. It is not a digest, so no number has it."""
