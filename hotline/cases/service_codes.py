"""Encrypts coded answers about a person, and unfinished forms, with the public key of the case. A coded answer is a
choice from a fixed list, for example the person's sex. The module decrypts nothing.

All functions run inside the transaction of the calling function.
"""

from contextlib import suppress
from datetime import datetime

from hotline.alerts import queries, tables_case_events
from hotline.cases.rules_reading_requests import StartedForm
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.errors import KeyMissing
from hotline.keys.encrypt import encrypt_codes, new_case
from hotline.tips.rules import Matter
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.tables import Tip


def case_public_key(session: Session, context: Context, tip: Tip, at: datetime) -> bytes:
    """Returns the public key with which the coded answers of a case are encrypted. If the case has no key pair yet,
    makes a key pair.

    Raises KeyMissing if the reader's public key is missing.
    """
    found = tables_case_events.public_key(session, tip.id)
    if found is not None:
        return found
    return tables_case_events.store_key(
        session, tip.id, new_case(context.encrypter, uid=tip.uid, at=at), at
    )


def form_binding(responder_id: int) -> str:
    """Returns a label for a responder's unfinished form. The encrypted form can be decrypted only with this label.

    A finished form has its case event as the label.
    """
    return f"started by {responder_id}"


def store_codes(
    session: Session, context: Context, tip: Tip, entry_id: int, codes: bytes, at: datetime
) -> None:
    """Encrypts and stores the coded answers of a case event. Raises KeyMissing."""
    public_key = case_public_key(session, context, tip, at)
    body = encrypt_codes(codes, public_key=public_key, uid=tip.uid, entry_id=entry_id)
    tables_case_events.store_body(session, tables_case_events.CaseCode, entry_id, body)


def store_form(
    session: Session, context: Context, responder_id: int, reference: str, form: StartedForm
) -> None:
    """Stores a responder's unfinished form in place of an earlier unfinished form.

    Stores nothing if this kind of form is not possible in this case.
    """
    tip = _tip_of(session, responder_id, reference)
    if tip is None or tip.matter != Matter.TIP or tip.channel in rules_trial.UNCOUNTED:
        return
    if form.kind is LoggedEvent.SCREENED and tip.closed_at is not None:
        return
    at = context.now()
    with suppress(KeyMissing):
        public_key = case_public_key(session, context, tip, at)
        body = encrypt_codes(
            form.to_text().encode(),
            public_key=public_key,
            uid=tip.uid,
            entry_id=form_binding(responder_id),
        )
        tables_case_events.store_form(session, tip.id, responder_id, body, at)


def drop_form(session: Session, responder_id: int, reference: str) -> None:
    """Deletes a responder's unfinished form, because the responder has finished it."""
    tip = _tip_of(session, responder_id, reference)
    if tip is not None:
        tables_case_events.drop_form(session, tip.id, responder_id)


def _tip_of(session: Session, responder_id: int, reference: str) -> Tip | None:
    """Returns the case that this responder knows by this reference.

    Returns None if the responder no longer has the case.
    """
    known_as = queries.locked_assignment(session, responder_id, reference)
    if known_as is None or known_as.released_at is not None:
        return None
    return session.get_one(Tip, known_as.tip_id)
