"""Answers four questions from published releases, and lists the programme's indicators with their targets.

Is the line used? Is danger answered in time? Were people helped? Where is the problem?
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hotline.domain.tip import Urgency
from hotline.statistics.rules_definitions import ALL, INDICATORS, Dimension, Unit, phrase
from hotline.statistics.rules_labels import (
    NOT_COLLECTED,
    SAMPLE,
    Say,
    about,
    number_label,
    period_label,
)
from hotline.statistics.rules_periods import Span, before, due_at, span_of
from hotline.statistics.rules_release import Release, shown_share
from hotline.statistics.rules_rounding import share
from hotline.text.gsm7 import segments, to_gsm7

POINTS = 12
"""Numbers of a sparkline."""
SMALLEST_OF_PERSONS = 20
"""A share of persons needs this many persons, as printed."""
DANGER = str(Urgency.DANGER.value)
IN_TIME_GOAL = 90
"""The share of urgent tips that should be taken in time, if the programme set no target."""
NOT_HELD = "\N{EN DASH}"
"""Stands where a release does not hold an indicator: that is not "few"."""
NO_DATA = phrase("No release is published yet.")
_USED = phrase("The line was called {number} times in {period}.")
_IN_TIME = phrase("{number} of urgent tips were taken in time in {period}.")
_TAKEN = phrase("{number} urgent tips were taken in {period}, of {whole}.")
_HELPED = phrase("A service agreed to help {number} of {whole} persons in {period}.")
_LATE = phrase("{number} of urgent tips were not taken in time.")
_NO_ROOM = phrase("Services refused {number} persons for lack of room.")
_CLOSURES = phrase("{number} closures waited longer than 7 days.")
_NO_PROBLEM = phrase("No number of {period} is outside its promise.")
_BEFORE = phrase("{number} in {period}")
NO_RESULTS = phrase("What became of tips is published each quarter. Nothing is published yet.")
TIPS_FILED = phrase("{number} tips were filed.")
TIPS_ACTED = phrase("A responder acted on {number} of them within 72 hours.")
TIPS_FAST = phrase("Half of the urgent tips were read within {minutes} minutes.")
PERSONS_HELPED = phrase("A service agreed to help {number} persons.")
SAMPLE_SHORT = phrase("Sample data")
"""Begins an SMS whose numbers are invented."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: a sentence, its number, the number before, and a line of numbers."""

    name: str
    question: str
    sentence: str
    number: str
    before: str
    points: Sequence[int | None]
    labels: Sequence[str]
    """The periods of the points."""
    unit: Unit = Unit.CALLS


@dataclass(frozen=True, slots=True)
class Results:
    """What callers are told of a quarter or a year, in one language."""

    sample: str
    """Says that the numbers are invented; empty for a real line."""
    period: str
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """One programme indicator: baseline, target and actual."""

    objective: str
    name: str
    label: str
    baseline: str
    baseline_period: str
    target: str
    actual: str
    source: str
    """The table that it is taken from."""


QUESTIONS: Mapping[str, str] = {
    "used": phrase("Is the line used?"),
    "in_time": phrase("Is danger answered in time?"),
    "helped": phrase("Were people helped?"),
    "problem": phrase("Where is the problem?"),
}
OBJECTIVES: Mapping[str, str] = {
    "O1": phrase("Knowledge: numbers for decisions"),
    "O2": phrase("Trained officers"),
    "O3": phrase("A warned public"),
    "O4": phrase("Victims referred and helped"),
}


def answers(releases: Sequence[Release], language: str, say: Say) -> Sequence[Answer]:
    """Returns the answers from published releases, in the order of the questions. Releases come newest first."""
    months = [one for one in releases if span_of(one.period) is Span.MONTH]
    longer = [one for one in releases if span_of(one.period) is Span.QUARTER]
    longer = longer or [one for one in releases if span_of(one.period) is Span.YEAR]
    return [
        _used(months, language, say),
        _in_time(longer, language, say),
        _helped(longer, language, say),
        _problem(longer, language, say),
    ]


def results(releases: Sequence[Release], language: str, say: Say) -> Results:
    """Returns what callers are told, from the newest published quarter or year. Releases come newest first."""
    longer = [one for one in releases if span_of(one.period) in (Span.QUARTER, Span.YEAR)]
    if not longer:
        return Results("", "", [say(NO_RESULTS)])
    newest = longer[0]

    def told(name: str) -> str:
        return about(newest.number(name), language, say)

    sentences = [say(TIPS_FILED, number=told("tips"))]
    if newest.has("acted"):
        sentences.append(say(TIPS_ACTED, number=told("acted")))
    minutes = newest.number("minutes_to_read", Dimension.URGENCY, DANGER)
    if minutes is not None:
        sentences.append(say(TIPS_FAST, minutes=str(minutes)))
    if newest.has("accepted"):
        sentences.append(say(PERSONS_HELPED, number=told("accepted")))
    when = period_label(newest.period, language, say)
    return Results(
        sample=say(SAMPLE) if newest.is_sample else "",
        period=f"{when[:1].upper()}{when[1:]}",
        sentences=[f"{one[:1].upper()}{one[1:]}" for one in sentences],
    )


def sms_of(told: Results, say: Say) -> str:
    """Returns one SMS: as many of the sentences as it holds, with the period before them."""
    begins = [
        to_gsm7(one) for one in (say(SAMPLE_SHORT) if told.sample else "", told.period) if one
    ]
    said = ". ".join(begins) + (". " if begins else "")
    for number, sentence in enumerate(map(to_gsm7, told.sentences)):
        longer = f"{said}{' ' if number else ''}{sentence}"
        if segments(longer) > 1:
            break
        said = longer
    return said


def programme(
    releases: Sequence[Release], targets: Mapping[str, int], language: str, say: Say
) -> Sequence[ProgrammeRow]:
    """Returns the programme's indicators: the first full quarter as the baseline, and the newest as the actual."""
    quarters = [one for one in releases if span_of(one.period) is Span.QUARTER]
    whole = [one for one in quarters if not one.first_month]
    first, newest = (whole[-1], quarters[0]) if whole else (None, quarters[0] if quarters else None)
    rows = []
    for objective, name, source, unit in PROGRAMME:
        collected = _is_collected(name)
        target = targets.get(name)
        rows.append(
            ProgrammeRow(
                objective,
                name,
                say(LABELS[name]),
                _said(first, releases, name, unit, language, say) if collected else "",
                period_label(first.period, language, say)
                if first is not None and collected
                else "",
                number_label(target, unit, language, say) if target is not None else "",
                _said(newest, releases, name, unit, language, say)
                if collected
                else say(NOT_COLLECTED),
                source,
            )
        )
    return rows


PROGRAMME: tuple[tuple[str, str, str, Unit], ...] = (
    ("O1", "on_time", "-", Unit.PERCENT),
    ("O1", "cells_shown", "-", Unit.PERCENT),
    ("O1", "stakeholders", "T15", Unit.OFFICERS),
    ("O2", "trainees_certified", "T15", Unit.OFFICERS),
    ("O2", "trainee_gain", "T15", Unit.POINTS),
    ("O2", "site_share", "T12", Unit.PERCENT),
    ("O2", "danger_share", "T12", Unit.PERCENT),
    ("O2", "hours_covered", "T10", Unit.PERCENT),
    ("O3", "calls", "T1", Unit.CALLS),
    ("O3", "topics_read", "T1", Unit.TOPICS),
    ("O3", "quiz_gain", "T1", Unit.POINTS),
    ("O3", "sessions_held", "T15", Unit.SESSIONS),
    ("O3", "poster_calls", "T2", Unit.CALLS),
    ("O4", "offer_share", "T12", Unit.PERCENT),
    ("O4", "no_room_share", "T12", Unit.PERCENT),
    ("O4", "follow_share", "T12", Unit.PERCENT),
    ("O4", "said_good", "T9", Unit.PERCENT),
)
"""Objective, indicator, source table and unit, in the order of the programme's plan.

Never a target: victims identified, consent, tips on site, arrivals, convictions and tips.
"""
LABELS: Mapping[str, str] = {
    "on_time": phrase("Releases made on their day"),
    "cells_shown": phrase("Cells that show a number"),
    "stakeholders": phrase("Stakeholders certified"),
    "trainees_certified": phrase("Officers certified"),
    "trainee_gain": phrase("Gain of the officers' lessons"),
    "site_share": phrase("Tips on site with a screening"),
    "danger_share": phrase("Urgent tips read within 8 minutes"),
    "hours_covered": phrase("Hours with a responder on duty"),
    "calls": phrase("Calls"),
    "topics_read": phrase("Topics read"),
    "quiz_gain": phrase("Gain of the quiz"),
    "sessions_held": phrase("Community sessions"),
    "poster_calls": phrase("Calls by posters and radio"),
    "offer_share": phrase("Offered a service within 24 hours, of those who wanted help"),
    "no_room_share": phrase("Refused for lack of room, of those who wanted help"),
    "follow_share": phrase("Followed at 30 days, of those who wanted help"),
    "said_good": phrase("Said that the help was good"),
}
_SHARES: Mapping[str, tuple[str, str]] = {
    "site_share": ("on_site_screened", "on_site"),
    "offer_share": ("offered_in_a_day", "consented"),
    "no_room_share": ("consented_no_room", "consented"),
    "follow_share": ("consented_known", "consented"),
}
_LATER = frozenset({"stakeholders", "poster_calls"})
"""Indicators that a later part of the line collects."""


def _is_collected(name: str) -> bool:
    known = INDICATORS.get(name)
    return name not in _LATER and (known is None or known[1].is_collected)


def _said(
    release: Release | None,
    releases: Sequence[Release],
    name: str,
    unit: Unit,
    language: str,
    say: Say,
) -> str:
    if release is None or not _holds(release, name):
        return NOT_HELD
    return number_label(_actual(release, releases, name), unit, language, say)


def _holds(release: Release, name: str) -> bool:
    """Returns True if a release holds what a programme indicator is made of."""
    parts = {
        "danger_share": ("danger_read_soon",),
        "quiz_gain": ("quiz_answers",),
        "cells_shown": (),
        "on_time": (),
    }
    needed = parts.get(name, _SHARES.get(name, (name,)))
    return all(release.has(one) for one in needed)


def _actual(release: Release, releases: Sequence[Release], name: str) -> int | None:
    """Returns a programme indicator from printed numbers only."""
    if name in _SHARES:
        part, whole = _SHARES[name]
        return share(
            release.number(part), release.number(whole), smallest_whole=SMALLEST_OF_PERSONS
        )
    match name:
        case "danger_share":
            whole_number = release.number("tips", Dimension.URGENCY, DANGER)
            part_number = release.number("danger_read_soon")
            return share(part_number, whole_number, smallest_whole=SMALLEST_OF_PERSONS)
        case "quiz_gain":
            return _gain(release)
        case "cells_shown":
            return round(100 * shown_share(release.cells))
        case "on_time":
            days = [one.made_at.date() <= due_at(one.period).date() for one in releases]
            return round(100 * sum(days) / len(days)) if days else None
        case _:
            return release.number(name)


def _gain(release: Release) -> int | None:
    """Returns how many points more of the quiz answers were right after the lesson."""
    asked = release.number("quiz_answers")
    right = release.number("quiz_before"), release.number("quiz_after")
    if not asked or None in right:
        return None
    first, then = (one or 0 for one in right)
    return round(100 * then / asked) - round(100 * first / asked)


def _used(months: Sequence[Release], language: str, say: Say) -> Answer:
    newest = months[0] if months else None
    sentence = say(NO_DATA)
    if newest is not None:
        sentence = say(
            _USED,
            number=about(newest.number("calls"), language, say),
            period=period_label(newest.period, language, say),
        )
    return _answer("used", sentence, months, ("calls", ALL, ALL), Unit.CALLS, language, say)


def _in_time(longer: Sequence[Release], language: str, say: Say) -> Answer:
    at = ("share_in_time", Dimension.URGENCY.value, DANGER)
    newest = longer[0] if longer else None
    sentence = say(NO_DATA)
    if newest is not None:
        when, found = period_label(newest.period, language, say), newest.number(*at)
        if found is not None:
            sentence = say(_IN_TIME, number=f"{found} %", period=when)
        else:
            sentence = say(
                _TAKEN,
                number=about(newest.number("acknowledged", *at[1:]), language, say),
                whole=about(newest.number("tips", *at[1:]), language, say),
                period=when,
            )
    return _answer("in_time", sentence, longer, at, Unit.PERCENT, language, say)


def _helped(longer: Sequence[Release], language: str, say: Say) -> Answer:
    newest = longer[0] if longer else None
    sentence = say(NO_DATA)
    if newest is not None:
        sentence = say(
            _HELPED,
            number=about(newest.number("accepted"), language, say),
            whole=about(newest.number("identified"), language, say),
            period=period_label(newest.period, language, say),
        )
    return _answer("helped", sentence, longer, ("accepted", ALL, ALL), Unit.PERSONS, language, say)


def _problem(longer: Sequence[Release], language: str, say: Say) -> Answer:
    """Names the largest problem: late danger first, then lack of room, then closures that wait."""
    if not longer:
        return _answer(
            "problem", say(NO_DATA), (), ("late_closures", ALL, ALL), Unit.CASES, language, say
        )
    newest = longer[0]
    in_time = newest.number("share_in_time", Dimension.URGENCY, DANGER)
    room, late = newest.number("consented_no_room"), newest.number("late_closures")
    if in_time is not None and in_time < IN_TIME_GOAL:
        at = ("share_in_time", Dimension.URGENCY.value, DANGER)
        said = say(_LATE, number=f"{100 - in_time} %")
        found = _answer("problem", said, longer, at, Unit.PERCENT, language, say)
        return _inverted(found, longer, at, language, say)
    if room is not None:
        said = say(_NO_ROOM, number=about(room, language, say))
        return _answer(
            "problem", said, longer, ("consented_no_room", ALL, ALL), Unit.PERSONS, language, say
        )
    if late is not None:
        said = say(_CLOSURES, number=about(late, language, say))
    else:
        said = say(_NO_PROBLEM, period=period_label(newest.period, language, say))
    return _answer("problem", said, longer, ("late_closures", ALL, ALL), Unit.CASES, language, say)


def _inverted(
    answer: Answer,
    releases: Sequence[Release],
    at: tuple[str, str, str],
    language: str,
    say: Say,
) -> Answer:
    """Returns the answer with the share that is missing to a hundred."""
    missing = [None if one is None else 100 - one for one in answer.points]
    told_before = ""
    earlier = before(releases[0].period)
    shares = {one.period: one.number(*at) for one in releases}
    if earlier in shares:
        share_before = shares[earlier]
        number = None if share_before is None else 100 - share_before
        told_before = say(
            _BEFORE,
            number=number_label(number, Unit.PERCENT, language, say),
            period=period_label(earlier, language, say),
        )
    return replace(
        answer,
        number=number_label(missing[-1], Unit.PERCENT, language, say),
        before=told_before,
        points=missing,
    )


def _answer(
    name: str,
    sentence: str,
    releases: Sequence[Release],
    at: tuple[str, str, str],
    unit: Unit,
    language: str,
    say: Say,
) -> Answer:
    by_period = {one.period: one.number(*at) for one in releases}
    if not releases:
        return Answer(name, say(QUESTIONS[name]), sentence, "", "", (), (), unit)
    newest = releases[0].period
    earlier = before(newest)
    periods = [newest]
    while len(periods) < POINTS and before(periods[-1]) in by_period:
        periods.append(before(periods[-1]))
    periods.reverse()
    told_before = ""
    if earlier in by_period:
        told_before = say(
            _BEFORE,
            number=number_label(by_period[earlier], unit, language, say),
            period=period_label(earlier, language, say),
        )
    return Answer(
        name,
        say(QUESTIONS[name]),
        sentence,
        number_label(by_period[newest], unit, language, say),
        told_before,
        [by_period[one] for one in periods],
        [period_label(one, language, say) for one in periods],
        unit,
    )
