"""Builds the lists and menu texts of a responder's cases, as they were when the session began."""

from collections.abc import Collection, Iterable, Mapping, Sequence

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
from hotline.services.desk import ask_back
from hotline.services.reader import pins
from hotline.services.reader.cases import people_view
from hotline.services.reader.turns import ReaderTurn
from hotline.services.referrals import clusters
from hotline.services.referrals.case_standing import desk_decides
from hotline.store.referrals import deadlines, known_cases
from hotline.store.tips.tips import Tip

HERS, LETS, DECIDES, JUDGES = "hers", "lets", "decides", "judges"
"""Prefix of a pinned flag, before the name of a case. `services/dialogue/entry_cases.py` says what each means."""
HAS_WORK = "has_work"
"""Flag of a responder who has an open case."""
HAS_QUESTIONS = "has_questions"
MOST_QUESTIONS = 10
MOST_CASES = 40
"""Cases on a list, at most. The box of an answer has room for no more."""


def view(turn: ReaderTurn, pinned: Pinned) -> ReaderAnswer:
    """Returns references, places, times and numbers of persons. It never contains a caller's text."""
    person_id = turn.person.id
    tips = dict(known_cases.tips_of(turn.session, person_id))
    every = [one for one in pinned.cases if one in tips]
    known = {tips[one].id for one in every}
    followed_now = known_cases.followed(turn.session, person_id)
    due = {tip.id for _, tip in followed_now}
    theirs = _theirs(turn, {case: tips[case] for case in every}, pinned, due)
    urgent = {one for one in every if tips[one].urgency == Urgency.DANGER} - theirs
    every.sort(key=lambda one: (f"{HERS}.{one}" not in pinned.flags, one not in urgent))
    cases = every[:MOST_CASES]
    asked = [one for one in followed_now if one[1].id not in known]
    followed = dict(asked[: MOST_CASES - len(cases)])
    tips |= followed

    words = {"open": str(len(every)), "urgent": str(len(urgent)), "last": pins.last_opened(turn)}
    for case in (*cases, *followed):
        words |= _words(turn, case, tips[case])
    labels = [
        *_labels(turn, {case: tips[case] for case in cases}, theirs, pinned),
        *((case, turn.say(Template.LIST_FOLLOW, ref=case)) for case in followed),
    ]
    questions = _questions(turn)
    has = {
        HAS_WORK: bool(labels),
        HAS_QUESTIONS: bool(questions),
        HAS_WARNINGS: pins.has_unread_warnings(turn),
    }
    flags = (RIGHT, *(flag for flag, some in has.items() if some))
    hers = followed | {
        one: tips[one] for one in cases if f"{HERS}.{one}" in pinned.flags or tips[one].id in due
    }
    judged = {
        one: tips[one] for one in cases if f"{JUDGES}.{one}" in pinned.flags and one not in hers
    }
    people = people_view.of_cases(turn, hers).and_also(people_view.owed_in(turn, judged))
    lists = {MY_WORK: labels, MY_QUESTIONS: questions}
    return ReaderAnswer(flags, lists, words).and_also(people)


def _words(turn: ReaderTurn, case: str, tip: Tip) -> Mapping[str, str]:
    place = place_name(alerted_as(tip.place, tip.within), turn.person.language)
    words = {f"ref.{case}": case, f"place.{case}": place}
    if tip.end_wanted_by is not None and tip.end_wanted is not None:
        words[f"asked.{case}"] = turn.say(OUTCOMES[TipOutcome(tip.end_wanted)].screen)
    return words


def _theirs(
    turn: ReaderTurn, cases: Mapping[str, Tip], pinned: Pinned, due: Collection[int]
) -> frozenset[str]:
    """Returns the cases that a colleague has and that need nothing from this responder.

    A drill is never among them, because its label must say that it is a drill.
    """
    asks = (f"{HERS}.", f"{LETS}.", f"{DECIDES}.", f"{JUDGES}.")
    asked = {flag.partition(".")[2] for flag in pinned.flags if flag.startswith(asks)}
    quiet = {
        case: tip
        for case, tip in cases.items()
        if case not in asked and tip.id not in due and tip.channel != trial.DRILL
    }
    there = _with_colleagues(turn, quiet.values())
    return frozenset(case for case, tip in quiet.items() if tip.id in there)


def _with_colleagues(turn: ReaderTurn, tips: Iterable[Tip]) -> frozenset[int]:
    """Returns the ids of tips that a colleague has taken and read.

    Leaves out a tip that is overdue, or that has news since this responder was alerted.
    """
    held = [
        one.id
        for one in tips
        if one.holder_id not in (None, turn.person.id) and one.end_wanted_by is None
    ]
    if not held:
        return frozenset()
    theirs = deadlines.held_since_told(turn.session, turn.person.id, held)
    clocks = deadlines.open_clocks_of(turn.session, theirs)
    return frozenset(one for one in theirs if in_good_hands(clocks.get(one, {}), turn.at))


def _questions(turn: ReaderTurn) -> Sequence[tuple[str, str]]:
    """Returns the questions that are approved today, each by name and in the responder's language."""
    try:
        listed = ask_back.listed(turn.kit)
    except NotReady:
        return ()
    today = turn.at.date()
    signed = (one for one in listed.values() if one.standing(today) is QuestionStatus.SHOWS)
    language = turn.person.language
    return [(one.name, said(one.node.text, language)) for one in signed][:MOST_QUESTIONS]


def _labels(
    turn: ReaderTurn, cases: Mapping[str, Tip], theirs: Collection[str], pinned: Pinned
) -> Iterable[tuple[str, str]]:
    """Yields each case with its label on the list. The label names another case that is probably the same."""
    like = clusters.known_beside(turn.session, [(tip.id, turn.person.id) for tip in cases.values()])
    for case, tip in cases.items():
        label = _label(turn, case, tip, pinned)
        if case in theirs:
            label = turn.say(Template.LIST_THEIRS, ref=case)
        other = like.get((tip.id, turn.person.id))
        yield case, label if other is None else turn.say(Template.LIST_LIKE, case=label, like=other)


def _label(turn: ReaderTurn, case: str, tip: Tip, pinned: Pinned) -> str:
    if tip.channel == trial.DRILL:
        return turn.say(Template.LIST_EXERCISE, ref=case)
    if f"{JUDGES}.{case}" in pinned.flags or desk_decides(turn.session, tip):
        return turn.say(Template.LIST_CLOSURE, ref=case)
    if f"{HERS}.{case}" in pinned.flags:
        due = deadlines.last_due(turn.session, tip.id, DeadlineKind.OUTCOME)
        return case if due is None else turn.say(Template.LIST_DUE, ref=case, time=kigali(due))
    urgent = tip.urgency == Urgency.DANGER
    return turn.say(Template.LIST_URGENT if urgent else Template.LIST_NEW, ref=case)
