"""Decrypts the records of harm for a member of the national desk or of an oversight desk."""

from collections.abc import Mapping, Sequence

from hotline.cases import service_harms, tables_case_files
from hotline.cases.service_persons import account_key
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.keys import one_off
from hotline.people import decrypt_grants, tables_audit
from hotline.people.rules import of_account


def read_records(
    context: ConsoleContext, by: SignedIn, token: str
) -> Sequence[tuple[int, Mapping[str, str]]]:
    """Returns the texts of the records of harm, the newest first. If no key decrypts the text of a record, that text is
    empty.

    Commits a row to the audit log before it decrypts the records. Raises NotFound, KeyMissing, DecryptionFailed.
    """
    private, member = account_key(context, token), of_account(by.account_id)
    with context.database.writing() as session:
        desk = service_harms.reading_desk(session, by)
        tables_audit.append_command(session, by.actor, context.now(), "harm_read", f"desk:{desk}")
    with context.database.reading() as session:
        keys = decrypt_grants.decrypt_desk_as(session, desk, member, private)
        rows = tables_case_files.records_of(session, desk)
        return [(row.id, _text(text.body, desk, keys)) for row, text in rows]


def _text(body: bytes, desk: str, keys: Sequence[bytes]) -> Mapping[str, str]:
    return one_off.decrypt_with_any(body, keys, service_harms.bound_to(desk)) or {}


def reencrypt_harms(session: Session, desk: str, before: bytes, public_key: bytes) -> None:
    """Encrypts a desk's records of harm with the desk's new key, before the desk's previous key is destroyed."""
    for _, text in tables_case_files.records_of(session, desk):
        said = _text(text.body, desk, [before])
        if said:
            bound = service_harms.bound_to(desk)
            text.body = one_off.seal(said, public=public_key, bound=bound)
