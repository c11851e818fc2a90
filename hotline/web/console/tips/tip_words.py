"""A tip in the words of whoever reads the console: how it stands, how long it waits, what may hurt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hotline.domain.cases.following import FOLLOWS
from hotline.domain.places.places import place_name, place_within
from hotline.domain.referrals.coming import MARK_NOT_ASKED
from hotline.domain.tip import FORMS, OUTCOMES, TipOutcome, Urgency
from hotline.domain.tips.promises import Asked, TipStanding, Wait, in_units
from hotline.services.tips.tip_lines import TipLine
from hotline.web.console.templating import day
from hotline.web.console.visit import Visit
from hotline.web.console.who import phrase

STANDINGS = {
    TipStanding.WAITS: phrase("waits"),
    TipStanding.TAKEN: phrase("taken"),
    TipStanding.HELPED: phrase("with a helper"),
    TipStanding.JUDGED: phrase("closure requested"),
    TipStanding.CLOSED: phrase("closed"),
    TipStanding.ALL: phrase("all of them"),
}
QUESTIONS = {
    "asked": phrase("question: asked"),
    "answered": phrase("question: answered"),
    "read": phrase("question: answer read"),
}
OFFICIAL = {"yes": phrase("an official"), "unsure": phrase("perhaps an official")}
ASKED = {
    Asked.PASSED_ON: phrase("passed on by {who}, nobody has taken it"),
    Asked.SILENT: phrase("{who}; others are asked to take it"),
}
UNITS = {"min": phrase("{number} min"), "h": phrase("{number} h"), "days": phrase("{number} days")}


@dataclass(frozen=True, slots=True)
class ShownTip:
    line: TipLine
    stands: str
    waited: str
    is_late: bool
    who: str
    """Who has it, and whether other people are asked to take it."""
    place: str
    sector: str
    category: str
    urgency: str
    marks: Sequence[tuple[str, str]]
    """Words, and the kind of their tag."""
    end_wanted: str
    """The outcome that a requested closure names; empty where none was requested."""
    first: str
    """What stands above everything else: how to go there; empty where nothing may hurt."""


def shown(visit: Visit, line: TipLine) -> ShownTip:
    category = FORMS[line.category] if line.category else None
    return ShownTip(
        line=line,
        stands=visit.say(_stands(line)),
        waited=waited(visit, line.wait) if line.wait else "",
        is_late=line.wait is not None and line.wait.is_late,
        who=_who(visit, line),
        place=place_within(line.place, line.within, visit.language),
        sector=place_name(line.sector, visit.language) if line.sector else "",
        category=visit.say(category) if category else "",
        urgency=visit.say(Urgency(line.urgency).label),
        marks=[*_marks(visit, line)],
        end_wanted=visit.say(OUTCOMES[TipOutcome(line.end_wanted)].label)
        if line.end_wanted
        else "",
        first=first(visit, line),
    )


def waited(visit: Visit, wait: Wait) -> str:
    """`9 of 3 min`; each with its own unit where these differ."""
    (spent, unit), (promised, promised_unit) = wait.counted
    behind = visit.say(UNITS[promised_unit], number=promised)
    before = str(spent) if unit == promised_unit else visit.say(UNITS[unit], number=spent)
    return visit.say("{spent} of {promised}", spent=before, promised=behind)


def span(visit: Visit, length: timedelta) -> str:
    """Says a length of time in its largest whole unit: `26 h`."""
    number, unit = in_units(length)
    return visit.say(UNITS[unit], number=number)


def first(visit: Visit, line: TipLine) -> str:
    """How to go there, before anything else is read."""
    if line.is_exercise:
        return visit.say("An exercise. Nobody is in danger, and nobody need go.")
    sentence = line.coming.sentence(line.matter)
    return visit.say(sentence) if sentence else ""


def _who(visit: Visit, line: TipLine) -> str:
    if line.asked is None:
        return line.taken_by or visit.say("nobody")
    return visit.say(ASKED[line.asked], who=line.taken_by)


def _stands(line: TipLine) -> str:
    if line.closed_at is not None:
        return STANDINGS[TipStanding.CLOSED]
    if line.is_fragment:
        return phrase("left early")
    if line.is_helped:
        return STANDINGS[TipStanding.HELPED]
    return STANDINGS[TipStanding.TAKEN if line.is_taken else TipStanding.WAITS]


def _marks(visit: Visit, line: TipLine) -> Iterator[tuple[str, str]]:
    if line.is_exercise:
        yield visit.say("an exercise"), "warn"
    if line.is_red and line.closed_at is None:
        yield visit.say("Everyone was alerted; no one has taken it"), "bad"
    if line.closed_at is None and (mark := line.coming.mark(line.matter)):
        yield visit.say(mark), "warn" if mark == MARK_NOT_ASKED else "bad"
    if line.official != "no":
        yield visit.say(OFFICIAL.get(line.official, OFFICIAL["unsure"])), "warn"
    if line.is_child:
        yield visit.say("a child"), "warn"
    if line.end_wanted is not None and line.closure_age is not None:
        words = visit.say(OUTCOMES[TipOutcome(line.end_wanted)].label)
        age = span(visit, line.closure_age)
        yield visit.say("closure requested {age} ago: {outcome}", age=age, outcome=words), "warn"
    for owed in sorted(line.owed):
        yield visit.say(FOLLOWS[owed].owed), "warn"
    if line.linked:
        yield visit.say("also from this phone: {count}", count=line.linked), "soft"
    if line.question in QUESTIONS:
        kind = "good" if line.question == "answered" else "soft"
        yield visit.say(QUESTIONS[line.question]), kind
    if line.outcome is not None:
        yield visit.say(OUTCOMES[TipOutcome(line.outcome)].label), "soft"
    yield from _words_go(visit, line)


def _words_go(visit: Visit, line: TipLine) -> Iterator[tuple[str, str]]:
    """What becomes of its words, and when."""
    if line.erased_at is not None:
        yield (
            visit.say("words erased {day}", day=day(visit.language, line.erased_at.date())),
            "soft",
        )
        return
    if line.erase_wanted_at is not None:
        yield visit.say("somebody asked to erase it"), "warn"
    if line.is_held:
        yield visit.say("held for a court"), "soft"
    elif line.closed_at is not None or line.warned:
        kind = "warn" if line.warned else "soft"
        yield visit.say("words go {day}", day=day(visit.language, line.goes_at.date())), kind
