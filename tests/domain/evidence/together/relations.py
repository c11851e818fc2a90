"""What numbers of different counts have to do with each other: whoever knows how the line counts knows this.

Not here: medians, hours and seconds, which are of no unit that is hidden; what is only nearly so, as that whoever read
in French is a call in French; and which screen follows which (ADR 111).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hotline.domain.evidence.tables import ALL
from hotline.domain.reach.screens import WEEK_BEGINS
from hotline.domain.rolls.gathering import MOST_CAME, Occasion
from tests.domain.evidence.published_reader import Place
from tests.domain.evidence.together.lived_sessions import (
    ENTRIES,
    FIRST,
    FLOWS,
    FRONT,
    QUESTIONS,
    SAVED,
    SCREENS,
    THINGS,
    TOPICS,
    WELCOME,
)
from tests.domain.evidence.together.lived_tips import CODES

MOST_PERSONS = 99
URGENCIES = ("urgency:1", "urgency:2", "urgency:3")
STEPS = ("delivered_of", "acknowledged_of", "opened_of", "outcome_of")
REFUSED = ("no_room", "refused", "not_our_kind", "person_refused")


@dataclass(frozen=True)
class Relation:
    """These numbers together are no more than those."""

    less: Sequence[Place]
    more: Sequence[Place]
    times: int = 1
    """How often each of those may be counted in these."""
    counts: bool = False
    """Whether what those are more is somebody: persons who were met and showed no signs."""


def of(figure: str, row: str = ALL, column: str = ALL) -> Place:
    return figure, row, column


def relations(month: str) -> Iterator[Relation]:
    """Of one month."""
    for less, more in PARTS:
        yield Relation([of(less)], [of(more)], counts=True)
    yield Relation([of("report_filed")], [of("tip", "channel:ussd")], counts=True)
    yield Relation([of("ussd_session")], [of("session", "channel:ussd")], counts=True)
    yield Relation(
        [of("identified")], [of("screened_possible"), of("determined_actual")], counts=True
    )
    yield Relation([of("thirty_known"), of("thirty_unknown")], [of("arrived")], counts=True)
    refused = [of(f"refused_{one}") for one in REFUSED]
    yield Relation([of("accepted"), *refused], [of("offers")])
    yield Relation([of("offered")], [of("offers")])
    yield Relation([of("person")], [of("session")])
    yield from _answered()
    yield from _screens(month)
    yield from _rows()


PARTS = (
    ("identified", "met"),
    ("screened", "met"),
    ("screened_possible", "identified"),
    ("determined_actual", "identified"),
    ("tips_red", "tip"),
    ("tips_screened", "tips_acted"),
    ("on_site_of", "tips_acted"),
    ("tips_with_identified", "tip"),
    ("report_entered", "ussd_session"),
)
"""Figures of the nation, each a part of the other."""


def same(one: Sequence[Place], other: Sequence[Place]) -> Iterator[Relation]:
    yield Relation(one, other)
    yield Relation(other, one)


def _answered() -> Iterator[Relation]:
    """The tips are the same, by the same urgencies; each screened tip has a person, and each person a tip."""
    for figure in (*STEPS, "tips_answered"):
        yield from same([of(figure)], [of("tip")])
        for row in URGENCIES:
            yield from same([of(figure, row)], [of("tips_answered", row)])
    yield Relation([of("tips_screened")], [of("screened")])
    yield Relation([of("tips_with_identified")], [of("identified")])
    yield Relation([of("identified")], [of("tips_with_identified")], MOST_PERSONS)


def _screens(month: str) -> Iterator[Relation]:
    weeks = [f"week:{month}-{day:02}" for day in WEEK_BEGINS]
    shown, answered = "screen_shown", "screen_answered"
    for flow in FLOWS:
        begun = of("flow_begun", f"flow:{flow}")
        of_flow = [f"screen:{one}" for one in SCREENS if one.startswith(f"{flow}/")]
        yield Relation([begun], [of("ussd_session")], counts=True)
        yield Relation([begun], [of(shown, row) for row in of_flow])
        for row in of_flow:
            yield Relation([of(shown, row)], [begun], counts=True)
        if flow != FRONT:
            yield Relation([of("flow_left", f"flow:{flow}")], [begun], counts=True)
    for screen in QUESTIONS:
        row = f"screen:{screen}"
        yield Relation([of(answered, row)], [of(shown, row)], counts=True)
    left = [of("flow_left", f"flow:{flow}") for flow in FLOWS if flow != FRONT]
    yield Relation(left, [of("ussd_left")], counts=True)
    yield from same([of(shown, f"screen:{FIRST}")], [of("report_entered")])
    yield from same([of("flow_begun", "flow:report")], [of("report_entered")])
    yield from same([of(shown, f"screen:{SAVED}")], [of("report_saved")])
    for screen, topic in TOPICS.items():
        yield from same([of(shown, f"screen:{screen}")], [of("topic", f"topic:{topic}")])
    for screen in SCREENS:
        for row in ("language:rw", "language:en", "language:fr", *weeks):
            yield Relation([(shown, f"screen:{screen}", row)], [of("session", row)])


def _rows() -> Iterator[Relation]:
    """Nobody reads or tells but in a session; nobody comes but to a gathering; no lesson ends before three cases."""
    many = len(TOPICS)
    for entry, screen in ENTRIES.items():
        row = f"entry:{entry}"
        if screen != WELCOME:
            yield Relation([of("session", row)], [of("screen_shown", f"screen:{screen}")])
        yield Relation([of("topic", row)], [of("session", row)], many)
        yield Relation([of("tip", row)], [of("session", row)])
    yield Relation([of("topic")], [of("session", "channel:ussd")], many)
    for topic in TOPICS.values():
        yield Relation([of("topic", f"topic:{topic}")], [of("ussd_session")])
    for thing in THINGS:
        yield Relation([of("quiz_asked", f"quiz:{thing}")], [of("ussd_session")])
    yield Relation([of("tip", "channel:sms")], [of("session", "channel:sms")])
    for row in (*(f"district:{code}" for code in CODES), *(f"topic:{one}" for one in Occasion)):
        yield Relation([of("gathering", row)], [of("gathered", row)])
        yield Relation([of("gathered", row)], [of("gathering", row)], MOST_CAME)
    for code in CODES:
        row = f"district:{code}"
        yield Relation([of("lesson", row)] * 3, [of("lesson_answered", row)])
        yield Relation([of("identified", row)], [of("tip", row)], MOST_PERSONS)
    yield Relation(
        [of("identified", "district:national")],
        [of("tip", f"district:{one}") for one in ("abroad", "unsure", "national")],
        MOST_PERSONS,
    )
