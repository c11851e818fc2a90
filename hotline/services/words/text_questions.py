"""What translators ask of a text: a note that editors see until one of them settles it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.changes.change import Author
from hotline.errors import NotFound
from hotline.ports import Kit
from hotline.store.changes import text_questions
from hotline.store.changes.text_questions import TextQuestion

LONGEST_NOTE = 300
LISTED = 100


@dataclass(frozen=True, slots=True)
class AskedOfText:
    id: int
    place: str
    language: str
    asks: str
    by: str
    at: datetime


def ask(kit: Kit, by: Author, language: str, place: str, note: str) -> bool:
    """False where nothing is asked. Raises StoreUnavailable."""
    asks = " ".join(note.split())[:LONGEST_NOTE]
    if not asks:
        return False
    with kit.database.writing() as session:
        session.add(
            TextQuestion(
                place=place,
                language=language,
                asks=asks,
                asked_by_id=by.account_id,
                asked_by=by.name,
                asked_at=kit.now(),
            )
        )
    return True


def waiting(kit: Kit) -> Sequence[AskedOfText]:
    """The oldest first. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [_asked(row) for row in text_questions.waiting(session, LISTED)]


def below(kit: Kit, place: str) -> Sequence[AskedOfText]:
    """Those of a screen, by its flow and its name; the oldest first. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [_asked(row) for row in text_questions.below(session, place, LISTED)]


def _asked(row: TextQuestion) -> AskedOfText:
    return AskedOfText(row.id, row.place, row.language, row.asks, row.asked_by, row.asked_at)


def by_place(kit: Kit, language: str) -> Mapping[str, Sequence[AskedOfText]]:
    """Raises StoreUnavailable."""
    found: dict[str, list[AskedOfText]] = {}
    for one in waiting(kit):
        if one.language == language:
            found.setdefault(one.place, []).append(one)
    return found


def count(kit: Kit) -> int:
    """Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return text_questions.count(session)


def settle(kit: Kit, by: Author, question_id: int) -> None:
    """An editor has answered it, by a change or by word of mouth; twice is once. Raises NotFound, StoreUnavailable."""
    with kit.database.writing() as session:
        row = text_questions.found(session, question_id)
        if row is None:
            raise NotFound(f"no question {question_id}")
        if row.settled_at is None:
            row.settled_by, row.settled_at = by.name, kit.now()
