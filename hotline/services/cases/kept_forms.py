"""Keeps the answers of a form about a person as they are given, sealed to the pair of its case. It opens nothing.

Runs inside the hop's transaction.
"""

from contextlib import suppress

from hotline.domain import trial
from hotline.domain.cases.entries import EntryKind
from hotline.domain.dialogue.person_asks import StartedForm
from hotline.domain.tip import Matter
from hotline.errors import KeyMissing
from hotline.ports import Kit
from hotline.sealing.cases.case_codes import seal_codes
from hotline.services.cases import sealed_codes
from hotline.store.cases import started_forms
from hotline.store.database import Session
from hotline.store.referrals import referrals
from hotline.store.tips.tips import Tip


def keep(session: Session, kit: Kit, responder_id: int, reference: str, form: StartedForm) -> None:
    """Replaces what this responder answered before in this case. Keeps nothing of a case that takes no such form."""
    tip = _tip_of(session, responder_id, reference)
    if tip is None or tip.matter != Matter.TIP or tip.channel in trial.UNCOUNTED:
        return
    if form.kind is EntryKind.SCREENED and tip.closed_at is not None:
        return
    at = kit.now()
    with suppress(KeyMissing):
        public_key = sealed_codes.case_public(session, kit, tip, at)
        body = seal_codes(
            form.to_text().encode(),
            public_key=public_key,
            uid=tip.uid,
            entry_id=sealed_codes.started_by(responder_id),
        )
        started_forms.keep(session, tip.id, responder_id, body, at)


def drop(session: Session, responder_id: int, reference: str) -> None:
    """Deletes what this responder began in this case: it is written down."""
    tip = _tip_of(session, responder_id, reference)
    if tip is not None:
        started_forms.drop(session, tip.id, responder_id)


def _tip_of(session: Session, responder_id: int, reference: str) -> Tip | None:
    """Returns the case that this responder knows by this reference, and holds it."""
    known_as = referrals.of_responder(session, responder_id, reference)
    if known_as is None or known_as.released_at is not None:
        return None
    return session.get_one(Tip, known_as.tip_id)
