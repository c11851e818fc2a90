"""The persons of a responder's cases, as lists and flags of the screens: who was met, and what may be said of each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from hotline.domain import trial
from hotline.domain.call_back import KIGALI
from hotline.domain.cases import following
from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.following import FOLLOWS, FollowKind
from hotline.domain.cases.people_codes import AGAIN, BOY, GIRL, MAN, WOMAN
from hotline.domain.cases.persons import ConsentStands, MetPerson, OfferedHelp
from hotline.domain.dialogue.asks import ReaderAnswer
from hotline.domain.dialogue.person_asks import STARTED, StartedForm
from hotline.domain.tip import Matter
from hotline.domain.wording import Template
from hotline.engine.view import WIDEST
from hotline.errors import KeyMissing, SealBroken
from hotline.ports import Kit
from hotline.sealing.opening import open_codes
from hotline.services.cases import people, sealed_codes
from hotline.services.reader.cases.handing_on import private_of
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.reader.turns import ReaderTurn
from hotline.store.cases import case_people, started_forms
from hotline.store.database import Session
from hotline.store.referrals import known_cases
from hotline.store.tips.tips import Tip

SEEN = {
    WOMAN: Template.MET_WOMAN,
    MAN: Template.MET_MAN,
    GIRL: Template.MET_GIRL,
    BOY: Template.MET_BOY,
}
MOST_PEOPLE = 20
"""On a list."""
MOST_LETTERS = 2400
"""Of the persons of all cases together, beside the list of cases: a box holds no more. A case whose persons do not fit
is shown as one of which no person may be asked.
"""
MOST_OWED = len(WIDEST["owed"])
"""Letters of what is owed on the screen that says so."""
LISTS = {
    FollowKind.ARRIVAL: ("arrival_due", "arrivals", "arrival_people"),
    FollowKind.THIRTY: ("thirty_due", "thirties", "thirty_people"),
}
"""By what is asked: the flag that it is asked, the one that it is of several, and the list of those."""
EARLY = "arrival_early"
"""The flag of a case of which an arrival may be said, and nothing is asked yet."""


def of_tip(session: Session, kit: ReaderKit, tip: Tip) -> Sequence[MetPerson]:
    """Nobody, where the codes do not open: then nothing is said of them, and a page says that it cannot be read."""
    try:
        return people.opened(session, tip, private_of(session, kit, tip))
    except SealBroken:
        return ()


def may_be_asked(kit: Kit, tip: Tip) -> bool:
    """Whether the screens of persons are shown of a case at all."""
    try:
        kit.sealer.reader_key()
    except KeyMissing:
        return False
    return tip.matter == Matter.TIP and tip.channel not in trial.UNCOUNTED


def of_cases(turn: ReaderTurn, cases: Mapping[str, Tip]) -> ReaderAnswer:
    """Of those that are the responder's, or of which they are asked what became of somebody, by their own names.

    Where not all fit, the first do.
    """
    session, told = turn.session, ReaderAnswer()
    ids = [tip.id for tip in cases.values()]
    met = case_people.tips_with(session, ids)
    started = started_forms.of_responder(session, turn.person.id, ids)
    for case, tip in cases.items():
        if not may_be_asked(turn.kit, tip):
            continue
        closed = (f"over.{case}",) if tip.closed_at is not None else ()
        one = ReaderAnswer((f"people.{case}", *closed))
        if tip.id in started:
            one = one.and_also(_goes_on(turn, case, tip, started[tip.id]))
        if tip.id in met:
            one = one.and_also(shown(turn, case, of_tip(session, turn.kit, tip)))
        elif known_cases.has_referred(session, tip.id, turn.person.id):
            one = one.and_also(ReaderAnswer((f"owes_person.{case}",)))
        more = told.and_also(one)
        letters = len(json.dumps([more.flags, more.lists, more.words]))
        told = more if letters <= MOST_LETTERS else told
    return told


def _goes_on(turn: ReaderTurn, case: str, tip: Tip, body: bytes) -> ReaderAnswer:
    """Offers the form that this responder has not finished. Nothing of one that does not decrypt, or is over."""
    private = private_of(turn.session, turn.kit, tip)
    bound = sealed_codes.started_by(turn.person.id)
    try:
        plain = private and open_codes(body, private=private, uid=tip.uid, entry_id=bound)
        form = StartedForm.from_text(plain.decode()) if plain else None
    except (SealBroken, ValueError, KeyError, TypeError):
        form = None
    if form is None or (form.kind is EntryKind.SCREENED and tip.closed_at is not None):
        return ReaderAnswer()
    step, count = (str(number) for number in form.step)
    label, name = turn.say(Template.CONTINUE_FORM, step=step, count=count), f"{STARTED}.{case}"
    return ReaderAnswer((name,), {name: [(form.kind.value, label)]}, {name: form.to_text()})


def owed_in(turn: ReaderTurn, cases: Mapping[str, Tip]) -> ReaderAnswer:
    """Returns what is still owed in cases whose closure this responder may confirm."""
    told = ReaderAnswer()
    met = case_people.tips_with(turn.session, [tip.id for tip in cases.values()])
    for case, tip in cases.items():
        if tip.id in met and may_be_asked(turn.kit, tip):
            told = told.and_also(_closing(turn, case, of_tip(turn.session, turn.kit, tip)))
    return told


def shown(turn: ReaderTurn, case: str, met: Sequence[MetPerson]) -> ReaderAnswer:
    """`case` is the name by which the responder knows it."""
    at, flags, lists = turn.at, list[str](), dict[str, list[tuple[str, str]]]()

    def list_as(name: str, whom: Sequence[MetPerson]) -> None:
        """Lists each person by a number, what the helper saw, and the day: never a result."""
        lists[f"{name}.{case}"] = [
            (str(one.n), f"{_who(turn, one)} {one.met_at.astimezone(KIGALI):%d/%m}")
            for one in whom[-MOST_PEOPLE:]
        ]

    if met:
        flags.append(f"has_people.{case}")
        list_as("my_people", met)
    flags += [f"{flag}.{case}.{one.n}" for one in met[:MOST_PEOPLE] for flag in _flags(one)]
    is_asked = False
    for kind, (due, several, name) in LISTS.items():
        if whom := [one for one in met if _is_asked_now(one, kind, at)]:
            is_asked = True
            flags.append(f"{due}.{case}")
        if len(whom) > 1:
            flags.append(f"{several}.{case}")
            list_as(name, whom)
    if any(following.wants_since(one) is not None for one in met):
        flags.append(f"offer_due.{case}")
    if again := [one for one in met if _is_asked_again(one, turn)]:
        is_asked = True
        flags.append(f"consent_due.{case}")
        list_as("consent_people", again)
    if any(_wishes_woman(one) for one in again):
        flags.append(f"woman_asks.{case}")
    early = [one for one in met if awaited(one, FollowKind.ARRIVAL, at) is not None]
    if early and not is_asked:
        _, several, name = LISTS[FollowKind.ARRIVAL]
        flags += [f"{EARLY}.{case}", *([f"{several}.{case}"] if len(early) > 1 else [])]
        list_as(name, early)
    return ReaderAnswer(tuple(flags), lists).and_also(_closing(turn, case, met))


def _closing(turn: ReaderTurn, case: str, met: Sequence[MetPerson]) -> ReaderAnswer:
    """Words what is owed and to whom, before the case is closed, as far as it fits: `1 woman: help, 2 man: arrival`."""
    parts = [
        f"{_who(turn, one)}: {turn.say(FOLLOWS[kind].screen)}"
        for one in met
        for kind in following.owed(one)
    ]
    while len(", ".join(parts)) > MOST_OWED:
        parts.pop()
    owed = {f"owed.{case}": ", ".join(parts)}
    return ReaderAnswer((f"owes.{case}",), words=owed) if parts else ReaderAnswer()


def awaited(person: MetPerson, kind: FollowKind, at: datetime) -> OfferedHelp | None:
    """Returns the newest offer of which this may be said now."""
    return next((one for one in reversed(person.referrals) if _is_due(person, one, kind, at)), None)


def answered_next(person: MetPerson) -> OfferedHelp | None:
    """Returns the newest offer that has no answer."""
    return next((one for one in reversed(person.referrals) if one.answer in (None, "none")), None)


def _is_due(person: MetPerson, offer: OfferedHelp, kind: FollowKind, at: datetime) -> bool:
    clock = following.of_offer(person, offer)
    if clock is None:
        return False
    if kind is FollowKind.ARRIVAL:
        return clock.kind is kind or (clock.kind is FollowKind.OFFER and offer.lost > 0)
    return clock.kind is kind and clock.due_at <= at


def _is_asked_now(person: MetPerson, kind: FollowKind, at: datetime) -> bool:
    """Returns True if the time has come at which this is asked."""
    offer = awaited(person, kind, at)
    clock = None if offer is None else following.of_offer(person, offer)
    return clock is not None and clock.due_at <= at


def _is_asked_again(person: MetPerson, turn: ReaderTurn) -> bool:
    """Returns True if the responder is to ask whether help is wanted now.

    After a no that is another one than who heard it.
    """
    clock = following.asked_again(person)
    if clock is None or clock.due_at > turn.at:
        return False
    said_at, _, _ = person.consents[-1]
    heard = [one.entry.responder_id for one in person.moments if one.entry.at == said_at]
    return person.consent is not ConsentStands.NO or turn.person.id not in heard


def _wishes_woman(person: MetPerson) -> bool:
    """Whether a woman is to ask once more: what was said of it last."""
    told = (one.entry.said.codes for one in reversed(person.moments) if one.corrected_by is None)
    return next((codes[AGAIN] for codes in told if AGAIN in codes), None) == WOMAN


def _flags(one: MetPerson) -> Iterator[str]:
    if one.minor is not None or one.is_child or one.consents:
        yield "child" if one.is_child else "adult"
    if one.consent is ConsentStands.YES:
        yield "consented"
    if one.consent is ConsentStands.NO:
        yield "says_no"
    if answered_next(one) is not None:
        yield "awaits"
    if one.sex is not None:
        yield "seen"


def _who(turn: ReaderTurn, one: MetPerson) -> str:
    return f"{one.n} {turn.say(SEEN.get(one.sex or '', Template.MET_PERSON))}"
