"""Counts use of the hotline and programme work from the daily counters."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hotline.statistics.rules_definitions import CellName, Dimension
from hotline.text.languages import CODES
from hotline.text.places import PROVINCES
from hotline.text.quiz import AnswerPairs, QuizOutcome

QUIZ_MEASURES: Mapping[QuizOutcome, str] = {one: f"quiz_{one}" for one in QuizOutcome}
"""The counter for each outcome of a quiz question."""
NETWORKS = ("63510", "63513", "63514")
"""The codes of Rwanda's networks: MTN, and both codes of Airtel."""
OTHER = "other"
FRONT = ""
"""The service code without digits after it."""
NO_LESSONS = frozenset({"report", "help", "receipt", "complaint", "silence", "responders"})
"""Flows whose screens and topics appear in no table and on no editor's board."""


@dataclass(frozen=True, slots=True)
class LiveRows:
    """Everything that callers can reach at the moment. A table has a row for each of them, even if the number is
    zero."""

    topics: Collection[str] = ()
    codes: Collection[str] = ()
    screens: Collection[str] = ()
    """The screens of public lessons, such as `learn/what`."""
    report_screens: Collection[str] = ()
    """The screens of the report flow and related flows, such as `report/danger`. Only the national desk sees them."""
    private_codes: frozenset[str] = frozenset()
    """Short codes that lead to a private flow. Calls to them do not count as use of the hotline."""


@dataclass(frozen=True, slots=True)
class UseCounts:
    """The counters of one period."""

    calls: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """Calls by language, short code and topic. The topic is always empty for calls."""
    topics: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    quiz: Mapping[QuizOutcome, int] = field(default_factory=dict)
    people: int | None = None
    """The estimated number of callers. Only a month has this number."""
    networks: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, int] = field(default_factory=dict)
    answered: Mapping[str, int] = field(default_factory=dict)
    sessions_held: Mapping[str, int] = field(default_factory=dict)
    """The number of community sessions by district code."""


def counts(use: UseCounts, live: LiveRows) -> Mapping[CellName, int]:
    """Returns the exact number for every cell about use of the hotline and community sessions."""
    return {
        **_calls(use, live),
        **_topics(use, live),
        **_quiz(use),
        **_lessons(use, live),
        **_held(use),
    }


def trainee_counts(
    trainees: Sequence[tuple[datetime, datetime | None]], begins: datetime, ends: datetime
) -> Mapping[CellName, int]:
    """Returns how many trainees enrolled in a period, and how many passed the last lesson."""
    begun = sum(begins <= enrolled < ends for enrolled, _ in trainees)
    certified = sum(passed is not None and begins <= passed < ends for _, passed in trainees)
    return {CellName("trainees_begun"): begun, CellName("trainees_certified"): certified}


def _calls(use: UseCounts, live: LiveRows) -> Mapping[CellName, int]:
    calls = {key: count for key, count in use.calls.items() if key[1] not in live.private_codes}
    by_language, by_code = _summed(calls, 0), _summed(calls, 1)
    found = {CellName("calls"): sum(calls.values())}
    if use.people is not None:
        found[CellName("people")] = use.people
    for language in CODES:
        found[CellName("calls", Dimension.LANGUAGE, language)] = by_language[language]
    by_network = Counter({name: use.networks.get(name, 0) for name in NETWORKS})
    by_network[OTHER] = sum(use.networks.values()) - sum(by_network.values())
    for network, count in by_network.items():
        found[CellName("calls", Dimension.NETWORK, network)] = count
    listed = [code for code in live.codes if code not in live.private_codes]
    for code in dict.fromkeys((FRONT, *sorted(listed))):
        found[CellName("code_calls", Dimension.CODE, code or "front")] = by_code[code]
    return found


def _topics(use: UseCounts, live: LiveRows) -> Mapping[CellName, int]:
    by_topic = _summed(use.topics, 2)
    read = {key: count for key, count in use.topics.items() if key[2] in live.topics}
    by_language = _summed(read, 0)
    found = {CellName("topics_read"): sum(read.values())}
    for language in CODES:
        found[CellName("topics_read", Dimension.LANGUAGE, language)] = by_language[language]
    for topic in sorted(live.topics):
        found[CellName("topic_reads", Dimension.TOPIC, topic)] = by_topic[topic]
    return found


def _quiz(use: UseCounts) -> Mapping[CellName, int]:
    pairs = AnswerPairs.of_outcomes(use.quiz)
    return {
        CellName("quiz_answers"): pairs.asked,
        CellName("quiz_before"): pairs.before,
        CellName("quiz_after"): pairs.after,
    }


def _lessons(use: UseCounts, live: LiveRows) -> Mapping[CellName, int]:
    found: dict[CellName, int] = {}
    for screen, left in ended_at_screen(use, live.screens).items():
        found[CellName("lesson_shown", Dimension.SCREEN, screen)] = use.shown.get(screen, 0)
        found[CellName("lesson_left", Dimension.SCREEN, screen)] = left
    return found


def ended_at_screen(use: UseCounts, screens: Collection[str]) -> Mapping[str, int]:
    """Returns for each screen how many calls ended there without an answer."""
    return {
        screen: max(0, use.shown.get(screen, 0) - use.answered.get(screen, 0))
        for screen in sorted(screens)
    }


def _held(use: UseCounts) -> Mapping[CellName, int]:
    by_province = Counter[str]()
    for district, count in use.sessions_held.items():
        by_province[district[:1]] += count
    found = {CellName("sessions_held"): sum(use.sessions_held.values())}
    for province in PROVINCES:
        found[CellName("sessions_held", Dimension.PROVINCE, province)] = by_province[province]
    return found


def _summed(counted: Mapping[tuple[str, str, str], int], place: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, count in counted.items():
        found[key[place]] += count
    return found
