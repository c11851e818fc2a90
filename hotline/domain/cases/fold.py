"""What the entries of one case add up to. Pure: the rows that the ladder decides by must say the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hotline.domain.cases.entries import PROOF, CaseEntry, EntryKind, TakeProof

COUNTS = ("", TakeProof.PROVED, TakeProof.UNPROVED)
"""The proofs by which a take counts; the empty one is a take that names none."""


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
