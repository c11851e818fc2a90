"""Enrolling responders: everybody in a file, or nobody. Their numbers are sealed to the relay and known by digest."""

from collections.abc import Mapping, Sequence

from hotline.domain.accounts.account import AccountState
from hotline.domain.people.enrolment import (
    Enrolled,
    EnrolmentState,
    RowFault,
    judge_responders,
    read_responders,
    refuse,
)
from hotline.ports import Kit
from hotline.store.accounts import accounts
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.dialogue import contacts
from hotline.store.people import memberships, responders
from hotline.store.people.responders import Responder
from hotline.text.names import keys_of
from hotline.text.remark import remark

BY_COMMAND = "cli"


def import_responders(kit: Kit, text: str, *, proving: bool = False) -> Sequence[Enrolled]:
    """Enrol everybody in a CSV file. Raises ImportRefused with every fault; then nothing has changed.

    Who is `proving` is told of nothing before phone and person were proved and a second admin approved.
    """
    rows = read_responders(text)
    enrol(kit, rows, proving=proving)
    return rows


def judged(kit: Kit, text: str) -> tuple[Sequence[Enrolled], Sequence[RowFault]]:
    """The rows of a file that could be taken, and what is wrong with the others. Nothing is written."""
    rows, faults = judge_responders(text)
    by_key = {kit.pseudonyms.enrolled(row.msisdn): row for row in rows}
    with kit.database.reading() as session:
        faults = [*faults, *_unfit(session, kit, by_key)]
    lines = {fault.line for fault in faults}
    return [row for row in rows if row.line not in lines], sorted(faults, key=lambda one: one.line)


def enrol(
    kit: Kit, rows: Sequence[Enrolled], *, proving: bool, actor: str = BY_COMMAND
) -> Sequence[int]:
    """Write these people down; their ids. Raises ImportRefused with every fault; then nothing has changed."""
    by_key = {kit.pseudonyms.enrolled(row.msisdn): row for row in rows}
    people = [_responder(kit, key, row) for key, row in by_key.items()]
    if proving:
        for one in people:
            one.state, one.active = EnrolmentState.PROVING, False

    with kit.database.writing() as session:
        refuse(_unfit(session, kit, by_key))
        session.add_all(people)
        audit.append(
            session,
            at=kit.now(),
            actor=actor,
            action="responders_imported",
            subject=f"{len(people)} responders",
        )
        return [one.id for one in people]


def list_responders(kit: Kit) -> Sequence[Responder]:
    """All who were ever enrolled. Their numbers stay sealed."""
    with kit.database.reading() as session:
        return responders.everybody(session)


def _unfit(session: Session, kit: Kit, by_key: Mapping[str, Enrolled]) -> Sequence[RowFault]:
    """Rows that are good in themselves, of numbers that can not be enrolled.

    Whoever asked to hear no more would be a recipient in name alone.
    """
    stop_keys = {kit.pseudonyms.stopped(row.msisdn): row for row in by_key.values()}
    known = responders.known_numbers(session, by_key)
    names = {key for one in responders.names(session) for key in enumerate(keys_of(one))}
    called = {key for one in _account_names(session) for key in enumerate(keys_of(one))}
    stopped = contacts.stopped_among(session, stop_keys)
    return [
        *(
            RowFault(
                by_key[key].line,
                remark(
                    "msisdn: is enrolled already. If the person was removed, two people bring them back"
                ),
            )
            for key in known
        ),
        *(
            RowFault(row.line, remark("name: somebody of this line has a name that looks the same"))
            for key, row in by_key.items()
            if key not in known and not names.isdisjoint(enumerate(keys_of(row.name)))
        ),
        *(
            RowFault(
                row.line,
                remark("name: an account of the console has a name that looks the same"),
            )
            for key, row in by_key.items()
            if key not in known and not called.isdisjoint(enumerate(keys_of(row.name)))
        ),
        *(
            RowFault(stop_keys[key].line, remark("msisdn: asked to hear no more (STOP)"))
            for key in stopped
        ),
    ]


def _account_names(session: Session) -> Sequence[str]:
    """Returns the names of accounts: the audit log shows both by name. The demo's accounts are nobody's."""
    rows = accounts.everybody(session)
    return [one.shown for one in rows if one.state != AccountState.DEMO]


def _responder(kit: Kit, key: str, row: Enrolled) -> Responder:
    at = kit.now()
    return Responder(
        name=row.name,
        level=row.level,
        language=row.language,
        languages=list(row.languages) if len(row.languages) > 1 else None,
        districts=list(row.districts),
        categories=list(row.categories),
        number_key=key,
        sealed_number=kit.sealer.number(row.msisdn),
        active=True,
        created_at=at,
        memberships=memberships.new(row.desks, row.categories, at),
    )
