"""The persons of her cases, as lists and flags of the screens: who was met, and what may be said of each now.

Runs inside its caller's transaction, behind her PIN.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from hotline.sealing.cases.case_opening import open_codes
from hotline.services.cases import people, sealed_codes
from hotline.services.reader.cases.case_keys import private_of
from hotline.services.reader.reader_kit import ReaderKit
from hotline.store.cases import case_people, started_forms
from hotline.store.database import Session
from hotline.store.people.responders import Responder
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
"""Of all her cases' persons together, beside the list of cases: a box holds no more. A case whose persons do not fit is
shown as one of which no person may be asked.
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


def of_cases(
    session: Session, kit: ReaderKit, cases: Mapping[str, Tip], person: Responder
) -> ReaderAnswer:
    """Of those that are hers, or of which she is asked what became of somebody, by the names that she knows them by.

    Where not all fit, the first do.
    """
    at, told = kit.now(), ReaderAnswer()
    ids = [tip.id for tip in cases.values()]
    met = case_people.tips_with(session, ids)
    started = started_forms.of_responder(session, person.id, ids)
    for case, tip in cases.items():
        if not may_be_asked(kit, tip):
            continue
        one = ReaderAnswer((f"people.{case}",))
        if tip.closed_at is not None:
            one = one.and_also(ReaderAnswer((f"over.{case}",)))
        if tip.id in started:
            one = one.and_also(_goes_on(session, kit, case, tip, started[tip.id], person))
        if tip.id in met:
            people_of = of_tip(session, kit, tip)
            one = one.and_also(shown(kit, case, people_of, person, at))
        elif known_cases.has_referred(session, tip.id, person.id):
            one = one.and_also(ReaderAnswer((f"owes_person.{case}",)))
        more = told.and_also(one)
        letters = len(json.dumps([more.flags, more.lists, more.words]))
        told = more if letters <= MOST_LETTERS else told
    return told


def _goes_on(
    session: Session, kit: ReaderKit, case: str, tip: Tip, body: bytes, person: Responder
) -> ReaderAnswer:
    """Offers the form that this responder has not finished. Nothing of one that does not decrypt, or is over."""
    private = private_of(session, kit, tip)
    if private is None:
        return ReaderAnswer()
    bound = sealed_codes.started_by(person.id)
    try:
        plain = open_codes(body, private=private, uid=tip.uid, entry_id=bound)
        form = StartedForm.from_text(plain.decode())
    except (SealBroken, ValueError, KeyError, TypeError):
        return ReaderAnswer()
    if form.kind is EntryKind.SCREENED and tip.closed_at is not None:
        return ReaderAnswer()
    step, count = (str(number) for number in form.step)
    label = kit.phrases.say(person.language, Template.CONTINUE_FORM, step=step, count=count)
    name = f"{STARTED}.{case}"
    return ReaderAnswer((name,), {name: [(form.kind.value, label)]}, {name: form.to_text()})


def owed_in(
    session: Session, kit: ReaderKit, cases: Mapping[str, Tip], person: Responder
) -> ReaderAnswer:
    """Returns what is still owed in cases whose closure this responder may confirm."""
    told = ReaderAnswer()
    met = case_people.tips_with(session, [tip.id for tip in cases.values()])
    for case, tip in cases.items():
        if tip.id in met and may_be_asked(kit, tip):
            people_of = of_tip(session, kit, tip)
            told = told.and_also(_closing(kit, case, people_of, person.language))
    return told


def shown(
    kit: Kit, case: str, met: Sequence[MetPerson], her: Responder, at: datetime
) -> ReaderAnswer:
    """`case` is the name by which she knows it."""
    language = her.language
    flags = [f"has_people.{case}"] if met else []
    lists = {f"my_people.{case}": _listed(kit, met, language)} if met else {}
    for one in met[:MOST_PEOPLE]:
        flags += [f"{flag}.{case}.{one.n}" for flag in _flags(one)]
    for kind, (due, several, name) in LISTS.items():
        whom = [one for one in met if _is_asked_now(one, kind, at)]
        flags += [f"{due}.{case}"] if whom else []
        if len(whom) > 1:
            flags.append(f"{several}.{case}")
            lists[f"{name}.{case}"] = _listed(kit, whom, language)
    if any(following.wants_since(one) is not None for one in met):
        flags.append(f"offer_due.{case}")
    again = [one for one in met if _is_asked_again(one, her.id, at)]
    if again:
        flags.append(f"consent_due.{case}")
        lists[f"consent_people.{case}"] = _listed(kit, again, language)
    if any(_wishes_woman(one) for one in again):
        flags.append(f"woman_asks.{case}")
    asked = {f"{due}.{case}" for due in ("arrival_due", "thirty_due", "consent_due")}
    early = [one for one in met if awaited(one, FollowKind.ARRIVAL, at) is not None]
    if early and asked.isdisjoint(flags):
        _, several, name = LISTS[FollowKind.ARRIVAL]
        flags += [f"{EARLY}.{case}", *([f"{several}.{case}"] if len(early) > 1 else [])]
        lists[f"{name}.{case}"] = _listed(kit, early, language)
    return ReaderAnswer(tuple(flags), lists).and_also(_closing(kit, case, met, language))


def _closing(kit: Kit, case: str, met: Sequence[MetPerson], language: str) -> ReaderAnswer:
    """What whoever closes the case is told first."""
    owed = _owed(kit, met, language)
    return ReaderAnswer((f"owes.{case}",), words={f"owed.{case}": owed}) if owed else ReaderAnswer()


def _owed(kit: Kit, met: Sequence[MetPerson], language: str) -> str:
    """Words what is still owed and to whom, as far as it fits: `1 woman: help, 2 man: arrival`."""
    parts = [
        f"{_who(kit, one, language)}: {kit.phrases.say(language, FOLLOWS[kind].screen)}"
        for one in met
        for kind in following.owed(one)
    ]
    while len(", ".join(parts)) > MOST_OWED:
        parts.pop()
    return ", ".join(parts)


def awaited(person: MetPerson, kind: FollowKind, at: datetime) -> OfferedHelp | None:
    """Returns the newest offer of which this may be said now."""
    return _newest(person.referrals, lambda offer: _is_due(person, offer, kind, at))


def _is_asked_now(person: MetPerson, kind: FollowKind, at: datetime) -> bool:
    """Returns True if the time has come at which this is asked."""
    offer = awaited(person, kind, at)
    clock = None if offer is None else following.of_offer(person, offer)
    return clock is not None and clock.due_at <= at


def answered_next(person: MetPerson) -> OfferedHelp | None:
    """The newest offer that has no answer."""
    return _newest(person.referrals, lambda offer: offer.answer in (None, "none"))


def _newest(
    offers: Iterable[OfferedHelp], which: Callable[[OfferedHelp], bool]
) -> OfferedHelp | None:
    return next((one for one in reversed([*offers]) if which(one)), None)


def _is_due(person: MetPerson, offer: OfferedHelp, kind: FollowKind, at: datetime) -> bool:
    clock = following.of_offer(person, offer)
    if clock is None:
        return False
    if kind is FollowKind.ARRIVAL:
        return clock.kind is kind or (clock.kind is FollowKind.OFFER and offer.lost > 0)
    return clock.kind is kind and clock.due_at <= at


def _is_asked_again(person: MetPerson, who: int, at: datetime) -> bool:
    """Whether she is to ask whether help is wanted now. After a no that is somebody else than who heard it."""
    clock = following.asked_again(person)
    if clock is None or clock.due_at > at:
        return False
    said_at, _, _ = person.consents[-1]
    heard = [one.entry.responder_id for one in person.moments if one.entry.at == said_at]
    return person.consent is not ConsentStands.NO or who not in heard


def _wishes_woman(person: MetPerson) -> bool:
    """Whether a woman is to ask once more: what was said of it last."""
    told = (one.entry.said.codes for one in reversed(person.moments) if one.corrected_by is None)
    return next((codes[AGAIN] for codes in told if AGAIN in codes), None) == WOMAN


def _flags(one: MetPerson) -> list[str]:
    flags = []
    if one.minor is not None or one.is_child or one.consents:
        flags.append("child" if one.is_child else "adult")
    if one.consent is ConsentStands.YES:
        flags.append("consented")
    if one.consent is ConsentStands.NO:
        flags.append("says_no")
    if answered_next(one) is not None:
        flags.append("awaits")
    if one.sex is not None:
        flags.append("seen")
    return flags


def _listed(kit: Kit, met: Sequence[MetPerson], language: str) -> list[tuple[str, str]]:
    return [(str(one.n), _label(kit, one, language)) for one in met[-MOST_PEOPLE:]]


def _label(kit: Kit, one: MetPerson, language: str) -> str:
    """A number, what the helper saw, and the day: never a result."""
    day = f"{one.met_at.astimezone(KIGALI):%d/%m}"
    return f"{_who(kit, one, language)} {day}"


def _who(kit: Kit, one: MetPerson, language: str) -> str:
    return f"{one.n} {kit.phrases.say(language, SEEN.get(one.sex or '', Template.MET_PERSON))}"
