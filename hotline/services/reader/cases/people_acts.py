"""What a responder says of a person of a case, behind her PIN, and what the screen after it is told.

The codes come in the sealed box beside her PIN. Runs inside its caller's transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hotline.domain import trial
from hotline.domain.call_back import kigali
from hotline.domain.cases import following
from hotline.domain.cases.entries import EntryKind, EntryWay
from hotline.domain.cases.following import FollowKind
from hotline.domain.cases.may_record import MEETS, StopReason
from hotline.domain.cases.people_codes import (
    ANSWER,
    CONSENT,
    MOST_PEOPLE,
    OF_REFERRAL,
    PURPOSE,
    THIRTY,
    PersonCodes,
    ServiceAnswer,
    ThirtyDays,
    only,
)
from hotline.domain.cases.persons import ConsentStands, MetPerson, OfferedHelp
from hotline.domain.dialogue.asks import UNREADABLE, ReaderAnswer, ReaderAsk
from hotline.domain.dialogue.person_asks import told_of
from hotline.domain.tip import Matter
from hotline.domain.tips.acts import Acted
from hotline.errors import CodesRefused, KeyMissing, SealBroken
from hotline.services.cases import entries, people
from hotline.services.cases.people import PersonAct
from hotline.services.reader.cases import people_view
from hotline.services.reader.cases.case_keys import private_of
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.referrals.helping import recording
from hotline.services.referrals.helping.recording import Recorded
from hotline.store.cases import started_forms
from hotline.store.database import Session
from hotline.store.people.responders import Responder
from hotline.store.referrals import deadlines, referrals
from hotline.store.tips.tips import Tip

KEPT, STOPPED = "person_kept", "person_stopped"
"""Flags: it is written down; or it is not, and a second flag says why."""
NEW = 0
"""What the box says in the place of a number: nobody who was written down yet."""
WHICH = "which_person"
"""Several could be meant, and she chose none."""
OVER = ReaderAnswer((f"acted_{Acted.OVER}",))
NOT_TAKEN = ReaderAnswer((f"acted_{Acted.NOT_TAKEN_YET}",))
FOLLOWS = {EntryKind.ARRIVED: FollowKind.ARRIVAL, EntryKind.THIRTY: FollowKind.THIRTY}


def act(
    session: Session,
    kit: ReaderKit,
    person: Responder,
    ask: ReaderAsk,
    typed: Mapping[str, str],
    at: datetime,
) -> tuple[ReaderAnswer, int | None]:
    """Does it once; what the screen is told, and a message to ring for."""
    kind = EntryKind(ask.verb)
    known_as = referrals.of_responder(session, person.id, ask.reference)
    if known_as is None or known_as.released_at is not None:
        return OVER, None
    tip = session.get_one(Tip, known_as.tip_id)
    if tip.matter != Matter.TIP or tip.channel in trial.UNCOUNTED:
        return OVER, None
    if kind is EntryKind.SCREENED:
        if tip.closed_at is not None:
            return OVER, None
        if not deadlines.believed(session, tip.id, person.id):
            return NOT_TAKEN, None
    try:
        private = private_of(session, kit, tip)
        met = people.opened(session, tip, private)
        said = _said(kind, met, typed, at)
        by = entries.by_responder(person.id, EntryWay.USSD)
        key = f"{tip.id}:{person.id}:{at.timestamp()}"
        one = PersonAct(kind, said, by, at, key)
        done = recording.record(session, kit, tip, one, private=private)
        started_forms.drop(session, tip.id, person.id)
    except CodesRefused as refused:
        return ReaderAnswer((STOPPED, refused.stop)), None
    except (SealBroken, KeyMissing):
        return ReaderAnswer((UNREADABLE,)), None
    return _told(kit, ask.reference, said, met, done, person, at), done.to_ring


def _said(
    kind: EntryKind, met: Sequence[MetPerson], typed: Mapping[str, str], at: datetime
) -> PersonCodes:
    """Which person, which offer, and the codes. Raises CodesRefused."""
    n, told = told_of(typed)
    codes = only(kind, told)
    if not n and kind in MEETS and (n == NEW or not met):
        return _checked(kind, PersonCodes(min(len(met) + 1, MOST_PEOPLE), codes))
    offers = {one.n: _offer(kind, one, codes, at) for one in met}
    of_offer = kind in OF_REFERRAL
    fit = [one.n for one in met if not of_offer or offers[one.n] is not None]
    if not n and len(fit) > 1:
        raise CodesRefused(WHICH)
    n = n or next(iter(fit), 0)
    if not of_offer:
        return _checked(kind, PersonCodes(n, codes))
    offer = offers.get(n)
    if offer is None:
        raise CodesRefused(StopReason.NOBODY_WAITS)
    return _checked(kind, PersonCodes(n, codes, offer.offered_id))


def _checked(kind: EntryKind, said: PersonCodes) -> PersonCodes:
    """What a screen cannot have asked is about nobody. Raises CodesRefused."""
    try:
        return said.checked(kind)
    except ValueError:
        raise CodesRefused(StopReason.NOBODY_WAITS) from None


def _offer(
    kind: EntryKind, one: MetPerson, codes: Mapping[str, str], at: datetime
) -> OfferedHelp | None:
    if kind is EntryKind.ANSWERED:
        return people_view.answered_next(one)
    follow = FOLLOWS.get(kind)
    if follow is None:
        return None
    found = people_view.awaited(one, follow, at)
    if found is None and codes.get(THIRTY) == ThirtyDays.DANGER:
        # Danger waits for no thirty days.
        found = next((offer for offer in reversed(one.referrals) if offer.arrived == "yes"), None)
    return found


def _told(
    kit: ReaderKit,
    case: str,
    said: PersonCodes,
    met: Sequence[MetPerson],
    done: Recorded,
    her: Responder,
    at: datetime,
) -> ReaderAnswer:
    words = {"person": str(said.n)}
    if done.person is None:
        return ReaderAnswer((KEPT,), words=words)
    now = [*(one for one in met if one.n != said.n), done.person]
    shown = people_view.shown(kit, case, sorted(now, key=lambda one: one.n), her, at)
    due = _due(said, done.person, done)
    words |= {"time": kigali(due)} if due is not None else {}
    told = ReaderAnswer((KEPT, *_flags(said, done.person)), words=words)
    return told.and_also(shown)


def _flags(said: PersonCodes, person: MetPerson) -> Sequence[str]:
    """What the next screen is chosen by."""
    if PURPOSE in said.codes and person.result is not None:
        return [person.result.value]
    # A child's no to a service is none to help: another is offered.
    is_no = said.codes.get(ANSWER) == ServiceAnswer.PERSON_REFUSED
    return [StopReason.SAYS_NO] if is_no and person.consent is ConsentStands.NO else []


def _due(said: PersonCodes, person: MetPerson, done: Recorded) -> datetime | None:
    """The moment that the next screen names: when somebody is asked for the offer, or asks the person once more."""
    clock = None
    wanted = said.referral or done.entry_id
    offer = next((one for one in person.referrals if one.offered_id == wanted), None)
    if offer is not None and THIRTY not in said.codes:
        clock = following.of_offer(person, offer)
    if CONSENT in said.codes:
        clock = following.asked_again(person)
    return None if clock is None else clock.due_at
