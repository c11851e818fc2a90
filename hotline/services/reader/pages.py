"""A case as its reader sees it on a phone: opened with her own key, in her language, what may hurt first.

Runs inside its caller's transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from hotline.domain import trial
from hotline.domain.cases.entries import EntryKind, EntryWay
from hotline.domain.desk.desks import of_responder
from hotline.domain.dialogue.asks import PAGE, UNREADABLE, ReaderAnswer
from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.referrals.coming import CARES
from hotline.domain.tip import Basis, Matter
from hotline.domain.wording import Template
from hotline.errors import KeyMissing, NotFound, SealBroken
from hotline.ports import Kit
from hotline.sealing.envelope import label
from hotline.sealing.opening import open_grant, open_words
from hotline.services.cases import entries, opened_notes
from hotline.services.cases.opened_notes import OpenedNote
from hotline.services.desk import admissions, reading
from hotline.services.desk.access import OpenedTip
from hotline.services.reader import pins
from hotline.services.referrals import clusters, endings, ladder
from hotline.services.referrals.case_standing import RESPONDER, answer_of, coming_of
from hotline.store.database import Session
from hotline.store.desk import audit, members
from hotline.store.outbox.messages import Referral
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.tips import visible
from hotline.store.tips.tips import Tip

MOST_LETTERS = 1500
"""Of a page: a dozen screens, and a box holds no more."""
BY_DIALLING = "by dialling, with her PIN"
"""How, as the audit log says it."""


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A tip that a desk of hers opened: its own key, and what was told. All but the desk stays out of `repr`."""

    desk: str
    desk_key: bytes = field(repr=False)
    """The desk's key of today, also where the one before opened the tip."""
    tip_key: bytes = field(repr=False)
    answers: Mapping[str, str] = field(repr=False)


def page(
    session: Session,
    kit: Kit,
    person: Responder,
    private: bytes,
    reference: str,
    at: datetime,
    *,
    again: bool,
) -> tuple[ReaderAnswer, int | None]:
    """What was told of the case that she knows by this name, and a message to ring for.

    `again`: it is shown once more, and logged already.
    """
    known_as = referrals.of_responder(session, person.id, reference)
    if known_as is None or known_as.released_at is not None:
        return ReaderAnswer((UNREADABLE,)), None
    tip, to_ring = session.get_one(Tip, known_as.tip_id), None
    case = opened(session, kit, person, private, tip)
    if case is None:
        return ReaderAnswer((UNREADABLE,)), None
    if not again:
        to_ring = pins.read(session, kit, person, tip.id, at)
        note_read(session, kit, person, tip, known_as, at)
    notes = opened_notes.of_tip(session, tip, case.tip_key)
    above = (*_warnings(session, kit, tip, person.language), *_like(session, kit, tip, person))
    lines = (*above, *_told(kit, tip, case.answers, notes, person))
    return ReaderAnswer(words={PAGE: "\n".join(lines)[:MOST_LETTERS]}), to_ring


def note_read(
    session: Session, kit: Kit, person: Responder, tip: Tip, known_as: Referral, at: datetime
) -> None:
    """Somebody reads it: the log of what was read says so, and no clock asks for it any more."""
    audit.append(
        session,
        at=at,
        actor=f"{RESPONDER}{person.id}",
        action="tip_read",
        subject=f"tip:{tip.id}",
        reason=BY_DIALLING,
    )
    by = entries.by_responder(person.id, EntryWay.USSD)
    if known_as.opened_at is None:
        known_as.opened_at = at
        entries.done_by(session, tip.id, EntryKind.OPENED, by, at, key=str(known_as.id))
    endings.note_opened(session, kit, tip, f"{RESPONDER}{person.id}", by, at)
    session.flush()
    ladder.happen(session, kit, tip.id, Event(Happened.OPENED, by=person.id), at)


def opened(
    session: Session, kit: Kit, person: Responder, private: bytes, tip: Tip
) -> OpenedCase | None:
    """A tip, by the first desk of hers that may read it and whose grant opens its words; None where none does.

    A grant may open and be of an earlier pair: a desk that was passed the case before its place was corrected has one.
    """
    member = of_responder(person.id)
    for desk in sorted(members.desks_of(session, member)):
        _, grant = visible.with_grant(session, tip.id, desk)
        if grant is None or tip.erased_at is not None:
            continue
        with suppress(SealBroken, KeyMissing, NotFound):
            unlocked = kit.sealer.weekly_lock.unlock(grant, label(tip.uid, desk))
            opens = admissions.open_as(session, desk, member, private)
            for one in opens:
                with suppress(SealBroken):
                    key = open_grant(unlocked, uid=tip.uid, desk=desk, private_key=one.key)
                    answers = open_words(tip.body, key, uid=tip.uid, place=tip.place)
                    return OpenedCase(desk, opens[0].key, key, answers)
    return None


def _warnings(session: Session, kit: Kit, tip: Tip, language: str) -> Iterator[str]:
    """What may hurt, before any word of what was told."""
    coming = answer_of(session, tip)
    if tip.channel == trial.DRILL:
        yield kit.phrases.say(language, Template.EXERCISE_TOLD)
    if (care := CARES[coming.care].screen) is not None:
        yield kit.phrases.say(language, care)
    elif coming.goes_unseen and tip.matter == Matter.TIP:
        yield kit.phrases.say(language, Template.PAGE_ASK_FIRST)
    if tip.official != "no":
        yield kit.phrases.say(language, Template.PAGE_OFFICIAL)
    if tip.basis == Basis.VITAL_INTEREST_CHILD:
        yield kit.phrases.say(language, Template.PAGE_CHILD)


def _like(session: Session, kit: Kit, tip: Tip, person: Responder) -> Iterator[str]:
    """The line that names another case of hers which is probably the same."""
    for name in clusters.known_beside(session, [(tip.id, person.id)]).values():
        yield kit.phrases.say(person.language, Template.PAGE_LIKE, like=name)


def _told(
    kit: Kit,
    tip: Tip,
    answers: Mapping[str, str],
    notes: Sequence[OpenedNote],
    person: Responder,
) -> Iterator[str]:
    """Each question with its answer; what she told about coming stands above already."""
    opened = OpenedTip(
        id=tip.id,
        matter=tip.matter,
        place=tip.place,
        filed_at=tip.filed_at,
        coming=coming_of(tip),
        erase_wanted_at=tip.erase_wanted_at,
        earlier=(),
        answers=answers,
        notes=notes,
    )
    for question, answer in reading.worded(kit, opened, person.language):
        yield f"{question.strip()} {answer}".replace("\n", " ")
