"""Keeps a note: its entry in the log of the case, and beside it the words, under the tip's own key.

Runs inside its caller's transaction. It renews no clock.
"""

from datetime import datetime

from hotline.domain.cases.entries import SAYS, EntryKind, NoteCode
from hotline.sealing.answers import seal_note
from hotline.services.cases import entries
from hotline.services.cases.entries import EntryBy
from hotline.store.cases import case_notes
from hotline.store.database import Session
from hotline.store.tips.tips import Tip

MOST_LETTERS = 480


def keep_code(session: Session, tip: Tip, says: NoteCode, by: EntryBy, at: datetime) -> None:
    """One of the closed list."""
    _entry(session, tip, says, by, at)


def keep_words(
    session: Session, tip: Tip, words: str, by: EntryBy, at: datetime, *, tip_key: bytes
) -> None:
    """Her own words."""
    entry_id = _entry(session, tip, NoteCode.WORDS, by, at)
    if entry_id is None:
        return
    key = f"{EntryKind.NOTE}:{_key(tip, by, at)}"
    sealed = seal_note(words[:MOST_LETTERS], tip_key=tip_key, uid=tip.uid, key=key)
    case_notes.keep(session, entry_id, sealed)


def _entry(session: Session, tip: Tip, says: NoteCode, by: EntryBy, at: datetime) -> int | None:
    codes, key = {SAYS: says.value}, _key(tip, by, at)
    return entries.done_by(session, tip.id, EntryKind.NOTE, by, at, key=key, codes=codes)


def _key(tip: Tip, by: EntryBy, at: datetime) -> str:
    return f"{tip.id}:{by.responder_id or by.desk}:{at.timestamp()}"
