"""Enrolling responders: everybody in a file, or nobody. Their numbers are sealed to the relay and known by digest."""

from collections.abc import Sequence

from hotline.domain.enrolment import Enrolled, read_responders
from hotline.errors import ImportRefused
from hotline.ports import Kit
from hotline.store import audit, responders
from hotline.store.responders import Responder


def import_responders(kit: Kit, text: str) -> Sequence[Enrolled]:
    """Enrol everybody in a CSV file. Raises ImportRefused with every fault; then nothing has changed."""
    rows = read_responders(text)

    by_key = {kit.pseudonyms.enrolled(row.msisdn): row for row in rows}
    people = [_responder(kit, key, row) for key, row in by_key.items()]

    with kit.database.writing() as session:
        known = responders.known_numbers(session, list(by_key))
        if known:
            lines = sorted(by_key[key].line for key in known)
            raise ImportRefused([f"line {line}: msisdn: is enrolled already" for line in lines])
        session.add_all(people)
        audit.append(
            session,
            at=kit.now(),
            actor="cli",
            action="responders_imported",
            subject=f"{len(people)} responders",
        )
    return rows


def list_responders(kit: Kit) -> Sequence[Responder]:
    """All who were ever enrolled. Their numbers stay sealed."""
    with kit.database.reading() as session:
        return responders.everybody(session)


def _responder(kit: Kit, key: str, row: Enrolled) -> Responder:
    return Responder(
        name=row.name,
        level=row.level,
        language=row.language,
        districts=list(row.districts),
        categories=list(row.categories),
        number_key=key,
        sealed_number=kit.sealer.number(row.msisdn),
        active=True,
        created_at=kit.now(),
    )
