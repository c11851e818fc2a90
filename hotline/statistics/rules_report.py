"""Answers four questions from published releases: Is the hotline used? Are urgent tips taken in time? Were people
helped? Where is the problem? Also lists the programme's indicators with their targets."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hotline.statistics.rules_definitions import (
    ALL,
    DEFINITIONS,
    INDICATORS,
    CellName,
    Dimension,
    Span,
    Unit,
    due_at,
    previous_period,
    share,
    span_of,
)
from hotline.statistics.rules_labels import NOT_COLLECTED, Labels
from hotline.statistics.rules_release import Release, ReleaseNumber, shown_share
from hotline.text.characters import segments, to_gsm7
from hotline.text.languages import SAMPLE, phrase
from hotline.tips.rules import Urgency

POINTS = 12
"""The maximum number of points in a small line chart."""
SMALLEST_OF_PERSONS = 20
"""The report prints a share of persons only if the printed number of all these persons is at least this number."""
DANGER = str(Urgency.DANGER.value)
IN_TIME_GOAL = 90
"""The share of urgent tips that should be acknowledged in time, in percent. The report names a lower share as a
problem."""
_DANGER_IN_TIME = ("share_in_time", Dimension.URGENCY.value, DANGER)
MAXIMUM = "no_room_share"
"""The name of the only indicator that should not be above its target. All other indicators should not be below their
targets."""
BELOW_TARGET, ABOVE_TARGET = phrase("below target"), phrase("above target")
NOT_HELD = "\N{EN DASH}"
"""The sign that the report prints in place of a number that the release does not contain."""
NO_DATA = phrase("No statistics are published yet.")
_USED = phrase("The hotline was called {number} times in {period}.")
_IN_TIME = phrase("Share of urgent tips that responders took in time in {period}: {number}.")
_TAKEN = phrase("Responders took {number} of {whole} urgent tips in {period}.")
_HELPED = phrase("A service agreed to help {number} of {whole} possible victims in {period}.")
_LATE = phrase("Share of urgent tips that responders did not take in time: {number}.")
_NO_ROOM = phrase("Services refused {number} persons because the services had no room.")
_CLOSURES = phrase("{number} closures waited more than 7 days for confirmation.")
_NO_PROBLEM = phrase("The statistics of {period} show no problem with the hotline.")
_BEFORE = phrase("for comparison, the number in {period}: {number}")
NO_RESULTS = phrase(
    "The hotline publishes the outcomes of tips each quarter. No outcomes are published yet."
)
TIPS_FILED = phrase("The hotline received {number} tips.")
TIPS_ACTED = phrase("A responder acted on {number} of the filed tips within 72 hours.")
TIPS_FAST = phrase("Half of the urgent tips were read within {minutes} minutes.")
PERSONS_HELPED = phrase("A service agreed to help {number} possible victims.")
SAMPLE_SHORT = phrase("Sample data")
"""The first words of an SMS whose numbers are sample data."""


class Answer(NamedTuple):
    """The answer to one of the report's four questions: a sentence with a number, the number of the previous period,
    and the numbers for a line chart."""

    name: str
    question: str
    sentence: str
    number: str
    before: str
    points: Sequence[int | None]
    labels: Sequence[str]
    """The names of the periods that the chart's points show."""
    unit: Unit


class Results(NamedTuple):
    """The sentences for callers about the results of a quarter or a year, in one language."""

    sample: str
    """A sentence that warns that the numbers are sample data. Empty if the numbers are real."""
    period: str
    sentences: Sequence[str]


class ProgrammeRow(NamedTuple):
    """One indicator of the programme: its first value, its target and its current value."""

    objective: str
    label: str
    baseline: str
    baseline_period: str
    target: str
    actual: str
    missed: str
    """The English words "below target" or "above target". Empty if the value reaches the target, or if the value and
    the target cannot be compared yet.
    """
    table: str


QUESTIONS: Mapping[str, str] = {
    "used": phrase("Is the hotline used?"),
    "in_time": phrase("Are urgent tips taken in time?"),
    "helped": phrase("Were people helped?"),
    "problem": phrase("What is the hotline's largest problem?"),
}
OBJECTIVES: Mapping[str, str] = DEFINITIONS["objectives"]


class Planned(NamedTuple):
    """One indicator in the plan of the programme."""

    objective: str
    name: str
    label: str
    table: str
    """The name of the table that contains this number. `-` means that the number comes from several tables."""
    unit: Unit
    share: tuple[str, str] | None = None
    """The two indicators from which a share is computed: the part and the whole."""
    is_collected: bool = True
    """False if the hotline does not collect this number."""


PROGRAMME = tuple(Planned(**{**row, "unit": Unit(row["unit"])}) for row in DEFINITIONS["programme"])


def answers(releases: Sequence[Release], labels: Labels) -> Sequence[Answer]:
    """Returns the answers to the four questions, in a fixed order. `releases` contains the published releases, newest
    first."""
    months = [one for one in releases if span_of(one.period) is Span.MONTH]
    longer = [one for one in releases if span_of(one.period) is Span.QUARTER]
    longer = longer or [one for one in releases if span_of(one.period) is Span.YEAR]
    return [
        _used(months, labels),
        _in_time(longer, labels),
        _helped(longer, labels),
        _problem(longer, labels),
    ]


def results(releases: Sequence[Release], labels: Labels) -> Results:
    """Returns the results for callers from the newest published quarter or year. `releases` contains the published
    releases, newest first."""
    longer = [one for one in releases if span_of(one.period) in (Span.QUARTER, Span.YEAR)]
    if not longer:
        return Results("", "", [labels.say(NO_RESULTS)])
    newest = longer[0]
    sentences = [labels.say(TIPS_FILED, number=labels.about(newest.number("tips")))]
    if newest.has("acted"):
        sentences.append(labels.say(TIPS_ACTED, number=labels.about(newest.number("acted"))))
    minutes = newest.number("minutes_to_read", Dimension.URGENCY, DANGER)
    if minutes is not None:
        sentences.append(labels.say(TIPS_FAST, minutes=str(minutes)))
    if newest.has("accepted"):
        number = labels.about(newest.number("accepted"))
        sentences.append(labels.say(PERSONS_HELPED, number=number))
    return Results(
        sample=labels.say(SAMPLE) if newest.is_sample else "",
        period=capitalise(labels.period(newest.period)),
        sentences=list(map(capitalise, sentences)),
    )


def results_sms(results: Results, labels: Labels) -> str:
    """Returns one SMS with the period and as many sentences about the results as fit."""
    sample = labels.say(SAMPLE_SHORT) if results.sample else ""
    said = "".join(f"{to_gsm7(one)}. " for one in (sample, results.period) if one)
    for number, sentence in enumerate(map(to_gsm7, results.sentences)):
        longer = f"{said}{' ' if number else ''}{sentence}"
        if segments(longer) > 1:
            break
        said = longer
    return said


def programme(
    releases: Sequence[Release], targets: Mapping[str, int], labels: Labels
) -> Sequence[ProgrammeRow]:
    """Returns the programme's indicators. The first full quarter gives the first value, and the newest quarter gives
    the current value."""
    quarters = [one for one in releases if span_of(one.period) is Span.QUARTER]
    whole = [one for one in quarters if not one.first_month]
    newest = quarters[0] if quarters else None
    first = whole[-1] if whole else None

    def said(one: Planned, release: Release | None) -> str:
        if release is None or not _holds(release, one):
            return NOT_HELD
        return labels.number(_actual(release, releases, one), one.unit)

    def missed(one: Planned, release: Release | None) -> str:
        target = targets.get(one.name)
        # A target is for a whole year, so the number of one quarter cannot show if the year's target will be reached.
        # But a share, such as the share of tips read in time, can be compared with its target after one quarter.
        is_share = one.unit in (Unit.PERCENT, Unit.POINTS)
        if target is None or release is None or not is_share or not _holds(release, one):
            return ""
        actual = _actual(release, releases, one)
        is_maximum = one.name == MAXIMUM
        if actual is None or actual == target or (actual < target) == is_maximum:
            return ""
        return ABOVE_TARGET if is_maximum else BELOW_TARGET

    rows = []
    for one in PROGRAMME:
        target, known = targets.get(one.name), INDICATORS.get(one.name)
        is_collected = one.is_collected and (known is None or known[1].is_collected)
        rows.append(
            ProgrammeRow(
                objective=one.objective,
                label=labels.say(one.label),
                baseline=said(one, first) if is_collected else "",
                baseline_period=labels.period(first.period) if first and is_collected else "",
                target=labels.number(target, one.unit) if target is not None else "",
                actual=said(one, newest) if is_collected else labels.say(NOT_COLLECTED),
                missed=missed(one, newest) if is_collected else "",
                table=one.table,
            )
        )
    return rows


def capitalise(words: str) -> str:
    """Returns the text with a capital first letter."""
    return f"{words[:1].upper()}{words[1:]}"


def _holds(release: Release, one: Planned) -> bool:
    """Returns True if a release contains all numbers from which the value of a programme indicator is computed."""
    made_of = {
        "danger_share": ("danger_read_soon",),
        "quiz_gain": ("quiz_answers",),
        "cells_shown": (),
        "on_time": (),
    }
    return all(release.has(part) for part in one.share or made_of.get(one.name, (one.name,)))


def _actual(release: Release, releases: Sequence[Release], one: Planned) -> int | None:
    """Returns the value of a programme indicator. Computes the value only from numbers that the same report shows."""
    if one.share:
        part, whole = map(release.number, one.share)
        return share(part, whole, smallest_whole=SMALLEST_OF_PERSONS)
    match one.name:
        case "danger_share":
            part, whole = (
                release.number("danger_read_soon"),
                release.number("tips", Dimension.URGENCY, DANGER),
            )
            return share(part, whole, smallest_whole=SMALLEST_OF_PERSONS)
        case "quiz_gain":
            # This is the share of correct answers after the lessons minus the share before the lessons, in percentage
            # points.
            asked, first, then = map(release.number, ("quiz_answers", "quiz_before", "quiz_after"))
            if not asked or first is None or then is None:
                return None
            return round(100 * then / asked) - round(100 * first / asked)
        case "cells_shown":
            return round(100 * shown_share(release.cells))
        case "on_time":
            days = [each.made_at.date() <= due_at(each.period).date() for each in releases]
            return round(100 * sum(days) / len(days)) if days else None
        case _:
            return release.number(one.name)


def _used(months: Sequence[Release], labels: Labels) -> Answer:
    sentence = ""
    if months:
        calls = labels.about(months[0].number("calls"))
        sentence = labels.say(_USED, number=calls, period=labels.period(months[0].period))
    return _answer("used", sentence, months, ("calls", ALL, ALL), Unit.CALLS, labels)


def _in_time(longer: Sequence[Release], labels: Labels) -> Answer:
    sentence = ""
    if longer:
        newest, when = longer[0], labels.period(longer[0].period)
        found = newest.number(*_DANGER_IN_TIME)
        if found is not None:
            sentence = labels.say(_IN_TIME, number=f"{found} %", period=when)
        else:
            acknowledged, tips = (
                labels.about(newest.number(name, Dimension.URGENCY, DANGER))
                for name in ("acknowledged", "tips")
            )
            sentence = labels.say(_TAKEN, number=acknowledged, whole=tips, period=when)
    return _answer("in_time", sentence, longer, _DANGER_IN_TIME, Unit.PERCENT, labels)


def _helped(longer: Sequence[Release], labels: Labels) -> Answer:
    sentence = ""
    if longer:
        accepted, identified = (
            labels.about(longer[0].number(name)) for name in ("accepted", "identified")
        )
        when = labels.period(longer[0].period)
        sentence = labels.say(_HELPED, number=accepted, whole=identified, period=when)
    return _answer("helped", sentence, longer, ("accepted", ALL, ALL), Unit.PERSONS, labels)


def _problem(longer: Sequence[Release], labels: Labels) -> Answer:
    """Returns a sentence about the worst of three possible problems. The worst problem is a late acknowledgement of
    tips about danger. The others are persons who found no service with room, and late decisions on closures.
    """
    name, unit, sentence = "late_closures", Unit.CASES, ""
    if longer:
        newest = longer[0]
        in_time = newest.number(*_DANGER_IN_TIME)
        room, late = newest.number("consented_no_room"), newest.number("late_closures")
        if in_time is not None and in_time < IN_TIME_GOAL:
            said = labels.say(_LATE, number=f"{100 - in_time} %")
            late_shares = [_missing(one) for one in longer]
            return _answer("problem", said, late_shares, _DANGER_IN_TIME, Unit.PERCENT, labels)
        if room is not None:
            name, unit = "consented_no_room", Unit.PERSONS
            sentence = labels.say(_NO_ROOM, number=labels.about(room))
        elif late is not None:
            sentence = labels.say(_CLOSURES, number=labels.about(late))
        else:
            said = labels.say(_NO_PROBLEM, period=labels.period(newest.period))
            return _answer("problem", said, (), _DANGER_IN_TIME, unit, labels)
    return _answer("problem", sentence, longer, (name, ALL, ALL), unit, labels)


def _missing(release: Release) -> Release:
    """Returns a copy of the release with only one number: the share of late acknowledgements of tips about danger."""
    number = release.number(*_DANGER_IN_TIME)
    missing = ReleaseNumber(CellName(*_DANGER_IN_TIME), None if number is None else 100 - number)
    return release._replace(cells=[missing])


def _answer(
    name: str,
    sentence: str,
    releases: Sequence[Release],
    at: tuple[str, str, str],
    unit: Unit,
    labels: Labels,
) -> Answer:
    question = labels.say(QUESTIONS[name])
    if not releases:
        said = capitalise(sentence) or labels.say(NO_DATA)
        return Answer(name, question, said, "", "", (), (), unit)
    by_period = {one.period: one.number(*at) for one in releases}
    periods = [releases[0].period]
    while len(periods) < POINTS and previous_period(periods[0]) in by_period:
        periods.insert(0, previous_period(periods[0]))
    told_before = ""
    if len(periods) > 1:
        number = labels.number(by_period[periods[-2]], unit)
        told_before = labels.say(_BEFORE, number=number, period=labels.period(periods[-2]))
    return Answer(
        name,
        question,
        capitalise(sentence),
        labels.number(by_period[periods[-1]], unit),
        told_before,
        [by_period[one] for one in periods],
        list(map(labels.period, periods)),
        unit,
    )
