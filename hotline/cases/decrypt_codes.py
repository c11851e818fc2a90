"""Decrypts two parts of a case: the coded answers about persons, and the notes. Uses a private key of a desk or of the
reader process, which checks PINs. A coded answer is a choice from a fixed list, for example the person's sex.

The calling function must first check the responder's PIN or the account's key. The calling function must also check
with the condition `visible_to` that the person may see the tip.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from hotline.alerts import tables_case_events
from hotline.alerts.tables_case_events import CaseCode, CaseNote
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.keys.decrypt import decrypt_case_key, decrypt_codes
from hotline.keys.encrypt import case_name, label
from hotline.text.errors import DecryptionFailed, KeyMissing
from hotline.text.time import kigali_time
from hotline.tips.encrypt_notes import decrypt_note
from hotline.tips.rules_events import SAYS, LoggedEvent, NoteCode
from hotline.tips.tables import Tip


def case_private_key(
    session: Session, context: Context, tip: Tip, holder: str, privates: Sequence[bytes]
) -> bytes | None:
    """Returns the decrypted private key of a case. `holder` is a desk or the reader process, and `privates` contains
    the private keys of this holder, the newest first. Returns None if none of these keys decrypts the private key of
    the case.
    """
    grant = tables_case_events.grant_of(session, tip.id, holder)
    if grant is None:
        return None
    with suppress(DecryptionFailed, KeyMissing):
        bare = context.encrypter.weekly_lock.unlock(grant, label(case_name(tip.uid), holder))
        for private_key in privates:
            with suppress(DecryptionFailed):
                return decrypt_case_key(bare, uid=tip.uid, holder=holder, private_key=private_key)
    return None


def codes_by_event(session: Session, tip: Tip, private: bytes) -> Mapping[int, bytes]:
    """Returns the decrypted coded answers of a case. The keys of the mapping are the ids of the case events that
    contain the answers. Leaves out coded answers that no key decrypts."""
    found = {}
    for entry_id, body in tables_case_events.bodies_of(session, CaseCode, tip.id).items():
        with suppress(DecryptionFailed):
            found[entry_id] = decrypt_codes(body, private=private, uid=tip.uid, entry_id=entry_id)
    return found


@dataclass(frozen=True, slots=True)
class DecryptedNote:
    """A responder's note about a case: a sentence from a fixed list, or free text. `repr` does not show the text."""

    at: datetime
    note_code: NoteCode
    words: str = field(default="", repr=False)

    def headed(self, context: Context, language: str) -> str:
        """Returns the heading of this note on a page."""
        time = kigali_time(self.at)
        return context.phrases.say(language, Template.NOTE_AT, time=time)


def decrypt_notes(session: Session, tip: Tip, tip_key: bytes) -> Sequence[DecryptedNote]:
    """Returns the notes of a tip, the oldest first. Leaves out a note that the key does not decrypt."""
    bodies = tables_case_events.bodies_of(session, CaseNote, tip.id)
    found = []
    for row in tables_case_events.events_of_tip(session, tip.id):
        if row.kind != LoggedEvent.NOTE:
            continue
        note, words = NoteCode(row.codes[SAYS]), ""
        if row.id in bodies:
            with suppress(DecryptionFailed):
                words = decrypt_note(bodies[row.id], tip_key=tip_key, uid=tip.uid, key=row.key)
        if words or note is not NoteCode.WORDS:
            found.append(DecryptedNote(row.at, note, words))
    return found
