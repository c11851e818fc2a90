"""Adds desks, retires desks, and checks desks' keys.

The module can decrypt desk keys with the recovery passphrase. So the process that answers the gateway must not load
this file.
"""

from contextlib import suppress
from dataclasses import dataclass

from hotline.alarms.rules import CheckResult, check_result
from hotline.core.actors import is_valid_name
from hotline.core.contexts import Context
from hotline.people import (
    decrypt_recovery,
    decrypt_signing,
    queries_member_keys,
    tables_accounts,
    tables_audit,
    tables_desks,
)
from hotline.people.decrypt_passphrase import PassphraseDecrypter, TwoPeople
from hotline.people.rules import (
    ADDED_KINDS,
    DESK_NAME_LETTERS,
    MIN_NATIONAL,
    DeskKind,
    account_of,
    every_district,
    is_code,
)
from hotline.text.errors import DeskRefused, StoreUnavailable
from hotline.text.places import NATIONAL, is_camp

KEYS = "desk keys"
NAMED = 5
"""The largest number of desks that the result of a check names."""


@dataclass(frozen=True, slots=True)
class NewDesk:
    code: str
    kind: DeskKind
    name: str
    place: str | None = None
    """The code of the district in which the new desk works. For a protection desk, the code of the camp for which the
    desk works."""


def check_desk_keys(context: Context) -> tuple[CheckResult, ...]:
    """Checks for `hotline doctor` that former members have no desk keys, each desk has members, and the recovery pair
    is valid.

    Returns no results if the database does not answer, because `hotline doctor` reports this in another check.
    """
    try:
        with context.database.reading() as session:
            every, opened = tables_desks.all_desks(session), tables_desks.member_counts(session)
        pair = (decrypt_recovery.check_recovery(context),) if every else ()
    except StoreUnavailable:
        return ()
    lines = [one for one in every if one.reads_tips]
    alone = tuple(one.code for one in lines if one.code not in opened)
    # The check includes retired desks, because former members may still have keys that decrypt the desks' old tips.
    left = tuple(one.code for one in every if one.copied_since is not None)
    if left:
        says = f"a person who left may hold a copy of the key of {_some(left)}"
        todo = "a member presses New key on its page, or `hotline keys rotate-desks --desk NAME` for each"
        return (CheckResult(KEYS, False, says, todo, names=left), *pair)
    if alone:
        return (CheckResult(KEYS, True, f"only the passphrase opens {_some(alone)}"), *pair)
    says = f"members can open all {len(lines)} desks with their own keys"
    return (CheckResult(KEYS, True, says), *pair)


def check_console_readers(context: Context) -> tuple[CheckResult, ...]:
    """Checks that at least two people of the national desk can read tips in the console. Returns no results if the
    settings say that the national desk does not use the console.
    """
    if not context.line.national_in_console:
        return ()
    with suppress(StoreUnavailable), context.database.reading() as session:
        readers = {
            tables_accounts.of_member(session, one).id
            for one in tables_desks.members_of_desk(session, NATIONAL)
            if account_of(one) and queries_member_keys.public_key(session, NATIONAL, one)
        }
        says = f"{len(readers)} people of the national desk can read in the console"
        return (
            check_result(
                "console readers",
                says if len(readers) < MIN_NATIONAL else None,
                says,
                "grant their accounts access to the desk, or set HOTLINE_NATIONAL_IN_CONSOLE=no",
            ),
        )
    return ()


def _some(codes: tuple[str, ...]) -> str:
    more = f" and {len(codes) - NAMED} more" if len(codes) > NAMED else ""
    ending = "s" if len(codes) > 1 else ""
    return f"{len(codes)} desk{ending} ({', '.join(codes[:NAMED])}{more})"


def add_desk(
    context: Context, new: NewDesk, *, passphrase: str, by: TwoPeople, reason: str
) -> None:
    """Adds a desk with a new key pair, and encrypts its private key for the recovery pair. Raises DeskRefused,
    PassphraseWrong.
    """
    if new.kind not in ADDED_KINDS:
        raise DeskRefused("only `hotline init` creates the national desk and desks of districts")
    if not is_code(new.code):
        raise DeskRefused(
            "enter a code of 3 to 24 lower-case letters, digits or hyphens, starting with a letter"
        )
    if not is_valid_name(new.name, DESK_NAME_LETTERS):
        raise DeskRefused("enter a name of 1 to 60 letters, without : < > or |")
    if new.kind is DeskKind.PROTECTION:
        if not is_camp(new.place):
            raise DeskRefused("a protection desk needs a camp: add --camp")
    elif new.place not in (None, *every_district()):
        raise DeskRefused(f"{new.place} is not a district: enter a name like `Gasabo`")
    opener = PassphraseDecrypter(by, passphrase)
    decrypt_recovery.ensure_pair(context, opener)
    line = decrypt_signing.line_key(context, opener)

    with context.database.writing() as session:
        tables_desks.get_desk(session, NATIONAL, for_writing=True)
        if new.code in tables_desks.desk_codes(session):
            raise DeskRefused(f"desk {new.code} exists already: choose another code")
        desk = tables_desks.Desk(
            code=new.code, kind=new.kind, name=new.name, place=new.place, created_at=context.now()
        )
        decrypt_recovery.make_desks(session, context, [desk], line)
        why = by.why(f"{new.kind}: {reason}")
        tables_audit.append_command(
            session, by.first, context.now(), "desk_added", f"desk:{new.code}", why
        )


def set_service(
    context: Context, code: str, service: str, number: str | None, *, by: str, reason: str
) -> None:
    """Sets the kind of help and the phone number of a service desk.

    Raises NotFound, DeskRefused.
    """
    with context.database.writing() as session:
        desk = tables_desks.get_desk(session, code, for_writing=True)
        if desk.kind != DeskKind.SERVICE:
            raise DeskRefused(f"desk {code} belongs to no service: choose the desk of a service")
        desk.service, desk.number = service, number
        tables_audit.append_command(
            session, by, context.now(), "desk_service_set", f"desk:{code}", f"{service}: {reason}"
        )


def retire_desk(context: Context, code: str, *, by: str, reason: str) -> None:
    """Retires a desk: no new member can get access, and the hotline encrypts no more tips for the desk. Raises
    NotFound, DeskRefused.

    Members of a retired desk can still decrypt the desk's earlier tips. An operator can retire an oversight desk that
    has open complaints, because a refusal would reveal the complaints.
    """
    with context.database.writing() as session:
        desk = tables_desks.get_desk(session, code, for_writing=True)
        if desk.kind not in ADDED_KINDS:
            raise DeskRefused("you cannot retire the desk of a district or the national desk")
        if desk.retired_at is not None:
            raise DeskRefused(f"desk {code} was retired already")
        desk.retired_at = context.now()
        tables_audit.append_command(
            session, by, context.now(), "desk_retired", f"desk:{code}", reason
        )
