"""Files a tip of one SMS, or of several of one phone. Sends no answer: whoever holds the phone sees nothing.

Whatever a phone with a recent tip writes is added to that tip: a place, a number, how many (ADR 131).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hotline.domain import trial
from hotline.domain.outbox.message import MessageIn
from hotline.domain.sms import sms_tip
from hotline.errors import RunsUnavailable
from hotline.ports import DoorKit
from hotline.services import weekly_keys
from hotline.services.reach import outreach
from hotline.services.reach.outreach import day_of
from hotline.services.referrals import correcting
from hotline.services.tips import intake
from hotline.services.tips.intake import Telling, wants_referral
from hotline.store.database import Session
from hotline.store.dialogue import contacts, openings
from hotline.store.dialogue.contacts import Dialogue
from hotline.store.dialogue.openings import HeldDialogue
from hotline.store.tips import tips
from hotline.store.tips.told_tips import ToldTip
from hotline.text.languages import FIRST

SMS = "sms"
TOGETHER = timedelta(minutes=30)
"""Messages of one phone that follow one another within this time are one tip. Later it may be another hand's."""
RECENT = timedelta(hours=24)
"""After a tip so young, a message that is no tip by itself is one: what was written before may be forgotten."""


@dataclass(frozen=True, slots=True)
class Pocket:
    """What one phone wrote last: kept encrypted for `TOGETHER`, and never needed."""

    key: str
    dialogue: str
    said: str = field(repr=False)
    at: datetime
    place: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What its messages answer of where."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is asked of others before a transaction is open."""

    revision_id: int
    before: Pocket | None
    """What the phone wrote within `TOGETHER`."""


@dataclass(frozen=True, slots=True)
class SmsTipWritten:
    """What a message came to: the tip to announce, and what a next part is joined to."""

    tip: ToldTip | None
    pocket: Pocket | None


def gather(kit: DoorKit, message: MessageIn, at: datetime) -> Known | None:
    """Returns what filing needs. None for a message that tells nothing, of a phone without a recent tip.

    Raises NotReady where no flows were ever published, StoreUnavailable.
    """
    before = _last_said(kit, message, at)
    if not sms_tip.is_tip(message.text) and not _adds(kit, message, before, at):
        return None
    return Known(kit.books.live(), before)


def _last_said(kit: DoorKit, message: MessageIn, at: datetime) -> Pocket | None:
    key = kit.pseudonyms.session(f"sms {message.sender}")
    try:
        found = kit.runs.load(key)
        if found is None:
            return None
        written_at = datetime.fromisoformat(found["at"])
        place = dict(found.get("place", {}))
        pocket = Pocket(key, str(found["key"]), str(found["said"]), written_at, place)
    except (RunsUnavailable, KeyError, TypeError, ValueError):
        return None
    return pocket if timedelta() <= at - written_at <= TOGETHER else None


def _adds(kit: DoorKit, message: MessageIn, before: Pocket | None, at: datetime) -> bool:
    """Returns True for any words that an open tip takes, and for more than courtesy after a recent tip."""
    if not sms_tip.cleaned(message.text):
        return False
    with kit.database.reading() as session:
        if before is not None and tips.takes_more(session, before.dialogue):
            return True
        contact_keys = kit.pseudonyms.contacts(message.sender, at)
        return sms_tip.has_meaning(message.text) and tips.any_written_by(
            session, contact_keys, at - RECENT
        )


def note(
    session: Session, kit: DoorKit, message: MessageIn, known: Known, at: datetime
) -> SmsTipWritten:
    """Files it, in the caller's transaction. The same words of a phone on the same day are the same tip.

    Also where nobody lives to be told: she has written it already, and it waits, with an alarm.
    """
    said = sms_tip.cleaned(message.text)
    own = kit.pseudonyms.session(f"sms {message.sender} {day_of(at)} {said.casefold()}")
    before = known.before
    if before is not None and not tips.takes_more(session, before.dialogue):
        before = None
    if contacts.dialogue(session, own) is not None or _repeats(said, before):
        return SmsTipWritten(None, None if before is None else replace(before, at=at))
    if before is None or not sms_tip.fits(f"{before.said} {said}"):
        answers = sms_tip.answers(said)
        tip = _file(session, kit, message, known, own, answers, at)
    else:
        own, whole = before.dialogue, f"{before.said} {said}"
        answers = sms_tip.added(whole, said, before.place)
        tip = _file(session, kit, message, known, own, answers, at)
        said = whole
        if tip is not None and not wants_referral(tip) and _place(answers) == before.place:
            correcting.tell_added(session, kit, tip, at)
    session.flush()
    key = kit.pseudonyms.session(f"sms {message.sender}")
    return SmsTipWritten(tip, Pocket(key, own, said, at, _place(answers)))


def _repeats(said: str, before: Pocket | None) -> bool:
    return before is not None and f" {said} " in f" {before.said} "


def _place(answers: Mapping[str, str]) -> Mapping[str, str]:
    return {name: answers[name] for name in sms_tip.WHERE if name in answers}


def _file(
    session: Session,
    kit: DoorKit,
    message: MessageIn,
    known: Known,
    key: str,
    answers: Mapping[str, str],
    at: datetime,
) -> ToldTip | None:
    said = answers[sms_tip.WORDS]
    dialogue = held_or_begun(session, kit, message, key, known.revision_id, at, tells=said)
    telling = Telling(answers, 1, completed=True, language=dialogue.language)
    return intake.note(session, kit, dialogue, telling, caller=message.sender)


def announce(kit: DoorKit, written: SmsTipWritten) -> None:
    """After the commit."""
    if written.pocket is not None:
        pocket = written.pocket
        kept = {
            "key": pocket.dialogue,
            "said": pocket.said,
            "at": pocket.at.isoformat(),
            "place": dict(pocket.place),
        }
        with suppress(RunsUnavailable):
            kit.runs.save(pocket.key, kept, seconds=int(TOGETHER.total_seconds()))
    told: Sequence[ToldTip] = (written.tip,) if written.tip is not None else ()
    intake.announce(kit, told)


def held_or_begun(
    session: Session,
    kit: DoorKit,
    message: MessageIn,
    key: str,
    revision_id: int,
    began: datetime,
    *,
    entry: str = "",
    tells: str | None = None,
) -> HeldDialogue:
    """Returns the session of an SMS, held; made and counted where there is none. `tells`: the words of a tip."""
    held = openings.hold(session, key)
    if held is not None:
        return held
    row = Dialogue(
        key=key,
        channel=trial.channel_of(message.sender, SMS),
        revision_id=revision_id,
        entry=entry,
        dialled=0,
        reporting=tells is not None,
        responder_id=None,
        network=message.network,
        language=FIRST if tells is None else sms_tip.language(tells),
        counted=[],
        started_at=began,
        ended_at=None if tells is None else began,
        heard=0,
    )
    weekly_keys.forget_at(session, kit, began)
    contacts.open_dialogue(session, row)
    dialogue = openings.hold(session, key)
    assert dialogue is not None
    outreach.log_session(session, dialogue)
    outreach.log_person(session, kit, message.sender, began)
    return dialogue
