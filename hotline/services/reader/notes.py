"""A note that a responder leaves behind her PIN: a code, or her own words where a key of hers opens the case.

Runs inside its caller's transaction.
"""

from datetime import datetime

from hotline.domain.cases.entries import EntryWay, NoteCode
from hotline.domain.dialogue.asks import UNREADABLE, ReaderAnswer
from hotline.ports import Kit
from hotline.services.cases import entries, note_taking
from hotline.services.reader import pages
from hotline.store.database import Session
from hotline.store.people.responders import Responder
from hotline.store.tips.tips import Tip

NOTED = "note_kept"
"""The flag of a note that was kept."""


def leave(
    session: Session,
    kit: Kit,
    person: Responder,
    private: bytes,
    tip: Tip,
    says: NoteCode,
    at: datetime,
    *,
    words: str = "",
) -> ReaderAnswer:
    by = entries.by_responder(person.id, EntryWay.USSD)
    if says is not NoteCode.WORDS:
        note_taking.keep_code(session, tip, says, by, at)
        return ReaderAnswer((NOTED,))
    case = pages.opened(session, kit, person, private, tip)
    if case is None or not words.strip():
        return ReaderAnswer((UNREADABLE,))
    note_taking.keep_words(session, tip, words, by, at, tip_key=case.tip_key)
    return ReaderAnswer((NOTED,))
