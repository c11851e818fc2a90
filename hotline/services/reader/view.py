"""Her cases, as they stood when her session began: what lists and menus say of them.

Runs inside its caller's transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from hotline.domain import trial
from hotline.domain.call_back import kigali
from hotline.domain.dialogue.asks import (
    HAS_WARNINGS,
    MY_QUESTIONS,
    MY_WORK,
    RIGHT,
    ReaderAnswer,
)
from hotline.domain.dialogue.ussd import Pinned
from hotline.domain.places.places import alerted_as, place_name
from hotline.domain.referrals.clocks import DeadlineKind, in_good_hands
from hotline.domain.tip import OUTCOMES, TipOutcome, Urgency
from hotline.domain.wording import Template
from hotline.engine.numbers.questions import QuestionStatus
from hotline.engine.view import said
from hotline.errors import NotReady
from hotline.ports import Kit
from hotline.services.desk import ask_back
from hotline.services.reader import pin_pages, pins
from hotline.services.reader.cases import people_view
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.referrals import clusters
from hotline.services.referrals.case_standing import desk_decides
from hotline.store.database import Session
from hotline.store.people.responders import Responder
from hotline.store.referrals import deadlines, known_cases
from hotline.store.tips.tips import Tip


def with_colleagues(
    session: Session, person: Responder, tips: Iterable[Tip], at: datetime
) -> frozenset[int]:
    """Ids of those that a colleague took and read, in which nothing is overdue, and of which she was not told since."""
    held = [one for one in tips if one.holder_id not in (None, person.id)]
    held = [one for one in held if one.end_wanted_by is None]
    if not held:
        return frozenset()
    theirs = deadlines.held_since_told(session, person.id, [one.id for one in held])
    clocks = deadlines.open_clocks_of(session, theirs)
    return frozenset(one for one in theirs if in_good_hands(clocks.get(one, {}), at))


HERS, LETS, DECIDES, JUDGES = "hers", "lets", "decides", "judges"
"""In front of the name of a case in a flag that is pinned: `services/dialogue/entry_cases.py` says what each means."""
HAS_WORK = "has_work"
"""The flag of whoever has an open case."""
HAS_QUESTIONS = "has_questions"
MOST_QUESTIONS = 10
MOST_CASES = 40
"""On a list: a box of an answer holds no more."""


def view(session: Session, kit: ReaderKit, person: Responder, pinned: Pinned) -> ReaderAnswer:
    """References, places and times, and numbers of persons: no word of what was told."""
    tips = dict(known_cases.tips_of(session, person.id))
    every = [one for one in pinned.cases if one in tips]
    known = {tips[one].id for one in every}
    followed_now = known_cases.followed(session, person.id)
    asked = [one for one in followed_now if one[1].id not in known]
    due = {tip.id for _, tip in followed_now}
    theirs = _theirs(session, kit, {case: tips[case] for case in every}, person, pinned, due)
    urgent = {one for one in every if tips[one].urgency == Urgency.DANGER} - theirs
    every.sort(key=lambda one: (f"{HERS}.{one}" not in pinned.flags, one not in urgent))
    cases = every[:MOST_CASES]
    followed = dict(asked[: MOST_CASES - len(cases)])
    tips |= followed
    last = pin_pages.last_opened(kit, person)
    words = {"open": str(len(every)), "urgent": str(len(urgent)), "last": last}
    for case in (*cases, *followed):
        tip = tips[case]
        place = place_name(alerted_as(tip.place, tip.within), person.language)
        words |= {f"ref.{case}": case, f"place.{case}": place}
        if tip.end_wanted_by is not None and tip.end_wanted is not None:
            wanted = OUTCOMES[TipOutcome(tip.end_wanted)].screen
            words[f"asked.{case}"] = kit.phrases.say(person.language, wanted)
    like = clusters.known_beside(session, [(tips[case].id, person.id) for case in cases])
    say = kit.phrases.say
    labels = []
    for case in cases:
        label = _label(session, kit, case, tips[case], pinned, person)
        if case in theirs:
            label = say(person.language, Template.LIST_THEIRS, ref=case)
        other = like.get((tips[case].id, person.id))
        labels.append((case, _with_like(kit, label, other, person.language)))
    labels += [(case, say(person.language, Template.LIST_FOLLOW, ref=case)) for case in followed]
    questions = _questions(kit, person.language)
    warned = pins.has_unread_warnings(session, person, kit.now())
    has = ((HAS_WORK, labels), (HAS_QUESTIONS, questions), (HAS_WARNINGS, warned))
    hers = followed | {
        one: tips[one] for one in cases if f"hers.{one}" in pinned.flags or tips[one].id in due
    }
    people = people_view.of_cases(session, kit, hers, person)
    judged = {one: tips[one] for one in cases if f"{JUDGES}.{one}" in pinned.flags}
    others = {one: tip for one, tip in judged.items() if one not in hers}
    people = people.and_also(people_view.owed_in(session, kit, others, person))
    flags = (RIGHT, *(flag for flag, some in has if some))
    lists = {MY_WORK: labels, MY_QUESTIONS: questions}
    return ReaderAnswer(flags, lists, words).and_also(people)


def _theirs(
    session: Session,
    kit: Kit,
    cases: Mapping[str, Tip],
    person: Responder,
    pinned: Pinned,
    due: Collection[int],
) -> frozenset[str]:
    """Those that a colleague has and of which nothing is asked of her. An exercise says that it is one."""
    asks = (f"{HERS}.", f"{LETS}.", f"{DECIDES}.", f"{JUDGES}.")
    asked = {flag.partition(".")[2] for flag in pinned.flags if flag.startswith(asks)}
    quiet = {
        case: tip.id
        for case, tip in cases.items()
        if case not in asked and tip.id not in due and tip.channel != trial.DRILL
    }
    there = with_colleagues(session, person, [cases[one] for one in quiet], kit.now())
    return frozenset(case for case, tip_id in quiet.items() if tip_id in there)


def _questions(kit: Kit, language: str) -> Sequence[tuple[str, str]]:
    """Those that are signed today, each by its name and in her words."""
    try:
        listed = ask_back.listed(kit)
    except NotReady:
        return ()
    today = kit.now().date()
    signed = (one for one in listed.values() if one.standing(today) is QuestionStatus.SHOWS)
    return [(one.name, said(one.node.text, language)) for one in signed][:MOST_QUESTIONS]


def _with_like(kit: Kit, label: str, other: str | None, language: str) -> str:
    if other is None:
        return label
    return kit.phrases.say(language, Template.LIST_LIKE, case=label, like=other)


def _label(
    session: Session, kit: Kit, case: str, tip: Tip, pinned: Pinned, person: Responder
) -> str:
    named: Mapping[str, str] = {"ref": case}
    if tip.channel == trial.DRILL:
        return kit.phrases.say(person.language, Template.LIST_EXERCISE, **named)
    if f"{JUDGES}.{case}" in pinned.flags or desk_decides(session, tip):
        return kit.phrases.say(person.language, Template.LIST_CLOSURE, **named)
    if f"{HERS}.{case}" in pinned.flags:
        due = deadlines.last_due(session, tip.id, DeadlineKind.OUTCOME)
        if due is None:
            return case
        return kit.phrases.say(person.language, Template.LIST_DUE, **named, time=kigali(due))
    urgent = tip.urgency == Urgency.DANGER
    template = Template.LIST_URGENT if urgent else Template.LIST_NEW
    return kit.phrases.say(person.language, template, **named)
