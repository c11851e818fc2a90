"""The reader's way to codes about a person: its own grant of each case, after a PIN was right and the case is hers."""

from hotline.sealing.cases.case_codes import READER
from hotline.services.cases import case_opening
from hotline.services.reader.reader_kit import ReaderKit
from hotline.store.database import Session
from hotline.store.tips.tips import Tip


def private_of(session: Session, kit: ReaderKit, tip: Tip) -> bytes | None:
    """None where nothing was written about a person, or the key is gone."""
    return case_opening.private_by(session, kit, tip, READER, kit.pair.now())
