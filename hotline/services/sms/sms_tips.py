"""A tip as one SMS, or as several within a minute. Nobody is answered: whoever holds the phone sees nothing."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotline.domain import trial
from hotline.domain.outbox.message import MessageIn
from hotline.domain.sms import sms_tip
from hotline.errors import RunsUnavailable
from hotline.ports import DoorKit
from hotline.services import weekly_keys
from hotline.services.reach import outreach
from hotline.services.reach.outreach import day_of
from hotline.services.tips import intake
from hotline.services.tips.intake import Telling
from hotline.store.database import Session
from hotline.store.dialogue import contacts, held
from hotline.store.dialogue.contacts import Dialogue
from hotline.store.dialogue.held import HeldDialogue
from hotline.store.tips.told_tips import ToldTip

SMS = "sms"
TOGETHER = timedelta(minutes=1)
"""Messages of one phone that follow one another so closely are one tip: the gateway may bring a long one in parts."""


@dataclass(frozen=True, slots=True)
class Pocket:
    """What one phone wrote last: kept encrypted for ten minutes, and never needed."""

    key: str
    dialogue: str
    said: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is asked of others before a transaction is open."""

    revision_id: int
    before: Pocket | None


@dataclass(frozen=True, slots=True)
class SmsTipWritten:
    """What a message came to: the tip to announce, and what a next part is joined to."""

    tip: ToldTip | None
    pocket: Pocket | None


def gather(kit: DoorKit, message: MessageIn) -> Known:
    """Raises NotReady where no flows were ever published, StoreUnavailable."""
    return Known(kit.books.live(), _last_said(kit, message))


def _last_said(kit: DoorKit, message: MessageIn) -> Pocket | None:
    key = kit.pseudonyms.session(f"sms {message.sender}")
    try:
        found = kit.runs.load(key)
        if found is None:
            return None
        return Pocket(
            key, str(found["key"]), str(found["said"]), datetime.fromisoformat(found["at"])
        )
    except (RunsUnavailable, KeyError, TypeError, ValueError):
        return None


def note(
    session: Session, kit: DoorKit, message: MessageIn, known: Known, at: datetime
) -> SmsTipWritten:
    """File it, in the caller's transaction. The same words of a phone on the same day are the same tip.

    Also where nobody lives to be told: she has written it already, and it waits, with an alarm.
    """
    before = known.before
    said = sms_tip.cleaned(message.text)
    own = kit.pseudonyms.session(f"sms {message.sender} {day_of(at)} {said.casefold()}")
    if contacts.dialogue(session, own) is not None:
        return SmsTipWritten(None, None)
    joined = before is not None and timedelta() <= at - before.at <= TOGETHER
    if before is not None and joined and sms_tip.fits(f"{before.said} {said}"):
        if said in before.said:
            return SmsTipWritten(None, None)
        own, said = before.dialogue, f"{before.said} {said}"

    dialogue = held.hold(session, own)
    if dialogue is None:
        dialogue = _begin(session, kit, message, known, own, said, at)
    telling = Telling(sms_tip.answers(said), 1, completed=True, language=dialogue.language)
    tip = intake.note(session, kit, dialogue, telling, caller=message.sender)
    session.flush()
    pocket = Pocket(kit.pseudonyms.session(f"sms {message.sender}"), own, said, at)
    return SmsTipWritten(tip, pocket)


def announce(kit: DoorKit, written: SmsTipWritten) -> None:
    """After the commit."""
    if written.pocket is not None:
        pocket = written.pocket
        with suppress(RunsUnavailable):
            kit.runs.save(
                pocket.key,
                {"key": pocket.dialogue, "said": pocket.said, "at": pocket.at.isoformat()},
            )
    tips: Sequence[ToldTip] = (written.tip,) if written.tip is not None else ()
    intake.announce(kit, tips)


def _begin(
    session: Session,
    kit: DoorKit,
    message: MessageIn,
    known: Known,
    key: str,
    said: str,
    at: datetime,
) -> HeldDialogue:
    row = Dialogue(
        key=key,
        channel=trial.channel_of(message.sender, SMS),
        revision_id=known.revision_id,
        entry="",
        dialled=0,
        reporting=True,
        responder_id=None,
        network=message.network,
        language=sms_tip.language(said),
        counted=[],
        started_at=at,
        ended_at=at,
        heard=0,
    )
    weekly_keys.forget_at(session, kit, at)
    contacts.open_dialogue(session, row)
    dialogue = held.hold(session, key)
    assert dialogue is not None
    outreach.log_session(session, dialogue)
    outreach.log_person(session, kit, message.sender, at)
    return dialogue
