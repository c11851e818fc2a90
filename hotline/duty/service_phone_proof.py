"""Proves a phone and its owner: on the phone, the owner enters the code from the SMS and the start PIN from the paper.

The reader process calls this module. The check is slow on purpose, so `is_proof_right` must run outside of a
transaction. The reader process first counts an attempt, and then checks the code and the start PIN. All wrong, expired,
used and unknown codes and start PINs get the same answer, after the same time.
"""

from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.keys.passphrase import PIN_COSTS, Costs
from hotline.people import tables, tables_audit, tables_desks
from hotline.people.encrypt_start_secrets import CODE_COSTS, is_same
from hotline.people.rules import EnrolmentKind, EnrolmentState
from hotline.people.tables import Enrolment, Responder


def knows_code(enrolment: Enrolment | None, code: str) -> bool:
    """Returns True if `code` is the code that the phone got by SMS.

    The code alone does not prove the phone. To prove the phone, the owner must also enter the start PIN.
    """
    stored = enrolment.code_hash if enrolment else None
    return is_same(stored, code, CODE_COSTS) and enrolment is not None


def is_proof_right(
    enrolment: Enrolment | None, code: str, start_pin: str, *, costs: Costs = PIN_COSTS
) -> bool:
    """Returns True if both the code and the start PIN are right. The check takes the same time even if there is no
    enrolment.
    """
    right_code = is_same(enrolment.code_hash if enrolment else None, code, CODE_COSTS)
    right_start = is_same(enrolment.start_hash if enrolment else None, start_pin, costs)
    return enrolment is not None and right_code and right_start


def record_proof(
    session: Session,
    context: Context,
    enrolment: Enrolment,
    *,
    public_key: bytes | None = None,
    pin_wrap: bytes | None = None,
) -> bool:
    """Records that the code and the start PIN were right, so that a second admin can decide.

    Stores the key pair if the person has chosen a PIN. For a change of number, stores no new key pair, because the
    person keeps the work PIN. Returns False if the enrolment was already proved, ended or replaced.
    """
    at = context.now()
    row = tables.open_enrolment(session, enrolment.responder_id, for_writing=True)
    if row is None or row.id != enrolment.id or row.proved_at is not None:
        return False
    person = session.get_one(Responder, row.responder_id, with_for_update={"key_share": True})
    row.proved_at, row.encrypted_code = at, None
    row.code_hash = row.start_hash = None
    if row.kind == EnrolmentKind.ENROL:
        if public_key is None or pin_wrap is None:
            raise ValueError("a responder cannot enrol without a PIN and a key pair")
        for member in tables_desks.names_of(session, person.id)[:1]:
            tables_desks.end_access(session, member, at)
        person.public_key, person.pin_wrap, person.pin_set_at = public_key, pin_wrap, at
        person.wrong_pins, person.rested_until = [], None
        person.pin_opened_at, person.pin_openings, person.pin_network = None, 0, None
    if person.state == EnrolmentState.PROVING:
        person.state = EnrolmentState.WAITING
    tables_audit.append_row(
        session,
        at,
        f"responder:{person.id}",
        "responder_proved",
        f"responder:{person.id}",
        row.kind,
    )
    return True
