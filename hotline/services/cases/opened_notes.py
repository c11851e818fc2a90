"""The notes of a case, for whoever has opened the tip's own key. Nothing that a hook reaches imports this file."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from hotline.domain.call_back import KIGALI
from hotline.domain.cases.entries import SAYS, EntryKind, NoteCode
from hotline.domain.wording import Template
from hotline.errors import SealBroken
from hotline.ports import Kit
from hotline.sealing.notes import open_note
from hotline.store.cases import case_log, case_notes
from hotline.store.database import Session
from hotline.store.tips.tips import Tip


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """What a responder noted: of a closed list, or her own words, which stay out of `repr`."""

    at: datetime
    says: NoteCode
    words: str = field(default="", repr=False)

    def headed(self, kit: Kit, language: str) -> str:
        """The heading of this note on a page: when it was written."""
        time = f"{self.at.astimezone(KIGALI):%d/%m %H:%M}"
        return kit.phrases.say(language, Template.NOTE_AT, time=time)


def of_tip(session: Session, tip: Tip, tip_key: bytes) -> Sequence[OpenedNote]:
    """The first first. One that does not open hides no other."""
    bodies = case_notes.of_tip(session, tip.id)
    found = []
    for row in case_log.of_tip(session, tip.id):
        if row.kind != EntryKind.NOTE:
            continue
        says, words = NoteCode(row.codes[SAYS]), ""
        if row.id in bodies:
            with suppress(SealBroken):
                words = open_note(bodies[row.id], tip_key=tip_key, uid=tip.uid, key=row.key)
        if words or says is not NoteCode.WORDS:
            found.append(OpenedNote(row.at, says, words))
    return found
