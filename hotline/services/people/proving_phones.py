"""A phone and a person prove themselves: the code by SMS and the start PIN on paper, keyed on that phone.

The reader asks it: a stretch is dear, so `matches` is called with no transaction open. A try is counted before it is
made, whatever was keyed. Wrong, lapsed, used up and unknown look alike and take the same time.
"""

from hotline.domain.people.enrolment import EnrolmentKind, EnrolmentState
from hotline.ports import Kit
from hotline.sealing.passphrase import Costs
from hotline.sealing.start_secrets import CODE_COSTS, START_COSTS, is_same
from hotline.store.database import Session
from hotline.store.desk import audit, members
from hotline.store.people import enrolments, member_keys
from hotline.store.people.enrolments import Enrolment
from hotline.store.people.responders import Responder


def knows_code(wanted: Enrolment | None, code: str) -> bool:
    """Whether this is the code that the phone was sent: then it is asked for the start PIN. It proves nothing alone."""
    return is_same(wanted.code_hash if wanted else None, code, CODE_COSTS) and wanted is not None


def matches(
    wanted: Enrolment | None, code: str, start_pin: str, *, costs: Costs = START_COSTS
) -> bool:
    """Whether both are right. Where there is nothing to prove it costs as much."""
    right_code = is_same(wanted.code_hash if wanted else None, code, CODE_COSTS)
    right_start = is_same(wanted.start_hash if wanted else None, start_pin, costs)
    return wanted is not None and right_code and right_start


def prove(
    session: Session,
    kit: Kit,
    wanted: Enrolment,
    *,
    public_key: bytes | None = None,
    pin_wrap: bytes | None = None,
) -> bool:
    """Both were right: a second admin decides. The pair is that of the PIN that she chose; a new number brings none.

    False where it was proved, ended or begun anew meanwhile.
    """
    at = kit.now()
    row = enrolments.open_of(session, wanted.responder_id, for_writing=True)
    if row is None or row.id != wanted.id or row.proved_at is not None:
        return False
    person = session.get_one(Responder, row.responder_id, with_for_update={"key_share": True})
    row.proved_at, row.sealed_code = at, None
    row.code_hash = row.start_hash = None
    if row.kind == EnrolmentKind.ENROL:
        if public_key is None or pin_wrap is None:
            raise ValueError("an enrolment needs the pair of a PIN")
        for member in member_keys.names_of(session, person.id)[:1]:
            members.forget(session, member, at)
        person.public_key, person.pin_wrap, person.pin_set_at = public_key, pin_wrap, at
        person.wrong_pins, person.rested_until = [], None
        person.pin_opened_at, person.pin_openings, person.pin_network = None, 0, None
    if person.state == EnrolmentState.PROVING:
        person.state = EnrolmentState.WAITING
    audit.append(
        session,
        at=at,
        actor=f"responder:{person.id}",
        action="responder_proved",
        subject=f"responder:{person.id}",
        reason=row.kind,
    )
    return True
