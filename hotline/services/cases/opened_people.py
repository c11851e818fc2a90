"""The persons of a case, for whoever holds its key: the fold over its log and the codes beside it.

Nothing that a hook reaches imports this file.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.people_codes import PersonCodes
from hotline.domain.cases.persons import MetPerson, PersonEntry, fold
from hotline.errors import SealBroken
from hotline.services.cases import case_opening
from hotline.store.cases import case_keys, case_log
from hotline.store.database import Session
from hotline.store.tips.tips import Tip


def opened(session: Session, tip: Tip, private: bytes | None) -> tuple[MetPerson, ...]:
    """Nobody, where nothing was written of anybody. Raises SealBroken where it was, and `private` is None."""
    return fold(entries_of(session, tip, private))


def entries_of(session: Session, tip: Tip, private: bytes | None) -> Sequence[PersonEntry]:
    """What was written of persons, in its order. One that does not open hides no other."""
    if private is None:
        if case_keys.public_key(session, tip.id) is not None:
            raise SealBroken("the codes of this case do not open")
        return ()
    return [*_read(session, tip, case_opening.codes_of(session, tip, private))]


def _read(session: Session, tip: Tip, codes: Mapping[int, bytes]) -> Iterator[PersonEntry]:
    for row in case_log.of_tip(session, tip.id):
        if row.id not in codes:
            continue
        with suppress(ValueError, KeyError, TypeError):
            said, kind = PersonCodes.from_bytes(codes[row.id]), EntryKind(row.kind)
            who, desk = row.responder_id, row.desk
            yield PersonEntry(row.id, kind, row.at, said, who, desk, row.way, row.supersedes)
