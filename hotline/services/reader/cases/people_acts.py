"""What a responder says of a person of a case, behind a PIN, and what the screen after it is told.

The codes come in the sealed box beside the PIN.
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
from hotline.domain.dialogue.asks import UNREADABLE, ReaderAnswer
from hotline.domain.dialogue.person_asks import told_of
from hotline.domain.tip import Matter
from hotline.errors import CodesRefused, KeyMissing, SealBroken
from hotline.services.cases import entries, people
from hotline.services.cases.people import PersonAct
from hotline.services.reader.acts import NOT_TAKEN, OVER
from hotline.services.reader.cases import people_view
from hotline.services.reader.cases.handing_on import private_of
from hotline.services.reader.turns import ReaderTurn
from hotline.services.referrals.helping import recording
from hotline.store.cases import started_forms
from hotline.store.referrals import deadlines

KEPT, STOPPED = "person_kept", "person_stopped"
"""Flags: it is written down; or it is not, and a second flag says why."""
NEW = 0
"""What the box says in the place of a number: nobody who was written down yet."""
WHICH = "which_person"
"""Several could be meant, and none was chosen."""
FOLLOWS = {EntryKind.ARRIVED: FollowKind.ARRIVAL, EntryKind.THIRTY: FollowKind.THIRTY}


def act(turn: ReaderTurn) -> ReaderAnswer:
    """Does it once, and returns what the screen is told."""
    session, at, kind, known = turn.session, turn.at, EntryKind(turn.ask.verb), turn.known()
    if known is None:
        return OVER
    tip, _ = known
    if tip.matter != Matter.TIP or tip.channel in trial.UNCOUNTED:
        return OVER
    if kind is EntryKind.SCREENED and tip.closed_at is not None:
        return OVER
    if kind is EntryKind.SCREENED and not deadlines.believed(session, tip.id, turn.person.id):
        return NOT_TAKEN
    try:
        private = private_of(session, turn.kit, tip)
        met = people.opened(session, tip, private)
        said = _said(kind, met, turn)
        by = entries.by_responder(turn.person.id, EntryWay.USSD)
        one = PersonAct(kind, said, by, at, f"{tip.id}:{turn.person.id}:{at.timestamp()}")
        done = recording.record(session, turn.kit, tip, one, private=private)
        started_forms.drop(session, tip.id, turn.person.id)
    except CodesRefused as refused:
        return ReaderAnswer((STOPPED, refused.stop))
    except (SealBroken, KeyMissing):
        return ReaderAnswer((UNREADABLE,))
    return _told(turn, said, met, done)


def _said(kind: EntryKind, met: Sequence[MetPerson], turn: ReaderTurn) -> PersonCodes:
    """Returns which person, which offer, and the codes.

    Raises CodesRefused, also for what a screen cannot have asked: that is about nobody.
    """
    n, told = told_of(turn.typed)
    codes, offered = only(kind, told), None
    if not n and kind in MEETS and (n == NEW or not met):
        n = min(len(met) + 1, MOST_PEOPLE)
    else:
        offers = {one.n: _offer(kind, one, codes, turn.at) for one in met}
        of_offer = kind in OF_REFERRAL
        fit = [one for one, offer in offers.items() if not of_offer or offer is not None]
        if not n and len(fit) > 1:
            raise CodesRefused(WHICH)
        n = n or next(iter(fit), 0)
        offer = offers.get(n)
        if of_offer and offer is None:
            raise CodesRefused(StopReason.NOBODY_WAITS)
        offered = offer.offered_id if of_offer and offer is not None else None
    try:
        return PersonCodes(n, codes, offered).checked(kind)
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
    turn: ReaderTurn,
    said: PersonCodes,
    met: Sequence[MetPerson],
    done: tuple[int, MetPerson] | None,
) -> ReaderAnswer:
    words = {"person": str(said.n)}
    if done is None:
        return ReaderAnswer((KEPT,), words=words)
    entry_id, person = done
    now = [*(one for one in met if one.n != said.n), person]
    shown = people_view.shown(turn, turn.ask.reference, sorted(now, key=lambda one: one.n))
    due = _due(said, person, entry_id)
    words |= {"time": kigali(due)} if due is not None else {}
    return ReaderAnswer((KEPT, *_flags(said, person)), words=words).and_also(shown)


def _flags(said: PersonCodes, person: MetPerson) -> Sequence[str]:
    """What the next screen is chosen by."""
    if PURPOSE in said.codes and person.result is not None:
        return [person.result.value]
    # A child's no to a service is none to help: another is offered.
    is_no = said.codes.get(ANSWER) == ServiceAnswer.PERSON_REFUSED
    return [StopReason.SAYS_NO] if is_no and person.consent is ConsentStands.NO else []


def _due(said: PersonCodes, person: MetPerson, entry_id: int) -> datetime | None:
    """The moment that the next screen names: when somebody is asked for the offer, or asks the person once more."""
    if CONSENT in said.codes:
        clock = following.asked_again(person)
        return None if clock is None else clock.due_at
    wanted = said.referral or entry_id
    offer = next((one for one in person.referrals if one.offered_id == wanted), None)
    clock = following.of_offer(person, offer) if offer and THIRTY not in said.codes else None
    return None if clock is None else clock.due_at
