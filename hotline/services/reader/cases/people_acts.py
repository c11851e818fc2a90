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
    MOST_PEOPLE,
    OF_REFERRAL,
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
from hotline.store.referrals import acknowledgements, referrals
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
NEXT = {
    ServiceAnswer.ACCEPTED: "accepted",
    ServiceAnswer.NONE: "answer_waits",
    ServiceAnswer.PERSON_REFUSED: "says_no",
}
"""The flag after an answer; after any other `offer_next`."""


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
        if not acknowledgements.believed(session, tip.id, person.id):
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
    if done.person is None:
        return ReaderAnswer((KEPT,), words={"person": str(said.n)})
    now = [*(one for one in met if one.n != said.n), done.person]
    shown = people_view.shown(kit, case, sorted(now, key=lambda one: one.n), her, at)
    flags, due = _flags(said, done.person, done)
    words = {"person": str(said.n)} | ({"time": kigali(due)} if due is not None else {})
    return ReaderAnswer((KEPT, *flags, *shown.flags), shown.lists, {**words, **shown.words})


def _flags(
    said: PersonCodes, person: MetPerson, done: Recorded
) -> tuple[list[str], datetime | None]:
    """What the next screen is chosen by, and the moment that it names."""
    codes = said.codes
    if "service" in codes or ANSWER in codes or "arrived" in codes:
        offer = _its_offer(said, person, done)
        clock = following.of_offer(person, offer) if offer is not None else None
        flags = [_next(ServiceAnswer(codes[ANSWER]), person)] if ANSWER in codes else []
        return flags, None if clock is None else clock.due_at
    if "consent" in codes:
        again = following.asked_again(person)
        return [*_of_consent(person)], None if again is None else again.due_at
    if THIRTY in codes:
        return ["danger_again"] if done.in_danger else [], None
    assert person.result is not None
    return [person.result.value, *(["is_child"] if person.is_child else [])], None


def _next(answer: ServiceAnswer, person: MetPerson) -> str:
    """A child's no to a service is none to help: another is offered."""
    if answer is ServiceAnswer.PERSON_REFUSED and person.consent is not ConsentStands.NO:
        return "offer_next"
    return NEXT.get(answer, "offer_next")


def _its_offer(said: PersonCodes, person: MetPerson, done: Recorded) -> OfferedHelp | None:
    wanted = said.referral or done.entry_id
    return next((one for one in person.referrals if one.offered_id == wanted), None)


def _of_consent(person: MetPerson) -> list[str]:
    stands = person.consent
    if stands is ConsentStands.YES:
        return ["may_offer"]
    if stands is ConsentStands.NO:
        return ["says_no"]
    return ["ask_again", *(["undecided"] if stands is ConsentStands.UNDECIDED else [])]
