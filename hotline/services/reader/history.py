"""What happened to a case, as a page on a phone: times and acts, and nothing that was told.

Runs inside its caller's transaction.
"""

from hotline.domain.call_back import kigali
from hotline.domain.cases.entries import EntryKind
from hotline.domain.dialogue.asks import PAGE, UNREADABLE, ReaderAnswer
from hotline.ports import Kit
from hotline.services.cases import line_of_time
from hotline.services.reader.pages import MOST_LETTERS
from hotline.services.referrals import clusters
from hotline.store.database import Session
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals


def page(session: Session, kit: Kit, person: Responder, reference: str) -> ReaderAnswer:
    """The newest first: a page holds a dozen screens. A case like it is named to who knows both."""
    known_as = referrals.of_responder(session, person.id, reference)
    if known_as is None or known_as.released_at is not None:
        return ReaderAnswer((UNREADABLE,))
    moments = reversed(line_of_time.of_tip(session, known_as.tip_id))
    knows_other = bool(clusters.known_beside(session, [(known_as.tip_id, person.id)]))
    lines = [
        f"{kigali(one.at)} {kit.phrases.say(person.language, one.template)}"
        for one in moments
        if one.template is not None and (knows_other or one.kind is not EntryKind.LINKED)
    ]
    return ReaderAnswer(words={PAGE: "\n".join(lines)[:MOST_LETTERS]})
