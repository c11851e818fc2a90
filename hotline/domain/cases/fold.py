"""What the entries of one case add up to. Pure: the rows that the ladder decides by must say the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.domain.cases.entries import PROOF, CaseEntry, EntryKind, TakeProof

COUNTS = ("", TakeProof.PROVED, TakeProof.UNPROVED)
"""The proofs by which a take counts; the empty one is a take that names none."""


class CaseStage(StrEnum):
    """How far a case has come. What was answered of a person is sealed, and no stage tells it."""

    FILED = "filed"
    """Nobody was told yet."""
    TOLD = "told"
    """Nobody has it."""
    TAKEN = "taken"
    OPENED = "opened"
    """Who has it read it."""
    ON_SITE = "on site"
    SCREENED = "screened"
    REFERRED = "referred"
    """A service was asked to help."""
    ARRIVAL_SAID = "arrival said"
    """Somebody said whether help was reached: not that it was."""
    FOLLOWED = "followed"
    """Somebody said how a person is, thirty days later."""
    CLOSED = "closed"


FURTHEST_FIRST = {
    EntryKind.THIRTY: CaseStage.FOLLOWED,
    EntryKind.ARRIVED: CaseStage.ARRIVAL_SAID,
    EntryKind.OFFERED: CaseStage.REFERRED,
    EntryKind.SCREENED: CaseStage.SCREENED,
    EntryKind.ON_SITE: CaseStage.ON_SITE,
}
"""Steps that stay done, whoever has the case by now."""


@dataclass(slots=True)
class CaseSum:
    """Responders by what they did, after the last entry."""

    told: set[int] = field(default_factory=set)
    delivered: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    """Who took it, is believed, and has not passed it on."""
    opened: set[int] = field(default_factory=set)
    on_site: set[int] = field(default_factory=set)
    offered: set[int] = field(default_factory=set)
    asked: bool = False
    closed: bool = False


def add_up(entries: Iterable[CaseEntry]) -> CaseSum:
    """The first entry first."""
    found = CaseSum()
    people = {
        EntryKind.TOLD: found.told,
        EntryKind.DELIVERED: found.delivered,
        EntryKind.OPENED: found.opened,
        EntryKind.ON_SITE: found.on_site,
        EntryKind.OFFERED: found.offered,
    }
    for one in entries:
        who = one.responder_id
        match one.kind:
            case EntryKind.TAKEN if who is not None:
                counts = one.codes.get(PROOF, "") in COUNTS
                (found.taken.add if counts else found.taken.discard)(who)
            case EntryKind.PASSED if who is not None:
                found.taken.discard(who)
            case EntryKind.ASKED:
                found.asked = True
            case EntryKind.CLOSED:
                found.closed = "waits" not in one.codes
            case EntryKind.REOPENED:
                found.closed = False
            case kind if who is not None and kind in people:
                people[kind].add(who)
    return found


def stage(entries: Iterable[CaseEntry]) -> CaseStage:
    """By entries of which the first comes first. A case that was opened again begins anew: somebody must take it."""
    written = list(entries)
    if add_up(written).closed:
        return CaseStage.CLOSED
    again = [n for n, one in enumerate(written) if one.kind is EntryKind.REOPENED]
    since = written[max(again, default=0) :]
    kinds = {one.kind for one in since}
    done = (step for kind, step in FURTHEST_FIRST.items() if kind in kinds)
    return next(done, _before_any_step(add_up(since), was_told=bool(add_up(written).told)))


def _before_any_step(found: CaseSum, *, was_told: bool) -> CaseStage:
    if found.taken:
        return CaseStage.OPENED if found.taken & found.opened else CaseStage.TAKEN
    return CaseStage.TOLD if was_told else CaseStage.FILED
