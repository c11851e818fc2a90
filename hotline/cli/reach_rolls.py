"""What `hotline reach` tells of the quiz, of local leaders' sessions, and of officers' lessons."""

from collections.abc import Iterator, Mapping
from typing import Any

from hotline.cli.reach_screens import TOTAL
from hotline.domain.evidence.month_figures import ALL, ANSWERED, ASKED, QUIZ, SCORE
from hotline.domain.places.places import place_name
from hotline.domain.reach.counters import By
from hotline.domain.rolls.gathering import CAME, HELD
from hotline.domain.rolls.quiz import Bound, Gain, Share
from hotline.domain.rolls.training import TAKEN
from hotline.services.reach.figures import MonthEdition


def session_rows(found: MonthEdition) -> Iterator[Mapping[str, Any]]:
    for by in (By.DISTRICT, By.TOPIC):
        held, came = (found.column(figure, by) for figure in (HELD, CAME))
        for row, cell in held.items():
            yield {
                "district": place_name(row, "en") if by is By.DISTRICT else ALL,
                "occasion": row if by is By.TOPIC else ALL,
                "sessions": cell,
                "people": came[row],
            }
    held_in_all, came_in_all = found.number(HELD), found.number(CAME)
    yield {"district": TOTAL, "occasion": TOTAL, "sessions": held_in_all, "people": came_in_all}


def training_rows(found: MonthEdition) -> Iterator[Mapping[str, Any]]:
    taken, asked, right = (found.column(figure, By.DISTRICT) for figure in (TAKEN, ANSWERED, SCORE))
    for code, cell in taken.items():
        place = place_name(code, "en") if code else "no one district"
        yield _trained(place, cell, right.get(code), asked[code])
    yield _trained(TOTAL, found.number(TAKEN), _share(found.score()), found.number(ANSWERED))


def _trained(place: str, taken: Any, right: Any, asked: Any) -> Mapping[str, Any]:
    return {"district": place, "taken": taken, "right": right, "of": asked}


def quiz_rows(found: MonthEdition) -> Iterator[Mapping[str, Any]]:
    for thing, asked in found.column(ASKED, QUIZ).items():
        yield {QUIZ: thing, "asked": asked} | shares(found.gain(thing))
    yield {QUIZ: TOTAL, "asked": found.number(ASKED)} | shares(found.gains())


def shares(gain: Gain | None) -> dict[str, Any]:
    shares = (gain.before, gain.after, gain.points) if gain else (None, None, None)
    return dict(zip(("right_before", "right_after", "gain"), map(_share, shares), strict=True))


def _share(share: Share | None) -> int | str | None:
    """A number for a program to reckon with, where it is exact."""
    if share is None or share.bound is Bound.EXACT:
        return None if share is None else share.percent
    return str(share)
